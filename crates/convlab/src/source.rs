//! Where files come from: the folder that `CONVLAB_DATA` names, the cache, or a download by a program of its own, so
//! that no kernel carries an HTTP client.

use crate::{Error, Result};
use common::dirs;
use common::download::{JSON_OPTION, Message};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use common::dirs::Var;
/// Where a download's reports go.
pub type Report<'a> = &'a mut dyn FnMut(&Message);

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
    /// If the named folder lacks a file, or the download fails; the text names the ways out.
    pub fn find<F>(
        &self,
        var: Var,
        report: Report,
        files_in: impl Fn(&Path) -> Result<F, String>,
    ) -> Result<F> {
        let cache = dirs::cache(var).map(|cache| cache.join("data"));
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
        self.download(var, report, &folder)?;
        files_in(&folder).map_err(|missing| self.no_way(format!("a download without {missing}")))
    }

    /// Starts the download program and hands on what it reports while it works.
    fn download(&self, var: Var, report: Report, folder: &Path) -> Result<()> {
        let program =
            program(var).map_err(|program| self.no_way(format!("neither the files nor {program}")))?;
        let cannot = |error| self.no_way(format!("no download: {}", cannot_run(&program, &error)));
        let mut command = Command::new(&program);
        command.arg(self.name).arg("--into").arg(folder).arg(JSON_OPTION);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(cannot)?;
        let why = child.stderr.take().map_or_else(String::new, |stderr| reason(stderr, report));
        let status = child.wait().map_err(cannot)?;
        if status.success() {
            return Ok(());
        }
        Err(self.no_way(format!("a download that failed ({status}):\n    {}", why.replace('\n', "\n    "))))
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

/// Whether nothing is to be read or downloaded: `CONVLAB_OFFLINE=1`.
pub fn is_offline(var: Var) -> bool {
    var("CONVLAB_OFFLINE").is_some_and(|value| value == "1")
}

/// The folder that `CONVLAB_DATA` names.
pub fn named(var: Var) -> Option<PathBuf> {
    dirs::path(var, "CONVLAB_DATA")
}

/// The download program; else what it is called in a sentence that misses it.
pub fn program(var: Var) -> Result<PathBuf, &'static str> {
    dirs::path(var, "CONVLAB_FETCH").ok_or("the program that downloads them (`cargo lab` sets CONVLAB_FETCH)")
}

/// What is said of a program that does not start.
pub fn cannot_run(program: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be run ({error})", program.display())
}

/// Hands on what the download program writes to its stderr; returns why it failed, if it did: its error without the
/// ways out, since ours follow, else its last words.
pub fn reason(stderr: impl Read, report: Report) -> String {
    let mut last = String::new();
    for line in BufReader::new(stderr).split(b'\n').map_while(|line| line.ok()) {
        let message = Message::parse(String::from_utf8_lossy(&line).trim_end());
        last = match &message {
            Message::Failed(error) => error.what().trim_end_matches('.').to_owned(),
            other => {
                report(other);
                other.to_string()
            }
        };
    }
    last
}
