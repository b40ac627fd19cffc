//! The programs that this one only builds and starts: the kernel, its `cargo`, and the downloader.

use super::bundle::{self, Bundle};
use super::sources;
use super::toolchain::Toolchain;
use crate::dirs::{self, Dirs};
use crate::files::{text, whole_folder};
use crate::fingerprint::Fingerprint;
use crate::process;
use crate::status_line;
use common::{Error, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Built programs, in a cache folder that all checkouts with the same sources share.
pub struct Programs {
    /// Where they are.
    pub folder: PathBuf,
}

impl Programs {
    /// The kernel that the kernelspec starts.
    pub fn kernel(&self) -> PathBuf {
        with_exe(&self.folder.join("convlab-kernel"))
    }

    /// The program that downloads data sets and weights.
    pub fn fetch(&self) -> PathBuf {
        with_exe(&self.folder.join("convlab-fetch"))
    }

    /// Removes the folders of kernels that are gone.
    pub fn sweep_kernels(&self, dirs: &Dirs) -> Result<()> {
        let mut kernel = Command::new(self.kernel());
        process::watch(kernel.arg("--sweep").arg(kernels(dirs)), "cargo lab doctor", |_| {})
    }

    /// The program that has a kernel run a learner's functions.
    pub fn grader(&self) -> PathBuf {
        with_exe(&self.folder.join("convlab-grader"))
    }

    /// What the kernel and the helper crate read to find things.
    pub fn environment(&self, dirs: &Dirs) -> BTreeMap<String, String> {
        BTreeMap::from([
            ("CONVLAB_CACHE".to_owned(), text(&dirs.cache)),
            ("CONVLAB_KERNELS".to_owned(), text(&kernels(dirs))),
            ("CONVLAB_TOOLS".to_owned(), text(&self.folder.join("tools/bin"))),
            ("CONVLAB_FETCH".to_owned(), text(&self.fetch())),
        ])
    }
}

/// The crates that are built.
const PACKAGES: [&str; 6] = ["--package", "kernel", "--package", "fetch", "--package", "grader"];

/// Where each running kernel has its folder.
pub fn kernels(dirs: &Dirs) -> PathBuf {
    dirs.state().join("kernels")
}

/// The cargo target folder of these programs, shared by all checkouts: evcxr takes minutes to compile.
pub fn target_folder(dirs: &Dirs, toolchain: &Toolchain) -> PathBuf {
    dirs.cache.join(format!("build-{}", Fingerprint::default().text(&toolchain.version).hex()))
}

/// The programs, taken from a bundle that fits or built, if their sources, the lock file or the compiler changed; and the
/// bundle, for the steps that follow.
pub fn fetch_or_build(dirs: &Dirs, toolchain: &Toolchain) -> Result<(Programs, Option<Bundle>)> {
    let folder = folder(dirs, toolchain)?;
    // After an interruption the programs may be there, and what the bundle holds beside them not yet used.
    if folder.exists() && dirs::is_prepared(&dirs.cache) {
        return Ok((Programs { folder }, None));
    }
    let bundle = bundle::fetch(dirs, toolchain);
    // Its programs may have been taken already, for sources that are gone.
    if let Some(bundle) = bundle.as_ref().filter(|bundle| folder.exists() || bundle.programs().exists()) {
        if !folder.exists() {
            let from = bundle.programs();
            fs::rename(&from, &folder).map_err(|error| Error::file("move", &from, &error))?;
        }
        fetch_sources(dirs);
    } else if !folder.exists() {
        build(dirs, toolchain, &folder)?;
    }
    Ok((Programs { folder }, bundle))
}

/// Where the programs are that are built of these sources by this compiler.
fn folder(dirs: &Dirs, toolchain: &Toolchain) -> Result<PathBuf> {
    let key = sources::fingerprint(dirs, Fingerprint::default().text(&toolchain.version))?.hex();
    Ok(dirs.cache.join(format!("programs-{key}")))
}

fn build(dirs: &Dirs, toolchain: &Toolchain, folder: &Path) -> Result<()> {
    let target = target_folder(dirs, toolchain);
    status_line::step("the Rust kernel (evcxr: several minutes, once)", |line| {
        let total = crate_count(dirs).unwrap_or(0);
        let mut compiled = 0;
        forget_other_checkouts(dirs, &target)?;
        let mut cargo = process::command("cargo");
        cargo.args(["build", "--release", "--locked"]).args(PACKAGES);
        cargo.arg("--target-dir").arg(&target).current_dir(&dirs.checkout);
        process::watch(&mut cargo, "look at the error, then run the same command again", |text| match text
            .trim()
            .strip_prefix("Compiling ")
        {
            None => line.show(text.trim()),
            Some(name) => {
                compiled += 1;
                line.show(&format!("{compiled} of at most {total} crates, {name}"));
            }
        })?;
        whole_folder(folder, |new| collect(&target.join("release"), new))
    })
}

/// Has cargo download what the labs' crates are made of, while Python's packages come; what is missing then it
/// downloads later.
fn fetch_sources(dirs: &Dirs) {
    let mut cargo = process::command("cargo");
    cargo.args(["tree", "--locked", "--package", "convlab", "--edges", "normal,build", "--prefix", "none"]);
    let tree = |line: &status_line::StatusLine| {
        process::watch(cargo.current_dir(&dirs.checkout), "", |text| line.show(text.trim()))
    };
    let _ = status_line::step("the labs' crates from their registry", tree);
}

/// Has cargo compile these crates anew, and what they depend on as it is.
///
/// Cargo goes by times of files and calls crates of all checkouts the same: an older checkout's sources would be taken
/// for those that another one has compiled last.
fn forget_other_checkouts(dirs: &Dirs, target: &Path) -> Result<()> {
    let mut cargo = process::command("cargo");
    cargo.args(["clean", "--release", "--locked"]).args(PACKAGES).args(["--package", "common"]);
    cargo.arg("--target-dir").arg(target).current_dir(&dirs.checkout);
    process::watch(&mut cargo, "look at the error, then run the same command again", |_| {})
}

/// Copies the programs out of cargo's folder; our `cargo` also answers to the names `rustc` and `rustup`.
fn collect(from: &Path, to: &Path) -> Result<()> {
    let copies = [
        ("convlab-kernel", "convlab-kernel"),
        ("convlab-fetch", "convlab-fetch"),
        ("convlab-grader", "convlab-grader"),
        ("convlab-cargo", "tools/bin/cargo"),
        ("convlab-cargo", "tools/bin/rustc"),
        ("convlab-cargo", "tools/bin/rustup"),
    ];
    fs::create_dir_all(to.join("tools/bin")).map_err(|error| Error::file("make the folder", to, &error))?;
    for (built, name) in copies {
        let (from, to) = (with_exe(&from.join(built)), with_exe(&to.join(name)));
        fs::copy(&from, &to).map_err(|error| Error::file("write", &to, &error))?;
    }
    Ok(())
}

fn with_exe(path: &Path) -> PathBuf {
    if cfg!(windows) { path.with_extension("exe") } else { path.to_owned() }
}

fn crate_count(dirs: &Dirs) -> Option<usize> {
    let mut cargo = process::command("cargo");
    cargo.args(["tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    cargo.args(PACKAGES).current_dir(&dirs.checkout);
    let tree = process::output(&mut cargo, "").ok()?;
    Some(
        tree.lines()
            .map(|line| line.trim_end_matches(" (*)"))
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
    )
}
