//! Makes the machine ready, step by step: each step is skipped when its result is there, and leaves either the
//! whole result or nothing.

pub mod data;
pub mod libtorch;
pub mod programs;
pub mod python;
pub mod stage;

mod kernelspec;
mod tidy;
pub use kernelspec::{NAME as KERNEL, STOCK as STOCK_KERNEL};

use crate::failure::{Failure, Result};
use crate::places::Places;
use crate::say;
use programs::Programs;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a prepared machine offers.
pub struct Ready {
    pub places: Places,
    /// The Python of the environment that holds JupyterLab.
    pub python: PathBuf,
    /// The folder to name in `JUPYTER_PATH`.
    pub jupyter_path: PathBuf,
    /// The kernel and the downloader.
    pub programs: Programs,
    /// What each kernel clones.
    pub stage: PathBuf,
    /// What builds and kernels have in common in their environment.
    pub environment: BTreeMap<String, String>,
}

impl Ready {
    /// Prints `export NAME=value` lines for a shell.
    pub fn print_environment(&self) {
        for (name, value) in &self.environment {
            println!("export {name}='{}'", value.replace('\'', r"'\''"));
        }
        println!("export JUPYTER_PATH='{}'", self.jupyter_path.display());
    }
}

/// Prepares everything that labs need; says nothing when all is there.
pub fn prepare(places: &Places) -> Result<Ready> {
    let _only_one = lock(places)?;
    tidy::remove_rests(&places.cache);
    let Tools { toolchain, python, libtorch, programs } = tools(places)?;
    let mut environment = build_environment(&libtorch, &toolchain);
    environment.extend(programs.environment(places));
    let stage = stage::build(places, &toolchain, &libtorch, &programs, &environment)?;
    environment.insert("CONVLAB_STAGE".to_owned(), text(&stage));
    let jupyter_path = kernelspec::write(places, &python, &programs, &environment)?;
    tidy::remove_unused(&places.cache);
    Ok(Ready { places: places.clone(), python, jupyter_path, programs, stage, environment })
}

/// What the labs need and what does not depend on the helper crate.
struct Tools {
    toolchain: Toolchain,
    python: PathBuf,
    libtorch: PathBuf,
    programs: Programs,
}

fn tools(places: &Places) -> Result<Tools> {
    let toolchain = Toolchain::find()?;
    let python = python::environment(places)?;
    let libtorch = libtorch::find_or_assemble(places, &python)?;
    let programs = programs::build(places, &toolchain)?;
    Ok(Tools { toolchain, python, libtorch, programs })
}

/// Prepares Python, libtorch and the kernel: an image's layer that stays when only the labs change.
pub fn prepare_tools(places: &Places) -> Result<()> {
    let _only_one = lock(places)?;
    tools(places).map(drop)
}

/// What was prepared, where it stays as it is: this user cannot change it, or a file `sealed` in the cache says so. An
/// image that holds it all has that file, since root could change everything and lacks what preparing needs.
pub fn as_it_is(places: &Places) -> Result<Option<Ready>> {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    let written = File::options().write(true).open(places.cache.join("lock"));
    let locked = written.is_err_and(|error| matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem));
    if !locked && !places.cache.join("sealed").exists() {
        return Ok(None);
    }
    stage::write_profile(&places.state())?;
    Ok(kernelspec::read(places))
}

/// The kernel's program, if this checkout has built one.
pub fn built_kernel(places: &Places) -> Option<PathBuf> {
    kernelspec::read(places).map(|ready| ready.programs.kernel()).filter(|path| path.exists())
}

/// Whether the long steps are done: of what is left, none needs much room.
pub fn is_prepared(cache: &Path) -> bool {
    fs::read_dir(cache.join("stages")).is_ok_and(|mut stages| stages.next().is_some())
}

/// What a build against libtorch needs in its environment, and nothing else.
pub fn build_environment(libtorch: &Path, toolchain: &Toolchain) -> BTreeMap<String, String> {
    let var = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
    let mut folders = vec![libtorch.join("lib"), toolchain.libraries.clone()];
    folders.extend(std::env::split_paths(&std::env::var_os(var).unwrap_or_default()));
    folders.dedup();
    let joined = std::env::join_paths(&folders).unwrap_or_default();
    let mut environment = BTreeMap::from([
        ("LIBTORCH".to_owned(), text(libtorch)),
        ("CONVLAB_TOOLCHAIN".to_owned(), text(&toolchain.root)),
        (var.to_owned(), joined.to_string_lossy().into_owned()),
    ]);
    // rustup's choice in the checkout must also hold in a kernel's folder, which lies elsewhere.
    if let Ok(name) = std::env::var("RUSTUP_TOOLCHAIN") {
        environment.insert("RUSTUP_TOOLCHAIN".to_owned(), name);
    }
    environment
}

/// The Rust that compiles everything.
pub struct Toolchain {
    /// All that `rustc -vV` says.
    pub version: String,
    pub host: String,
    pub root: PathBuf,
    pub libraries: PathBuf,
}

/// The sources of std: without them no type of a variable is found.
const ADD_SOURCES: &str = "rustup component add rust-src";

const INSTALL_RUST: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";

