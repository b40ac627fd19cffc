//! The stage: what a lab's first cell loads, and what else labs load, compiled once; each kernel clones it.

use super::bundle::{self, Bundle};
use super::profile::{self, PROFILE};
use super::programs::Programs;
use super::toolchain::Toolchain;
use crate::dirs::Dirs;
use crate::files::{self, text, whole_folder};
use crate::fingerprint::Fingerprint;
use crate::labs;
use crate::process;
use crate::status_line;
use common::{Error, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a stage is made with.
pub struct Inputs<'a> {
    /// The checkout and the cache.
    pub dirs: &'a Dirs,
    /// The compiler.
    pub toolchain: &'a Toolchain,
    /// The folder with `include` and `lib`.
    pub libtorch: &'a Path,
    /// The kernel, which compiles as its cells will be.
    pub programs: &'a Programs,
    /// What builds and kernels have in common in their environment.
    pub environment: &'a BTreeMap<String, String>,
}

/// Compiles the helper crate and all below it, if that is not done already; with a bundle, what it holds is not compiled.
///
/// Cargo works in a folder that is kept, so that it goes on where it was interrupted or where the helper crate did
/// not compile; what is whole is published as a clone of it.
pub fn build(inputs: &Inputs<'_>, bundle: Option<&Bundle>) -> Result<PathBuf> {
    let Inputs { dirs, toolchain, libtorch, programs, environment } = *inputs;
    profile::write(&dirs.cache)?;
    profile::write(&dirs.state())?;
    let base = Fingerprint::default().text(&toolchain.version).text(&text(libtorch)).text(PROFILE).hex();
    let checkout = Fingerprint::default().text(&text(&dirs.checkout)).hex();
    let name = format!("{base}-{checkout}");
    let (work, stage) = (dirs.cache.join("builds").join(&name), dirs.cache.join("stages").join(&name));
    let lock = dirs.checkout.join("Cargo.lock");
    let helper = dirs.helper();
    // The times too: cargo goes by them, and what it finds old each kernel would compile for itself.
    let mut sources = Fingerprint::default().files(&lock)?;
    for folder in [&helper, &dirs.checkout.join("crates/common")] {
        sources = sources.files(folder)?.times(folder)?;
    }
    let more = labs::further_crates(&dirs.notebooks())?;
    let sources = sources.text(&text(&programs.kernel())).text(&more.join("\n")).hex();
    if fs::read_to_string(stage.join(SOURCES)).is_ok_and(|built| built == sources) {
        return Ok(stage);
    }
    status_line::step("what the labs' first cell loads (tch: some minutes, once)", |line| {
        let lock = fs::read(&lock).map_err(|error| Error::file("read", &lock, &error))?;
        if !work.exists()
            && let Some(older) = nearest(&dirs.cache.join("stages"), &base, &lock)
        {
            whole_folder(&work, |new| clone(programs, &older, new))?;
        }
        write(&work.join(LOCK), &lock)?;
        let mut kernel = process::command(programs.kernel());
        kernel.arg("--prepare").arg(&work).arg(dirs.helper()).args(&more).envs(environment);
        kernel.env("CONVLAB_STAGE", &work);
        if let Some(bundle) = bundle {
            bundle.set_env(&mut kernel);
        }
        let compiled = compile(line, &mut kernel);
        if let (Err(failure), Some(_)) = (&compiled, bundle) {
            let reason = bundle::last_line(failure);
            eprintln!("\nthe bundle does not work here, so everything is compiled: {reason}");
            files::remove(&work)?;
            write(&work.join(LOCK), &lock)?;
            kernel.env_remove("RUSTC_WRAPPER");
            compile(line, &mut kernel)?;
        } else {
            compiled?;
        }
        publish(&stage, |new| {
            clone(programs, &work, new)?;
            write(&new.join(SOURCES), sources.as_bytes())
        })
    })?;
    Ok(stage)
}

/// In a stage: the key of what it was compiled from; it is there only when the stage is whole.
const SOURCES: &str = "sources";

/// In a stage: the lock file that every cell is compiled with.
pub const LOCK: &str = "labs.lock";

fn compile(line: &status_line::StatusLine, kernel: &mut Command) -> Result<()> {
    let mut compiled = 0;
    process::watch(kernel, "look at the error; `cargo lab doctor` may name the cause", |text| {
        if let Some(name) = text.trim().strip_prefix("Compiling ") {
            compiled += 1;
            let slow = if name.starts_with("torch-sys") { " (minutes of C++)" } else { "" };
            line.show(&format!("{compiled} crates, {name}{slow}"));
        }
    })
}

