//! The Rust that compiles everything, and the environment that builds and kernels share.

use crate::files::text;
use crate::process;
use crate::status_line;
use crate::system::{self, Tool};
use common::{Error, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The Rust that compiles everything.
pub struct Toolchain {
    /// All that `rustc -vV` says.
    pub version: String,
    /// The target triple of this machine.
    pub host: String,
    /// `rustc --print sysroot`.
    pub root: PathBuf,
    /// Where the libraries of std are.
    pub libraries: PathBuf,
}

const INSTALL_RUST: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";

impl Toolchain {
    /// The `rustc` on the path, with its own sources, which rustup adds if they are missing.
    pub fn find() -> Result<Self> {
        let toolchain = Self::find_any()?;
        if !toolchain.has_sources() {
            toolchain.add_sources()?;
        }
        Ok(toolchain)
    }

    /// The `rustc` on the path, which rustup can at least complete.
    pub fn find_any() -> Result<Self> {
        let rustc = |args: &[&str]| process::output(Command::new("rustc").args(args), INSTALL_RUST);
        let version = rustc(&["-vV"])?;
        let host =
            version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned();
        let root: PathBuf = rustc(&["--print", "sysroot"])?.into();
        let libraries = rustc(&["--print", "target-libdir"])?.into();
        let toolchain = Self { version, host, root, libraries };
        if toolchain.has_sources() || toolchain.rustup_name().is_some() {
            return Ok(toolchain);
        }
        let what =
            format!("Rust's own sources are missing in {}: notebooks need them.", toolchain.root.display());
        Err(Error::problem(what, system::install(Tool::RustSources)))
    }

    /// Whether the sources of std are there: without them no type of a variable is found.
    pub fn has_sources(&self) -> bool {
        self.root.join("lib/rustlib/src/rust/library/core").exists()
    }

    /// The toolchain's name, if rustup has installed it and is there.
    fn rustup_name(&self) -> Option<String> {
        let is_rustups = self.root.parent().is_some_and(|folder| folder.ends_with("toolchains"));
        // rustup's own `rustc` and `cargo` set the name: the folder's may be that of another one, by a link.
        let name = std::env::var("RUSTUP_TOOLCHAIN").ok();
        let name = name.or_else(|| Some(self.root.file_name()?.to_string_lossy().into_owned()))?;
        (is_rustups && system::is_on_path("rustup")).then_some(name)
    }

    fn add_sources(&self) -> Result<()> {
        let name = self.rustup_name().unwrap_or_default();
        let words = ["component", "add", "--toolchain", &name, "rust-src"];
        let remedy = format!("look at the network, then type: rustup {}", words.join(" "));
        status_line::step("Rust's own sources, by rustup", |line| {
            process::watch_under(line, Command::new("rustup").args(words), &remedy)
        })?;
        match self.has_sources() {
            true => Ok(()),
            false => Err(Error::problem("rustup has added no sources of Rust.", remedy)),
        }
    }
}

/// What a build against libtorch needs in its environment, and nothing else.
pub fn build_environment(libtorch: &Path, toolchain: &Toolchain) -> BTreeMap<String, String> {
    // Where the loader looks for libraries. macOS drops its variable where a program of its own, such as sh, stands
    // between: the kernel is started without one.
    let var = match std::env::consts::OS {
        "macos" => "DYLD_LIBRARY_PATH",
        "windows" => "PATH",
        _ => "LD_LIBRARY_PATH",
    };
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
