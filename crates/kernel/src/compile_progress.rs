//! How our `cargo` reports to the kernel what it compiles: a line for each crate in a file.

/// Names the file.
pub const FILE: &str = "CONVLAB_PROGRESS";

/// The line that follows when all crates are compiled: no name of a crate.
pub const LINKS: &str = "=";
