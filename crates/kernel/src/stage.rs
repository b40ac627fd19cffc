//! One folder per kernel, cloned from the prepared stage: `KERNELS/PID-TIME/` with a locked file `alive` in it.

use crate::compile_progress;
use crate::evcxr_contract::{CONFIG_FILE, CONFIG_FOLDER, WORK_FOLDER, rustc};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where things lie, as the kernelspec's environment tells.
pub struct Settings {
    stage: PathBuf,
    kernels: PathBuf,
    tools: PathBuf,
}

/// A kernel's own folder; it is removed when this is dropped, or by the next kernel if this one is killed.
pub struct Stage {
    folder: PathBuf,
    _alive: File,
}

impl Settings {
    /// Reads `CONVLAB_STAGE` (the compiled dependencies), `CONVLAB_KERNELS` (where kernels' folders go) and
    /// `CONVLAB_TOOLS` (our `cargo` and `rustup`); `None` if the first is not set.
    pub fn from_env() -> Option<Self> {
        let path = |name| std::env::var_os(name).map(PathBuf::from);
        Some(Self {
            stage: path("CONVLAB_STAGE")?,
            kernels: path("CONVLAB_KERNELS")?,
            tools: path("CONVLAB_TOOLS")?,
        })
    }

    /// Makes this process a kernel of its own: sweeps the dead, clones the stage, points evcxr at the clone.
    pub fn enter(&self) -> Result<Stage, String> {
        let failed = |what: &str, error: io::Error| {
            format!(
                "cannot {what} in {}: {error}; free some space or run `cargo lab doctor`",
                self.kernels.display()
            )
        };
        sweep(&self.kernels);
        let stage =
            Stage::create(&self.kernels).map_err(|error| failed("make the kernel's folder", error))?;
        let work = stage.folder.join("work");
        self.clone_to(&work).map_err(|error| failed("clone the compiled dependencies", error))?;
        let config = stage.folder.join("config");
        write_config(&config).map_err(|error| failed("write evcxr's settings", error))?;
        set_env(WORK_FOLDER, &work);
        // evcxr rewrites a kernel called `rust` that lies here when it is older: keep it away from the user's own.
        set_env("JUPYTER_PATH", &config);
        // Cells may send marked lines: `serve/output.rs` understands them.
        set_env(common::live::SUPPORTED, Path::new("1"));
        self.put_tools_first(&work);
        Ok(stage)
    }

    /// `cargo lab` may put a newer stage in this one's place: not before it is cloned whole, hence the lock.
    fn clone_to(&self, work: &Path) -> io::Result<()> {
        let lock = File::open(self.stage.join("labs.lock"))?;
        lock.lock_shared()?;
        clone_tree(&self.stage, work)
    }

