//! The kernel in other Jupyters than ours: copies of this checkout's kernelspec, which follow it when it changes.

use super::kernelspec::{NAME, folder};
use super::labextension;
use crate::dirs::Dirs;
use crate::files::{self, text, whole_file};
use common::{Error, Result};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// In the folder of a checkout's kernelspecs: where else they are, a folder a line.
const LIST: &str = "installed.txt";

/// Copies the kernelspec, and the extensions of JupyterLab that show its views, below `data`, a folder in which Jupyter
/// looks for both; returns the kernelspec's folder.
pub fn install(dirs: &Dirs, data: &Path) -> Result<PathBuf> {
    let copy = copy_in(data)?;
    if copy.exists() && !is_ours(&copy) {
        let what = format!("{} holds another kernel of that name.", copy.display());
        return Err(Error::problem(what, format!("remove it: jupyter kernelspec uninstall {NAME}")));
    }
    write(dirs, &copy)?;
    let mut all = listed(&folder(dirs));
    all.insert(copy.clone());
    // Where the cache cannot be written, as in an image, the kernel never changes.
    let _ = keep(dirs, &all);
    Ok(copy)
}

/// Removes the copy below `data`; returns its folder.
pub fn uninstall(dirs: &Dirs, data: &Path) -> Result<PathBuf> {
    let copy = copy_in(data)?;
    if !is_ours(&copy) {
        let what = format!("{} is no kernel that `cargo lab kernel install` has made.", copy.display());
        return Err(Error::problem(
            what,
            "name the folder in which it is: --user, --sys-prefix or --prefix DIR",
        ));
    }
    remove(&copy)?;
    let mut all = listed(&folder(dirs));
    all.remove(&copy);
    keep(dirs, &all)?;
    Ok(copy)
}

/// Writes this checkout's copies anew; one that somebody has removed or replaced is left alone from then on.
pub fn refresh(dirs: &Dirs) -> Result<()> {
    let all = listed(&folder(dirs));
    let ours: BTreeSet<_> = all.iter().filter(|copy| is_ours(copy)).cloned().collect();
    // What cannot be written belongs to another user, such as root, who will prepare too.
    ours.iter().for_each(|copy| drop(write(dirs, copy)));
    if ours == all { Ok(()) } else { keep(dirs, &ours) }
}

/// Removes the copies of every checkout of this cache: without it they could not start.
pub fn remove_all(cache: &Path) -> Result<()> {
    let checkouts = fs::read_dir(cache.join("jupyter")).into_iter().flatten().flatten();
    let copies: BTreeSet<_> = checkouts.flat_map(|checkout| listed(&checkout.path())).collect();
    copies.iter().filter(|copy| is_ours(copy)).try_for_each(|copy| remove(copy))
}

fn copy_in(data: &Path) -> Result<PathBuf> {
    let copy = data.join("kernels").join(NAME);
    std::path::absolute(&copy).map_err(|error| Error::file("find", &copy, &error))
}

fn write(dirs: &Dirs, copy: &Path) -> Result<()> {
    let own = folder(dirs).join("kernels").join(NAME);
    fs::create_dir_all(copy).map_err(|error| Error::file("make the folder", copy, &error))?;
    for name in ["kernel.json", "logo-svg.svg"] {
        let file = own.join(name);
        let content = fs::read_to_string(&file).map_err(|error| Error::file("read", &file, &error))?;
        whole_file(&copy.join(name), &content)?;
    }
    labextension::write(data_of(copy))
}

fn remove(copy: &Path) -> Result<()> {
    files::remove(copy)?;
    labextension::remove(data_of(copy))
}

/// The folder below which [`copy_in`] has put this copy.
fn data_of(copy: &Path) -> &Path {
    copy.ancestors().nth(2).unwrap_or(copy)
}

/// Whether this folder holds a kernelspec of some checkout.
fn is_ours(copy: &Path) -> bool {
    let read = || serde_json::from_str::<Value>(&fs::read_to_string(copy.join("kernel.json")).ok()?).ok();
    read().is_some_and(|spec| spec["metadata"]["checkout"].is_string())
}

fn listed(folder: &Path) -> BTreeSet<PathBuf> {
    let list = fs::read_to_string(folder.join(LIST)).unwrap_or_default();
    list.lines().map(PathBuf::from).collect()
}

fn keep(dirs: &Dirs, copies: &BTreeSet<PathBuf>) -> Result<()> {
    let lines: String = copies.iter().map(|copy| text(copy) + "\n").collect();
    whole_file(&folder(dirs).join(LIST), &lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepare::{kernelspec, programs::Programs};
    use std::collections::BTreeMap;

    fn prepared(dir: &Path, stage: &str) -> Dirs {
        let dirs = Dirs { checkout: dir.join("course"), cache: dir.join("cache") };
        let programs = Programs { folder: dirs.cache.join("programs-1") };
        let environment = BTreeMap::from([("CONVLAB_STAGE".to_owned(), stage.to_owned())]);
        kernelspec::write(&dirs, Path::new("python"), &programs, &environment).unwrap();
        dirs
    }

    #[test]
    fn a_copy_follows_the_checkouts_kernel_until_it_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let dirs = prepared(dir.path(), "first");
        let data = dir.path().join("share/jupyter");
        let copy = install(&dirs, &data).unwrap();
        assert_eq!(copy, data.join("kernels/convlab"));
        let stage = || fs::read_to_string(copy.join("kernel.json")).unwrap();
        assert!(stage().contains("first") && copy.join("logo-svg.svg").exists());
        let view = data.join("labextensions/convlab-view/static/remoteEntry.js");
        assert!(view.exists(), "sliders need it");
        refresh(&prepared(dir.path(), "second")).unwrap();
        assert!(stage().contains("second"));
        assert_eq!(uninstall(&dirs, &data), Ok(copy.clone()));
        refresh(&dirs).unwrap();
        assert!(!copy.exists() && !view.exists());
        assert!(uninstall(&dirs, &data).unwrap_err().remedy().contains("--prefix"));
    }

    #[test]
    fn another_kernel_of_that_name_is_neither_replaced_nor_removed() {
        let dir = tempfile::tempdir().unwrap();
        let dirs = prepared(dir.path(), "first");
        let data = dir.path().join("share/jupyter");
        let copy = install(&dirs, &data).unwrap();
        fs::write(copy.join("kernel.json"), r#"{"argv": ["evcxr_jupyter"]}"#).unwrap();
        refresh(&dirs).unwrap();
        assert!(install(&dirs, &data).is_err() && uninstall(&dirs, &data).is_err());
        remove_all(&dirs.cache).unwrap();
        assert!(fs::read_to_string(copy.join("kernel.json")).unwrap().contains("evcxr_jupyter"));
    }

    #[test]
    fn a_cache_that_is_removed_takes_the_kernels_with_it_that_could_not_start_without_it() {
        let dir = tempfile::tempdir().unwrap();
        let dirs = prepared(dir.path(), "first");
        let copies = ["one", "two"].map(|name| install(&dirs, &dir.path().join(name)).unwrap());
        remove_all(&dirs.cache).unwrap();
        assert!(copies.iter().all(|copy| !copy.exists()));
    }
}
