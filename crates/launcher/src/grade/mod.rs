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
mod output;
mod row;
mod sandbox;
mod summary;

use crate::dirs::Dirs;
use crate::files::whole_file;
use crate::labs;
use crate::prepare;
use crate::status_line;
use common::{Error, Result};
use csv::Csv;
use folder::Folder;
use marking::Marking;
use row::Row;
use sandbox::Sandbox;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What is marked, and within which limits.
pub struct Options {
    pub files: Vec<PathBuf>,
    pub csv: Option<PathBuf>,
    pub html: Option<PathBuf>,
    /// Whether the rows of `csv` stay and the files that have all of theirs, and are no newer, are not marked again.
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
    let files = each_once(&options.files);
    output::check(options.csv.as_deref(), options.html.as_deref())?;
    let before = earlier(options, &files, &labs)?;
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
    if let Some(path) = &options.csv {
        let path = path.display();
        eprintln!(
            "Rows go to {path} as notebooks are done: a marking that is cut off goes on with --resume."
        );
    }
    let is_done = |file: &&PathBuf| before.iter().any(|row| row.file == row::name(file));
    let left: Vec<_> = files.iter().filter(|file| !is_done(file)).cloned().collect();
    let marking = Marking { ready: &ready, sandbox, labs, folder: folder.path(), options, csv };
    let rows = in_order([before, marking.all(&left)?].concat(), &files);
    // As the notebooks were named, not as they were done.
    options.csv.as_deref().map(|path| Csv::create(path, &rows)).transpose()?;
    if let Some(path) = &options.html {
        whole_file(path, &html::page(&rows))?;
    }
    print!("{}\n{}", summary::by_file(&rows), summary::by_exercise(&rows));
    let missing = rows.iter().filter(|row| !row.is_marked()).count();
    if missing > 0 {
        let what = format!("{} not marked: the reasons say why.", status_line::counted(missing, "row"));
        let again = if options.resume { "again" } else { "with --csv OUT --resume" };
        return Err(Error::problem(what, format!("look at these files, then type the same {again}")));
    }
    Ok(())
}

/// The files, each once however often it is named.
fn each_once(files: &[PathBuf]) -> Vec<PathBuf> {
    let mut places = HashSet::new();
    let is_new = |file: &&PathBuf| {
        let is_new = places.insert(std::path::absolute(file).unwrap_or_else(|_| (*file).clone()));
        if !is_new {
            eprintln!("{} is named twice: it is marked once.", row::name(file));
        }
        is_new
    };
    files.iter().filter(is_new).cloned().collect()
}

/// The rows of files that are not named first, then those of the named ones in their order.
fn in_order(mut rows: Vec<Row>, files: &[PathBuf]) -> Vec<Row> {
    let places: HashMap<_, _> =
        files.iter().enumerate().map(|(at, file)| (row::name(file), at + 1)).collect();
    rows.sort_by_key(|row| places.get(&row.file).copied());
    rows
}

/// The rows that an earlier marking has written: of these files as far as it has marked all exercises of a file that has
/// not changed since; of others all.
fn earlier(options: &Options, files: &[PathBuf], labs: &[Value]) -> Result<Vec<Row>> {
    let (rows, written) = match &options.csv {
        Some(path) if options.resume => (csv::read(path)?, modified(path)),
        _ => return Ok(Vec::new()),
    };
    let exercises =
        |lab: &str| labs.iter().find(|one| one["lab"] == lab)?["exercises"].as_array().map(Vec::len);
    let is_kept = |of_file: &&[Row]| {
        let Row { file, lab, .. } = &of_file[0];
        let named: Vec<_> = files.iter().filter(|path| row::name(path) == *file).collect();
        let is_as_it_was = || matches!(named[..], [one] if modified(one) <= written);
        let wanted = if lab == "-" { Some(1) } else { exercises(lab) };
        let is_whole = || wanted == Some(of_file.len()) && of_file.iter().all(Row::is_marked);
        named.is_empty() || is_as_it_was() && is_whole()
    };
    Ok(rows.chunk_by(|a, b| a.file == b.file).filter(is_kept).flatten().cloned().collect())
}

/// When a file was changed last; `None` if there is no such file.
fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|meta| meta.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::path::Path;

    #[test]
    fn a_file_is_marked_once_and_rows_come_as_files_are_named() {
        let files = ["b", "./a", "b", "c"].map(PathBuf::from);
        assert_eq!(each_once(&files), ["b", "./a", "c"].map(PathBuf::from));
        let rows = ["other", "c", "./a", "b"].map(|file| Row::without_exercises(Path::new(file), "")).into();
        let names: Vec<_> = in_order(rows, &files).into_iter().map(|row| row.file).collect();
        assert_eq!(names, ["other", "./a", "b", "c"]);
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
        let labs = [json!({"lab": "02", "exercises": ["a", "b"]})];
        let newer = dir.path().join("newer");
        let name = newer.display().to_string();
        let rows = [&rows[..], &[marked(&name, "a"), marked(&name, "b")]].concat();
        Csv::create(&path, &rows).unwrap();
        let written = modified(&path).unwrap();
        fs::write(&newer, "").unwrap();
        let touch = |time| fs::File::options().append(true).open(&newer).unwrap().set_modified(time).unwrap();
        let mut files: Vec<_> =
            ["half", "whole", "again", "none", "twice", "twice"].map(PathBuf::from).into();
        files.push(newer.clone());
        let mut options = Options {
            files: files.clone(),
            csv: Some(path),
            html: None,
            resume: true,
            seconds: 30,
            gib: 4,
            without_isolation: false,
        };
        let kept = |options: &Options| -> Vec<_> {
            earlier(options, &files, &labs).unwrap().into_iter().map(|row| row.file).collect()
        };
        touch(written + std::time::Duration::from_secs(1));
        assert_eq!(kept(&options), ["whole", "whole", "none", "other", "other"]);
        touch(written);
        assert_eq!(kept(&options), ["whole", "whole", "none", "other", "other", &name, &name]);
        options.resume = false;
        assert!(kept(&options).is_empty());
    }
}
