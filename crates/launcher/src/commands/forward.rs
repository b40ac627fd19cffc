//! What course developers need is in `xtask`, so that a learner's checkout does not compile it: these commands build
//! it and hand it their arguments.

use crate::dirs::Dirs;
use crate::process;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use common::{Error, Result};
use std::ffi::OsString;

/// The commands of `xtask`, each as name and what it does.
pub const DEVELOPER_COMMANDS: [(&str, &str); 4] = [
    ("test", "Runs every test and every lab"),
    ("lint", "Runs clippy on all crates, warnings as errors, and keeps names in standard words"),
    ("bench", "Measures kernels, classes and trainings"),
    ("site", "Writes the course's pages, slides and reference from the labs that `run` has executed"),
];

pub fn commands() -> impl Iterator<Item = Command> {
    let words = || {
        Arg::new("arguments")
            .action(ArgAction::Append)
            .value_parser(value_parser!(OsString))
            .trailing_var_arg(true)
            .allow_hyphen_values(true)
            .hide(true)
    };
    // Its own help is that of `xtask`.
    DEVELOPER_COMMANDS
        .into_iter()
        .map(move |(name, about)| Command::new(name).about(about).disable_help_flag(true).arg(words()))
}

/// Runs `xtask NAME ARGUMENTS`; what it fails with, it has said itself.
pub fn run(name: &str, matches: &ArgMatches) -> Result<()> {
    let manifest = Dirs::find()?.checkout.join("Cargo.toml");
    let mut cargo = process::command("cargo");
    cargo.args(["run", "--quiet", "--release", "--package", "xtask", "--manifest-path"]);
    cargo.arg(manifest).args(["--", name]);
    cargo.args(matches.get_many::<OsString>("arguments").unwrap_or_default());
    let status = cargo
        .status()
        .map_err(|error| Error::problem(format!("cargo cannot be started: {error}."), "cargo lab doctor"))?;
    match status.code() {
        Some(0) => Ok(()),
        code => std::process::exit(code.unwrap_or(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_behind_the_name_is_handed_on_even_help_and_options() {
        for words in [&["--help"][..], &["--deny-skips"], &["train", "--rounds", "2", "000"]] {
            let lab = Command::new("cargo lab").subcommands(commands());
            let all = ["cargo lab", "test"].iter().chain(words).map(ToString::to_string);
            let matches = lab.try_get_matches_from(all).unwrap();
            let (_, options) = matches.subcommand().unwrap();
            let found: Vec<_> = options.get_many::<OsString>("arguments").unwrap().collect();
            assert_eq!(found, words.iter().collect::<Vec<_>>());
        }
    }
}
