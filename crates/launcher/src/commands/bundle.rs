//! `cargo lab bundle`: packs what a machine would compile, for machines of the same kind.

use crate::prepare;
use crate::prepare::bundle::{self, Parts};
use clap::{Arg, ArgMatches, Command, value_parser};
use common::{Error, Result};
use std::path::{Path, PathBuf};

pub fn command() -> Command {
    let out = Arg::new("out").required(true).value_parser(value_parser!(PathBuf));
    Command::new("bundle")
        .about("Packs what a machine compiles, for others of the same kind, and writes its size and SHA-256")
        .arg(out.help("Folder for the bundle and its table, bundles.json"))
}

pub fn run(matches: &ArgMatches) -> Result<()> {
    let ready = prepare::checked(None)?;
    let out: PathBuf = matches.get_one("out").cloned().unwrap_or_default();
    let out = std::path::absolute(&out).map_err(|error| Error::file("find", Path::new(&out), &error))?;
    let libtorch = ready.environment.get("LIBTORCH").map_or("", String::as_str);
    let parts = Parts { programs: &ready.programs.folder, stage: &ready.stage, libtorch };
    let file = bundle::pack(&ready.dirs, &parts, &out)?;
    println!("{}", file.display());
    Ok(())
}
