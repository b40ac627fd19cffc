//! Where learners' code runs: a new root with an allow-list, made by bubblewrap, from which nothing leads outside.

mod seccomp;

use crate::dirs::Dirs;
use crate::files::text;
use crate::prepare::Ready;
use crate::prepare::programs::kernels;
use crate::process;
use common::{Error, Result};
use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the notebook and what is to be checked lie in the sandbox.
pub const JOB: &str = "/convlab-job";

/// The working folder in the sandbox.
pub const WORK: &str = "/convlab-work";

/// Of the system: programs and libraries, no home, no `/run`, no settings but those of the loader.
const SYSTEM: [&str; 10] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
];

/// How learners' code is kept apart from the machine and from each other.
pub struct Sandbox {
    /// Whether it is: `false` only when the lecturer has said `--without-isolation`.
    isolated: bool,
    is_root: bool,
    /// What can be read in it.
    visible: Vec<PathBuf>,
    /// Where kernels have their folders, there as here.
    kernels: PathBuf,
    /// The filter of system calls, as bubblewrap reads it.
    filter: PathBuf,
    /// The most bytes that can be written to each of its folders.
    bytes: u64,
}

impl Sandbox {
    /// Makes sure that code can be isolated here; `folder` keeps the filter of system calls.
    ///
    /// # Errors
    /// If something is missing for it, named with what to type.
    pub fn new(ready: &Ready, folder: &Path, gib: u32) -> Result<Self> {
        let is_root = fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0);
        let filter = folder.join("seccomp.bpf");
        let program = seccomp::filter().ok_or_else(|| refused("this kind of processor has no filter yet"))?;
        fs::write(&filter, program).map_err(|error| Error::file("write", &filter, &error))?;
        let bytes = u64::from(gib) << 30;
        let (visible, kernels) = (visible(ready), kernels(&ready.dirs));
        let sandbox = Self { isolated: true, is_root, visible, kernels, filter, bytes };
        let mut probe = sandbox.command(folder, 0, Path::new("true"));
        process::output(&mut probe, "").map_err(|failure| refused(failure.what()))?;
        Ok(sandbox)
    }

    /// None at all: the code runs as this user, with all that this user may do.
    pub fn without_isolation(ready: &Ready) -> Self {
        let kernels = kernels(&ready.dirs);
        Self { isolated: false, is_root: false, visible: vec![], kernels, filter: PathBuf::new(), bytes: 0 }
    }

    /// Whether it isolates.
    pub fn is_isolated(&self) -> bool {
        self.isolated
    }

    /// `path` in the folder of a job, as `program` finds it.
    pub fn job_file(&self, job: &Path, name: &str) -> String {
        if self.isolated { format!("{JOB}/{name}") } else { text(&job.join(name)) }
    }

    /// A call of `program`, which sees the files of `job`; sandboxes of other numbers cannot signal it.
    pub fn command(&self, job: &Path, number: u32, program: &Path) -> Command {
        if !self.isolated {
            return process::command(program);
        }
        // The shell opens the filter's file: what this program opens is closed in its children.
        let mut command = process::command("sh");
        command.args(["-c", r#"exec bwrap --seccomp 9 "$@" 9<"$0""#]).arg(&self.filter);
        command.args(self.arguments(job)).arg("--");
        if self.is_root {
            // A user of its own, so that limits of processes count for it alone.
            let user = (61_000 + number % 4_000).to_string();
            command.args(["setpriv", "--reuid", &user, "--regid", &user, "--clear-groups"]);
            command.args(["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"]);
        }
        command.arg(program);
        command
    }

    fn arguments(&self, job: &Path) -> Vec<OsString> {
        let mut arguments: Vec<OsString> =
            ["--die-with-parent", "--new-session", "--clearenv"].map(Into::into).into();
        let namespaces =
            ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"];
        arguments.extend(namespaces.map(Into::into));
        if self.is_root {
            // Those with which `setpriv` becomes another user, which has none.
            let needed = ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].map(|name| ["--cap-add", name]);
            arguments.extend(["--cap-drop", "ALL"].into_iter().chain(needed.concat()).map(Into::into));
        } else {
            arguments.extend(["--unshare-user", "--cap-drop", "ALL"].map(Into::into));
        }
        // bubblewrap would make them for their owner alone.
        let bound =
            self.visible.iter().chain([&self.kernels]).map(PathBuf::as_path).chain(SYSTEM.map(Path::new));
        let parents = bound.flat_map(|path| path.ancestors().skip(1));
        for parent in parents.collect::<BTreeSet<_>>() {
            arguments.extend(["--perms", "0755", "--dir"].map(Into::into));
            arguments.push(parent.into());
        }
        let mut read_only = |from: &Path, to: &Path| {
            arguments.extend([
                "--ro-bind-try".into(),
                from.as_os_str().to_owned(),
                to.as_os_str().to_owned(),
            ]);
        };
        SYSTEM.iter().for_each(|path| read_only(Path::new(path), Path::new(path)));
        self.visible.iter().for_each(|path| read_only(path, path));
        read_only(job, Path::new(JOB));
        arguments.extend(["--proc", "/proc", "--dev", "/dev"].map(Into::into));
        let size = self.bytes.to_string();
        for folder in [&self.kernels, Path::new(WORK), Path::new("/tmp"), Path::new("/dev/shm")] {
            arguments.extend(["--perms", "1777", "--size", &size, "--tmpfs"].map(Into::into));
            arguments.push(folder.into());
        }
        arguments.extend(["--remount-ro", "/", "--chdir", WORK].map(Into::into));
        for (name, value) in [("PATH", path()), ("HOME", WORK.into()), ("TMPDIR", "/tmp".into())] {
            arguments.extend(["--setenv".into(), name.into(), value]);
        }
        arguments
    }
}

