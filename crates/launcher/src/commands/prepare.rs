//! `cargo lab prepare`: makes the machine ready and copies new labs, so that whatever opens JupyterLab next finds both.

use super::{flag, open};
use crate::labs::edition::Edition;
use crate::prepare;
use clap::{ArgMatches, Command};
use common::Result;

pub fn command() -> Command {
    Command::new("prepare")
        .about("Prepares everything, copies new labs and stops")
        .arg(flag("tools", "Only Python, libtorch and the kernel: a layer for images"))
}

pub fn run(matches: &ArgMatches) -> Result<()> {
    if matches.get_flag("tools") {
        return prepare::checked_tools();
    }
    open::sync_labs(&prepare::checked(None)?.dirs, Edition::Learner).map(drop)
}
