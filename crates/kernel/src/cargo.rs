//! Stands in front of cargo on the kernel's PATH, under the names `cargo` and `rustup`.
//!
//! evcxr asks `rustup which cargo` and gets this program; every call then finds the labs' own lock file in place,
//! so that a notebook compiles the versions that were prepared and nothing else, with or without a network.
//! It also sees each cell's code before it is compiled, and makes a cell that stops half-way say why.

mod stops;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

fn main() -> ExitCode {
    let args: Vec<_> = env::args_os().collect();
    let Some(toolchain) = env::var_os("CONVLAB_TOOLCHAIN").map(PathBuf::from) else {
        eprintln!("CONVLAB_TOOLCHAIN is not set; open the labs with `cargo lab`");
        return ExitCode::FAILURE;
    };
    let me = env::current_exe().unwrap_or_else(|_| PathBuf::from(&args[0]));
    let words: Vec<_> = args[1..].iter().map(|word| word.to_string_lossy()).collect();
    let mut cargo = Command::new(toolchain.join("bin/cargo"));
    if let Some(lock) = env::var_os("CONVLAB_LOCK") {
        restore(Path::new(&lock), Path::new("Cargo.lock"));
    }
    match words.iter().map(AsRef::as_ref).collect::<Vec<_>>()[..] {
        ["which", "cargo"] if is_rustup(&me) => told(&me.with_file_name("cargo")),
        ["which", name] if is_rustup(&me) => told(&toolchain.join("bin").join(name)),
        ["build", ..] => {
            say_why_it_stops(Path::new("src/lib.rs"));
            run(cargo.args(&args[1..]))
        }
        ["check", ..] => check(cargo.arg("build").args(&args[2..])),
        _ => run(cargo.args(&args[1..])),
    }
}

/// Answers `rustup which`.
fn told(path: &Path) -> ExitCode {
    println!("{}", path.display());
    ExitCode::SUCCESS
}

fn is_rustup(me: &Path) -> bool {
    me.file_stem().is_some_and(|name| name == "rustup")
}

/// Does what evcxr wants of a check, when it finds no type for a variable: the errors that the code has.
///
/// By a build, since the dependencies are built and not checked, which takes a minute. And without the warnings: evcxr
/// would show those, be they of whatever crate, in the place of what it has to say itself.
fn check(command: &mut Command) -> ExitCode {
    let Ok(mut cargo) = command.stdout(Stdio::piped()).spawn() else { return run(command) };
    for line in
        cargo.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines().map_while(Result::ok))
    {
        if !line.contains(r#""level":"warning""#) {
            println!("{line}");
        }
    }
    let succeeded = cargo.wait().is_ok_and(|status| status.success());
    if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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

fn say_why_it_stops(source: &Path) {
    if let Ok(code) = fs::read_to_string(source) {
        // As evcxr wrote it, the cell runs too.
        let _ = fs::write(source, stops::with_reasons(&code));
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
