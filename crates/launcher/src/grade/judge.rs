//! The judge: a kernel that runs the checks, gets values from learners' processes, and loads none of their code.

use super::job;
use super::sandbox::{Sandbox, Shared};
use crate::prepare::Ready;
use common::{Error, Result};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// What a request may take beside what is asked of it: on a busy machine a cell compiles for long.
const PATIENCE: Duration = Duration::from_secs(300);

/// The most bytes that are read of the verdicts on one notebook.
const MAX_VERDICTS: u64 = 4 << 20;

/// A judge for one notebook after the other.
pub struct Judge {
    child: Child,
    input: ChildStdin,
    answers: Receiver<String>,
    /// Its own folder: there it writes the verdicts, which no learner's process sees.
    own: Shared,
    inside: String,
}

impl Judge {
    /// Starts a judge in a sandbox of its own with this folder, which takes some seconds.
    ///
    /// # Errors
    /// If it cannot be started or does not load the helper crate.
    pub fn start(ready: &Ready, sandbox: &Sandbox, folder: &Path, user: u32) -> Result<Self> {
        let own = Shared::writable(folder, "/convlab-judge");
        for folder in [folder.to_owned(), folder.join("learner")] {
            writable_by_all(&folder).map_err(|error| Error::file("make the folder", &folder, &error))?;
        }
        let (variables, kernel) = (job::variables(ready), ready.programs.kernel());
        let mut command = sandbox.command(std::slice::from_ref(&own), user, &variables, &kernel);
        command.arg("--batch");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| gone(&error.to_string()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(gone("it has no streams"));
        };
        let (send, answers) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(std::result::Result::ok);
            lines.take_while(|line| send.send(line.clone()).is_ok()).for_each(drop);
        });
        let inside = own.path(sandbox, "");
        let mut judge = Self { child, input, answers, own, inside };
        judge.ask(&job::load(ready))?;
        let answer = judge.answer(PATIENCE)?;
        if answer["ok"] == true { Ok(judge) } else { Err(gone(&answer.to_string())) }
    }

    /// The folder in which a learner's process finds its socket.
    pub fn for_learner(&self) -> Shared {
        Shared::read_only(&self.own.folder.join("learner"), "/convlab-socket")
    }

    /// Waits for a learner's process, whose exercises may take so many seconds each.
    ///
    /// # Errors
    /// If it does not listen.
    pub fn begin(&mut self, seconds: u32) -> Result<()> {
        let folder = self.own.folder.clone();
        for name in ["end", "verdicts", "learner/socket"] {
            // They are there only if an earlier notebook had one; what stayed would speak for this one.
            match fs::remove_file(folder.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::file("remove", &folder.join(name), &error));
                }
                _ => {}
            }
        }
        self.ask(&format!("::convlab::check::remote::judge({:?}, {seconds}).unwrap();", self.inside))?;
        let ends = Instant::now() + PATIENCE;
        while !folder.join("learner").join(job::SOCKET).exists() {
            // It answers when a notebook has ended, which none has.
            if let Ok(answer) = self.answers.try_recv() {
                return Err(gone(&answer));
            }
            if Instant::now() > ends || !matches!(self.child.try_wait(), Ok(None)) {
                return Err(gone("it does not listen"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The verdicts on the exercises of the notebook that has ended, by their names, the first of each.
    ///
    /// # Errors
    /// If the judge is gone.
    pub fn end(&mut self, seconds: u32) -> Result<HashMap<String, Value>> {
        let end = self.own.folder.join("end");
        fs::write(&end, "").map_err(|error| Error::file("write", &end, &error))?;
        let answer = self.answer(Duration::from_secs(seconds.into()) + PATIENCE)?;
        if answer["ok"] != true {
            return Err(gone(&answer.to_string()));
        }
        let mut verdicts = HashMap::new();
        let path = self.own.folder.join("verdicts");
        let file = File::open(&path).map_err(|error| Error::file("read", &path, &error))?;
        for line in BufReader::new(file.take(MAX_VERDICTS)).lines().map_while(std::result::Result::ok) {
            let verdict: Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(name) = verdict["exercise"].as_str().map(str::to_owned) {
                verdicts.entry(name).or_insert(verdict);
            }
        }
        Ok(verdicts)
    }

    fn ask(&mut self, code: &str) -> Result<()> {
        writeln!(self.input, "{}", json!({"run": code})).map_err(|error| gone(&error.to_string()))
    }

    fn answer(&mut self, time: Duration) -> Result<Value> {
        let line = self.answers.recv_timeout(time).map_err(|error| gone(&error.to_string()))?;
        serde_json::from_str(&line).map_err(|error| gone(&error.to_string()))
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn gone(why: &str) -> Error {
    Error::problem(format!("the judge is gone: {why}"), "mark these files once more")
}

/// Makes a folder in which the judge may write, whoever it is; nobody else comes through the folder above.
fn writable_by_all(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o777))?;
    }
    Ok(())
}
