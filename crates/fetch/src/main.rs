//! `convlab-fetch SET --into DIR`: downloads a data set, checks it and stores it.

use fetch::cli::{self, Order};
use fetch::{Failure, Settings, fetch_set, say};
use std::env;
use std::process::ExitCode;

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
        Order::Fetch { set, into } => say(&fetch_set(&set, &into, &Settings::default())?.to_string()),
    }
    Ok(())
}
