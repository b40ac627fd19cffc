//! `cargo lab grade`: learners' notebooks, each run in a sandbox of its own and judged outside of it.
//!
//! For each one there are two kernels. The learner's functions run in one, which `convlab-grader` drives; the checks run
//! in the other, and ask the first for values.

mod csv;
mod folder;
mod html;
mod intake;
mod job;
mod judge;
mod marking;
mod row;
mod sandbox;
mod summary;

use crate::dirs::Dirs;
use crate::files::whole_file;
use crate::labs;
use crate::prepare;
use common::{Error, Result};
use csv::Csv;
use folder::Folder;
use marking::Marking;
use row::Row;
use sandbox::Sandbox;
use serde_json::Value;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

/// What is marked, and within which limits.
pub struct Options {
    pub files: Vec<PathBuf>,
    pub csv: Option<PathBuf>,
    pub html: Option<PathBuf>,
    /// Whether the rows of `csv` stay and the files that have all of theirs are not marked again.
    pub resume: bool,
    /// What one check may take.
    pub seconds: u32,
    /// The most memory of one process.
    pub gib: u32,
    /// Whether the code runs with all that this user may do.
    pub without_isolation: bool,
}

/// Marks the notebooks, writes each one's rows as CSV when it is done if asked to, and prints the table.
///
/// # Errors
/// If the code cannot be isolated, before anything is marked; and after all others are marked, if a row is missing.
pub fn grade(options: &Options) -> Result<()> {
    let dirs = Dirs::find()?;
    let labs = job::labs(&labs::all(&dirs.notebooks())?);
    let before = earlier(options, &labs)?;
    // Before minutes go into what could not be kept.
    [&options.csv, &options.html].into_iter().flatten().try_for_each(|path| can_be_written(path))?;
    let ready = prepare::checked(None)?;
    let folder = Folder::make(&dirs)?;
    let sandbox = if options.without_isolation {
        eprintln!("Learners' code runs without isolation, with all that you may do.");
        Sandbox::without_isolation()
    } else {
        Sandbox::new(&ready, folder.path(), options.gib)?
    };
    // Only now: where nothing can be marked, an earlier table stays.
    let csv = options.csv.as_deref().map(|path| Csv::create(path, &before)).transpose()?;
    if let Some(path) = &options.html {
        whole_file(path, &html::page(&before))?;
    }
    let is_done = |file: &&PathBuf| before.iter().any(|row| row.file == row::name(file));
    let files: Vec<_> = options.files.iter().filter(|file| !is_done(file)).cloned().collect();
    let marking = Marking { ready: &ready, sandbox, labs, folder: folder.path(), options, csv };
    let rows = [before, marking.all(&files)?].concat();
    print!("{}\n{}", summary::by_file(&rows), summary::by_exercise(&rows));
    if let Some(path) = &options.html {
        whole_file(path, &html::page(&rows))?;
    }
    let missing = rows.iter().filter(|row| !row.is_marked()).count();
    if missing > 0 {
        let what = format!("{missing} of {} rows are not marked: their reasons say why.", rows.len());
        return Err(Error::problem(what, "look at these files, then type the same with --csv OUT --resume"));
    }
    Ok(())
}

/// Whether a file can be written; what is in it stays.
fn can_be_written(path: &Path) -> Result<()> {
    let is_new = !path.exists();
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.map_err(|error| Error::file("write", path, &error))?;
    if is_new {
        fs::remove_file(path).map_err(|error| Error::file("remove", path, &error))?;
    }
    Ok(())
}

/// The rows that an earlier marking has written of these files, as far as it has marked all exercises of a file.
fn earlier(options: &Options, labs: &[Value]) -> Result<Vec<Row>> {
    let rows = match &options.csv {
        Some(path) if options.resume => csv::read(path)?,
        _ => return Ok(Vec::new()),
    };
    let exercises =
        |lab: &str| labs.iter().find(|one| one["lab"] == lab)?["exercises"].as_array().map(Vec::len);
    let names: Vec<_> = options.files.iter().map(|file| row::name(file)).collect();
    let is_whole = |of_file: &&[Row]| {
        let Row { file, lab, .. } = &of_file[0];
        let is_one = names.iter().filter(|name| *name == file).count() == 1;
        let wanted = if lab == "-" { Some(1) } else { exercises(lab) };
        is_one && wanted == Some(of_file.len()) && of_file.iter().all(Row::is_marked)
    };
    Ok(rows.chunk_by(|a, b| a.file == b.file).filter(is_whole).flatten().cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::path::Path;

    #[test]
    fn asking_whether_a_table_can_be_written_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let [old, new] = ["old.csv", "new.csv"].map(|name| dir.path().join(name));
        fs::write(&old, "marks").unwrap();
        can_be_written(&old).unwrap();
        can_be_written(&new).unwrap();
        assert_eq!(fs::read_to_string(&old).unwrap(), "marks");
        assert!(!new.exists());
        let nowhere = dir.path().join("nowhere/marks.csv");
        assert!(can_be_written(&nowhere).unwrap_err().what().contains("nowhere/marks.csv"));
    }

    #[test]
    fn a_marking_goes_on_with_the_files_of_which_a_row_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("marks.csv");
        let marked = |file: &str, exercise: &str| {
            let report = json!({"exercise": exercise, "verdict": "right", "reason": ""});
            Row::marked(Path::new(file), "02", "", 0.0, &report)
        };
        let rows = [
            marked("whole", "a"),
            marked("whole", "b"),
            marked("half", "a"),
            marked("again", "a"),
            Row::not_marked(Path::new("again"), "02", "b", "the judge is gone"),
            Row::without_exercises(Path::new("none"), "it is not JSON"),
            marked("other", "a"),
            marked("other", "b"),
            marked("twice", "a"),
            marked("twice", "b"),
        ];
        Csv::create(&path, &rows).unwrap();
        let labs = [json!({"lab": "02", "exercises": ["a", "b"]})];
        let files = ["half", "whole", "again", "none", "twice", "twice"].map(PathBuf::from).into();
        let mut options = Options {
            files,
            csv: Some(path),
            html: None,
            resume: true,
            seconds: 30,
            gib: 4,
            without_isolation: false,
        };
        let kept: Vec<_> = earlier(&options, &labs).unwrap().into_iter().map(|row| row.file).collect();
        assert_eq!(kept, ["whole", "whole", "none"]);
        options.resume = false;
        assert_eq!(earlier(&options, &labs).unwrap(), []);
    }
}
