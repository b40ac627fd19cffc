//! Fingerprints of what something is made from.

use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Collects parts; no two lists of parts have the same fingerprint (SHA-256, each part with its length).
#[derive(Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    pub fn add(&mut self, part: &[u8]) -> &mut Self {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    pub fn hex(self) -> String {
        hex(&self.0.finalize())
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The fingerprint of a library's content, kept beside it: a library is long, and each cell wants it.
pub fn of_file(path: &Path) -> Option<String> {
    let kept = Path::new(&format!("{}.sum", path.display())).to_owned();
    let state = state(path)?;
    let text = fs::read_to_string(&kept).unwrap_or_default();
    if let Some((kept_state, digits)) = text.split_once(' ')
        && kept_state == state
        && digits.len() == 64
    {
        return Some(digits.to_owned());
    }
    let digits = hex(&Sha256::digest(fs::read(path).ok()?));
    // Without the file it is computed again.
    let _ = fs::write(&kept, format!("{state} {digits}"));
    Some(digits)
}

/// Length and time of a file, which change with its content.
pub fn state(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok()?;
    let time = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{}-{}", meta.len(), time.as_nanos()))
}
