//! Keys of cache folders: a folder's name holds a hash of all that its content depends on.

use common::{Error, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// Collects what a cached thing depends on.
#[derive(Default, Clone)]
pub struct Fingerprint(DefaultHasher);

impl Fingerprint {
    /// Adds a text: a version, a path, a setting.
    pub fn text(mut self, text: &str) -> Self {
        text.hash(&mut self.0);
        self
    }

    /// Adds a file, or all files below a folder, by name and content.
    pub fn files(mut self, path: &Path) -> Result<Self> {
        for file in files_below(path)? {
            file.strip_prefix(path).unwrap_or(&file).hash(&mut self.0);
            fs::read(&file).map_err(|error| Error::file("read", &file, &error))?.hash(&mut self.0);
        }
        Ok(self)
    }

    /// Adds when the files below a folder were last written, for what asks for times as cargo does.
    pub fn times(mut self, path: &Path) -> Result<Self> {
        for file in files_below(path)? {
            let time = file.metadata().and_then(|meta| meta.modified());
            time.map_err(|error| Error::file("read", &file, &error))?.hash(&mut self.0);
        }
        Ok(self)
    }

    /// Sixteen hexadecimal digits.
    pub fn hex(&self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

/// The file itself, or all files below a folder, in the order of their names.
fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(|error| Error::file("read", path, &error))?;
    let mut below: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    below.sort();
    let files: Result<Vec<_>> = below.iter().map(|entry| files_below(entry)).collect();
    Ok(files?.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_changes_with_every_file_below_the_folder_and_with_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("src")).unwrap();
        std::fs::write(dir.path().join("src/a.rs"), "one").unwrap();
        let key = || Fingerprint::default().files(dir.path()).unwrap().hex();
        let before = key();
        assert_eq!(before, key());
        std::fs::write(dir.path().join("src/a.rs"), "two").unwrap();
        assert_ne!(before, key());
        std::fs::write(dir.path().join("src/a.rs"), "one").unwrap();
        assert_eq!(before, key());
        std::fs::write(dir.path().join("src/b.rs"), "").unwrap();
        assert_ne!(before, key());
    }

    #[test]
    fn a_file_that_is_written_again_with_the_same_content_changes_the_times_and_no_content() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.rs");
        std::fs::write(&file, "one").unwrap();
        let keys = || {
            let key = Fingerprint::default;
            [key().files(dir.path()).unwrap().hex(), key().times(dir.path()).unwrap().hex()]
        };
        let before = keys();
        assert_eq!(keys(), before);
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(9);
        std::fs::File::options().write(true).open(&file).unwrap().set_modified(old).unwrap();
        assert_eq!(keys()[0], before[0]);
        assert_ne!(keys()[1], before[1]);
    }
}
