//! Where there is no bubblewrap: code is isolated nowhere, so nothing is marked unless the lecturer wants it all the same.

use crate::files::text;
use crate::prepare::Ready;
use crate::process;
use common::{Error, Result};
use std::path::Path;
use std::process::Command;

pub const WORK: &str = "";

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

    pub fn without_isolation(_ready: &Ready) -> Self {
        Self
    }

    pub fn is_isolated(&self) -> bool {
        false
    }

    pub fn job_file(&self, job: &Path, name: &str) -> String {
        text(&job.join(name))
    }

    pub fn command(&self, _job: &Path, _number: u32, program: &Path) -> Command {
        process::command(program)
    }
}
