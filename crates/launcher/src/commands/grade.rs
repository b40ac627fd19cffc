//! `cargo lab grade`: the options; the marking is in the room `grade`.

use crate::grade;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use common::Result;
use std::path::PathBuf;

pub fn command() -> Command {
    Command::new("grade")
        .about("Marks learners' notebooks with the checks of the masters")
        .arg(
            Arg::new("file")
                .action(ArgAction::Append)
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Notebooks, such as handed-in/*.ipynb; the lab of each is found by its exercises"),
        )
        .arg(
            Arg::new("csv")
                .long("csv")
                .value_parser(value_parser!(PathBuf))
                .help("Also write the table to this file"),
        )
        .arg(
            Arg::new("html")
                .long("html")
                .value_parser(value_parser!(PathBuf))
                .help("Also write a page: the table, and each exercise with the commonest reasons"),
        )
        .arg(
            Arg::new("resume")
                .long("resume")
                .action(ArgAction::SetTrue)
                .requires("csv")
                .help("Keep the rows of the CSV, and mark the files that lack one or have changed since"),
        )
        .arg(
            Arg::new("without-isolation")
                .long("without-isolation")
                .action(ArgAction::SetTrue)
                .help("Run learners' code though it cannot be kept apart from this machine"),
        )
        .arg(number("seconds", "30", "The longest that one check may take"))
        .arg(number("gib", "4", "The most memory that one process may take"))
}

pub fn run(matches: &ArgMatches) -> Result<()> {
    grade::grade(&grade::Options {
        files: matches.get_many::<PathBuf>("file").unwrap_or_default().cloned().collect(),
        csv: matches.get_one::<PathBuf>("csv").cloned(),
        html: matches.get_one::<PathBuf>("html").cloned(),
        resume: matches.get_flag("resume"),
        seconds: matches.get_one("seconds").copied().unwrap_or(30),
        without_isolation: matches.get_flag("without-isolation"),
        gib: matches.get_one("gib").copied().unwrap_or(4),
    })
}

fn number(name: &'static str, default: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .default_value(default)
        .value_parser(value_parser!(u32).range(1..=10_000))
        .help(help)
}
