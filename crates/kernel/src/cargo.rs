//! Stands in front of cargo on the kernel's PATH, under the names `cargo`, `rustc` and `rustup`.
//!
//! evcxr asks `rustup which cargo` and gets this program; every call then finds the labs' own lock file in place,
//! so that a notebook compiles the versions that were prepared and nothing else, with or without a network.
//! It also sees each cell's code before it is compiled, makes a cell that stops half-way say why, and compiles nothing
//! that was compiled before.

mod cargo_cache;
mod cells;
mod compile_progress;
mod error_capture;
#[allow(dead_code, reason = "the kernel and its `cargo` each use a half of it")]
mod evcxr_contract;
mod fingerprint;
mod interrupt_check;
mod metadata_filter;

use evcxr_contract::cargo as contract;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

fn main() -> ExitCode {
    let args: Vec<_> = env::args_os().collect();
    let Some(toolchain) = env::var_os("CONVLAB_TOOLCHAIN").map(PathBuf::from) else {
        eprintln!("CONVLAB_TOOLCHAIN is not set; open the labs with `cargo lab`");
        return ExitCode::FAILURE;
    };
    let me = env::current_exe().unwrap_or_else(|_| PathBuf::from(&args[0]));
    if is_called(&me, "rustc") {
        let words = args[1..].iter().map(|word| word.to_string_lossy().into_owned());
        return cells::rustc(words.collect(), &toolchain);
    }
    let words: Vec<_> = args[1..].iter().map(|word| word.to_string_lossy()).collect();
    let mut cargo = Command::new(toolchain.join("bin/cargo"));
    // The kernel has its own, so that rust-analyzer finds this program.
    match env::var_os("CONVLAB_CARGO_HOME").filter(|home| !home.is_empty()) {
        Some(home) => cargo.env("CARGO_HOME", home),
        None => cargo.env_remove("CARGO_HOME"),
    };
    if is_in_stage() {
        restore_lock();
    } else if !is_called(&me, "rustup") {
        // A crate of the learner's own, built from a cell or lying beside the notebook.
        return run(cargo.args(&args[1..]));
    }
    match words.iter().map(AsRef::as_ref).collect::<Vec<_>>()[..] {
        [contract::WHICH, name @ ("cargo" | "rustc")] if is_called(&me, "rustup") => {
            print(&me.with_file_name(name))
        }
        [contract::WHICH, name] if is_called(&me, "rustup") => print(&toolchain.join("bin").join(name)),
        [contract::BUILD, ..] => {
            if let Err(error) = cells::make_ready() {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
            cargo.args(&args[1..]);
            cells::build(cargo, &toolchain)
        }
        [contract::CHECK, ..] => {
            cells::make_checkable();
            cargo.arg(contract::BUILD).args(&args[2..]);
            cells::check(cargo, &toolchain)
        }
        [word, ..] if contract::QUERIES.contains(&word) => {
            cargo.args(&args[1..]);
            metadata_filter::answer(cargo, &toolchain)
        }
        _ => run(cargo.args(&args[1..])),
    }
}

/// Answers `rustup which`.
fn print(path: &Path) -> ExitCode {
    println!("{}", path.display());
    ExitCode::SUCCESS
}

fn is_called(me: &Path, name: &str) -> bool {
    me.file_stem().is_some_and(|stem| stem == name)
}

/// Whether this is called in the folder where the kernel compiles cells.
fn is_in_stage() -> bool {
    let stage = env::var_os("CONVLAB_LOCK").and_then(|lock| Path::new(&lock).parent()?.canonicalize().ok());
    let here = env::current_dir().and_then(|here| here.canonicalize());
    stage.is_some_and(|stage| here.is_ok_and(|here| here.starts_with(stage)))
}

/// Puts the lock file back: cargo drops from it what the first, empty cell does not use.
fn restore_lock() {
    const TO: &str = "Cargo.lock";
    let Some(from) = env::var_os("CONVLAB_LOCK") else { return };
    if let (Ok(wanted), true) = (fs::read(from), Path::new(contract::MANIFEST).exists())
        && fs::read(TO).ok().as_ref() != Some(&wanted)
    {
        // If it cannot be written cargo will say so itself.
        let _ = fs::write(TO, wanted);
    }
}

/// Another call of the same program in the same environment.
fn like(command: &Command) -> Command {
    let mut other = Command::new(command.get_program());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
    other
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
