//! Compiled cells, by the sum of what they were compiled from; all kernels of a user share them.

use common::files::{is_partial, write};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How much the store may hold; a cell takes some ten kilobytes.
const MAX_BYTES: u64 = 200_000_000;

/// What is being written is gone after this time, or was left by a writer that was killed.
const LONGEST_WRITING: Duration = Duration::from_secs(600);

/// A folder with a file for each cell: 32 bytes, the SHA-256 of the rest, then the library.
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store in the folder that `CONVLAB_CACHE` names, if it is set.
    pub fn from_env() -> Option<Self> {
        std::env::var_os("CONVLAB_CACHE").map(|cache| Self::at(&Path::new(&cache).join("cells")))
    }

    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Writes the library to `to` and says so, if it is here whole; what is not whole is removed.
    pub fn fetch(&self, key: &str, to: &Path) -> bool {
        let path = self.folder.join(key);
        let Ok(entry) = fs::read(&path) else { return false };
        let whole =
            entry.split_first_chunk::<32>().filter(|(sum, library)| Sha256::digest(library)[..] == sum[..]);
        let Some((_, library)) = whole else {
            let _ = fs::remove_file(&path);
            return false;
        };
        // Its time is that of its last use.
        let _ = File::options().write(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        write(to, library).is_ok()
    }

    /// Keeps the library; where that is not possible it is compiled again the next time.
    pub fn keep(&self, key: &str, library: &Path) {
        let kept = fs::read(library).and_then(|library| {
            fs::create_dir_all(&self.folder)?;
            write(&self.folder.join(key), [&Sha256::digest(&library)[..], &library].concat())
        });
        if kept.is_ok() {
            self.prune(MAX_BYTES);
        }
    }

    /// Removes what was not used for longest until the rest is small enough, and what killed writers have left.
    fn prune(&self, most: u64) {
        let mut entries: Vec<_> = fs::read_dir(&self.folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let meta = entry.metadata().ok()?;
                Some((meta.modified().ok()?, meta.len(), entry.path()))
            })
            .collect();
        entries.sort_unstable();
        let mut bytes: u64 = entries.iter().map(|(_, length, _)| length).sum();
        for (time, length, path) in entries {
            let partial = is_partial(&path);
            let old = time.elapsed().is_ok_and(|age| age > LONGEST_WRITING);
            if bytes > most && !partial || partial && old {
                let _ = fs::remove_file(path);
                bytes -= length;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A store with one cell in it, and a folder for what is fetched.
    fn store_with(key: &str, library: &[u8]) -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::at(&dir.path().join("cells"));
        keep(&store, dir.path(), key, library);
        (dir, store)
    }

    fn keep(store: &Store, dir: &Path, key: &str, library: &[u8]) {
        let path = dir.join(format!("made-{key}.so"));
        fs::write(&path, library).unwrap();
        store.keep(key, &path);
    }

    fn fetched(store: &Store, dir: &Path, key: &str) -> Option<Vec<u8>> {
        let to = dir.join("fetched.so");
        let found = store.fetch(key, &to);
        assert_eq!(found, to.exists(), "nothing is left half-written");
        found.then(|| fs::read(&to).unwrap())
    }

    fn files(store: &Store) -> Vec<String> {
        let names = fs::read_dir(&store.folder).into_iter().flatten().flatten();
        names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn what_is_kept_is_fetched_and_nothing_else_is() {
        let (dir, store) = store_with("a", b"library");
        assert_eq!(fetched(&store, dir.path(), "b"), None);
        assert_eq!(fetched(&store, dir.path(), "a").unwrap(), b"library");
    }

    #[test]
    fn an_entry_that_is_cut_short_or_altered_is_removed_and_not_used() {
        let damage: [fn(&mut Vec<u8>); 4] = [
            |entry| entry.truncate(entry.len() - 1),
            |entry| entry.truncate(10),
            |entry| *entry.last_mut().unwrap() ^= 1,
            |entry| entry[0] ^= 1,
        ];
        for alter in damage {
            let (dir, store) = store_with("a", b"library");
            let path = store.folder.join("a");
            let mut entry = fs::read(&path).unwrap();
            alter(&mut entry);
            fs::write(&path, entry).unwrap();
            assert_eq!(fetched(&store, dir.path(), "a"), None);
            assert!(!path.exists());
            keep(&store, dir.path(), "a", b"library");
            assert_eq!(fetched(&store, dir.path(), "a").unwrap(), b"library");
        }
    }

    #[test]
    fn a_place_that_cannot_be_a_folder_keeps_nothing() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("cells"), "").unwrap();
        let store = Store::at(&dir.path().join("cells"));
        keep(&store, dir.path(), "a", b"library");
        assert_eq!(fetched(&store, dir.path(), "a"), None);
    }

    #[test]
    fn what_a_killed_writer_left_is_no_entry_and_goes_when_it_is_old() {
        let (dir, store) = store_with("a", b"library");
        let mut rest = PathBuf::new();
        // A writer that is killed gives the file no name.
        let killed = common::files::write_with(&store.folder.join("b"), |partial| {
            rest = partial.with_file_name(format!("{}-", partial.file_name().unwrap().to_string_lossy()));
            fs::write(&rest, b"libr")
        });
        assert!(killed.is_err() && is_partial(&rest));
        assert_eq!(fetched(&store, dir.path(), "b"), None);
        store.prune(MAX_BYTES);
        assert!(rest.exists(), "it may be in the making");
        let old = SystemTime::now() - 2 * LONGEST_WRITING;
        File::options().write(true).open(&rest).unwrap().set_modified(old).unwrap();
        store.prune(MAX_BYTES);
        assert_eq!(files(&store), ["a"]);
    }

    #[test]
    fn many_writers_and_readers_of_one_entry_only_ever_see_it_whole() {
        let (dir, store) = store_with("a", &[7; 100_000]);
        std::thread::scope(|scope| {
            for reader in 0..4 {
                let (store, dir) = (&store, dir.path());
                scope.spawn(move || {
                    let to = dir.join(format!("to-{reader}.so"));
                    for _ in 0..50 {
                        assert!(store.fetch("a", &to));
                        assert_eq!(fs::read(&to).unwrap(), [7; 100_000]);
                    }
                });
            }
            let path = dir.path().join("made-a.so");
            for _ in 0..50 {
                store.keep("a", &path);
            }
        });
    }

    #[test]
    fn the_store_stays_small_and_keeps_what_was_used_last() {
        let (dir, store) = store_with("a", &[1; 1000]);
        for (key, age) in [("b", 20), ("c", 10)] {
            keep(&store, dir.path(), key, &[1; 1000]);
            let time = SystemTime::now() - Duration::from_secs(age);
            File::options().write(true).open(store.folder.join(key)).unwrap().set_modified(time).unwrap();
        }
        assert!(fetched(&store, dir.path(), "b").is_some());
        store.prune(2500);
        let mut left = files(&store);
        left.sort();
        assert_eq!(left, ["a", "b"]);
    }
}
