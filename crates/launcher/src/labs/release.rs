//! A folder of one edition of the labs, with a schedule.

use super::edition::Edition;
use super::{Lab, copy};
use crate::files::whole_file;
use common::notebook::{Cell, Notebook};
use common::{Error, Result};
use std::fs;
use std::path::Path;

/// Fills `folder`, which must be empty or not there: what lies in it may be somebody's work.
pub fn write(labs: &[Lab], edition: Edition, folder: &Path) -> Result<()> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        let what = format!("{} is not empty.", folder.display());
        return Err(Error::problem(what, "name a new folder"));
    }
    copy::sync(labs, edition, folder)?;
    whole_file(&folder.join("schedule.md"), &schedule(labs)?)
}

/// Every section with the minute at which it begins.
fn schedule(labs: &[Lab]) -> Result<String> {
    let mut text = "# Schedule\n".to_owned();
    for lab in labs {
        let notebook = lab.read()?;
        let title = notebook.cells().next().map(Cell::source).unwrap_or_default();
        let heading = title.lines().next().unwrap_or_default().trim_start_matches("# ");
        let minutes = title.lines().find(|line| line.ends_with(" minutes")).unwrap_or_default();
        text += &format!("\n## {heading}\n\n{minutes}\n");
        text += &sections(&notebook);
    }
    Ok(text)
}

/// A table of the sections whose minutes are given; nothing when there are none.
fn sections(notebook: &Notebook) -> String {
    let mut clock = 0;
    let mut rows = String::new();
    for cell in notebook.cells() {
        let Some(minutes) = cell.about()["minutes"].as_u64() else { continue };
        let text = cell.source();
        let heading = text.lines().find_map(|line| line.strip_prefix("## ")).unwrap_or_default();
        rows += &format!("| {}:{:02} | {heading} | {minutes} |\n", clock / 60, clock % 60);
        clock += minutes;
    }
    if rows.is_empty() { rows } else { format!("\n| at | section | minutes |\n|---|---|---|\n{rows}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use common::record::Record;
    use serde_json::json;

    fn lab(dir: &Path) -> Lab {
        let path = dir.join("02_by_hand.ipynb");
        let text = |id: &str, text: &str, minutes: Option<u64>| json!({"cell_type": "markdown", "id": id, "source": text, "metadata": {"convlab": {"minutes": minutes, "notes": "Wait."}}});
        let cells = [
            text("a", "# 02 · By hand\n\n70 minutes\n\nBy the end …", None),
            text("b", "## One\n\nText.", Some(65)),
            text("c", "## Two\n\nText.", Some(5)),
        ];
        fs::write(&path, json!({"metadata": {}, "cells": cells}).to_string()).unwrap();
        Lab { path }
    }

    #[test]
    fn an_edition_is_a_folder_with_the_labs_and_the_schedule() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("out");
        write(&[lab(dir.path())], Edition::Lecture, &folder).unwrap();
        let schedule = fs::read_to_string(folder.join("schedule.md")).unwrap();
        assert_eq!(
            schedule,
            "# Schedule\n\n## 02 · By hand\n\n70 minutes\n\n| at | section | minutes |\n|---|---|---|\n| 0:00 | One | 65 |\n| 1:05 | Two | 5 |\n"
        );
        let notebook = fs::read_to_string(folder.join("02_by_hand.ipynb")).unwrap();
        assert!(notebook.contains("For the lecturer · 65 min"), "{notebook}");
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            3,
            "the lab, the schedule and the look of the slides"
        );
    }

    #[test]
    fn only_the_learners_edition_keeps_a_record_and_no_edition_but_the_lectures_has_notes() {
        let dir = tempfile::tempdir().unwrap();
        for (name, edition) in Edition::ALL {
            let folder = dir.path().join(name);
            write(&[lab(dir.path())], edition, &folder).unwrap();
            assert_eq!(folder.join(Record::FILE).exists(), edition == Edition::Learner);
            assert_eq!(folder.join("rise.css").exists(), edition == Edition::Lecture);
            let notebook = fs::read_to_string(folder.join("02_by_hand.ipynb")).unwrap();
            assert_eq!(notebook.contains("Wait."), edition == Edition::Lecture);
        }
    }

    #[test]
    fn a_folder_that_holds_something_is_refused_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("work.txt"), "mine").unwrap();
        let failure = write(&[], Edition::Learner, dir.path()).unwrap_err();
        assert!(failure.what().contains("not empty"), "{failure}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
