//! Reports which crates cargo compiles, for the kernel to show: a line each in the file that it names.

use super::rustc_args::RustcArgs;
use crate::compile_progress::{FILE, LINKS};
use crate::evcxr_contract::CELL_CRATE;
use crate::evcxr_contract::cargo::PACKAGE;
use std::fs::File;
use std::io::Write;

/// Cargo is called, which first looks for what it needs.
pub fn begin() {
    write("");
}

/// Cargo has this compiled, which is a crate or its build script. A build script's own calls, to find out what the
/// compiler can do, want no JSON.
pub fn compiles(call: &RustcArgs) {
    let package = call.environment.iter().find(|(name, _)| name == PACKAGE).map(|(_, package)| package);
    let is_cargos = call.arguments.iter().any(|argument| argument.starts_with("--json="));
    if let Some(package) = package.filter(|package| is_cargos && *package != CELL_CRATE) {
        write(&format!("{package}\n"));
    }
}

/// All is compiled and becomes one library.
pub fn links() {
    write(&format!("{LINKS}\n"));
}

/// Nothing is left but the cell itself.
pub fn end() {
    if let Some(file) = std::env::var_os(FILE) {
        // Where it cannot be removed the kernel does so when the cell ends.
        let _ = std::fs::remove_file(file);
    }
}

fn write(line: &str) {
    let Some(file) = std::env::var_os(FILE) else { return };
    // Without it nothing is shown.
    let _ = File::options()
        .create(true)
        .append(true)
        .open(file)
        .and_then(|mut file| file.write_all(line.as_bytes()));
}
