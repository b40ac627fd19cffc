//! libtorch 2.13: the user's own where there is one, else what a CPU needs of the wheel.

use super::python;
use crate::dirs::Dirs;
use crate::files::{text, whole_folder};
use crate::process;
use crate::status_line::{self, StatusLine};
use common::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{env, fs};

/// The only version that tch 0.26 speaks to.
pub const VERSION: &str = "2.13.0";

const ASSEMBLE: &str = include_str!("../python/assemble_libtorch.py");

/// Returns the libtorch folder (`include/` and `lib/` in it).
pub fn find_or_assemble(dirs: &Dirs) -> Result<PathBuf> {
    if let Some(found) = find(|name| env::var_os(name).map(PathBuf::from))? {
        return Ok(found);
    }
    let folder = cached(dirs);
    if !folder.join("lib").exists() {
        status_line::step(&format!("libtorch {VERSION} for this machine's processor"), |line| {
            whole_folder(&folder, |new| assemble(new, line))
        })?;
    }
    check(&folder)?;
    Ok(folder)
}

/// Where a libtorch that this program fetched lies.
pub fn cached(dirs: &Dirs) -> PathBuf {
    dirs.cache.join(format!("libtorch-{VERSION}-{}-{}", env::consts::OS, env::consts::ARCH))
}

/// The user's own libtorch: `$LIBTORCH`, or a PyTorch of the right version in the active environment.
pub fn find(var: impl Fn(&str) -> Option<PathBuf>) -> Result<Option<PathBuf>> {
    if let Some(given) = var("LIBTORCH") {
        check(&given)?;
        return Ok(Some(given));
    }
    let active = [var("CONDA_PREFIX"), var("VIRTUAL_ENV")];
    let inside = active.into_iter().flatten().flat_map(|prefix| [site_packages_torch(&prefix), Some(prefix)]);
    Ok(inside.flatten().find(|folder| check(folder).is_ok()))
}

fn site_packages_torch(prefix: &Path) -> Option<PathBuf> {
    let lib = fs::read_dir(prefix.join("lib")).ok()?;
    lib.flatten().map(|entry| entry.path().join("site-packages/torch")).find(|path| path.exists())
}

/// Whether `folder` is a libtorch of the right version, else what is wrong with it.
pub fn check(folder: &Path) -> Result<()> {
    let remedy =
        format!("unset LIBTORCH (a libtorch {VERSION} is then fetched), or point it at a libtorch {VERSION}");
    let found = version_of(folder)
        .ok_or_else(|| Error::problem(format!("{} holds no libtorch.", folder.display()), remedy.clone()))?;
    if found != VERSION {
        let what = format!("{} holds libtorch {found}, but tch needs {VERSION}.", folder.display());
        return Err(Error::problem(what, remedy));
    }
    Ok(())
}

/// The version that a libtorch folder's own header names.
pub fn version_of(folder: &Path) -> Option<String> {
    let headers = ["include/torch/headeronly/version.h", "include/torch/csrc/api/include/torch/version.h"];
    let header = headers.iter().find_map(|header| fs::read_to_string(folder.join(header)).ok())?;
    let number = |name: &str| {
        let define = format!("#define TORCH_VERSION_{name} ");
        header.lines().find_map(|line| line.strip_prefix(&define).map(|value| value.trim().to_owned()))
    };
    Some(format!("{}.{}.{}", number("MAJOR")?, number("MINOR")?, number("PATCH")?))
}

fn assemble(new: &Path, line: &StatusLine) -> Result<()> {
    let download = new.join("download");
    fs::create_dir_all(&download).map_err(|error| Error::file("make the folder", &download, &error))?;
    let python = python::with_pip(&download)?;
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                line.show(&format!("{} MB so far", size_of(&download) / 1_000_000));
                std::thread::sleep(Duration::from_millis(250));
            }
        });
        let mut command = Command::new(python);
        command.args(["-c", ASSEMBLE, VERSION, &text(new), &text(&download)]).env("TMPDIR", &download);
        let remedy = "look at the network and the free space, then run the same command again";
        let result = process::watch(&mut command, remedy, |_| {});
        done.store(true, Ordering::Relaxed);
        result
    })?;
    fs::remove_dir_all(&download).map_err(|error| Error::file("remove", &download, &error))
}

fn size_of(folder: &Path) -> u64 {
    let below = fs::read_dir(folder).into_iter().flatten().flatten();
    below
        .map(|entry| {
            entry.metadata().map_or(0, |meta| if meta.is_dir() { size_of(&entry.path()) } else { meta.len() })
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn libtorch(version: [u32; 3]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let header = dir.path().join("include/torch/headeronly");
        fs::create_dir_all(&header).unwrap();
        let [major, minor, patch] = version;
        let text = format!(
            "#pragma once\n#define TORCH_VERSION_MAJOR {major}\n#define TORCH_VERSION_MINOR {minor}\n#define TORCH_VERSION_PATCH {patch}\n"
        );
        fs::write(header.join("version.h"), text).unwrap();
        dir
    }

    #[test]
    fn a_libtorch_of_the_right_version_is_taken() {
        let dir = libtorch([2, 13, 0]);
        let found = find(|name| (name == "LIBTORCH").then(|| dir.path().to_owned())).unwrap();
        assert_eq!(found.as_deref(), Some(dir.path()));
    }

    #[test]
    fn a_libtorch_of_another_version_is_refused_with_both_versions() {
        let dir = libtorch([2, 7, 1]);
        let failure = find(|name| (name == "LIBTORCH").then(|| dir.path().to_owned())).unwrap_err();
        assert!(failure.what().contains("2.7.1") && failure.what().contains("2.13.0"), "{failure}");
        assert!(failure.remedy().contains("unset LIBTORCH"), "{failure}");
    }

    #[test]
    fn a_libtorch_variable_that_points_nowhere_is_named() {
        let failure = find(|name| (name == "LIBTORCH").then(|| "/nowhere".into())).unwrap_err();
        assert!(failure.what().contains("/nowhere holds no libtorch"), "{failure}");
    }

    #[test]
    fn a_pytorch_of_another_version_in_the_active_environment_is_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let torch = dir.path().join("lib/python3.12/site-packages");
        fs::create_dir_all(&torch).unwrap();
        let old = libtorch([2, 4, 0]);
        fs::rename(old.path(), torch.join("torch")).unwrap();
        let env = |name: &str| (name == "VIRTUAL_ENV").then(|| dir.path().to_owned());
        assert_eq!(find(env).unwrap(), None);
        fs::remove_dir_all(torch.join("torch")).unwrap();
        let right = libtorch([2, 13, 0]);
        fs::rename(right.path(), torch.join("torch")).unwrap();
        assert_eq!(find(env).unwrap(), Some(torch.join("torch")));
    }
}
