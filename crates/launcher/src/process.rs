//! Programs that this one starts.

use crate::status_line::StatusLine;
use common::{Error, Result};
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How many of a program's last lines its failure shows.
const LAST_LINES: usize = 25;

/// A call of `program` in the user's own environment.
///
/// What `cargo run` adds for this program would have cargo, in a call from here, compile crates anew whose build asks
/// for it: once for each checkout, and again for each way in which this program is started. `CI` is such a question
/// too: half of evcxr is compiled with the answer.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text == "CARGO"
            || text == "CI"
            || text.starts_with("CARGO_MANIFEST_")
            || text.starts_with("CARGO_PKG_")
        {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs `command` to its end, with each line of its output passed to `on_line`; a failure shows its last lines.
pub fn watch(command: &mut Command, remedy: &str, mut on_line: impl FnMut(&str)) -> Result<()> {
    let name = name_of(command);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child =
        command.spawn().map_err(|error| Error::problem(format!("Cannot start {name}: {error}."), remedy))?;
    let (sender, lines) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        read_lines(out, sender.clone());
    }
    if let Some(err) = child.stderr.take() {
        read_lines(err, sender);
    }
    let mut last = VecDeque::new();
    for line in lines {
        on_line(&line);
        if last.len() == LAST_LINES {
            last.pop_front();
        }
        last.push_back(line);
    }
    let status =
        child.wait().map_err(|error| Error::problem(format!("Cannot wait for {name}: {error}."), remedy))?;
    if status.success() {
        return Ok(());
    }
    let last = Vec::from(last).join("\n    ");
    Err(Error::problem(format!("{name} failed ({status}). Its last lines:\n    {last}"), remedy))
}

/// Runs `command` to its end or for at most `time`, with each line of its output passed to `on_line`, and no line of
/// what it prints as errors: these and its failure only show why it ended.
pub fn watch_output(command: &mut Command, time: Duration, mut on_line: impl FnMut(&str)) -> Result<()> {
    let failed = |why: String| Error::problem(why, "cargo lab doctor");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| failed(format!("it cannot be started: {error}")))?;
    let (sender, lines) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        read_lines(out.take(MAX_OUTPUT), sender);
    }
    let ends = Instant::now() + time;
    while let Ok(line) = lines.recv_timeout(ends.saturating_duration_since(Instant::now())) {
        on_line(&line);
    }
    // It has closed its output and ends, or its time is over.
    let patience = Instant::now() + Duration::from_secs(5);
    while Instant::now() < patience.min(ends) && matches!(child.try_wait(), Ok(None)) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let status = child.wait().map_err(|error| failed(format!("it cannot be waited for: {error}")))?;
    if Instant::now() >= ends {
        return Err(failed("the whole notebook took too long".to_owned()));
    }
    if status.success() { Ok(()) } else { Err(failed(format!("the marking program ended ({status})"))) }
}

/// The most bytes that are read of a program's output, where it holds rows.
const MAX_OUTPUT: u64 = 64 << 20;

/// Runs `command` to its end under `line`, which shows the last thing it said.
pub fn watch_under(line: &StatusLine, command: &mut Command, remedy: &str) -> Result<()> {
    watch(command, remedy, |text| line.show(text.trim()))
}

/// Runs `command` and returns what it printed on stdout, trimmed.
pub fn output(command: &mut Command, remedy: &str) -> Result<String> {
    let name = name_of(command);
    let failed = |why: String| Error::problem(format!("{name}: {why}"), remedy);
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| failed(format!("cannot start: {error}.")))?;
    if !output.status.success() {
        return Err(failed(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The program and its first words, but no script that it is given in an argument.
fn name_of(command: &Command) -> String {
    let arguments = command.get_args().take(3).take_while(|&word| word != "-c");
    let words = std::iter::once(command.get_program()).chain(arguments);
    format!("`{}`", words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" "))
}

fn read_lines(from: impl Read + Send + 'static, to: mpsc::Sender<String>) {
    std::thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            if to.send(text).is_err() {
                return;
            }
        }
    });
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_sees_nothing_of_how_cargo_started_this_one() {
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
        let printed = output(&mut command("env"), "").unwrap();
        for name in ["CARGO=", "CARGO_MANIFEST_DIR=", "CARGO_PKG_NAME="] {
            assert!(!printed.lines().any(|line| line.starts_with(name)), "{printed}");
        }
        assert!(printed.lines().any(|line| line.starts_with("PATH=")), "{printed}");
    }

    #[test]
    fn every_line_is_passed_on_as_it_comes() {
        let mut printed = Vec::new();
        watch(&mut shell("echo one; echo two"), "", |line| printed.push(line.to_owned())).unwrap();
        assert_eq!(printed, ["one", "two"]);
    }

    #[test]
    fn a_program_that_fails_shows_its_last_words_and_the_remedy() {
        let failure = watch(&mut shell("echo no compiler >&2; exit 3"), "install one", |_| {}).unwrap_err();
        assert!(failure.what().contains("no compiler") && failure.what().contains('3'), "{failure}");
        assert_eq!(failure.remedy(), "install one");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let failure = output(&mut Command::new("no-such-program"), "install it").unwrap_err();
        assert!(failure.what().contains("no-such-program"), "{failure}");
    }
}
