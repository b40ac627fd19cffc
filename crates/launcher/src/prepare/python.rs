//! The Python environment with JupyterLab, nbclient and nbconvert, at the versions of `requirements.txt`.

use super::lock::lock;
use crate::dirs::Dirs;
use crate::files::remove;
use crate::fingerprint::Fingerprint;
use crate::process;
use crate::status_line;
use crate::system::{self, Tool};
use common::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What the prepared environment holds, as pip reads it.
pub const REQUIREMENTS: &str = include_str!("../python/requirements.txt");
/// Where an environment keeps the list of its packages; it comes last, and says that the environment is whole.
const LIST: &str = "requirements.txt";
const OLDEST: (u32, u32) = (3, 11);

/// The packages that this program calls; what they need in turn comes with them.
const TOOLS: [&str; 5] = ["jupyterlab", "nbclient", "nbconvert", "nbformat", "tensorboard"];

/// Returns the Python of the active conda environment if it has the tools, else of the prepared environment, which is
/// made if it is not there.
pub fn environment(dirs: &Dirs) -> Result<PathBuf> {
    if let Some(conda) = std::env::var_os("CONDA_PREFIX").map(PathBuf::from)
        && has_tools(&program(&conda))
    {
        return Ok(program(&conda));
    }
    let base = base_python()?;
    let key = Fingerprint::default().text(&version(&base)?).text(REQUIREMENTS).hex();
    let folder = dirs.cache.join(format!("python-{key}"));
    if !folder.join(LIST).exists() {
        make(&folder, &base, REQUIREMENTS, "JupyterLab and its Python environment")?;
    }
    Ok(program(&folder))
}

/// The Python of the environment `name` in the cache, which is made anew when it holds another list of packages than
/// `requirements`; `title` is shown meanwhile.
pub fn listed(dirs: &Dirs, name: &str, requirements: &str, title: &str) -> Result<PathBuf> {
    let base = base_python()?;
    let wanted = format!("# Python {}\n{requirements}", version(&base)?);
    let folder = dirs.cache.join(name);
    // Whoever prepares this machine meanwhile would take the half-made folder for a leftover.
    let _only_one = lock(dirs)?;
    if std::fs::read_to_string(folder.join(LIST)).ok().as_ref() != Some(&wanted) {
        make(&folder, &base, &wanted, title)?;
    }
    Ok(program(&folder))
}

/// Makes an environment with the packages of a list, which it keeps; a failure leaves nothing of it.
fn make(folder: &Path, base: &Path, requirements: &str, title: &str) -> Result<()> {
    status_line::step(title, |line| {
        remove(folder)?;
        let filled = fill(folder, base, requirements, line);
        if filled.is_err() {
            remove(folder)?;
        }
        filled
    })
}

/// It is filled where it stays: its scripts name the folder in which they were made.
fn fill(folder: &Path, base: &Path, requirements: &str, line: &status_line::StatusLine) -> Result<()> {
    let mut venv = Command::new(base);
    process::watch_under(line, venv.args(["-m", "venv"]).arg(folder), "cargo lab doctor")?;
    let (wanted, list) = (folder.join("wanted.txt"), folder.join(LIST));
    std::fs::write(&wanted, requirements).map_err(|error| Error::file("write", &wanted, &error))?;
    let mut pip = Command::new(program(folder));
    pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--no-cache-dir"]);
    pip.args(["--no-warn-script-location", "-r"]).arg(&wanted);
    process::watch_under(line, &mut pip, "look at the network, then run the same command again")?;
    std::fs::rename(&wanted, &list).map_err(|error| Error::file("rename to", &list, &error))
}

