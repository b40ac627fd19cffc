//! The Python environment with JupyterLab, nbclient and nbconvert, at the versions of `requirements.txt`.

use super::whole_folder;
use crate::child;
use crate::failure::{Failure, Result};
use crate::key::Key;
use crate::places::Places;
use crate::say;
use std::path::{Path, PathBuf};
use std::process::Command;

const REQUIREMENTS: &str = include_str!("../python/requirements.txt");
const OLDEST: (u32, u32) = (3, 11);

/// Returns the Python of the prepared environment; makes the environment if it is not there.
pub fn environment(places: &Places) -> Result<PathBuf> {
    let base = base_python()?;
    let version = version(&base)?;
    let key = Key::default().text(&version).text(REQUIREMENTS).hex();
    let folder = places.cache.join(format!("python-{key}"));
    if !program(&folder).exists() {
        say::step("JupyterLab and its Python environment", |line| {
            whole_folder(&folder, |new| {
                child::watch_under(line, Command::new(&base).args(["-m", "venv"]).arg(new), VENV_REMEDY)?;
                let list = new.join("requirements.txt");
                std::fs::write(&list, REQUIREMENTS).map_err(|error| Failure::file("write", &list, &error))?;
                let mut pip = Command::new(program(new));
                pip.args([
                    "-m",
                    "pip",
                    "install",
                    "--disable-pip-version-check",
                    "--no-warn-script-location",
                    "-r",
                ]);
                child::watch_under(
                    line,
                    pip.arg(&list),
                    "look at the network, then run the same command again",
                )
            })
        })?;
    }
    Ok(program(&folder))
}

const VENV_REMEDY: &str = "install Python's venv module, on Debian: sudo apt install python3-venv";

/// The Python to start from: `CONVLAB_PYTHON`, that of an active environment, or `python3`.
pub fn base_python() -> Result<PathBuf> {
    let given = std::env::var_os("CONVLAB_PYTHON").map(PathBuf::from);
    let candidates = given.map_or_else(|| vec!["python3".into(), "python".into()], |path| vec![path]);
    let works = |path: &PathBuf| version(path).is_ok();
    candidates.into_iter().find(works).ok_or_else(|| {
        Failure::new(
            format!("There is no Python {}.{} or newer.", OLDEST.0, OLDEST.1),
            "install one, on Debian: sudo apt install python3 python3-venv",
        )
    })
}

/// `3.11.7`, or a failure when that Python is too old.
pub fn version(python: &Path) -> Result<String> {
    let remedy = "install a newer Python, or name one: export CONVLAB_PYTHON=/path/to/python3";
    let told = child::output(
        Command::new(python).args(["-c", "import sys; print(sys.version.split()[0])"]),
        remedy,
    )?;
    let mut numbers = told.split('.').map_while(|part| part.parse::<u32>().ok());
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if (major, minor) < OLDEST {
        let what = format!("Python {told} is too old: the labs need {}.{} or newer.", OLDEST.0, OLDEST.1);
        return Err(Failure::new(what, remedy));
    }
    Ok(told)
}

/// The interpreter inside a virtual environment.
fn program(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn python_that_says(version: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("python3");
        std::fs::write(&path, format!("#!/bin/sh\necho {version}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        (dir, path)
    }

    #[test]
    fn a_python_that_is_too_old_is_refused_with_its_version() {
        let (_dir, path) = python_that_says("3.8.10");
        let failure = version(&path).unwrap_err();
        assert!(failure.what().contains("3.8.10"), "{failure}");
        let (_dir, path) = python_that_says("3.12.1");
        assert_eq!(version(&path).unwrap(), "3.12.1");
    }

    #[test]
    fn a_python_that_is_not_there_is_named_with_the_variable_that_names_another() {
        let failure = version(Path::new("/nowhere/python3")).unwrap_err();
        assert!(failure.what().contains("/nowhere/python3") && failure.remedy().contains("CONVLAB_PYTHON"));
    }
}
