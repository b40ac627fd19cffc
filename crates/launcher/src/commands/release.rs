//! `cargo lab release`: a folder of one edition of the labs, with a schedule.

use crate::dirs::Dirs;
use crate::files::new_folder_argument;
use crate::labs::{self, edition::Edition, release};
use clap::{Arg, ArgMatches, Command, value_parser};
use common::Result;
use std::path::PathBuf;

pub fn command() -> Command {
    Command::new("release")
        .about("Writes a folder with one edition of the labs, and a schedule")
        .arg(
            Arg::new("edition")
                .long("edition")
                .required(true)
                .value_parser(Edition::ALL.map(|(name, _)| name))
                .help("For learners, with the solutions, or with the lecturer's notes too"),
        )
        .arg(
            Arg::new("dir")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("A folder that is empty or not there yet"),
        )
}

pub fn run(matches: &ArgMatches) -> Result<()> {
    let name = matches.get_one::<String>("edition").map_or("learner", String::as_str);
    let edition = Edition::ALL.iter().find(|(one, _)| *one == name);
    let edition = edition.map_or(Edition::Learner, |(_, edition)| *edition);
    let folder: PathBuf = matches.get_one("dir").cloned().unwrap_or_default();
    new_folder_argument(&format!("cargo lab release --edition {name} DIR"), &folder)?;
    release::write(&labs::all(&Dirs::find()?.notebooks())?, edition, &folder)?;
    println!("{}: the labs, and the schedule in schedule.md.", folder.display());
    println!("The first cell of each looks for ../crates/convlab: keep the folder beside `crates`.");
    Ok(())
}
