//! Where std's sources are, and where rust-analyzer is shown them.
//!
//! It reads all that lies in the folder of std's sources, thousands of files, a good part of them the processors' own
//! instructions. A folder with links to the crates whose types cells name spares each kernel a second.

/// Below a kernel's folder, the folder that stands for that of std's sources; `stage.rs` makes it.
pub const FOLDER: &str = "std-sources";

/// Where the sources are, below a toolchain.
pub const LIBRARY: &str = "lib/rustlib/src/rust/library";
