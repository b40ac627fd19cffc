//! What course developers call through `cargo lab`: test, lint, bench, site. A learner's checkout never compiles it.

mod bench;
mod cargo_calls;
mod lint;
mod rules;
mod site;
mod skips;
mod systems;
mod test;
mod words;

use clap::Command;
use launcher::cli::{self, Entry};
use std::process::ExitCode;

const COMMANDS: [Entry; 4] = [
    (test::command, test::run),
    (lint::command, lint::run),
    (bench::command, bench::run),
    (site::command, site::run),
];

fn main() -> ExitCode {
    cli::run(command(), &COMMANDS, |_| Ok(()))
}

fn command() -> Command {
    Command::new("cargo lab")
        .bin_name("cargo lab")
        .subcommand_required(true)
        .subcommands(COMMANDS.map(|(command, _)| command()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_launcher_hands_on_every_command_of_this_program_and_no_other() {
        command().debug_assert();
        let here = COMMANDS.map(|(command, _)| {
            let command = command();
            (command.get_name().to_owned(), command.get_about().unwrap().to_string())
        });
        let there = launcher::DEVELOPER_COMMANDS.map(|(name, about)| (name.to_owned(), about.to_owned()));
        assert_eq!(here, there);
    }
}