/// Copies a folder of compiled things so that cargo finds them fresh.
pub fn clone(programs: &Programs, from: &Path, to: &Path) -> Result<()> {
    let mut kernel = Command::new(programs.kernel());
    process::watch(kernel.arg("--clone").arg(from).arg(to), "cargo lab doctor", |_| {})
}

/// Replaces the old stage by a new one, when no kernel is cloning that.
fn publish(stage: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let cloning = fs::File::open(stage.join(LOCK)).and_then(|file| file.lock().map(|()| file));
    let result = whole_folder(stage, make);
    drop(cloning);
    result
}

/// The stage of another checkout from which the least is left to compile: one with the same lock file, else the
/// newest.
fn nearest(stages: &Path, base: &str, lock: &[u8]) -> Option<PathBuf> {
    let entries = fs::read_dir(stages).into_iter().flatten().flatten().map(|entry| entry.path());
    let fitting = entries.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&format!("{base}-")) && path.join(SOURCES).exists()
    });
    fitting.max_by_key(|path| {
        let same = fs::read(path.join(LOCK)).is_ok_and(|found| found == lock);
        (same, fs::metadata(path.join(SOURCES)).and_then(|meta| meta.modified()).ok())
    })
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, content));
    written.map_err(|error| Error::file("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    fn stage(stages: &Path, name: &str, lock: &str, age: u64) -> PathBuf {
        let stage = stages.join(name);
        write(&stage.join(LOCK), lock.as_bytes()).unwrap();
        write(&stage.join(SOURCES), b"").unwrap();
        let sources = fs::File::options().write(true).open(stage.join(SOURCES)).unwrap();
        sources.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        stage
    }

    #[test]
    fn a_new_checkout_starts_from_the_stage_with_the_same_lock_file_else_from_the_newest() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(nearest(dir.path(), "base", b"new"), None);
        let old = stage(dir.path(), "base-1", "same", 100);
        let newer = stage(dir.path(), "base-2", "other", 50);
        stage(dir.path(), "otherlibtorch-3", "same", 1);
        assert_eq!(nearest(dir.path(), "base", b"same"), Some(old));
        assert_eq!(nearest(dir.path(), "base", b"new"), Some(newer.clone()));
        fs::remove_file(newer.join(SOURCES)).unwrap();
        assert_ne!(nearest(dir.path(), "base", b"new"), Some(newer), "it is not whole");
    }

    #[test]
    fn a_stage_is_not_replaced_while_a_kernel_clones_it() {
        let dir = tempfile::tempdir().unwrap();
        let old = stage(dir.path(), "base-1", "lock", 0);
        let cloning = fs::File::open(old.join(LOCK)).unwrap();
        cloning.lock_shared().unwrap();
        std::thread::scope(|scope| {
            let publishing = scope.spawn(|| publish(&old, |new| write(&new.join("new"), b"")));
            std::thread::sleep(Duration::from_millis(50));
            assert!(!old.join("new").exists());
            drop(cloning);
            publishing.join().unwrap().unwrap();
        });
        assert!(old.join("new").exists());
    }

    /// The crates that a notebook with these lines compiles, each with its features.
    fn crates_of(dirs: &Dirs, lines: &[String]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        let lines: Vec<_> = lines.iter().map(|line| line.trim_start_matches(":dep ")).collect();
        let manifest = format!(
            "[package]\nname = \"ctx\"\nedition = \"2024\"\n\n[dependencies]\nconvlab = {{ path = {:?} }}\n{}\n",
            dirs.helper(),
            lines.join("\n")
        );
        write(&dir.path().join("Cargo.toml"), manifest.as_bytes()).unwrap();
        write(&dir.path().join("src/lib.rs"), b"").unwrap();
        fs::copy(dirs.checkout.join("Cargo.lock"), dir.path().join("Cargo.lock")).unwrap();
        let tree =
            ["tree", "--offline", "--edges=no-dev", "--prefix=none", "--no-dedupe", "--format={p} {f}"];
        let output = Command::new("cargo").args(tree).current_dir(dir.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut crates: Vec<_> =
            String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
        crates.retain(|line| !line.starts_with("ctx "));
        crates.sort();
        crates.dedup();
        crates
    }

    #[test]
    fn what_labs_load_further_down_leaves_the_helpers_crates_as_they_are() {
        let dirs = Dirs::find().unwrap();
        let further = labs::further_crates(&dirs.notebooks()).unwrap();
        let all = crates_of(&dirs, &further);
        let other: Vec<_> = crates_of(&dirs, &[]).into_iter().filter(|line| !all.contains(line)).collect();
        assert!(!further.is_empty() && other.is_empty(), "compiled twice, with other features: {other:?}");
    }
}
