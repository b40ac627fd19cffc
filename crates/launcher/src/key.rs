//! Keys of cache folders: a folder's name holds a hash of all that its content depends on.

use crate::failure::{Failure, Result};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// Collects what a cached thing depends on.
#[derive(Default, Clone)]
pub struct Key(DefaultHasher);

impl Key {
    /// Adds a text: a version, a path, a setting.
    pub fn text(mut self, text: &str) -> Self {
        text.hash(&mut self.0);
        self
    }

    /// Adds a file, or all files below a folder, by name and content.
    pub fn files(mut self, path: &Path) -> Result<Self> {
        self.add(path, path)?;
        Ok(self)
    }

    fn add(&mut self, root: &Path, path: &Path) -> Result<()> {
        let failed = |error: std::io::Error| Failure::file("read", path, &error);
        if !path.is_dir() {
            path.strip_prefix(root).unwrap_or(path).hash(&mut self.0);
            std::fs::read(path).map_err(failed)?.hash(&mut self.0);
            return Ok(());
        }
        let entries = std::fs::read_dir(path).map_err(failed)?;
        let mut below: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        below.sort();
        below.iter().try_for_each(|entry| self.add(root, entry))
    }

    /// Sixteen hexadecimal digits.
    pub fn hex(&self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_changes_with_every_file_below_the_folder_and_with_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("src")).unwrap();
        std::fs::write(dir.path().join("src/a.rs"), "one").unwrap();
        let key = || Key::default().files(dir.path()).unwrap().hex();
        let before = key();
        assert_eq!(before, key());
        std::fs::write(dir.path().join("src/a.rs"), "two").unwrap();
        assert_ne!(before, key());
        std::fs::write(dir.path().join("src/a.rs"), "one").unwrap();
        assert_eq!(before, key());
        std::fs::write(dir.path().join("src/b.rs"), "").unwrap();
        assert_ne!(before, key());
    }
}
