//! `cargo lab lint`: clippy on all crates, and names in standard words.

use crate::cargo_calls::cargo_calls;
use crate::systems;
use crate::words::old_words;
use clap::{ArgMatches, Command};
use common::{Error, Result};
use launcher::dirs::Dirs;
use launcher::{prepare, process, status_line};

/// `cargo lab lint`.
pub fn command() -> Command {
    Command::new("lint")
        .about("Runs clippy on all crates, warnings as errors, and keeps names in standard words")
}

/// Looks at the names in all crates, then runs clippy over each with the settings its tests are built with, and type checks
/// for other systems.
pub fn run(_: &ArgMatches) -> Result<()> {
    let found = old_words(&Dirs::find()?.checkout.join("crates"));
    if !found.is_empty() {
        return Err(Error::problem(found.join("\n"), "rename them; crates/xtask/src/words.rs has the list"));
    }
    let ready = prepare::checked(None)?;
    for (title, mut command) in cargo_calls(&ready, "clippy")? {
        command.args(["--all-targets", "--", "-D", "warnings"]);
        status_line::step(&format!("clippy, {title}"), |line| {
            process::watch_under(line, &mut command, "fix what clippy names; `cargo lab lint` again")
        })?;
    }
    systems::check(&ready)
}
