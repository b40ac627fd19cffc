//! Stands in front of cargo on the kernel's PATH, under the names `cargo` and `rustup`.
//!
//! evcxr asks `rustup which cargo` and gets this program; every call then finds the labs' own lock file in place,
//! so that a notebook compiles the versions that were prepared and nothing else, with or without a network.
//! It also sees each cell's code before it is compiled, and makes a cell that stops half-way say so.

use std::ffi::OsString;
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
    let words: Vec<_> = args[1..].iter().map(|word| word.to_string_lossy()).collect();
    match words.iter().map(AsRef::as_ref).collect::<Vec<_>>()[..] {
        ["which", "cargo"] if is_rustup(&me) => told(&me.with_file_name("cargo")),
        ["which", name] if is_rustup(&me) => told(&toolchain.join("bin").join(name)),
        _ => run(Command::new(toolchain.join("bin/cargo")).args(prepared(args))),
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

/// Makes cargo's folder ready for the call, and returns what cargo is to be called with.
fn prepared(args: Vec<OsString>) -> Vec<OsString> {
    let mut args = args[1..].to_vec();
    let Some(lock) = env::var_os("CONVLAB_LOCK") else { return args };
    restore(Path::new(&lock), Path::new("Cargo.lock"));
    match args.first().and_then(|verb| verb.to_str()) {
        Some("build") => mark_stops(Path::new("src/lib.rs")),
        // evcxr checks a cell in which it finds no type for a variable: cargo would first check every dependency,
        // for a minute. A build says the same of the cell, and the dependencies are built.
        Some("check") => args[0] = "build".into(),
        _ => {}
    }
    args
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

/// What evcxr has a cell print when `?` meets an error, and what the cell shall say before.
const QUESTION_MARK: (&str, &str) = (
    r#"println!("{}", evcxr_internal_runtime::USER_ERROR_OCCURRED);"#,
    "■ The cell stopped here: `?` met the error above.",
);

/// The same for a panic.
const PANIC: (&str, &str) =
    (r#"println!("EVCXR_PANIC_NOTIFICATION");"#, "■ The cell stopped here: it panicked, as told above.");

/// Lets a cell that stops at a panic or a failing `?` end in a result that says so.
///
/// evcxr calls such a cell "ok" and shows nothing but text on stderr, like that of any warning.
fn mark_stops(source: &Path) {
    if let Ok(code) = fs::read_to_string(source) {
        // Without the marks the cell still runs.
        let _ = fs::write(source, with_marks(&code));
    }
}

/// Line numbers stay what they are: evcxr finds the learner's line by them.
fn with_marks(code: &str) -> String {
    [QUESTION_MARK, PANIC].iter().fold(code.to_owned(), |code, (call, says)| {
        code.replace(
            call,
            &format!(
                r#"println!("EVCXR_BEGIN_CONTENT text/plain\n{{}}\nEVCXR_END_CONTENT", {says:?}); {call}"#
            ),
        )
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_stops_says_so_and_no_line_moves() {
        let code = r#"fn from(error: T) -> Self {
            eprintln!("{}", error);
            println!("{}", evcxr_internal_runtime::USER_ERROR_OCCURRED);
        Err(_) => {
            println!("EVCXR_PANIC_NOTIFICATION");"#;
        let marked = with_marks(code);
        let lines: Vec<_> = marked.lines().collect();
        assert_eq!(lines.len(), code.lines().count());
        for (line, (call, says)) in [(lines[2], QUESTION_MARK), (lines[4], PANIC)] {
            assert!(line.contains(says) && line.ends_with(call), "{line}");
        }
    }

    #[test]
    fn a_cell_without_either_stays_as_it_is() {
        let code = "let x = 1; eprintln!(\"{}\", x);";
        assert_eq!(with_marks(code), code);
    }
}
