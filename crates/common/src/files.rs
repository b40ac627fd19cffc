//! Files that are there whole or not at all, whoever reads or interrupts meanwhile.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How the names of files begin that are not whole yet.
const PARTIAL: &str = ".partial-";

/// Writes `content` to `path`, whole or not at all; until then, what was there stays.
///
/// # Errors
/// If the file cannot be written; nothing is left of it.
///
/// ```
/// # let dir = tempfile::tempdir()?;
/// common::files::write(&dir.path().join("a.txt"), "all of it")?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    write_with(path, |partial| File::create(partial)?.write_all(content.as_ref()))
}

/// As [`write()`], but `write` makes the file at the path that it is given: beside `path`, with the same ending.
///
/// # Errors
/// If `write` fails or the file cannot be given its name; nothing is left of it.
pub fn write_with(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let partial = partial(path);
    let written = write(&partial).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // What is half-written is of no use to anybody.
        let _ = fs::remove_file(&partial);
    }
    written
}

/// Whether `path` is a file that [`write()`] had begun, so that a process that was killed may have left it.
pub fn is_partial(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PARTIAL))
}

/// A name beside `path` that no other thread or process uses.
fn partial(path: &Path) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{PARTIAL}{process}-{count}-{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_that_cannot_be_finished_leaves_the_old_one_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.txt");
        write(&path, "old").unwrap();
        let failed = write_with(&path, |partial| {
            assert!(is_partial(partial) && partial.extension().unwrap() == "txt");
            fs::write(partial, "half")?;
            Err(io::Error::other("full"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "full");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(dir.path()), ["a.txt"]);
        assert!(!is_partial(&path));
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(write(Path::new("/nowhere/at/all/a.txt"), "a").is_err());
    }

    #[test]
    fn many_writers_and_readers_only_ever_see_a_whole_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        write(&path, vec![0; 100_000]).unwrap();
        std::thread::scope(|scope| {
            for writer in 0..4u8 {
                let path = &path;
                scope.spawn(move || (0..20).for_each(|_| write(path, vec![writer; 100_000]).unwrap()));
            }
            for _ in 0..40 {
                let read = fs::read(&path).unwrap();
                assert!(read.len() == 100_000 && read.iter().all(|byte| *byte == read[0]));
            }
        });
        assert_eq!(names(dir.path()), ["a"]);
    }
}
