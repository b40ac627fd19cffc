//! Lists the commands; each owns its options and what it does with them.

use crate::commands::{
    bundle, clean, doctor, env, export, forward, grade, kernel, open, prepare, progress, release, reset,
    run as run_labs,
};
use clap::{ArgMatches, Command};
use common::Result;
use std::process::ExitCode;

/// A command's options, and what runs it.
pub type Entry = (fn() -> Command, fn(&ArgMatches) -> Result<()>);

const COMMANDS: [Entry; 12] = [
    (doctor::command, doctor::run),
    (prepare::command, prepare::run),
    (run_labs::command, run_labs::run),
    (reset::command, reset::run),
    (progress::command, progress::run),
    (release::command, release::run),
    (grade::command, grade::run),
    (export::command, export::run),
    (kernel::command, kernel::run),
    (bundle::command, bundle::run),
    (env::command, env::run),
    (clean::command, clean::run),
];

/// Runs the command that the arguments name; without one, opens the labs.
pub fn main() -> ExitCode {
    run(command(), &COMMANDS, |matches| match matches.subcommand() {
        None => open::run(matches),
        Some((name, options)) => forward::run(name, options),
    })
}

/// Reads this program's arguments and runs the entry that they name, else `otherwise`; shows what went wrong.
pub fn run(command: Command, entries: &[Entry], otherwise: fn(&ArgMatches) -> Result<()>) -> ExitCode {
    // Where cargo calls this program, it is in place of rustc.
    if let Some(status) = crate::prepare::bundle::replay() {
        return status;
    }
    // clap prints help and its own usage errors, and ends the program.
    let matches = command.get_matches();
    let named = matches.subcommand().and_then(|(name, options)| {
        let (_, run) = entries.iter().find(|(command, _)| command().get_name() == name)?;
        Some((run, options))
    });
    match named.map_or_else(|| otherwise(&matches), |(run, options)| run(options)) {
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
        // An option before a command's name is none of that command.
        .args_conflicts_with_subcommands(true)
        .subcommands(COMMANDS.map(|(command, _)| command()))
        .subcommands(forward::commands())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_of_opening_the_labs_is_refused_before_a_command() {
        let refused = |words: &[&str]| command().try_get_matches_from(words).is_err();
        assert!(refused(&["cargo lab", "--folder", "spring", "reset", "2"]));
        assert!(refused(&["cargo lab", "--offline", "run", "00"]));
        assert!(
            !refused(&["cargo lab", "run", "--offline", "00"])
                && !refused(&["cargo lab", "--folder", "spring"])
        );
    }

    #[test]
    fn no_two_commands_have_one_name_and_each_says_what_it_does() {
        let command = command();
        command.clone().debug_assert();
        for sub in command.get_subcommands() {
            assert!(sub.get_about().is_some(), "{}", sub.get_name());
        }
    }
}
