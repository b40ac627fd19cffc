//! Where learners' code runs: a new root with an allow-list, made by bubblewrap, from which nothing leads outside.

use super::{FIRST_USER, Shared, Variables, WORK, seccomp};
use crate::dirs::Dirs;
use crate::prepare::Ready;
use crate::prepare::programs::kernels;
use crate::process;
use crate::system;
use common::{Error, Result};
use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Of the system: programs and libraries, no home, no `/run`, no settings but those of the loader.
const SYSTEM: [&str; 13] = [
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
    "/etc/ssl/certs",
    "/etc/ca-certificates",
    "/etc/pki/ca-trust/extracted",
];

/// What the system says of a process without rights and with a filter.
const IN_FORCE: [&str; 4] =
    ["CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"];

/// Of each process: threads and processes of its user, bytes of a file, open files.
const LIMITS: [&str; 4] = ["--nproc=512", "--fsize=536870912", "--core=0", "--nofile=4096"];

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
    /// The most memory of one process, in bytes.
    bytes: u64,
}

impl Sandbox {
    /// Makes sure that code can be isolated here; `folder` keeps the filter of system calls.
    ///
    /// # Errors
    /// If something is missing for it, named with what to type.
    pub fn new(ready: &Ready, folder: &Path, gib: u32) -> Result<Self> {
        let is_root = system::is_root();
        let filter = folder.join("seccomp.bpf");
        let program = seccomp::filter().ok_or_else(|| refused("this kind of processor has no filter yet"))?;
        fs::write(&filter, program).map_err(|error| Error::file("write", &filter, &error))?;
        let bytes = u64::from(gib) << 30;
        let (visible, kernels) = (visible(ready), kernels(&ready.dirs));
        let sandbox = Self { isolated: true, is_root, visible, kernels, filter, bytes };
        let mut probe = sandbox.command(&[], FIRST_USER, &Variables::new(), Path::new("cat"));
        let status = process::output(probe.arg("/proc/self/status"), "");
        let status = status.map_err(|failure| refused(failure.what()))?;
        match IN_FORCE.into_iter().find(|line| !status.lines().any(|found| found == *line)) {
            Some(line) => Err(refused(&format!("a process in the sandbox has not `{line}`."))),
            None => Ok(sandbox),
        }
    }

    /// None at all: the code runs as this user, with all that this user may do.
    pub fn without_isolation() -> Self {
        let none = PathBuf::new;
        Self { isolated: false, is_root: false, visible: vec![], kernels: none(), filter: none(), bytes: 0 }
    }

    /// Whether it isolates.
    pub fn is_isolated(&self) -> bool {
        self.isolated
    }

    /// A call of `program`, which sees the `shared` folders and these variables beside where it is; as root it becomes
    /// the `user` of this number.
    pub fn command(&self, shared: &[Shared], user: u32, variables: &Variables, program: &Path) -> Command {
        if !self.isolated {
            let mut command = process::command(program);
            command.envs(variables);
            return command;
        }
        // The shell opens the filter's file: what this program opens is closed in its children.
        let mut command = process::command("sh");
        command.args(["-c", r#"exec bwrap --seccomp 9 "$@" 9<"$0""#]).arg(&self.filter);
        command.args(self.arguments(shared, variables)).arg("--");
        if self.is_root {
            // A user of its own, so that limits of processes count for it alone.
            let user = user.to_string();
            command.args(["setpriv", "--reuid", &user, "--regid", &user, "--clear-groups"]);
            command.args(["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"]);
        }
        command.arg("prlimit").args(LIMITS).arg(format!("--data={}", self.bytes)).arg("--");
        command.arg(program);
        command
    }

    fn arguments(&self, shared: &[Shared], variables: &Variables) -> Vec<OsString> {
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
        let mut bind = |option: &str, from: &Path, to: &Path| {
            arguments.extend([option.into(), from.as_os_str().to_owned(), to.as_os_str().to_owned()]);
        };
        SYSTEM.iter().for_each(|path| bind("--ro-bind-try", Path::new(path), Path::new(path)));
        self.visible.iter().for_each(|path| bind("--ro-bind-try", path, path));
        for folder in shared {
            let option = if folder.can_write { "--bind" } else { "--ro-bind" };
            bind(option, &folder.folder, Path::new(folder.inside));
        }
        arguments.extend(["--proc", "/proc", "--dev", "/dev"].map(Into::into));
        for (folder, mib) in [
            (&*self.kernels, 1024u64),
            (Path::new(WORK), 256),
            (Path::new("/tmp"), 256),
            (Path::new("/dev/shm"), 64),
        ] {
            let size = (mib << 20).to_string();
            arguments.extend(["--perms", "1777", "--size", &size, "--tmpfs"].map(Into::into));
            arguments.push(folder.into());
        }
        arguments.extend(["--remount-ro", "/", "--chdir", WORK].map(Into::into));
        let own = [("PATH", path()), ("HOME", WORK.into()), ("TMPDIR", "/tmp".into())];
        let given = variables.iter().map(|(name, value)| (name.as_str(), value.into()));
        for (name, value) in given.chain(own) {
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
            "Learners' code cannot be kept apart from this machine: {why}\nThat takes bubblewrap (`bwrap`) and \
             util-linux, and a system on which they may make namespaces; nothing was marked."
        ),
        "install them (`apt-get install bubblewrap util-linux`), or mark on another machine; \
         `cargo lab grade --without-isolation` runs the code with all that you may do yourself",
    )
}

/// The toolchain, what is compiled, the helper crate: nothing with which marks could be changed or learned.
fn visible(ready: &Ready) -> Vec<PathBuf> {
    let Dirs { checkout, cache } = &ready.dirs;
    let mut visible = vec![ready.stage.clone(), ready.programs.folder.clone()];
    visible.extend(
        ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "crates"].map(|name| checkout.join(name)),
    );
    visible.extend([".cargo", "cells"].map(|name| cache.join(name)));
    visible.extend(
        ["CONVLAB_TOOLCHAIN", "LIBTORCH"]
            .iter()
            .filter_map(|name| Some(ready.environment.get(*name)?.into())),
    );
    let home = |name: &str, folder: &str| {
        env::var_os(name).map(PathBuf::from).or_else(|| Some(Path::new(&env::var_os("HOME")?).join(folder)))
    };
    let cargo = home("CARGO_HOME", ".cargo").into_iter();
    visible.extend(cargo.flat_map(|cargo| ["registry", "bin"].map(|name| cargo.join(name))));
    visible.extend(home("RUSTUP_HOME", ".rustup"));
    visible
}
