//! Files on the disk: a download lies in `NAME.part` until it is whole.

use crate::report::Report;
use common::download::Message;
use common::{Error, Result};
use std::fs::{self, File, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Makes the folder `dir` and keeps other copies of this program out of it until the returned file is dropped.
///
/// Where a folder cannot be locked (Windows, some network disks), two copies may both download; each still checks
/// what it stores.
pub fn enter(dir: &Path, report: Report) -> Result<Option<File>> {
    fs::create_dir_all(dir).map_err(|error| Error::file("make the folder", dir, &error))?;
    let Ok(folder) = File::open(dir) else { return Ok(None) };
    if matches!(folder.try_lock(), Err(TryLockError::WouldBlock)) {
        report(&Message::Note(format!(
            "Another download into {} is going on: waiting for it.",
            dir.display()
        )));
        let _ = folder.lock();
    }
    Ok(Some(folder))
}

/// The beginning of a file: `NAME.part`. It stays when a download breaks off; an empty one is removed.
pub struct Part {
    file: File,
    path: PathBuf,
    len: u64,
}

impl Part {
    /// Opens what an earlier download left for `target`, or makes an empty one.
    pub fn open(target: &Path) -> Result<Self> {
        let mut path = target.as_os_str().to_owned();
        path.push(".part");
        let path = PathBuf::from(path);
        let failed = |error| Error::file("write", &path, &error);
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        let len = file.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(Self { file, path, len })
    }

    /// How many bytes it has.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds `bytes`. If they cannot be written, nothing is kept.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        if let Err(error) = self.file.write_all(bytes) {
            self.len = 0;
            return Err(Error::file("write", &self.path, &error));
        }
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Forgets what is there.
    pub fn restart(&mut self) -> Result<()> {
        if self.len > 0 {
            self.len = 0;
            let emptied = self.file.set_len(0).and_then(|()| self.file.rewind());
            emptied.map_err(|error| Error::file("write", &self.path, &error))?;
        }
        Ok(())
    }

    /// Makes it the file `target`, in one step.
    pub fn become_whole(self, target: &Path) -> Result<()> {
        fs::rename(&self.path, target).map_err(|error| Error::file("write", target, &error))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.len == 0 {
            // What cannot be removed is empty, and is not taken for the file.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_full_after_half_of_the_file_gets_its_space_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut part = Part::open(&dir.path().join("a")).unwrap();
        part.append(b"half").unwrap();
        assert_eq!(fs::read(part.path()).unwrap(), b"half");
        part.file = File::options().write(true).open("/dev/full").unwrap();
        let failure = part.append(b"other half").unwrap_err().to_string();
        assert!(failure.contains("a.part: the disk is full ("), "{failure}");
        drop(part);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
