//! Type checks for systems on which nobody here runs the labs.

use common::Result;
use launcher::prepare::{Ready, Toolchain, programs};
use launcher::{process, status_line};
use std::env;
use std::path::Path;

/// Each target, the variable that names its C compiler, and that compiler as it is mostly called.
const TARGETS: [(&str, &str, &str); 2] = [
    ("aarch64-apple-darwin", "CC_aarch64_apple_darwin", "cc-for-macos"),
    ("x86_64-pc-windows-gnu", "CC_x86_64_pc_windows_gnu", "x86_64-w64-mingw32-gcc"),
];

/// Checks the launcher for each target that is installed, and what compiles C too where its compiler is; a check that is
/// left out is shown with its reason.
pub fn check(ready: &Ready) -> Result<()> {
    let toolchain = Toolchain::find()?;
    for (target, variable, compiler) in TARGETS {
        if !toolchain.root.join("lib/rustlib").join(target).exists() && toolchain.host != target {
            println!("skipped: {target} is not installed (rustup target add {target})");
            continue;
        }
        let has_c = toolchain.host == target || env::var_os(variable).is_some() || is_on_path(compiler);
        if !has_c {
            println!("skipped: no C compiler for {target}, so only the launcher is checked ({variable})");
        }
        let crates: &[&str] = if has_c { &["launcher", "fetch", "kernel"] } else { &["launcher"] };
        let mut cargo = process::command("cargo");
        cargo.args(["check", "--release", "--locked", "--target", target]);
        cargo.args(crates.iter().flat_map(|name| ["--package", name])).current_dir(&ready.dirs.checkout);
        cargo.arg("--target-dir").arg(programs::target_folder(&ready.dirs, &toolchain));
        status_line::step(&format!("type check for {target}"), |line| {
            process::watch_under(
                line,
                &mut cargo,
                "make it compile there, or leave it out there: #[cfg(unix)]",
            )
        })?;
    }
    Ok(())
}

fn is_on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| Path::new(&folder).join(program).exists())
}
