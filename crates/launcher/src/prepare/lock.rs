//! One `cargo lab` at a time prepares a cache.

use crate::dirs::{CACHE_ELSEWHERE, Dirs};
use crate::status_line;
use common::{Error, Result};
use std::fs::{self, File};

/// Waits until no other `cargo lab` prepares in the same cache.
pub fn lock(dirs: &Dirs) -> Result<File> {
    let path = dirs.cache.join("lock");
    let failed = |error: std::io::Error| {
        let what = format!("The cache folder {} cannot be written: {error}.", dirs.cache.display());
        Error::problem(what, CACHE_ELSEWHERE)
    };
    let file = fs::create_dir_all(&dirs.cache).and_then(|()| File::create(&path)).map_err(failed)?;
    if file.try_lock().is_err() {
        status_line::step("waiting for another `cargo lab` that prepares this machine", |_| {
            file.lock().map_err(failed)
        })?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_that_cannot_be_written_is_named_with_the_variable_that_moves_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let dirs = Dirs { checkout: dir.path().to_owned(), cache: file.join("cache") };
        let failure = lock(&dirs).unwrap_err();
        assert!(failure.what().contains("cache") && failure.remedy().contains("CONVLAB_CACHE"), "{failure}");
    }
}
