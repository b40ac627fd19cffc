//! Where files come from: the folder that `CONVLAB_DATA` names, the cache, or a download by a program of its own, so
//! that no kernel carries an HTTP client.

use crate::{Error, Result};
use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An environment variable's value, if it is set.
pub type Var<'a> = &'a dyn Fn(&str) -> Option<OsString>;
/// Where the lines of a download's progress go.
pub type Say<'a> = &'a mut dyn FnMut(&str);

/// How many of the download program's last lines an error repeats.
const LAST_LINES: usize = 12;

/// Files that belong together.
pub struct Source<'a> {
    /// What the download program and folders call them: `mnist`.
    pub name: &'static str,
    /// What a learner calls them: `MNIST`.
    pub title: &'a str,
    /// The files, as part of a sentence: `MNIST's four files`.
    pub files: &'a str,
    /// Their names, as what to put into a folder: `a and b, plain or .gz`.
    pub put: String,
    /// What does without them, as an item of a list.
    pub instead: &'static str,
}

impl Source<'_> {
    /// What `files_in` finds in the first of: the folder that `CONVLAB_DATA` names, the cache, a download into the
    /// cache.
    ///
    /// `files_in` returns the name of what is missing, if anything is.
    ///
    /// # Errors
    /// If the named folder lacks a file, or the download fails; the text tells the ways out.
    pub fn find<F>(&self, var: Var, say: Say, files_in: impl Fn(&Path) -> Result<F, String>) -> Result<F> {
        let cache = cache(var).map(|cache| cache.join("data"));
        // The launcher names the cache's own folder once something is in it: what is not can still be downloaded.
        let named = named(var).filter(|folder| cache.as_ref() != Some(folder));
        if let Some(folder) = named {
            return files_in(&folder).map_err(|missing| self.not_in(&folder, &missing));
        }
        let no_home = "no home folder to keep a download in (CONVLAB_CACHE names another folder)";
        let data = cache.ok_or_else(|| self.no_way(no_home))?;
        if let Ok(files) = files_in(&data) {
            return Ok(files);
        }
        let folder = data.join(self.name);
        self.download(var, say, &folder)?;
        files_in(&folder).map_err(|missing| self.no_way(format!("a download without {missing}")))
    }

    /// Starts the download program and hands on what it says while it works.
    fn download(&self, var: Var, say: Say, folder: &Path) -> Result<()> {
        let program =
            program(var).map_err(|program| self.no_way(format!("neither the files nor {program}")))?;
        let cannot = |error| self.no_way(format!("no download: {}", cannot_run(&program, &error)));
        let mut command = Command::new(&program);
        command.arg(self.name).arg("--into").arg(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(cannot)?;
        let mut last = VecDeque::new();
        let lines = child.stderr.take().map(|stderr| BufReader::new(stderr).split(b'\n'));
        for line in lines.into_iter().flatten().map_while(|line| line.ok()) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            say(&line);
            last.push_back(line);
            if last.len() > LAST_LINES {
                last.pop_front();
            }
        }
        let status = child.wait().map_err(cannot)?;
        if status.success() {
            return Ok(());
        }
        let why = reason(last.make_contiguous()).replace('\n', "\n    ");
        Err(self.no_way(format!("a download that failed ({status}):\n    {why}")))
    }

    fn not_in(&self, folder: &Path, missing: &str) -> Error {
        let expected = format!("{} in {}, the folder that CONVLAB_DATA names", self.files, folder.display());
        let remedy = format!("put {} there; or unset CONVLAB_DATA to have them downloaded", self.put);
        Error::new(expected, format!("a folder without {missing}"), remedy)
    }

    fn no_way(&self, found: impl Into<String>) -> Error {
        let remedy = format!(
            "any one of these:
  - connect to the network and run the cell again, in labs opened with `cargo lab`;
  - put {} into a folder and name it: export CONVLAB_DATA=/that/folder;
  - {}",
            self.put, self.instead
        );
        Error::new(format!("{}, from this machine or from the network", self.title), found, remedy)
    }
}

/// Whether nothing shall be read or downloaded: `CONVLAB_OFFLINE=1`.
pub fn is_offline(var: Var) -> bool {
    var("CONVLAB_OFFLINE").is_some_and(|value| value == "1")
}

/// The folder that `CONVLAB_DATA` names.
pub fn named(var: Var) -> Option<PathBuf> {
    path(var, "CONVLAB_DATA")
}

/// The download program; else what it is called in a sentence that misses it.
pub fn program(var: Var) -> Result<PathBuf, &'static str> {
    path(var, "CONVLAB_FETCH").ok_or("the program that downloads them (`cargo lab` sets CONVLAB_FETCH)")
}

/// What is said of a program that does not start.
pub fn cannot_run(program: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be run ({error})", program.display())
}

/// Of the program's last lines its error, which starts with what was expected, without its ways out: ours follow.
pub fn reason(lines: &[impl AsRef<str>]) -> String {
    let begins = |line: &&str, word| line.starts_with(word);
    let lines: Vec<&str> = lines.iter().map(AsRef::as_ref).collect();
    let end = lines.iter().rposition(|line| begins(line, "What to do:")).unwrap_or(lines.len());
    let start = lines[..end].iter().rposition(|line| begins(line, "expected ")).unwrap_or(0);
    lines[start..end].join("\n").trim_end_matches('.').to_owned()
}

/// The folder that the launcher keeps its things in; `crates/launcher/src/dirs.rs` has the same rule.
fn cache(var: Var) -> Option<PathBuf> {
    let home = || path(var, if cfg!(windows) { "LOCALAPPDATA" } else { "HOME" });
    path(var, "CONVLAB_CACHE")
        .or_else(|| path(var, "XDG_CACHE_HOME").map(|dir| dir.join("convlab")))
        .or_else(|| home().map(|dir| dir.join(if cfg!(windows) { "convlab" } else { ".cache/convlab" })))
}

fn path(var: Var, name: &str) -> Option<PathBuf> {
    var(name).filter(|value: &OsString| value != OsStr::new("")).map(PathBuf::from)
}
