//! Stands in front of cargo on the kernel's PATH, under the names `cargo` and `rustup`.
//!
//! evcxr asks `rustup which cargo` and gets this program; every call then finds the labs' own lock file in place,
//! so that a notebook compiles the versions that were prepared and nothing else, with or without a network.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

fn main() -> ExitCode {
    let args: Vec<_> = env::args_os().collect();
    let me = PathBuf::from(&args[0]);
    let asked = args.get(1..3).unwrap_or_default();
    if me.file_stem().is_some_and(|name| name == "rustup") && asked.first().is_some_and(|arg| arg == "which")
    {
        return which(&me, asked.get(1).and_then(|tool| tool.to_str()).unwrap_or_default());
    }
    if let Some(lock) = env::var_os("CONVLAB_LOCK") {
        restore(Path::new(&lock), Path::new("Cargo.lock"));
    }
    run(Command::new(tool("cargo")).args(&args[1..]))
}

/// Answers `rustup which TOOL`: this program for cargo, the toolchain's own for the rest.
fn which(me: &Path, name: &str) -> ExitCode {
    let cargo = env::current_exe().unwrap_or_else(|_| me.to_owned()).with_file_name("cargo");
    let path = if name == "cargo" { cargo } else { tool(name) };
    println!("{}", path.display());
    ExitCode::SUCCESS
}

/// A program of the toolchain that the labs were prepared with.
fn tool(name: &str) -> PathBuf {
    env::var_os("CONVLAB_TOOLCHAIN")
        .map_or_else(|| name.into(), |root| Path::new(&root).join("bin").join(name))
}

/// Puts the lock file back: cargo drops from it what the first, empty cell does not use.
fn restore(from: &Path, to: &Path) {
    if let (Ok(wanted), true) = (fs::read(from), Path::new("Cargo.toml").exists())
        && fs::read(to).ok().as_ref() != Some(&wanted)
    {
        // If it cannot be written cargo will say so itself.
        let _ = fs::write(to, wanted);
    }
}

#[cfg(unix)]
fn run(command: &mut Command) -> ExitCode {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    eprintln!("cannot start {:?}: {error}; run `cargo lab doctor`", command.get_program());
    ExitCode::FAILURE
}

#[cfg(not(unix))]
fn run(command: &mut Command) -> ExitCode {
    match command.status() {
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)),
        Err(error) => {
            eprintln!("cannot start {:?}: {error}; run `cargo lab doctor`", command.get_program());
            ExitCode::FAILURE
        }
    }
}
