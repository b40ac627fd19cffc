//! Lists the commands; each owns its options and what it does with them.

use crate::commands::{
    clean, doctor, env, forward, grade, kernel, open, prepare, progress, release, reset, run as run_labs,
};
use crate::failure::Result;
use clap::{ArgMatches, Command};
use std::process::ExitCode;

/// A command's options, and what runs it.
type Entry = (fn() -> Command, fn(&ArgMatches) -> Result<()>);

const COMMANDS: [Entry; 10] = [
    (doctor::command, doctor::run),
    (prepare::command, prepare::run),
    (run_labs::command, run_labs::run),
    (reset::command, reset::run),
    (progress::command, progress::run),
    (release::command, release::run),
    (grade::command, grade::run),
    (kernel::command, kernel::run),
    (env::command, env::run),
    (clean::command, clean::run),
];

/// Runs the command that the arguments name; without one, opens the labs.
pub fn main() -> ExitCode {
    // clap prints help and its own usage errors, and ends the program.
    match dispatch(&command().get_matches()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    open::options(Command::new("cargo lab"))
        .bin_name("cargo lab")
        .about("Prepares this machine for the labs and opens them in JupyterLab")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommands(COMMANDS.map(|(command, _)| command()))
        .subcommands(forward::commands())
}

fn dispatch(matches: &ArgMatches) -> Result<()> {
    let Some((name, options)) = matches.subcommand() else { return open::run(matches) };
    match COMMANDS.iter().find(|(command, _)| command().get_name() == name) {
        Some((_, run)) => run(options),
        None => forward::run(name, options),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_commands_have_one_name_and_each_says_what_it_does() {
        let command = command();
        command.clone().debug_assert();
        for sub in command.get_subcommands() {
            assert!(sub.get_about().is_some(), "{}", sub.get_name());
        }
    }
}