/// Whether this Python has the tools at the versions of `requirements.txt`.
fn has_tools(python: &Path) -> bool {
    let wanted =
        REQUIREMENTS.lines().filter(|line| TOOLS.iter().any(|tool| line.starts_with(&format!("{tool}=="))));
    let script = "import sys; from importlib.metadata import version\n\
                sys.exit(any(version(name) != wanted for name, wanted in (word.split('==') for word in sys.argv[1:])))";
    let mut command = Command::new(python);
    command
        .args(["-c", script])
        .args(wanted)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The Python to start from: `CONVLAB_PYTHON`, else `python3` or `python`, new enough and able to make environments.
pub fn base_python() -> Result<PathBuf> {
    static FOUND: OnceLock<Result<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(find).clone()
}

fn find() -> Result<PathBuf> {
    let given = std::env::var_os("CONVLAB_PYTHON").map(PathBuf::from);
    let candidates = given.map_or_else(|| vec!["python3".into(), "python".into()], |path| vec![path]);
    let mut wrong = None;
    for python in candidates {
        match version(&python) {
            Ok(_) => return Ok(python),
            // What is wrong with the first is reported; the second is tried all the same.
            Err(failure) => wrong = wrong.or(Some(failure)),
        }
    }
    Err(wrong.unwrap_or_else(none))
}

fn none() -> Error {
    let what = format!("There is no Python {}.{} or newer.", OLDEST.0, OLDEST.1);
    Error::problem(what, system::install(Tool::Python))
}

/// A Python that has pip: the one to start from, else an environment that is made below `folder`.
pub fn with_pip(folder: &Path) -> Result<PathBuf> {
    let base = base_python()?;
    if process::output(Command::new(&base).args(["-m", "pip", "--version"]), "").is_ok() {
        return Ok(base);
    }
    let own = folder.join("python");
    process::watch(Command::new(&base).args(["-m", "venv"]).arg(&own), "cargo lab doctor", |_| {})?;
    Ok(program(&own))
}

/// `3.11.7`, or a failure when that Python is too old or lacks the modules that make an environment.
pub fn version(python: &Path) -> Result<String> {
    let script = "import sys; print(sys.version.split()[0]); import venv, ensurepip";
    let output =
        Command::new(python).args(["-c", script]).stdin(Stdio::null()).output().map_err(|_| none())?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let mut numbers = version.split('.').map_while(|part| part.parse::<u32>().ok());
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found == (0, 0) {
        return Err(none());
    }
    if found < OLDEST {
        let what = format!("Python {version} is too old: the labs need {}.{} or newer.", OLDEST.0, OLDEST.1);
        return Err(Error::problem(what, "export CONVLAB_PYTHON=/path/to/newer/python3"));
    }
    if !output.status.success() {
        let what = format!("Python {version} lacks its modules venv and ensurepip.");
        return Err(Error::problem(what, system::install(Tool::Python)));
    }
    Ok(version)
}

/// The interpreter inside an environment.
fn program(folder: &Path) -> PathBuf {
    let conda = folder.join("conda-meta").exists();
    folder.join(match (cfg!(windows), conda) {
        (true, true) => "python.exe",
        (true, false) => "Scripts/python.exe",
        (false, _) => "bin/python",
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn python_that(does: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("python3");
        // Written by another process: what this one writes while a thread forks is busy, and cannot be started.
        let written = "printf '%s\\n' '#!/bin/sh' \"$1\" > \"$2\" && chmod 755 \"$2\"";
        assert!(Command::new("sh").args(["-c", written, "sh", does]).arg(&path).status().unwrap().success());
        (dir, path)
    }

    #[test]
    fn a_python_that_is_too_old_is_refused_with_its_version() {
        let (_dir, path) = python_that("echo 3.8.10");
        let failure = version(&path).unwrap_err();
        assert!(
            failure.what().contains("3.8.10") && failure.remedy().contains("CONVLAB_PYTHON="),
            "{failure}"
        );
        let (_dir, path) = python_that("echo 3.12.1");
        assert_eq!(version(&path).unwrap(), "3.12.1");
    }

    #[test]
    fn a_python_that_cannot_make_environments_is_refused_with_what_it_lacks() {
        let (_dir, path) = python_that("echo 3.12.1; echo No module named ensurepip >&2; exit 1");
        let failure = version(&path).unwrap_err();
        assert!(failure.what().contains("3.12.1 lacks its modules venv and ensurepip"), "{failure}");
    }

    #[test]
    fn a_python_is_taken_only_when_its_tools_have_the_wanted_versions() {
        let with = |jupyterlab: &str| {
            // Answers as Python would that has these packages: by its exit status.
            python_that(&format!(
                "for word; do case $word in jupyterlab==*) test $word = jupyterlab=={jupyterlab}; exit;; esac; done; exit 1"
            ))
        };
        let wanted = REQUIREMENTS.lines().find_map(|line| line.strip_prefix("jupyterlab==")).unwrap();
        let (_dir, right) = with(wanted);
        assert!(has_tools(&right));
        let (_dir, wrong) = with("4.0.0");
        assert!(!has_tools(&wrong) && !has_tools(Path::new("/nowhere/python")));
    }

    #[test]
    fn a_python_that_is_not_there_or_says_nothing_is_no_python() {
        let (_dir, path) = python_that("exit 127");
        for path in [path.as_path(), Path::new("/nowhere/python3")] {
            let failure = version(path).unwrap_err();
            assert!(failure.what().contains("no Python 3.11 or newer"), "{failure}");
        }
    }

    #[test]
    fn an_environments_scripts_run_where_it_lies() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("python-1");
        make(&folder, &base_python().unwrap(), "", "an environment").unwrap();
        assert!(folder.join(LIST).exists(), "it is whole");
        let output = Command::new(folder.join("bin/pip")).arg("--version").output().unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).contains("python-1"), "{output:?}");
    }

    #[test]
    fn an_environment_that_could_not_be_made_leaves_nothing() {
        let (dir, broken) = python_that("mkdir -p \"$3/bin\"; exit 1");
        let folder = dir.path().join("python-1");
        std::fs::create_dir(&folder).unwrap();
        assert!(make(&folder, &broken, "", "an environment").is_err());
        assert!(!folder.exists());
    }
}
