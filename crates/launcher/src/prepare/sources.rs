//! The sources that the programs are made of.

use crate::dirs::Dirs;
use crate::fingerprint::Fingerprint;
use common::Result;

const CRATES: [&str; 4] = ["common", "kernel", "fetch", "grader"];

/// Adds the programs' sources and the versions of what they are made with.
pub fn fingerprint(dirs: &Dirs, before: Fingerprint) -> Result<Fingerprint> {
    let with_lock = before.files(&dirs.checkout.join("Cargo.lock"))?;
    let crates = dirs.checkout.join("crates");
    CRATES.iter().try_fold(with_lock, |all, name| all.files(&crates.join(name)))
}
