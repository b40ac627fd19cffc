//! The course's own answers: they stand in the master notebooks and nowhere else.

use serde_json::Value;
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
        match notebook(folder, lab).and_then(|notebook| cell(&notebook, name)) {
            Some(code) => Solution::Found(without_marks(&code)),
            None => Solution::Missing(format!("no lab {lab} in {} has a cell `{name}`", folder.display())),
        }
    }
}

/// The notebook of the lab with this number.
pub fn notebook(folder: &Path, lab: &str) -> Option<Value> {
    let paths = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let is_lab = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(&format!("{lab}_")) && name.ends_with(".ipynb")
    };
    serde_json::from_str(&std::fs::read_to_string(paths.into_iter().find(is_lab)?).ok()?).ok()
}

fn cell(notebook: &Value, id: &str) -> Option<String> {
    source(notebook["cells"].as_array()?.iter().find(|cell| cell["id"] == id)?)
}

/// A cell's text.
pub fn source(cell: &Value) -> Option<String> {
    Some(match &cell["source"] {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        text => text.as_str()?.to_owned(),
    })
}

fn without_marks(code: &str) -> String {
    let is_mark = |line: &&str| !matches!(line.trim(), "// BEGIN SOLUTION" | "// END SOLUTION");
    code.lines().filter(is_mark).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_that_is_not_there_is_told_as_such() {
        let Solution::Missing(why) = Folder(None).solution("02", "it") else { panic!("there is none") };
        assert!(why.contains("does not know"), "{why}");
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("02_by_hand.ipynb"), r#"{"cells": []}"#).unwrap();
        let Solution::Missing(why) = Folder::at(dir.path()).solution("02", "it") else {
            panic!("there is none")
        };
        assert!(why.contains("has a cell `it`"), "{why}");
    }

    #[test]
    fn a_cell_is_read_whether_its_source_is_lines_or_text() {
        let lines =
            serde_json::json!({"cells": [{"id": "it", "source": ["a\n", "// BEGIN SOLUTION\n", "b"]}]});
        assert_eq!(cell(&lines, "it").map(|code| without_marks(&code)).as_deref(), Some("a\nb"));
        let text = serde_json::json!({"cells": [{"id": "it", "source": "a\nb"}]});
        assert_eq!(cell(&text, "it").as_deref(), Some("a\nb"));
    }
}
