//! Keeps the cache from growing for ever: leftovers of interrupted runs, and what no checkout uses any more.

use super::kernelspec;
use crate::files::is_partial;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// Removes what makings that were interrupted have left. Nobody may be making anything meanwhile.
pub fn remove_partial(cache: &Path) {
    for folder in [cache.to_owned(), cache.join("stages"), cache.join("builds"), cache.join("tests")] {
        for path in entries(&folder).filter(|path| is_partial(path)) {
            // What cannot be removed now is removed by the next run.
            let _ = fs::remove_dir_all(path);
        }
    }
}

/// Removes programs, Python environments and stages that no checkout's kernelspec names, and the folders in which the
/// latter were built and tested. What runs is spared; a kernel that runs has cloned its stage and needs it no more.
pub fn remove_unused(cache: &Path) {
    // Without knowing what is used nothing is removed.
    let Some(used) = kernelspec::used_by_checkouts(cache) else { return };
    let programs = entries(cache).filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        ["programs-", "python-", "bundle-"].iter().any(|start| name.starts_with(start))
    });
    let stages = entries(&cache.join("stages"));
    let workplaces = entries(&cache.join("builds")).chain(entries(&cache.join("tests")));
    let stage_of = |path: &PathBuf| cache.join("stages").join(path.file_name().unwrap_or_default());
    let unused = programs
        .filter(|path| !runs(path))
        .chain(stages)
        .filter(|path| !used.contains(path))
        .chain(workplaces.filter(|path| !used.contains(&stage_of(path))));
    for folder in unused {
        let _ = fs::remove_dir_all(folder);
    }
}

/// Whether a kernel or JupyterLab is running from this folder: each holds a file of its own locked.
fn runs(folder: &Path) -> bool {
    ["convlab-kernel", "convlab-kernel.exe", "requirements.txt"].iter().any(|name| {
        let file = File::open(folder.join(name));
        file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    })
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 11] = [
        "python-1",
        "python-2",
        "programs-1",
        "programs-2",
        "stages/a-1",
        "stages/a-2",
        "builds/a-1",
        "builds/a-2",
        "tests/a-1",
        "tests/a-2",
        "data",
    ];
    const USED: [&str; 6] = ["python-1", "programs-1", "stages/a-1", "builds/a-1", "tests/a-1", "data"];

    /// A cache with one checkout's kernelspec, and two of everything: the second is not used.
    fn cache() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let checkout = dir.path().join("checkout");
        fs::create_dir_all(checkout.join("crates/launcher")).unwrap();
        fs::write(checkout.join("crates/launcher/Cargo.toml"), "").unwrap();
        let cache = dir.path().join("cache");
        for name in ALL {
            fs::create_dir_all(cache.join(name)).unwrap();
        }
        fs::write(cache.join("programs-1/convlab-kernel"), "").unwrap();
        fs::write(cache.join("programs-2/convlab-kernel"), "").unwrap();
        fs::write(cache.join("python-2/requirements.txt"), "").unwrap();
        kernelspec::tests::write_one(&cache, "one", &checkout, 1);
        (dir, cache)
    }

    fn there(cache: &Path) -> Vec<String> {
        ALL.iter().filter(|name| cache.join(name).exists()).map(ToString::to_string).collect()
    }

    #[test]
    fn what_no_checkout_uses_is_removed_and_the_rest_stays() {
        let (_dir, cache) = cache();
        remove_unused(&cache);
        assert_eq!(there(&cache), USED);
    }

    #[test]
    fn what_a_kernel_or_jupyterlab_runs_from_is_spared() {
        for file in ["programs-2/convlab-kernel", "python-2/requirements.txt"] {
            let (_dir, cache) = cache();
            let path = cache.join(file);
            let running = File::open(&path).unwrap();
            running.lock_shared().unwrap();
            remove_unused(&cache);
            assert!(path.exists());
            drop(running);
            remove_unused(&cache);
            assert!(!path.exists());
        }
    }

    #[test]
    fn what_a_checkout_used_that_is_gone_is_removed_with_its_kernelspec() {
        let (dir, cache) = cache();
        kernelspec::tests::write_one(&cache, "two", &dir.path().join("gone"), 2);
        remove_unused(&cache);
        assert_eq!(there(&cache), USED);
        assert!(!cache.join("jupyter/two").exists() && cache.join("jupyter/one").exists());
    }

    #[test]
    fn a_kernelspec_that_cannot_be_read_keeps_everything() {
        let (_dir, cache) = cache();
        fs::write(cache.join("jupyter/one/kernels/convlab/kernel.json"), "{").unwrap();
        let before = there(&cache);
        remove_unused(&cache);
        assert_eq!(there(&cache), before);
    }

    #[test]
    fn rests_of_interrupted_runs_are_removed_and_nothing_else() {
        let (_dir, cache) = cache();
        let before = there(&cache);
        for leftover in ["libtorch-2.13.0-linux.partial-77", "stages/a-1.old-77", "tests/a-1.partial-77"] {
            fs::create_dir_all(cache.join(leftover).join("lib")).unwrap();
        }
        remove_partial(&cache);
        assert_eq!(there(&cache), before);
        assert_eq!(entries(&cache).filter(|path| is_partial(path)).count(), 0);
        assert!(!cache.join("stages/a-1.old-77").exists() && !cache.join("tests/a-1.partial-77").exists());
    }
}
