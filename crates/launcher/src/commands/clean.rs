//! `cargo lab clean`: removes the cache folder.

use crate::dirs::Dirs;
use crate::failure::Result;
use crate::files;
use crate::status_line;
use clap::{ArgMatches, Command};

pub fn command() -> Command {
    Command::new("clean").about("Removes the cache folder")
}

pub fn run(_: &ArgMatches) -> Result<()> {
    let cache = Dirs::find()?.cache;
    status_line::step(&format!("removing {}", cache.display()), |_| files::remove(&cache))
}
