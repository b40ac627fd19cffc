//! `cargo lab run`: labs executed without a browser, each in a fresh kernel.

use super::{flag, offline};
use crate::dirs::Dirs;
use crate::files::place;
use crate::labs::{self, FIRST_CELL, Lab};
use crate::prepare::{self, KERNEL, STOCK_KERNEL, data};
use crate::runner::{self, CELL_TIMEOUT, Settings};
use crate::status_line;
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
    labs.iter().try_for_each(finds_its_crate)?;
    let are_masters = labs.iter().all(|lab| place(&lab.path).starts_with(place(&dirs.notebooks())));
    // What the course page is made of is not replaced by other notebooks' runs.
    let usual = if are_masters { dirs.executed_labs() } else { dirs.executed_notebooks() };
    let settings = Settings {
        out: matches.get_one("out").cloned().unwrap_or(usual),
        kernel: if matches.get_flag("stock") { STOCK_KERNEL } else { KERNEL },
        cell_timeout: matches
            .get_one::<u32>("cell-timeout")
            .map_or(CELL_TIMEOUT, |&seconds| Duration::from_secs(seconds.into())),
        folder: None,
        starters: false,
    };
    writable(&settings.out)?;
    keeps_notebooks(&settings.out, &labs, &[dirs.my_labs(), dirs.notebooks()])?;
    let ready = prepare::checked(None)?;
    let data = data::choose(&ready, matches.get_flag("offline"))?;
    let reports = runner::run_all(&ready, &labs, &data, &settings)?;
    println!("\nexecuted notebooks and pages: {}", settings.out.display());
    match reports.iter().filter(|report| !report.faults.is_empty()).count() {
        0 => Ok(()),
        failed => Err(Error::problem(
            format!("{failed} of {} failed.", status_line::counted(reports.len(), "lab")),
            "read the messages above; the executed notebooks show the cells",
        )),
    }
}

/// Fails if the notebook cannot be read, or its first cell names a helper crate beside it that is not there.
fn finds_its_crate(lab: &Lab) -> Result<()> {
    let notebook = lab.read()?;
    let line = FIRST_CELL.lines().next().unwrap_or_default();
    let folder = lab.path.parent().unwrap_or(&lab.path);
    let is_named =
        notebook.cells().any(|cell| cell.is_code() && cell.source().lines().any(|one| one == line));
    if is_named && !folder.join("../crates/convlab").is_dir() {
        let what = format!("{} loads ../crates/convlab, which is not there.", lab.path.display());
        return Err(Error::problem(
            what,
            "put it into my-labs, or write the crate's whole path into its first cell",
        ));
    }
    Ok(())
}

/// Fails if an executed notebook would take the place of one that somebody works on.
fn keeps_notebooks(out: &Path, labs: &[Lab], kept: &[PathBuf]) -> Result<()> {
    // A notebook that is named by its file alone has no folder in its path.
    let of_labs = labs.iter().filter_map(|lab| std::path::absolute(&lab.path).ok()?.parent().map(place));
    if of_labs.chain(kept.iter().map(|folder| place(folder))).any(|folder| folder == place(out)) {
        let what = format!("{} holds notebooks that a run would replace.", out.display());
        return Err(Error::problem(what, "name another folder: cargo lab run --out DIR"));
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notebook_far_from_the_helper_crate_is_refused_before_it_runs() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("labs");
        fs::create_dir(&folder).unwrap();
        let lab = |code: &str| {
            let path = folder.join("00_a.ipynb");
            let cells = serde_json::json!([{"cell_type": "code", "source": code}]);
            fs::write(&path, serde_json::json!({"cells": cells}).to_string()).unwrap();
            Lab { path }
        };
        assert!(finds_its_crate(&lab(FIRST_CELL)).unwrap_err().what().contains("00_a.ipynb"));
        finds_its_crate(&lab(":dep convlab = { path = \"/opt/convlab\" }")).unwrap();
        fs::create_dir_all(dir.path().join("crates/convlab")).unwrap();
        finds_its_crate(&lab(FIRST_CELL)).unwrap();
    }

    #[test]
    fn no_result_takes_the_place_of_a_notebook_that_somebody_works_on() {
        let dir = tempfile::tempdir().unwrap();
        let [mine, other] = ["my-labs", "other"].map(|name| dir.path().join(name));
        [&mine, &other].iter().for_each(|folder| fs::create_dir(folder).unwrap());
        let labs = [Lab { path: other.join("00.ipynb") }];
        let wrong = [&mine, &other, &dir.path().join("other/../my-labs")];
        for out in wrong {
            assert!(keeps_notebooks(out, &labs, std::slice::from_ref(&mine)).is_err(), "{}", out.display());
        }
        keeps_notebooks(&dir.path().join("new"), &labs, &[mine]).unwrap();
        let here = [Lab { path: "00.ipynb".into() }];
        assert!(keeps_notebooks(Path::new("."), &here, &[]).is_err(), "it lies where the command is typed");
    }
}
