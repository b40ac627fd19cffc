//! Where code runs that is not this machine's own.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod none;
#[cfg(target_os = "linux")]
mod seccomp;

#[cfg(target_os = "linux")]
pub use linux::Sandbox;
#[cfg(not(target_os = "linux"))]
pub use none::Sandbox;

use crate::files::text;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a sandbox's environment holds.
pub type Variables = BTreeMap<String, String>;

/// The first of the users as which code runs where this one is root.
pub const FIRST_USER: u32 = 61_000;

/// The working folder in a sandbox.
pub const WORK: &str = "/convlab-work";

/// A folder of this machine that a sandbox holds.
pub struct Shared {
    /// Where it is here.
    pub folder: PathBuf,
    /// Where it is there.
    inside: &'static str,
    can_write: bool,
}

impl Shared {
    /// One that can be read at `inside`.
    pub fn read_only(folder: &Path, inside: &'static str) -> Self {
        Self { folder: folder.to_owned(), inside, can_write: false }
    }

    /// One that can be read and written at `inside`.
    pub fn writable(folder: &Path, inside: &'static str) -> Self {
        Self { folder: folder.to_owned(), inside, can_write: true }
    }

    /// The path of `name` in it, as `sandbox` has it.
    pub fn path(&self, sandbox: &Sandbox, name: &str) -> String {
        let folder = if sandbox.is_isolated() { Path::new(self.inside) } else { &self.folder };
        if name.is_empty() { text(folder) } else { text(&folder.join(name)) }
    }
}
