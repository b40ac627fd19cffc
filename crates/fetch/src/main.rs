//! `convlab-fetch SET --into DIR`: downloads a data set, checks it and stores it.

use fetch::cli::{self, Order};
use fetch::{Failure, Settings, fetch_set, picture, say};
use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

/// A picture that takes longer is given up.
const PICTURE_TIME: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let order = cli::parse(env::args_os().skip(1), env::var_os("CONVLAB_MIRROR"));
    match order.and_then(carry_out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn carry_out(order: Order) -> Result<(), Failure> {
    match order {
        Order::Help => println!("{}", cli::usage()),
        Order::Picture(url) => {
            let bytes = picture(&url, &Settings::default(), PICTURE_TIME)?;
            // Who does not listen any more has given up.
            let _ = io::stdout().write_all(&bytes);
        }
        Order::Fetch { set, into } => say(&fetch_set(&set, &into, &Settings::default())?.to_string()),
    }
    Ok(())
}
