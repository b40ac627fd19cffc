//! `cargo lab lint`: clippy on all crates.

use crate::cargo_calls::cargo_calls;
use clap::{ArgMatches, Command};
use common::Result;
use launcher::{prepare, process, status_line};

/// `cargo lab lint`.
pub fn command() -> Command {
    Command::new("lint")
        .about("Runs clippy on all crates, warnings as errors, and keeps names in standard words")
}

/// Runs clippy over all crates, each with the settings its tests are built with.
pub fn run(_: &ArgMatches) -> Result<()> {
    let ready = prepare::checked(None)?;
    for (title, mut command) in cargo_calls(&ready, "clippy")? {
        command.args(["--all-targets", "--", "-D", "warnings"]);
        status_line::step(&format!("clippy, {title}"), |line| {
            process::watch_under(line, &mut command, "fix what clippy names; `cargo lab lint` again")
        })?;
    }
    Ok(())
}
