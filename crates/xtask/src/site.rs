//! `cargo lab site`: the course's pages, slides and reference, from labs that have been executed.

use crate::cargo_calls::helper_call;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use common::notebook::{Cell, Notebook};
use common::record::Record;
use common::{Error, Result};
use launcher::files::{folder_argument, shell, text, whole_folder};
use launcher::labs::{self, Lab, edition::Edition, release};
use launcher::prepare::{self, Ready};
use launcher::{process, status_line};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// The package whose wheel holds reveal.js, which makes the slides.
const REVEAL: &str = "sphinx-revealjs==3.2.1";

const FETCH_REVEAL: &str = include_str!("../python/fetch_reveal.py");

/// Stands in a site, so that it is known as one and may be replaced.
const MARK: &str = "lecturers.html";

/// What lab 06 exports, beside the executed labs.
const READER: &str = "mnist-reader.safetensors";

/// `cargo lab site`.
pub fn command() -> Command {
    Command::new("site")
        .about("Writes the course's pages, slides and reference from the labs that `run` has executed")
        .arg(
            Arg::new("dir")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("A new folder, or one that `site` has made"),
        )
        .arg(
            Arg::new("image")
                .long("image")
                .default_value("convlab")
                .help("The container image that the pages name"),
        )
        .arg(
            Arg::new("preview")
                .long("preview")
                .action(ArgAction::SetTrue)
                .help("Only the labs that have been run as they are now"),
        )
        .arg(
            Arg::new("repository")
                .long("repository")
                .help("OWNER/NAME on GitHub, for the links to it and to Binder"),
        )
}

/// Writes the site whole or not at all; a folder with anything else in it is left as it is.
pub fn run(matches: &ArgMatches) -> Result<()> {
    let folder: PathBuf = matches.get_one("dir").cloned().unwrap_or_default();
    folder_argument("cargo lab site DIR", &folder)?;
    let folder = std::path::absolute(&folder).map_err(|error| Error::file("find", &folder, &error))?;
    may_be_replaced(&folder)?;
    let ready = prepare::checked(None)?;
    let executed = ready.dirs.executed_labs();
    let all = labs::all(&ready.dirs.notebooks())?;
    let is_preview = matches.get_flag("preview");
    let (labs, stale): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|lab| !is_preview || is_current(lab, &executed).is_ok());
    if let Some(line) = left_out(&labs, &stale, &executed) {
        println!("{line}");
    }
    if labs.is_empty() {
        return Err(Error::problem("No lab has been run as it is now.", "cargo lab run 02"));
    }
    labs.iter().try_for_each(|lab| is_current(lab, &executed))?;
    let [image, repository] = ["image", "repository"].map(|name| matches.get_one::<String>(name));
    let names: Vec<_> = labs.iter().map(Lab::name).collect();
    let course = json!({"image": image, "repository": repository, "labs": names}).to_string();
    if labs.iter().any(|lab| lab.name().starts_with("06")) {
        reader(&executed)?;
    }
    let reveal = reveal(&ready)?;
    let reference = reference(&ready)?;
    let lecture = ready.dirs.checkout.join("target/lecture");
    whole_folder(&lecture, |new| release::write(&labs, Edition::Lecture, new))?;
    whole_folder(&folder, |new| {
        notebooks(&labs, &new.join("notebooks"))?;
        copy(&reference, &new.join("api"))?;
        pages(&ready, &course, [&executed, &lecture, new, &reveal])
    })?;
    println!("{}", where_it_is(&folder));
    Ok(())
}

/// A line that names what lies in the folder of executed labs, or should, and is not on the pages, and why.
fn left_out(labs: &[Lab], stale: &[Lab], executed: &Path) -> Option<String> {
    let names = |all: &[Lab]| all.iter().map(Lab::name).collect::<Vec<_>>();
    let (stale, known) = (names(stale), [names(labs), names(stale)].concat());
    let mut foreign = names(&labs::all(executed).unwrap_or_default());
    foreign.retain(|name| !known.contains(name));
    let reasons =
        [(stale, "not run as they are now, see `cargo lab run`"), (foreign, "no labs of this course")];
    let parts = reasons.iter().filter(|(names, _)| !names.is_empty());
    let parts: Vec<_> = parts.map(|(names, why)| format!("{} ({why})", names.join(", "))).collect();
    (!parts.is_empty()).then(|| format!("Left out: {}.", parts.join("; ")))
}

/// Where the site is and how to look at it; a server, since a browser keeps the slides' notes from pages without one.
fn where_it_is(folder: &Path) -> String {
    let (shown, quoted) = (folder.display(), shell(folder));
    format!(
        "The site is in {shown}. To look at it at http://localhost:8000:\n  python3 -m http.server --directory {quoted}"
    )
}

/// The learners' notebooks and the schedule, for download: a record of what is done begins with a learner.
fn notebooks(labs: &[Lab], folder: &Path) -> Result<()> {
    release::write(labs, Edition::Learner, folder)?;
    let record = folder.join(Record::FILE);
    fs::remove_file(&record).map_err(|error| Error::file("remove", &record, &error))
}

fn may_be_replaced(folder: &Path) -> Result<()> {
    let is_empty = fs::read_dir(folder).map_or(!folder.exists(), |mut entries| entries.next().is_none());
    if is_empty || folder.join(MARK).exists() {
        return Ok(());
    }
    let what = format!("{} holds something that is no site.", folder.display());
    Err(Error::problem(what, "name a new folder: cargo lab site DIR"))
}