fn path() -> OsString {
    env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into())
}

fn refused(why: &str) -> Error {
    Error::problem(
        format!(
            "Learners' code cannot be kept apart from this machine: {why}\nThat takes bubblewrap (`bwrap`) and, as \
             root, setpriv, and a system on which they may make namespaces; nothing was marked."
        ),
        "install them (`apt-get install bubblewrap util-linux`), or mark on another machine; \
         `cargo lab grade --without-isolation` runs the code with all that you may do yourself",
    )
}

/// The toolchain, what is compiled, the helper crate: nothing with which marks could be changed or learned.
fn visible(ready: &Ready) -> Vec<PathBuf> {
    let Dirs { checkout, cache } = &ready.dirs;
    let folder_above = |path: &Path| path.parent().and_then(Path::parent).map(Path::to_path_buf);
    let mut visible = vec![ready.stage.clone(), ready.programs.folder.clone(), ready.jupyter_path.clone()];
    visible.extend(
        ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "crates"].map(|name| checkout.join(name)),
    );
    visible.extend([".cargo", "cells"].map(|name| cache.join(name)));
    visible.extend(
        ["CONVLAB_TOOLCHAIN", "LIBTORCH"]
            .iter()
            .filter_map(|name| Some(ready.environment.get(*name)?.into())),
    );
    // The environment, and the Python that it was made with.
    visible.extend(folder_above(&ready.python));
    visible.extend(fs::canonicalize(&ready.python).ok().and_then(|python| folder_above(&python)));
    let home = |name: &str, folder: &str| {
        env::var_os(name).map(PathBuf::from).or_else(|| Some(Path::new(&env::var_os("HOME")?).join(folder)))
    };
    let cargo = home("CARGO_HOME", ".cargo").into_iter();
    visible.extend(cargo.flat_map(|cargo| ["registry", "bin"].map(|name| cargo.join(name))));
    visible.extend(home("RUSTUP_HOME", ".rustup"));
    visible
}