    /// Puts our `cargo` before the real one, told which lock file every call in `work` should find.
    ///
    /// rust-analyzer asks the `bin` in cargo's home for it, and elsewhere for the labs' compiler.
    pub fn put_tools_first(&self, work: &Path) {
        if let Some(toolchain) = std::env::var_os("CONVLAB_TOOLCHAIN") {
            set_env("RUSTC", &Path::new(&toolchain).join("bin/rustc"));
        }
        set_env("CONVLAB_CARGO_HOME", Path::new(&std::env::var_os("CARGO_HOME").unwrap_or_default()));
        set_env("CARGO_HOME", self.tools.parent().unwrap_or(&self.tools));
        set_env("CARGO", &self.tools.join("cargo"));
        set_env("CONVLAB_LOCK", &work.join("labs.lock"));
        set_env(compile_progress::FILE, &work.join("progress"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let tools = std::iter::once(self.tools.clone()).chain(std::env::split_paths(&path));
        if let Ok(path) = std::env::join_paths(tools) {
            set_env("PATH", Path::new(&path));
        }
    }
}

/// Cells are compiled without optimisation: they are seconds of a learner's life; what computes is libtorch.
pub const OPT_LEVEL: &str = "0";

/// The level is that with which evcxr starts; `serve/warm.rs` has the cells' own set after it.
///
/// The prelude is there for its `?`. evcxr learns only from an error that cells may have one, and where the first one
/// stands in a cell's last expression it takes the error for that of `evcxr_display`: a figure would be shown as text.
/// `Any` is a part of types that no cell writes, such as that of a thread's panic.
pub const EVCXR_TOML: &str = r#"[evcxr]
opt_level = "1"
prelude = "use std::any::Any; std::str::from_utf8(b\"\")?;"
"#;

/// Writes evcxr's settings into a folder, and tells evcxr of it.
pub fn write_config(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(CONFIG_FILE), EVCXR_TOML)?;
    set_env(CONFIG_FOLDER, folder);
    Ok(())
}

#[allow(unsafe_code, reason = "evcxr takes its settings from the environment only")]
pub fn set_env(name: &str, value: &Path) {
    // SAFETY: called before any thread is started, or while the others ask for no variable but through std.
    unsafe { std::env::set_var(name, value) }
}

#[allow(unsafe_code, reason = "as for `set_env`")]
pub fn remove_env(name: &str) {
    // SAFETY: as for `set_env`.
    unsafe { std::env::remove_var(name) }
}

impl Stage {
    /// The folder gets its name when its `alive` is locked: until then the sweep of another kernel spares it.
    fn create(kernels: &Path) -> io::Result<Self> {
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let name = format!("{}-{nanos}", std::process::id());
        let new = kernels.join(format!("{NEW}{name}"));
        fs::create_dir_all(&new)?;
        let alive = File::create(new.join("alive"))?;
        alive.lock()?;
        let folder = kernels.join(name);
        fs::rename(&new, &folder)?;
        Ok(Self { folder, _alive: alive })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next kernel's sweep.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// How the name of a folder begins that is being made this moment.
const NEW: &str = "new-";

/// Removes the folders of kernels that are gone: those whose `alive` file nobody holds locked.
pub fn sweep(kernels: &Path) {
    let Ok(entries) = fs::read_dir(kernels) else { return };
    for entry in entries.flatten() {
        let folder = entry.path();
        if entry.file_name().to_string_lossy().starts_with(NEW) && is_fresh(&folder) {
            continue;
        }
        let alive = File::open(folder.join("alive"));
        let living = alive.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
        if !living {
            // What cannot be removed now is left to the next sweep.
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

fn is_fresh(folder: &Path) -> bool {
    let age = fs::metadata(folder).and_then(|meta| meta.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age.as_secs() < 60)
}

/// Copies `from` to `to`, times kept, so that cargo finds everything fresh.
///
/// What compilers write once and replace as a whole (libraries, metadata) is linked, not copied; what cargo
/// rewrites in place (fingerprints, time stamps) is copied, so that no kernel can change another's files. What
/// rustc keeps for compiling the same crate a little faster another time is left out: it is a fifth of it all.
/// Where no hard link can be, in a container whose stage is the image's, a symbolic one is made.
pub fn clone_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_name() == "incremental" {
            continue;
        }
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let meta = fs::symlink_metadata(&source)?;
        if meta.is_dir() {
            clone_tree(&source, &target)?;
        } else if meta.is_symlink() {
            symlink(&fs::read_link(&source)?, &target)?;
        } else if !(is_written_once(&source) && link(&source, &target).is_ok()) {
            fs::copy(&source, &target)?;
            File::options().write(true).open(&target)?.set_modified(meta.modified()?)?;
        }
    }
    let modified = fs::metadata(from)?.modified()?;
    File::open(to)?.set_modified(modified)
}

fn link(source: &Path, target: &Path) -> io::Result<()> {
    match fs::hard_link(source, target) {
        Err(error)
            if matches!(error.kind(), io::ErrorKind::CrossesDevices | io::ErrorKind::PermissionDenied) =>
        {
            symlink(source, target)
        }
        other => other,
    }
}

#[cfg(unix)]
fn symlink(source: &Path, target: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(source, target)
}

#[cfg(not(unix))]
fn symlink(_source: &Path, _target: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// What rust-analyzer is shown of std: its workspace, and the crates whose types cells name.
const STD: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "core",
    "alloc",
    "std",
    "rustc-std-workspace-core",
    "rustc-std-workspace-alloc",
];

/// Makes the folder that stands for std's sources in `work`, where links can be made.
pub fn link_std(toolchain: &Path, work: &Path) -> io::Result<PathBuf> {
    let folder = work.join(rustc::SHOWN_STD_SOURCES);
    fs::create_dir_all(&folder)?;
    for name in STD {
        let target = folder.join(name);
        if !target.exists() {
            symlink(&toolchain.join(rustc::STD_SOURCES).join(name), &target)?;
        }
    }
    Ok(folder)
}

fn is_written_once(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ext| ["rlib", "rmeta", "so", "a", "o", "dylib"].iter().any(|known| ext == *known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage_with(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        dir
    }

    #[test]
    fn a_clone_keeps_times_and_content() {
        let stage =
            stage_with(&[("target/debug/.fingerprint/a/hash", "1"), ("target/debug/deps/liba.rlib", "lib")]);
        let old = SystemTime::now() - std::time::Duration::from_secs(3600);
        let hash = stage.path().join("target/debug/.fingerprint/a/hash");
        File::options().write(true).open(&hash).unwrap().set_modified(old).unwrap();
        let home = tempfile::tempdir().unwrap();
        let clone = home.path().join("work");
        clone_tree(stage.path(), &clone).unwrap();
        let cloned = clone.join("target/debug/.fingerprint/a/hash");
        assert_eq!(fs::read_to_string(&cloned).unwrap(), "1");
        assert_eq!(fs::metadata(&cloned).unwrap().modified().unwrap(), old);
        assert_eq!(fs::read_to_string(clone.join("target/debug/deps/liba.rlib")).unwrap(), "lib");
    }

    #[test]
    fn what_a_kernel_rewrites_in_place_leaves_the_stage_alone() {
        let stage = stage_with(&[("target/debug/.fingerprint/a/hash", "1")]);
        let home = tempfile::tempdir().unwrap();
        let clone = home.path().join("work");
        clone_tree(stage.path(), &clone).unwrap();
        fs::write(clone.join("target/debug/.fingerprint/a/hash"), "2").unwrap();
        assert_eq!(fs::read_to_string(stage.path().join("target/debug/.fingerprint/a/hash")).unwrap(), "1");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_kernel_on_another_file_system_links_what_is_written_once_and_copies_the_rest() {
        use std::os::unix::fs::MetadataExt;
        let stage = stage_with(&[("liba.rlib", "lib"), ("hash", "1")]);
        let device = |path: &Path| path.metadata().unwrap().dev();
        let elsewhere = tempfile::tempdir_in("/dev/shm").ok();
        let Some(elsewhere) = elsewhere.filter(|other| device(other.path()) != device(stage.path())) else {
            println!("skipped: no second file system");
            return;
        };
        let clone = elsewhere.path().join("work");
        clone_tree(stage.path(), &clone).unwrap();
        assert_eq!(fs::read_link(clone.join("liba.rlib")).unwrap(), stage.path().join("liba.rlib"));
        fs::write(clone.join("hash"), "2").unwrap();
        assert_eq!(fs::read_to_string(stage.path().join("hash")).unwrap(), "1");
    }

    #[test]
    fn two_kernels_have_folders_of_their_own_and_the_sweep_spares_the_living() {
        let kernels = tempfile::tempdir().unwrap();
        let (one, two) = (Stage::create(kernels.path()).unwrap(), Stage::create(kernels.path()).unwrap());
        assert_ne!(one.folder, two.folder);
        sweep(kernels.path());
        assert!(one.folder.exists() && two.folder.exists());
    }

    #[test]
    fn the_folder_of_a_killed_kernel_is_swept_by_the_next() {
        let kernels = tempfile::tempdir().unwrap();
        let dead = kernels.path().join("1-1");
        fs::create_dir_all(&dead).unwrap();
        fs::write(dead.join("alive"), "").unwrap();
        fs::write(dead.join("big"), "rest").unwrap();
        sweep(kernels.path());
        assert!(!dead.exists());
    }

    #[test]
    fn a_folder_that_is_being_made_is_spared() {
        let kernels = tempfile::tempdir().unwrap();
        let new = kernels.path().join("new-1-1");
        fs::create_dir_all(&new).unwrap();
        sweep(kernels.path());
        assert!(new.exists());
    }

    #[test]
    fn a_kernel_clones_the_stage_with_its_lock_file_and_waits_while_another_stage_is_put_in_its_place() {
        let stage = stage_with(&[("labs.lock", "tch 0.26"), ("target/liba.rlib", "lib")]);
        let home = tempfile::tempdir().unwrap();
        let settings =
            Settings { stage: stage.path().into(), kernels: home.path().into(), tools: home.path().into() };
        let work = home.path().join("work");
        let replacing = File::open(stage.path().join("labs.lock")).unwrap();
        replacing.lock().unwrap();
        std::thread::scope(|scope| {
            let cloning = scope.spawn(|| settings.clone_to(&work));
            std::thread::sleep(std::time::Duration::from_millis(50));
            assert!(!work.exists());
            replacing.unlock().unwrap();
            cloning.join().unwrap().unwrap();
        });
        assert_eq!(fs::read_to_string(work.join("labs.lock")).unwrap(), "tch 0.26");
        assert!(work.join("target/liba.rlib").exists());
    }

    #[test]
    fn a_kernel_that_cannot_clone_says_what_to_do_and_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let settings =
            Settings { stage: "/nowhere".into(), kernels: home.path().into(), tools: home.path().into() };
        let error = settings.enter().err().unwrap();
        assert!(error.contains("cannot clone") && error.contains("cargo lab doctor"), "{error}");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_kernel_that_ends_removes_its_folder() {
        let kernels = tempfile::tempdir().unwrap();
        let stage = Stage::create(kernels.path()).unwrap();
        let folder = stage.folder.clone();
        drop(stage);
        assert!(!folder.exists());
    }
}
