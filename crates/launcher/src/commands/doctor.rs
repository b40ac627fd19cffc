//! `cargo lab doctor`: a line per need, and for each that is not met exactly one thing to do.

use super::{flag, port};
use crate::dirs::Dirs;
use crate::prepare::needs;
use crate::system;
use clap::{ArgMatches, Command as Options};
use common::{Error, Result};
use std::process::Command;

pub fn command() -> Options {
    Options::new("doctor")
        .about("Checks what the labs need; says how to fix each thing")
        .arg(port("The port that must be free"))
        .arg(flag("fix", "Install what the system's own packages hold of it"))
}

/// Checks everything, prints a line for each, fails if anything is wrong.
pub fn run(matches: &ArgMatches) -> Result<()> {
    let (dirs, port) = (Dirs::find()?, matches.get_one("port").copied());
    if matches.get_flag("fix") {
        fix(&dirs, port);
    }
    let mut wrong = 0;
    for (need, found) in needs::check(&dirs, port) {
        match found {
            Ok(what) => println!("✔ {need:<13} {what}"),
            Err(failure) => {
                wrong += 1;
                println!("✘ {need:<13} {}\n{:16}→ {}", failure.what(), "", failure.remedy());
            }
        }
    }
    match wrong {
        0 => Ok(()),
        _ => {
            Err(Error::problem(format!("{wrong} of the labs' needs are not met."), "follow the arrows above"))
        }
    }
}

/// Runs the remedies that install packages of the system; whether they have helped is seen afterwards.
fn fix(dirs: &Dirs, port: Option<u16>) {
    for (_, found) in needs::check(dirs, port) {
        let Err(failure) = found else { continue };
        if system::is_install(failure.remedy()) {
            println!("running: {}", failure.remedy());
            // What goes wrong it says itself: the terminal is its own, since it may want a password.
            let _ = Command::new("sh").args(["-c", failure.remedy()]).status();
        }
    }
}
