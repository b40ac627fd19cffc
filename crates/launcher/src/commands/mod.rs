//! What `cargo lab` can do, a file each: the options of a command and what it does with them.

pub mod bundle;
pub mod clean;
pub mod doctor;
pub mod env;
pub mod export;
pub mod forward;
pub mod grade;
pub mod kernel;
pub mod open;
pub mod prepare;
pub mod progress;
pub mod release;
pub mod reset;
pub mod run;

use clap::{Arg, ArgAction, value_parser};

/// A switch `--NAME`.
fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// `--port`.
fn port(help: &'static str) -> Arg {
    Arg::new("port").long("port").value_parser(value_parser!(u16)).help(help)
}

/// `--offline`.
fn offline() -> Arg {
    flag("offline", "Do not download data: use synthetic digits and objects")
}
