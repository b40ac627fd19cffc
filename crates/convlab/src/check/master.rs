//! The course's own answers: they stand in the master notebooks and nowhere else.

use common::notebook::{Notebook, marks};
use std::path::{Path, PathBuf};

/// The solution, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub enum Solution {
    Found(String),
    Missing(String),
}

/// The folder of the master notebooks, where there is one.
#[derive(Debug)]
pub struct Folder(Option<PathBuf>);

/// The folder that the kernel's environment names.
pub fn folder() -> Folder {
    Folder(std::env::var_os("CONVLAB_MASTERS").map(PathBuf::from))
}

impl Folder {
    #[cfg(test)]
    pub fn at(folder: &Path) -> Self {
        Self(Some(folder.to_owned()))
    }

    /// The cell `name` of the lab with this number, without the marks.
    pub fn solution(&self, lab: &str, name: &str) -> Solution {
        let Some(folder) = &self.0 else {
            return Solution::Missing(
                "this kernel does not know where the course's own notebooks are".into(),
            );
        };
        let code = notebook(folder, lab).and_then(|notebook| Some(notebook.cell(name)?.source()));
        match code {
            Some(code) => Solution::Found(marks::solved(&code)),
            None => Solution::Missing(format!("no lab {lab} in {} has a cell `{name}`", folder.display())),
        }
    }
}

/// The notebook of the lab with this number.
pub fn notebook(folder: &Path, lab: &str) -> Option<Notebook> {
    let paths = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let is_lab = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(&format!("{lab}_")) && name.ends_with(".ipynb")
    };
    Notebook::read(&paths.into_iter().find(is_lab)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_that_is_not_there_is_reported_as_such() {
        let Solution::Missing(why) = Folder(None).solution("02", "it") else { panic!("there is none") };
        assert!(why.contains("does not know"), "{why}");
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("02_by_hand.ipynb"), r#"{"cells": []}"#).unwrap();
        let Solution::Missing(why) = Folder::at(dir.path()).solution("02", "it") else {
            panic!("there is none")
        };
        assert!(why.contains("has a cell `it`"), "{why}");
    }
}
