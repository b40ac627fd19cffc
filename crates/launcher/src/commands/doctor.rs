//! `cargo lab doctor`: a line per need, and for each that is not met exactly one thing to do.

use super::port;
use crate::dirs::Dirs;
use crate::failure::{Failure, Result};
use crate::prepare::needs;
use clap::{ArgMatches, Command};

pub fn command() -> Command {
    Command::new("doctor")
        .about("Checks what the labs need; says how to fix each thing")
        .arg(port("The port that must be free"))
}

/// Checks everything, prints a line for each, fails if anything is wrong.
pub fn run(matches: &ArgMatches) -> Result<()> {
    let mut wrong = 0;
    for (need, found) in needs::check(&Dirs::find()?, matches.get_one("port").copied()) {
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
        _ => Err(Failure::new(format!("{wrong} of the labs' needs are not met."), "follow the arrows above")),
    }
}
