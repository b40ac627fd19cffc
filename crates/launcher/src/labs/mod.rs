//! The labs as files: finding them, their editions, the learner's copy.

pub mod copy;
pub mod edition;
pub mod release;

use crate::files::place;
use common::notebook::Notebook;
use common::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The first code cell of every lab; it works in the stock evcxr kernel too.
pub const FIRST_CELL: &str = ":dep convlab = { path = \"../crates/convlab\" }\nuse convlab::prelude::*;";

/// One notebook file.
#[derive(Debug, Clone)]
pub struct Lab {
    /// Where it is.
    pub path: PathBuf,
}

impl Lab {
    /// `02_convolution_by_hand`.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// `2`, if the name begins with a number.
    fn number(&self) -> Option<u32> {
        self.name().split('_').next()?.parse().ok()
    }

    /// The notebook in the file.
    pub fn read(&self) -> Result<Notebook> {
        Notebook::read(&self.path)
    }
}

/// All labs in `folder`, in reading order.
pub fn all(folder: &Path) -> Result<Vec<Lab>> {
    let entries = fs::read_dir(folder).map_err(|error| Error::file("read", folder, &error))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut labs: Vec<Lab> = paths
        .filter(|path| path.extension().is_some_and(|ext| ext == "ipynb"))
        .map(|path| Lab { path })
        .collect();
    labs.sort_by_key(Lab::name);
    Ok(labs)
}

/// The labs that the given numbers, names, beginnings of names or paths of notebooks mean, each once; all of them when
/// none is given.
pub fn select(folder: &Path, words: &[String]) -> Result<Vec<Lab>> {
    let labs = all(folder)?;
    if words.is_empty() {
        return Ok(labs);
    }
    let mut selected = Vec::<Lab>::new();
    for word in words {
        let lab = find(&labs, word).ok_or_else(|| missing(&labs, word))?;
        if !selected.iter().any(|other| place(&other.path) == place(&lab.path)) {
            selected.push(lab);
        }
    }
    Ok(selected)
}

fn find(labs: &[Lab], word: &str) -> Option<Lab> {
    let path = Path::new(word);
    if path.extension().is_some_and(|ext| ext == "ipynb") && path.is_file() {
        return Some(Lab { path: path.to_owned() });
    }
    let is_meant =
        |lab: &&Lab| lab.name() == word || word.parse().is_ok_and(|number| lab.number() == Some(number));
    let mut begun = labs.iter().filter(|lab| !word.is_empty() && lab.name().starts_with(word));
    labs.iter().find(is_meant).or_else(|| begun.next().filter(|_| begun.next().is_none())).cloned()
}

fn missing(labs: &[Lab], word: &str) -> Error {
    let names: Vec<_> = labs.iter().map(Lab::name).collect();
    let names = format!("name one of these: {}", names.join(", "));
    let path = Path::new(word);
    if path.is_dir() {
        return Error::problem(
            format!("{word} is a folder and no lab."),
            format!("{names}; or {word}/NAME.ipynb"),
        );
    }
    if path.exists() {
        return Error::problem(format!("{word} is no notebook (.ipynb)."), names);
    }
    if word.ends_with(".ipynb") || path.components().count() > 1 {
        return Error::problem(format!("There is no file {word}."), format!("correct its path, or {names}"));
    }
    Error::problem(format!("There is no lab {word}."), names)
}

/// The names of the lab's exercises, in order: each has a cell with its check.
pub fn exercises(notebook: &Notebook) -> Vec<String> {
    notebook.cells().filter_map(|cell| Some(cell.id()?.strip_prefix("check-")?.to_owned())).collect()
}

/// The lines `:dep …` of all labs that name another crate than the helper: what is compiled beside it.
pub fn further_crates(folder: &Path) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for lab in all(folder)? {
        let notebook = lab.read()?;
        let code: Vec<_> = notebook.cells().filter(|cell| cell.is_code()).map(|cell| cell.source()).collect();
        let named = code.iter().flat_map(|code| code.lines()).filter(|line| line.starts_with(":dep "));
        lines.extend(named.filter(|line| !FIRST_CELL.starts_with(line)).map(ToOwned::to_owned));
    }
    lines.sort();
    lines.dedup();
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lab_is_found_by_number_and_by_name_and_a_wrong_one_is_answered_with_the_list() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["02_by_hand", "00_welcome"] {
            fs::write(dir.path().join(format!("{name}.ipynb")), "{}").unwrap();
        }
        let names = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(ToString::to_string).collect();
            select(dir.path(), &words).map(|labs| labs.iter().map(Lab::name).collect::<Vec<_>>())
        };
        assert_eq!(names(&[]).unwrap(), ["00_welcome", "02_by_hand"]);
        for word in ["02", "2", "02_by_hand", "02_b"] {
            assert_eq!(names(&[word]).unwrap(), ["02_by_hand"]);
        }
        assert_eq!(names(&["02_by_hand", "00"]).unwrap(), ["02_by_hand", "00_welcome"]);
        let file = dir.path().join("02_by_hand.ipynb");
        assert_eq!(names(&["02", "2", file.to_str().unwrap()]).unwrap(), ["02_by_hand"]);
        assert!(names(&["0"]).unwrap() == ["00_welcome"] && names(&[""]).is_err());
        let elsewhere = dir.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        let path = elsewhere.join("mine.ipynb");
        fs::write(&path, "{}").unwrap();
        assert_eq!(names(&[path.to_str().unwrap()]).unwrap(), ["mine"]);
        let why = |word: &str| names(&[word]).unwrap_err().what().to_owned();
        assert!(why("nowhere.ipynb").contains("no file nowhere.ipynb"));
        assert!(why(elsewhere.to_str().unwrap()).contains("is a folder"));
        let text = dir.path().join("notes.txt");
        fs::write(&text, "").unwrap();
        assert!(why(text.to_str().unwrap()).contains("is no notebook"));
        let failure = names(&["07"]).unwrap_err();
        assert!(failure.what().contains("07") && failure.remedy().contains("00_welcome, 02_by_hand"));
    }

    #[test]
    fn further_crates_are_those_that_cells_name_beside_the_helper_each_once() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, cells: &[&str]| {
            let cells: Vec<_> =
                cells.iter().map(|text| serde_json::json!({"cell_type": "code", "source": text})).collect();
            fs::write(dir.path().join(name), serde_json::json!({"cells": cells}).to_string()).unwrap();
        };
        write("00_a.ipynb", &[FIRST_CELL, ":dep b = \"1\"\n:dep a = \"2\"\nlet x = 1;"]);
        write("01_b.ipynb", &[FIRST_CELL, "// :dep c = \"3\"", ":dep a = \"2\""]);
        assert_eq!(further_crates(dir.path()).unwrap(), [":dep a = \"2\"", ":dep b = \"1\""]);
    }
}
