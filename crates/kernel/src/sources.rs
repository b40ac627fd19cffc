//! What rust-analyzer is shown of std's sources.
//!
//! It reads all that lies in the folder of std's sources, thousands of files, a good part of them the processors' own
//! instructions. A folder with links to the crates whose types cells name spares each kernel a second.

use std::io;
use std::path::Path;

/// Below a kernel's folder, the folder that stands for that of std's sources.
pub const FOLDER: &str = "std-sources";

/// Where the sources are, below a toolchain.
pub const LIBRARY: &str = "lib/rustlib/src/rust/library";

/// What is there: std's workspace, and the crates whose types cells name.
#[allow(dead_code, reason = "the other program only asks what is in it")]
const LINKED: [&str; 5] = ["Cargo.toml", "Cargo.lock", "core", "alloc", "std"];

/// Makes the folder in a kernel's, where links can be made.
#[allow(dead_code, reason = "the other program only asks what is in it")]
pub fn link(toolchain: &Path, kernels: &Path) -> io::Result<()> {
    let folder = kernels.join(FOLDER);
    std::fs::create_dir_all(&folder)?;
    for name in LINKED {
        let (source, target) = (toolchain.join(LIBRARY).join(name), folder.join(name));
        if !target.exists() {
            symlink(&source, &target)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
#[allow(dead_code, reason = "the other program only asks what is in it")]
pub fn symlink(source: &Path, target: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(source, target)
}

#[cfg(not(unix))]
#[allow(dead_code, reason = "the other program only asks what is in it")]
pub fn symlink(_source: &Path, _target: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