/// Whether the lab has been executed as it is now.
fn is_current(lab: &Lab, executed: &Path) -> Result<()> {
    let cells = |notebook: Notebook| -> Vec<String> { notebook.cells().map(Cell::source).collect() };
    let run = Lab { path: executed.join(lab.path.file_name().unwrap_or_default()) };
    if run.path.exists() && cells(run.read()?) == cells(lab.read()?) {
        return Ok(());
    }
    let what = format!("{} has not been run as it is now, so there are no outputs to show.", lab.name());
    Err(Error::problem(what, "cargo lab run"))
}

/// The network that the front page reads digits with; lab 06 has exported it when it ran.
fn reader(executed: &Path) -> Result<()> {
    if executed.join(READER).exists() {
        return Ok(());
    }
    Err(Error::problem("There is no network yet for the front page to read digits with.", "cargo lab run 06"))
}

fn pages(ready: &Ready, course: &str, folders: [&Path; 4]) -> Result<()> {
    status_line::step("pages and slides", |line| {
        let mut python = process::command(&ready.python);
        python.arg(ready.dirs.checkout.join("crates/xtask/site/build.py")).args(folders).arg(course);
        process::watch_under(line, python.env("PYTHONDONTWRITEBYTECODE", "1"), "fix what it names")
    })
}

/// The folder with reveal.js; it is fetched once.
fn reveal(ready: &Ready) -> Result<PathBuf> {
    let folder = ready.dirs.cache.join(format!("reveal-{}", REVEAL.rsplit('=').next().unwrap_or_default()));
    if !folder.exists() {
        status_line::step("reveal.js for the slides", |line| {
            whole_folder(&folder, |new| {
                let mut python = process::command(&ready.python);
                python.args(["-c", FETCH_REVEAL, REVEAL, &text(new)]);
                process::watch_under(
                    line,
                    &mut python,
                    "look at the network, then run the same command again",
                )
            })
        })?;
    }
    Ok(folder)
}

/// The helper crate's reference, where its dependencies are compiled already.
fn reference(ready: &Ready) -> Result<PathBuf> {
    let (target, mut cargo) = helper_call(ready, "doc")?;
    cargo.args(["--no-deps", "--lib"]);
    status_line::step("the helper crate's reference", |line| {
        process::watch_under(line, &mut cargo, "look at the error")
    })?;
    Ok(target.join("doc"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).map_err(|error| Error::file("make the folder", to, &error))?;
    for entry in fs::read_dir(from).map_err(|error| Error::file("read", from, &error))?.flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target)?;
        } else if entry.file_name() != ".lock" {
            fs::copy(&source, &target).map_err(|error| Error::file("write", &target, &error))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_new_folder_an_empty_one_or_a_site_may_be_replaced() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(may_be_replaced(&dir.path().join("new")), Ok(()));
        assert_eq!(may_be_replaced(dir.path()), Ok(()));
        fs::write(dir.path().join("thesis.txt"), "mine").unwrap();
        assert!(may_be_replaced(dir.path()).unwrap_err().what().contains("no site"));
        assert!(may_be_replaced(&dir.path().join("thesis.txt")).is_err());
        fs::write(dir.path().join(MARK), "").unwrap();
        assert_eq!(may_be_replaced(dir.path()), Ok(()));
    }

    #[test]
    fn what_is_left_out_is_named_in_one_line_with_the_reason() {
        let dir = tempfile::tempdir().unwrap();
        let lab = |name: &str| Lab { path: dir.path().join(format!("{name}.ipynb")) };
        let (labs, stale) = ([lab("02_by_hand")], [lab("03_stride"), lab("04_edges")]);
        assert_eq!(left_out(&labs, &[], &dir.path().join("nowhere")), None);
        for name in ["02_by_hand", "03_stride", "my_own"] {
            fs::write(lab(name).path, "{}").unwrap();
        }
        let line = left_out(&labs, &stale, dir.path()).unwrap();
        assert_eq!(
            line,
            "Left out: 03_stride, 04_edges (not run as they are now, see `cargo lab run`); \
             my_own (no labs of this course)."
        );
    }

    #[test]
    fn the_end_says_where_the_page_is_and_how_to_look_at_it() {
        let text = where_it_is(Path::new("/a b/site"));
        assert!(text.contains("is in /a b/site.") && text.ends_with("--directory '/a b/site'"), "{text}");
    }

    #[test]
    fn what_is_published_of_the_labs_has_no_record_of_what_somebody_has_done() {
        let dir = tempfile::tempdir().unwrap();
        let lab = Lab { path: dir.path().join("02_by_hand.ipynb") };
        fs::write(&lab.path, json!({"metadata": {}, "cells": []}).to_string()).unwrap();
        let folder = dir.path().join("notebooks");
        notebooks(&[lab], &folder).unwrap();
        let mut names: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["02_by_hand.ipynb", "schedule.md"]);
    }

    #[test]
    fn a_lab_that_was_not_run_or_has_changed_since_is_named_with_the_command_that_runs_it() {
        let dir = tempfile::tempdir().unwrap();
        let (masters, executed) = (dir.path().join("notebooks"), dir.path().join("labs"));
        fs::create_dir(&masters).unwrap();
        fs::create_dir(&executed).unwrap();
        let write = |folder: &Path, code: &str| {
            let notebook = json!({"cells": [{"cell_type": "code", "source": [code]}]});
            fs::write(folder.join("02_by_hand.ipynb"), notebook.to_string()).unwrap();
        };
        write(&masters, "1 + 1");
        let lab = Lab { path: masters.join("02_by_hand.ipynb") };
        let failure = is_current(&lab, &executed).unwrap_err();
        assert!(failure.what().contains("02_by_hand") && failure.remedy() == "cargo lab run", "{failure}");
        write(&executed, "1 + 1");
        assert_eq!(is_current(&lab, &executed), Ok(()));
        write(&masters, "1 + 2");
        assert!(is_current(&lab, &executed).is_err());
    }
}
