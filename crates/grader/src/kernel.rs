//! The kernel that compiles and runs the learner's code, started anew when it is gone.

use crate::limits;
use serde_json::{Value, json};
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// What starting and loading may take, in seconds.
const START: u64 = 300;

/// Why no answer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The kernel is gone.
    Ended,
    /// It was ended after so many seconds.
    TookLonger(u64),
    /// It cannot be started.
    NotStarted,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str("it ended the kernel"),
            Self::TookLonger(seconds) => write!(f, "it took longer than {seconds} s"),
            Self::NotStarted => f.write_str("the kernel cannot be started"),
        }
    }
}

/// Why code was not run to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The compiler's first error.
    Refused(String),
    /// The process that ran it has ended; the kernel goes on.
    Ended,
    /// The kernel has to be started anew.
    Trouble(Trouble),
}

/// A kernel that has loaded the helper crate.
pub struct Kernel<'a> {
    job: &'a Value,
    /// What a new one runs first.
    load: Vec<String>,
    running: Option<Running>,
}

struct Running {
    child: Child,
    input: ChildStdin,
    answers: Receiver<String>,
}

impl<'a> Kernel<'a> {
    /// It is started with the first request.
    pub fn new(job: &'a Value) -> Self {
        let load = vec![job["load"].as_str().unwrap_or_default().to_owned()];
        Self { job, load, running: None }
    }

    /// Has it, and all that take its place, run a cell that must run.
    pub fn load(&mut self, code: String) -> Result<(), Trouble> {
        if self.running.is_some() && self.run(&code, START).is_err() {
            self.end();
            return Err(Trouble::NotStarted);
        }
        self.load.push(code);
        Ok(())
    }

    /// Whether it runs: what was defined in an earlier one is gone.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The answer to a request, for which it waits so many seconds.
    pub fn request(&mut self, request: &Value, seconds: u64) -> Result<Value, Trouble> {
        if self.running.is_none() {
            self.start()?;
        }
        let answer = match &mut self.running {
            Some(running) => running.request(request, seconds),
            None => Err(Trouble::NotStarted),
        };
        if answer.is_err() {
            self.end();
        }
        answer
    }

    /// Runs a cell.
    pub fn run(&mut self, code: &str, seconds: u64) -> Result<(), Failure> {
        let answer = self.request(&json!({"run": code}), seconds).map_err(Failure::Trouble)?;
        match (answer["error"].as_str(), answer.get("ended")) {
            (Some(error), _) => Err(Failure::Refused(error.to_owned())),
            (None, Some(_)) => Err(Failure::Ended),
            (None, None) => Ok(()),
        }
    }

    /// Ends it, and all that it and the learner's code have started.
    pub fn end(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.child.kill();
            if self.job["isolated"] == true {
                limits::end_all_others();
            }
            let _ = running.child.wait();
        }
    }

    fn start(&mut self) -> Result<(), Trouble> {
        let mut running = Running::start(self.job).ok_or(Trouble::NotStarted)?;
        let mut load = |code: &String| running.request(&json!({"run": code}), START);
        let loaded = self.load.iter().all(|code| load(code).is_ok_and(|answer| answer["ok"] == true));
        self.running = Some(running);
        if loaded {
            return Ok(());
        }
        self.end();
        Err(Trouble::NotStarted)
    }
}

impl Drop for Kernel<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

impl Running {
    fn start(job: &Value) -> Option<Self> {
        let mut command = Command::new(job["kernel"].as_str()?);
        command.arg("--batch").current_dir(Path::new(job["work"].as_str()?));
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let (input, output) = (child.stdin.take()?, child.stdout.take()?);
        let (send, answers) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.take_while(|line| send.send(line.clone()).is_ok()).for_each(drop);
        });
        Some(Self { child, input, answers })
    }

    fn request(&mut self, request: &Value, seconds: u64) -> Result<Value, Trouble> {
        writeln!(self.input, "{request}").map_err(|_| Trouble::Ended)?;
        match self.answers.recv_timeout(Duration::from_secs(seconds)) {
            Ok(line) => serde_json::from_str(&line).map_err(|_| Trouble::Ended),
            Err(RecvTimeoutError::Timeout) => Err(Trouble::TookLonger(seconds)),
            Err(RecvTimeoutError::Disconnected) => Err(Trouble::Ended),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn job(script: &str) -> (Value, std::path::PathBuf) {
        use std::os::unix::fs::PermissionsExt;
        static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("convlab-grader-{}-{number}", std::process::id()));
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        (json!({"kernel": path, "work": "/", "load": "load"}), path)
    }

    #[test]
    fn answers_are_distinguished_and_what_is_gone_is_started_anew() {
        let (job, path) = job(
            r#"while read line; do case "$line" in *load*|*fine*) echo '{"ok": true}';; *bad*) echo '{"error": "no b"}';;
               *exits*) echo '{"ended": "x"}';; *items*) echo '{"items": []}';; *slow*) sleep 100;; *) exit 3;; esac; done"#,
        );
        let mut kernel = Kernel::new(&job);
        assert_eq!(kernel.run("fine", 9), Ok(()));
        assert_eq!(kernel.run("bad", 9), Err(Failure::Refused("no b".into())));
        assert_eq!(kernel.run("exits", 9), Err(Failure::Ended));
        assert!(kernel.is_running());
        assert_eq!(kernel.run("dies", 9), Err(Failure::Trouble(Trouble::Ended)));
        assert!(!kernel.is_running());
        assert_eq!(kernel.run("slow", 1), Err(Failure::Trouble(Trouble::TookLonger(1))));
        assert_eq!(kernel.request(&json!({"items": ""}), 9), Ok(json!({"items": []})));
        drop(kernel);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_kernel_that_cannot_load_the_helper_crate_is_not_started() {
        let (job, path) = job(r#"read line; echo '{"error": "no crate"}'"#);
        assert_eq!(Kernel::new(&job).run("fine", 9), Err(Failure::Trouble(Trouble::NotStarted)));
        std::fs::remove_file(path).unwrap();
    }
}
