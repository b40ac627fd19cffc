//! Where there is no bubblewrap: code is isolated nowhere, so nothing is marked unless the lecturer wants it all the same.

use super::{Shared, Variables};
use crate::prepare::Ready;
use crate::process;
use common::{Error, Result};
use std::path::Path;
use std::process::Command;

/// None.
pub struct Sandbox;

impl Sandbox {
    /// # Errors
    /// Always.
    pub fn new(_ready: &Ready, _folder: &Path, _gib: u32) -> Result<Self> {
        Err(Error::problem(
            "Learners' code can be kept apart from a machine with Linux only; nothing was marked.",
            "mark on Linux; `cargo lab grade --without-isolation` runs the code with all that you may do yourself",
        ))
    }

    pub fn without_isolation() -> Self {
        Self
    }

    pub fn is_isolated(&self) -> bool {
        false
    }

    pub fn command(&self, _shared: &[Shared], _user: u32, variables: &Variables, program: &Path) -> Command {
        let mut command = process::command(program);
        command.envs(variables);
        command
    }
}
