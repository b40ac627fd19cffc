//! The kernel as Jupyter finds it: under a name of our own, in a folder of our own.

use super::labextension;
use super::programs::Programs;
use super::ready::Ready;
use crate::dirs::Dirs;
use crate::files::{text, whole_file};
use crate::fingerprint::Fingerprint;
use common::{Error, Result};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The kernel's name in notebooks.
pub const NAME: &str = "convlab";

/// evcxr as it comes, for comparison.
pub const STOCK: &str = "convlab-stock";

/// What JupyterLab shows for the kernel: a gear round the four weights of a kernel.
const LOGO: &str = include_str!("logo.svg");

/// Writes both kernelspecs and JupyterLab's extensions; returns the folder that `JUPYTER_PATH` must name.
pub fn write(
    dirs: &Dirs,
    python: &Path,
    programs: &Programs,
    environment: &BTreeMap<String, String>,
) -> Result<PathBuf> {
    let folder = folder(dirs);
    let mut environment = environment.clone();
    environment.insert("CONVLAB_MASTERS".to_owned(), text(&dirs.notebooks()));
    // What the kernel's allocator asks for comes in pages of 2 MB otherwise, each of which is cleared first.
    environment.insert("MIMALLOC_ALLOW_THP".to_owned(), "0".to_owned());
    let environment = &environment;
    let mut stock = environment.clone();
    stock.retain(|name, _| !["CONVLAB_STAGE", "CONVLAB_TOOLS", "CONVLAB_KERNELS"].contains(&name.as_str()));
    for (name, title, environment) in
        [(NAME, "Rust", environment), (STOCK, "Rust (evcxr as it comes)", &stock)]
    {
        let spec = json!({
            "argv": [programs.kernel(), "--control_file", "{connection_file}"],
            "display_name": title,
            "language": "rust",
            // The kernel ignores the signal; the cell that computes sees it, stops, and keeps its variables.
            "interrupt_mode": "signal",
            "env": environment,
            "metadata": {"checkout": text(&dirs.checkout), "python": python},
        });
        let path = folder.join("kernels").join(name).join("kernel.json");
        let parent = path.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).map_err(|error| Error::file("make the folder", parent, &error))?;
        whole_file(&path, &format!("{spec:#}\n"))?;
        whole_file(&parent.join("logo-svg.svg"), LOGO)?;
    }
    labextension::write(&folder)?;
    Ok(folder)
}

/// What this checkout's kernelspec says is ready, whether or not it still is.
pub fn read(dirs: &Dirs) -> Option<Ready> {
    let jupyter_path = folder(dirs);
    let path = jupyter_path.join("kernels").join(NAME).join("kernel.json");
    let spec: Value = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
    Some(Ready {
        dirs: dirs.clone(),
        python: spec["metadata"]["python"].as_str()?.into(),
        jupyter_path,
        programs: Programs { folder: Path::new(spec["argv"][0].as_str()?).parent()?.to_owned() },
        stage: spec["env"]["CONVLAB_STAGE"].as_str()?.into(),
        environment: serde_json::from_value(spec["env"].clone()).ok()?,
    })
}

/// The kernel's program, if this checkout has built one.
pub fn built_kernel(dirs: &Dirs) -> Option<PathBuf> {
    read(dirs).map(|ready| ready.programs.kernel()).filter(|path| path.exists())
}

/// Where this checkout's kernelspecs are, in the cache that all checkouts share.
pub fn folder(dirs: &Dirs) -> PathBuf {
    dirs.cache.join("jupyter").join(Fingerprint::default().text(&text(&dirs.checkout)).hex())
}

/// The stages, programs and Python environments that the kernelspecs of all checkouts name, or `None` if one of them
/// cannot be read. The kernelspecs of a checkout that is gone are removed.
pub fn used_by_checkouts(cache: &Path) -> Option<BTreeSet<PathBuf>> {
    let mut used = BTreeSet::new();
    for folder in fs::read_dir(cache.join("jupyter")).ok()?.flatten().map(|entry| entry.path()) {
        let path = folder.join("kernels").join(NAME).join("kernel.json");
        if !path.exists() {
            continue;
        }
        let spec: Value = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
        let checkout = Path::new(spec["metadata"]["checkout"].as_str()?);
        if !checkout.join("crates/launcher/Cargo.toml").exists() {
            // What cannot be removed now is removed by the next run.
            let _ = fs::remove_dir_all(&folder);
            continue;
        }
        used.insert(PathBuf::from(spec["env"]["CONVLAB_STAGE"].as_str()?));
        used.insert(Path::new(spec["argv"][0].as_str()?).parent()?.to_owned());
        used.insert(Path::new(spec["metadata"]["python"].as_str()?).parent()?.parent()?.to_owned());
    }
    Some(used)
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Writes the kernelspec of one checkout that uses the programs, the stage and the Python of this number.
    pub fn write_one(cache: &Path, key: &str, checkout: &Path, number: u32) {
        let folder = cache.join("jupyter").join(key).join("kernels").join(NAME);
        fs::create_dir_all(&folder).unwrap();
        let spec = json!({
            "argv": [cache.join(format!("programs-{number}/convlab-kernel"))],
            "env": {"CONVLAB_STAGE": cache.join(format!("stages/a-{number}"))},
            "metadata": {"checkout": checkout, "python": cache.join(format!("python-{number}/bin/python"))},
        });
        fs::write(folder.join("kernel.json"), spec.to_string()).unwrap();
    }

    #[test]
    fn what_a_written_kernelspec_names_counts_as_used() {
        let dir = tempfile::tempdir().unwrap();
        let dirs = Dirs { checkout: dir.path().join("checkout"), cache: dir.path().join("cache") };
        fs::create_dir_all(dirs.checkout.join("crates/launcher")).unwrap();
        fs::write(dirs.checkout.join("crates/launcher/Cargo.toml"), "").unwrap();
        let stage = dirs.cache.join("stages/a-1");
        let environment = BTreeMap::from([("CONVLAB_STAGE".to_owned(), text(&stage))]);
        let programs = Programs { folder: dirs.cache.join("programs-1") };
        let python = dirs.cache.join("python-1");
        write(&dirs, &python.join("bin/python"), &programs, &environment).unwrap();
        let ready = read(&dirs).unwrap();
        assert_eq!((ready.programs.kernel(), &ready.stage), (programs.kernel(), &stage));
        assert_eq!(ready.python, python.join("bin/python"));
        assert_eq!(ready.environment["CONVLAB_STAGE"], text(&stage));
        let used = used_by_checkouts(&dirs.cache).unwrap();
        assert_eq!(used, BTreeSet::from([programs.folder, stage, python]));
    }
}
