//! Files and folders that are written whole or not at all.

use common::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Writes the whole file or nothing.
pub fn whole_file(path: &Path, text: &str) -> Result<()> {
    common::files::write(path, text).map_err(|error| Error::file("write", path, &error))
}

/// Makes `folder` by `make`, which fills a folder beside it that takes its name only when it is whole.
///
/// What `folder` was before is there until then. The folder beside it is this process's own: what an interrupted
/// one started may still be writing to that of its own.
pub fn whole_folder(folder: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let (partial, old) = (beside(folder, "partial"), beside(folder, "old"));
    remove(&partial)?;
    fs::create_dir_all(&partial).map_err(|error| Error::file("make the folder", &partial, &error))?;
    if let Err(failure) = make(&partial) {
        remove(&partial)?;
        return Err(failure);
    }
    let rename =
        |from: &Path, to: &Path| fs::rename(from, to).map_err(|error| Error::file("rename to", to, &error));
    if folder.exists() {
        rename(folder, &old)?;
    }
    rename(&partial, folder)?;
    remove(&old)
}

/// Removes a folder with all that is in it; one that is not there is no failure.
pub fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::file("remove", folder, &error))
        }
        _ => Ok(()),
    }
}

/// The folder beside `folder` that this process makes or takes away: `NAME.WHAT-PID`.
fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!("{name}.{what}-{}", std::process::id()))
}

/// Whether a making that was interrupted has left this folder.
pub fn is_partial(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let process = [".partial-", ".old-"].iter().find_map(|mark| Some(name.rsplit_once(mark)?.1.to_owned()));
    process.is_some_and(|process| process.parse::<u32>().is_ok())
}

/// A path as the text an environment variable holds.
pub fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) -> Result<()> {
        fs::write(path, text).map_err(|error| Error::file("write", path, &error))
    }

    #[test]
    fn a_folder_whose_making_fails_leaves_nothing_and_an_older_one_stays() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("thing");
        whole_folder(&folder, |new| write(&new.join("a"), "old")).unwrap();
        let failure = whole_folder(&folder, |new| {
            fs::write(new.join("a"), "half").unwrap();
            Err(Error::problem("The network is gone.", "try again"))
        });
        assert_eq!(failure.unwrap_err().remedy(), "try again");
        assert_eq!(fs::read_to_string(folder.join("a")).unwrap(), "old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_leftovers_of_an_interrupted_making_are_not_in_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("thing");
        let leftover = beside(&folder, "partial");
        fs::create_dir(&leftover).unwrap();
        fs::write(leftover.join("leftover"), "").unwrap();
        whole_folder(&folder, |new| write(&new.join("a"), "new")).unwrap();
        assert!(folder.join("a").exists() && !folder.join("leftover").exists());
        whole_folder(&folder, |new| write(&new.join("b"), "newer")).unwrap();
        assert!(folder.join("b").exists() && !folder.join("a").exists());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