impl Toolchain {
    pub fn find() -> Result<Self> {
        let rustc = |args: &[&str]| crate::child::output(Command::new("rustc").args(args), INSTALL_RUST);
        let version = rustc(&["-vV"])?;
        let host =
            version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned();
        let root: PathBuf = rustc(&["--print", "sysroot"])?.into();
        if !root.join("lib/rustlib/src/rust/library/core").exists() {
            return Err(Failure::new("Rust's own sources are missing: notebooks need them.", ADD_SOURCES));
        }
        let libraries = rustc(&["--print", "target-libdir"])?.into();
        Ok(Self { version, host, root, libraries })
    }
}

/// Removes the cache folder.
pub fn clean() -> Result<()> {
    let cache = Places::find()?.cache;
    say::step(&format!("removing {}", cache.display()), |_| match fs::remove_dir_all(&cache) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::file("remove", &cache, &error))
        }
        _ => Ok(()),
    })
}

/// Writes the whole file or nothing.
pub fn whole_file(path: &Path, text: &str) -> Result<()> {
    let partial = path.with_extension("partial");
    fs::write(&partial, text).map_err(|error| Failure::file("write", &partial, &error))?;
    fs::rename(&partial, path).map_err(|error| Failure::file("write", path, &error))
}

/// Makes `folder` by `make`, which fills a folder beside it that takes its name only when it is whole.
///
/// What `folder` was before is there until then. The folder beside it is this process's own: what an interrupted
/// one started may still be writing to that of its own.
pub fn whole_folder(folder: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let (partial, old) = (tidy::beside(folder, "partial"), tidy::beside(folder, "old"));
    remove(&partial)?;
    fs::create_dir_all(&partial).map_err(|error| Failure::file("make the folder", &partial, &error))?;
    if let Err(failure) = make(&partial) {
        remove(&partial)?;
        return Err(failure);
    }
    let rename =
        |from: &Path, to: &Path| fs::rename(from, to).map_err(|error| Failure::file("rename to", to, &error));
    if folder.exists() {
        rename(folder, &old)?;
    }
    rename(&partial, folder)?;
    remove(&old)
}

pub(super) fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::file("remove", folder, &error))
        }
        _ => Ok(()),
    }
}

/// The remedy for a cache folder that is full or cannot be written.
pub const CACHE_ELSEWHERE: &str = "export CONVLAB_CACHE=/other/disk/convlab";

/// Waits until no other `cargo lab` prepares in the same cache.
pub fn lock(places: &Places) -> Result<File> {
    let path = places.cache.join("lock");
    let failed = |error: std::io::Error| {
        let what = format!("The cache folder {} cannot be written: {error}.", places.cache.display());
        Failure::new(what, CACHE_ELSEWHERE)
    };
    let file = fs::create_dir_all(&places.cache).and_then(|()| File::create(&path)).map_err(failed)?;
    if file.try_lock().is_err() {
        say::step("waiting for another `cargo lab` that prepares this machine", |_| {
            file.lock().map_err(failed)
        })?;
    }
    Ok(file)
}

/// A path as the text an environment variable holds.
pub fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) -> Result<()> {
        fs::write(path, text).map_err(|error| Failure::file("write", path, &error))
    }

    #[test]
    fn a_folder_whose_making_fails_leaves_nothing_and_an_older_one_stays() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("thing");
        whole_folder(&folder, |new| write(&new.join("a"), "old")).unwrap();
        let failure = whole_folder(&folder, |new| {
            fs::write(new.join("a"), "half").unwrap();
            Err(Failure::new("The network is gone.", "try again"))
        });
        assert_eq!(failure.unwrap_err().remedy(), "try again");
        assert_eq!(fs::read_to_string(folder.join("a")).unwrap(), "old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_rest_of_an_interrupted_making_is_no_part_of_the_next() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("thing");
        let rest = tidy::beside(&folder, "partial");
        fs::create_dir(&rest).unwrap();
        fs::write(rest.join("rest"), "").unwrap();
        whole_folder(&folder, |new| write(&new.join("a"), "new")).unwrap();
        assert!(folder.join("a").exists() && !folder.join("rest").exists());
        whole_folder(&folder, |new| write(&new.join("b"), "newer")).unwrap();
        assert!(folder.join("b").exists() && !folder.join("a").exists());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_named_with_the_variable_that_moves_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let places = Places { checkout: dir.path().to_owned(), cache: file.join("cache") };
        let failure = lock(&places).unwrap_err();
        assert!(failure.what().contains("cache") && failure.remedy().contains("CONVLAB_CACHE"), "{failure}");
    }

    #[test]
    fn a_sealed_cache_is_taken_as_it_is_and_no_other_that_can_be_written() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places { checkout: dir.path().join("course"), cache: dir.path().join("cache") };
        let programs = Programs { folder: places.cache.join("programs-1") };
        let stage = BTreeMap::from([("CONVLAB_STAGE".to_owned(), "a-stage".to_owned())]);
        fs::create_dir_all(&places.cache).unwrap();
        kernelspec::write(&places, Path::new("python"), &programs, &stage).unwrap();
        assert!(as_it_is(&places).unwrap().is_none());
        fs::write(places.cache.join("sealed"), "").unwrap();
        assert_eq!(as_it_is(&places).unwrap().unwrap().stage, Path::new("a-stage"));
    }
}
