//! `cargo lab run`: labs executed without a browser, each in a fresh kernel.

use super::{flag, offline};
use crate::dirs::Dirs;
use crate::labs;
use crate::prepare::{self, KERNEL, STOCK_KERNEL, data};
use crate::runner::{self, CELL_TIMEOUT, Settings};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use common::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub fn command() -> Command {
    Command::new("run")
        .about("Runs labs without a browser and writes them as .ipynb and .html")
        .arg(
            Arg::new("lab")
                .action(ArgAction::Append)
                .help("Numbers or names, such as 02, or paths of notebooks; all labs if none"),
        )
        .arg(Arg::new("out").long("out").value_parser(value_parser!(PathBuf)).help("Folder for the results"))
        .arg(
            Arg::new("cell-timeout")
                .long("cell-timeout")
                .value_parser(value_parser!(u32).range(1..))
                .help("Seconds after which a cell counts as failed [default: 900]"),
        )
        .arg(flag("stock", "Use evcxr as it comes, without the prepared stage"))
        .arg(offline())
}

/// Runs the labs, prints their table, fails if any lab failed.
pub fn run(matches: &ArgMatches) -> Result<()> {
    let dirs = Dirs::find()?;
    let words: Vec<_> = matches.get_many::<String>("lab").unwrap_or_default().cloned().collect();
    let labs = labs::select(&dirs.notebooks(), &words)?;
    labs.iter().try_for_each(|lab| lab.read().map(drop))?;
    let settings = Settings {
        out: matches.get_one("out").cloned().unwrap_or_else(|| dirs.checkout.join("target/labs")),
        kernel: if matches.get_flag("stock") { STOCK_KERNEL } else { KERNEL },
        cell_timeout: matches
            .get_one::<u32>("cell-timeout")
            .map_or(CELL_TIMEOUT, |&seconds| Duration::from_secs(seconds.into())),
        folder: None,
        starters: false,
    };
    writable(&settings.out)?;
    let ready = prepare::checked(None)?;
    let data = data::choose(&ready, matches.get_flag("offline"))?;
    let reports = runner::run_all(&ready, &labs, &data, &settings)?;
    println!("\nexecuted notebooks and pages: {}", settings.out.display());
    match reports.iter().filter(|report| !report.faults.is_empty()).count() {
        0 => Ok(()),
        failed => Err(Error::problem(
            format!("{failed} of {} labs failed.", reports.len()),
            "read the messages above; the executed notebooks show the cells",
        )),
    }
}

/// Makes the folder for results, before minutes go into them.
fn writable(out: &Path) -> Result<()> {
    let probe = out.join(format!(".probe-{}", std::process::id()));
    let tried =
        fs::create_dir_all(out).and_then(|()| fs::create_dir(&probe)).and_then(|()| fs::remove_dir(&probe));
    tried.map_err(|error| {
        let what = format!("The results cannot be written to {}: {error}.", out.display());
        Error::problem(what, "name another folder: cargo lab run --out DIR")
    })
}
