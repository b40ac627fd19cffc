//! `cargo lab export`: what the learner has trained, as a program of its own.

use crate::dirs::Dirs;
use crate::export::{self, MNIST_READER};
use clap::{Arg, ArgMatches, Command, value_parser};
use common::Result;
use std::path::PathBuf;

pub fn command() -> Command {
    let program = Arg::new("program").required(true).value_parser([MNIST_READER]).help("What lab 06 trains");
    let to = Arg::new("to").long("to").value_parser(value_parser!(PathBuf));
    Command::new("export")
        .about("Makes a program of its own of what you have trained")
        .arg(program)
        .arg(to.help("Folder for the program [default: my-labs/mnist-reader]"))
}

/// Writes the crate and prints how it is run.
pub fn run(matches: &ArgMatches) -> Result<()> {
    let dirs = Dirs::find()?;
    let to = matches.get_one("to").cloned().unwrap_or_else(|| dirs.my_labs().join(MNIST_READER));
    export::mnist_reader(&dirs.my_labs(), &to)?;
    println!("Your network is a program now:\n  cd {}\n  cargo run -- picture.png", to.display());
    Ok(())
}
