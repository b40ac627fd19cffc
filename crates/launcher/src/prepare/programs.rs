//! The programs that this one only builds and starts: the kernel, its `cargo`, and the downloader.

use super::{Toolchain, text, whole_folder};
use crate::child;
use crate::failure::{Failure, Result};
use crate::key::Key;
use crate::places::Places;
use crate::say;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Built programs, in a cache folder that all checkouts with the same sources share.
pub struct Programs {
    pub folder: PathBuf,
}

impl Programs {
    /// The kernel that the kernelspec starts.
    pub fn kernel(&self) -> PathBuf {
        self.folder.join("convlab-kernel")
    }

    /// The program that downloads data sets and weights.
    pub fn fetch(&self) -> PathBuf {
        self.folder.join("convlab-fetch")
    }

    /// Removes the folders of kernels that are gone.
    pub fn sweep_kernels(&self, places: &Places) -> Result<()> {
        let mut kernel = Command::new(self.kernel());
        child::watch(kernel.arg("--sweep").arg(kernels(places)), "cargo lab doctor", |_| {})
    }

    /// What tells the kernel and the helper crate where things lie.
    pub fn environment(&self, places: &Places) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("CONVLAB_CACHE".to_owned(), text(&places.cache)),
            ("CONVLAB_KERNELS".to_owned(), text(&kernels(places))),
            ("CONVLAB_TOOLS".to_owned(), text(&self.folder.join("tools/bin"))),
            ("CONVLAB_FETCH".to_owned(), text(&self.fetch())),
        ])
    }
}

/// Where each running kernel has its folder.
pub fn kernels(places: &Places) -> PathBuf {
    places.state().join("kernels")
}

/// The cargo target folder of `kernel` and `fetch`, shared by all checkouts: evcxr takes minutes to compile.
pub fn target_folder(places: &Places, toolchain: &Toolchain) -> PathBuf {
    places.cache.join(format!("build-{}", Key::default().text(&toolchain.version).hex()))
}

/// Builds the programs if their sources, the lock file or the compiler changed.
pub fn build(places: &Places, toolchain: &Toolchain) -> Result<Programs> {
    let crates = places.checkout.join("crates");
    let key = Key::default()
        .text(&toolchain.version)
        .files(&places.checkout.join("Cargo.lock"))?
        .files(&crates.join("kernel"))?
        .files(&crates.join("fetch"))?
        .hex();
    let folder = places.cache.join(format!("programs-{key}"));
    if !folder.exists() {
        let target = target_folder(places, toolchain);
        say::step("the Rust kernel (evcxr: several minutes, once)", |line| {
            let total = crate_count(places).unwrap_or(0);
            let mut compiled = 0;
            let mut cargo = child::command("cargo");
            cargo.args(["build", "--release", "--locked", "--package", "kernel", "--package", "fetch"]);
            cargo.arg("--target-dir").arg(&target).current_dir(&places.checkout);
            child::watch(
                &mut cargo,
                "look at the error, then run the same command again",
                |text| match text.trim().strip_prefix("Compiling ") {
                    None => line.show(text.trim()),
                    Some(name) => {
                        compiled += 1;
                        line.show(&format!("{compiled} of at most {total} crates, {name}"));
                    }
                },
            )?;
            whole_folder(&folder, |new| collect(&target.join("release"), new))
        })?;
    }
    Ok(Programs { folder })
}

/// Copies the programs out of cargo's folder; our `cargo` also answers to the names `rustc` and `rustup`.
fn collect(from: &Path, to: &Path) -> Result<()> {
    let copies = [
        ("convlab-kernel", "convlab-kernel"),
        ("convlab-fetch", "convlab-fetch"),
        ("convlab-cargo", "tools/bin/cargo"),
        ("convlab-cargo", "tools/bin/rustc"),
        ("convlab-cargo", "tools/bin/rustup"),
    ];
    fs::create_dir_all(to.join("tools/bin")).map_err(|error| Failure::file("make the folder", to, &error))?;
    for (built, name) in copies {
        let (from, to) = (with_exe(&from.join(built)), with_exe(&to.join(name)));
        fs::copy(&from, &to).map_err(|error| Failure::file("write", &to, &error))?;
    }
    Ok(())
}

fn with_exe(path: &Path) -> PathBuf {
    if cfg!(windows) { path.with_extension("exe") } else { path.to_owned() }
}

fn crate_count(places: &Places) -> Option<usize> {
    let mut tree = child::command("cargo");
    tree.args(["tree", "--locked", "--package", "kernel", "--package", "fetch", "--edges", "normal,build"]);
    tree.args(["--prefix", "none", "--format", "{p}"]).current_dir(&places.checkout);
    let told = child::output(&mut tree, "").ok()?;
    Some(
        told.lines()
            .map(|line| line.trim_end_matches(" (*)"))
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
    )
}
