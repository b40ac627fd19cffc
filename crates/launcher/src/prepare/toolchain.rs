//! The Rust that compiles everything, and the environment that builds and kernels share.

use crate::failure::{Failure, Result};
use crate::files::text;
use crate::process;
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

/// The sources of std: without them no type of a variable is found.
const ADD_SOURCES: &str = "rustup component add rust-src";

const INSTALL_RUST: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";

impl Toolchain {
    /// The `rustc` on the path, with its own sources, or what is missing.
    pub fn find() -> Result<Self> {
        let rustc = |args: &[&str]| process::output(Command::new("rustc").args(args), INSTALL_RUST);
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
