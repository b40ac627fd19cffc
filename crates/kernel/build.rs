//! Hands the versions that the workspace pins to the code, so that each is written once.

use std::fs;

fn main() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    println!("cargo::rerun-if-changed={file}");
    let manifest = fs::read_to_string(file).expect("the workspace's Cargo.toml can be read");
    let evcxr = manifest.lines().find_map(|line| line.strip_prefix("evcxr = \"=")?.strip_suffix('"'));
    println!("cargo::rustc-env=CONVLAB_EVCXR={}", evcxr.expect("Cargo.toml pins evcxr with `=`"));
    // What cells, and the libraries that they load, find in the program by name.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        for symbol in ["CONVLAB_INTERRUPTED", "read", "recv", "accept4", "clock_nanosleep"] {
            println!("cargo::rustc-link-arg-bin=convlab-kernel=-Wl,--export-dynamic-symbol={symbol}");
        }
    }
    // Cargo says which compiler it builds with; cells are compiled with the same.
    let rustc = std::process::Command::new(std::env::var_os("RUSTC").expect("cargo names the compiler"));
    println!("cargo::rustc-env=CONVLAB_RUSTC={}", version(rustc).expect("rustc tells its version"));
}

/// The number in `rustc 1.95.0 (59807616e 2026-04-14)`.
fn version(mut rustc: std::process::Command) -> Option<String> {
    let output = rustc.arg("--version").output().ok()?;
    String::from_utf8(output.stdout).ok()?.split(' ').nth(1).map(str::to_owned)
}
