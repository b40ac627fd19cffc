//! `convlab-fetch SET --into DIR`: downloads a data set, checks it and stores it.

use common::Error;
use common::download::{JSON_OPTION, Message};
use fetch::cli::{self, Command};
use fetch::{Settings, fetch_set, picture, report};
use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

/// A picture that takes longer is given up.
const PICTURE_TIME: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let json = env::args_os().any(|word| word == JSON_OPTION);
    let report = if json { report::as_json } else { report::as_text };
    let settings = Settings { report, ..Settings::default() };
    let command = cli::parse(env::args_os().skip(1), env::var_os("CONVLAB_MIRROR"));
    match command.and_then(|command| run(command, &settings)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&Message::Failed(error));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, settings: &Settings) -> Result<(), Error> {
    match command {
        Command::Help => println!("{}", cli::usage()),
        Command::Picture(url) => {
            let bytes = picture(&url, settings, PICTURE_TIME)?;
            // Who does not listen any more has given up.
            let _ = io::stdout().write_all(&bytes);
        }
        Command::Fetch { set, into } => {
            let summary = fetch_set(&set, &into, settings)?;
            (settings.report)(&Message::Note(summary.to_string()));
        }
    }
    Ok(())
}
