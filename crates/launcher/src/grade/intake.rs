//! What was handed in, as bytes: whatever lies there, no file keeps the marking waiting or fills its memory.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// The largest notebook that is read, in bytes.
const MAX_BYTES: u64 = 20 << 20;

/// The bytes of a regular file of at most 20 MiB; an error says what it is instead.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    let meta = fs::symlink_metadata(path).map_err(|error| format!("it cannot be read: {error}"))?;
    if meta.is_dir() {
        return Err(format!("it is a folder: name the notebooks in it, {}/*.ipynb", path.display()));
    }
    if !meta.is_file() {
        let kind = if meta.is_symlink() { "a link" } else { "no regular file" };
        return Err(format!("it is {kind}: name the notebook's own file"));
    }
    let file = open(path).map_err(|error| format!("it cannot be read: {error}"))?;
    // It may have been exchanged since.
    if !file.metadata().is_ok_and(|meta| meta.is_file()) {
        return Err("it is no regular file: name the notebook's own file".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("it cannot be read: {error}"))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err("it is larger than 20 MiB: have its outputs cleared before it is handed in".to_owned());
    }
    Ok(bytes)
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    /// Opening a pipe does not wait for its writer.
    const O_NONBLOCK: i32 = if cfg!(target_os = "linux") { 0o4000 } else { 4 };
    OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_a_regular_file_of_a_notebooks_size_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("good"), "{}").unwrap();
        assert_eq!(read(&path("good")).unwrap(), b"{}");
        File::create(path("large")).unwrap().set_len(MAX_BYTES + 1).unwrap();
        File::create(path("full")).unwrap().set_len(MAX_BYTES).unwrap();
        assert_eq!(read(&path("full")).unwrap().len() as u64, MAX_BYTES);
        std::os::unix::fs::symlink(path("good"), path("link")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
        let why = |name: &str| read(&path(name)).unwrap_err();
        assert!(why("large").contains("20 MiB"));
        assert!(why("link").contains("a link"));
        assert!(why("pipe").contains("no regular file"));
        assert!(why("gone").contains("cannot be read"));
        assert!(why("").contains("a folder"));
        assert!(read(Path::new("/dev/zero")).unwrap_err().contains("no regular file"));
    }
}
