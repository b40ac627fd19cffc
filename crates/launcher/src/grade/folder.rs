//! The folder in which a marking has its files.

use crate::dirs::Dirs;
use common::{Error, Result};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// A folder of this marking's own, which goes with it; no learner's code writes there.
pub struct Folder(PathBuf, File);

impl Folder {
    /// Also removes what markings left that were killed: their folders are not locked any more.
    pub fn make(dirs: &Dirs) -> Result<Self> {
        let all = dirs.state().join("marking");
        let failed = |error: std::io::Error| Error::file("make the folder", &all, &error);
        for folder in fs::read_dir(&all).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if File::open(folder.join("alive")).is_ok_and(|alive| alive.try_lock().is_ok()) {
                let _ = fs::remove_dir_all(&folder);
            }
        }
        let folder = all.join(std::process::id().to_string());
        fs::create_dir_all(&folder).map_err(failed)?;
        for_owner_alone(&folder).map_err(failed)?;
        let alive = File::create(folder.join("alive")).map_err(failed)?;
        alive.lock().map_err(failed)?;
        Ok(Self(folder, alive))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next marking.
        let _ = self.1.unlock();
        let _ = fs::remove_dir_all(&self.0);
        let _ = self.0.parent().map(fs::remove_dir);
    }
}

/// Nobody else comes through to the folders in it, in some of which all may write.
fn for_owner_alone(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}
