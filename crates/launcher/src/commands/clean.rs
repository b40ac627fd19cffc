//! `cargo lab clean`: removes the cache folder, and the kernels elsewhere that need it.

use crate::dirs::Dirs;
use crate::files;
use crate::prepare::installed;
use crate::status_line;
use clap::{ArgMatches, Command};
use common::Result;

pub fn command() -> Command {
    Command::new("clean").about("Removes the cache folder")
}

pub fn run(_: &ArgMatches) -> Result<()> {
    let cache = Dirs::find()?.cache;
    status_line::step(&format!("removing {}", cache.display()), |_| {
        installed::remove_all(&cache)?;
        files::remove(&cache)
    })
}
