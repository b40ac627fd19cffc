//! Hand-ins made of the course's own notebooks, and the marks that they deserve.

use crate::common::{lab, said};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Exercises of lab 02.
pub const EXERCISES: [&str; 6] =
    ["output_shape", "first_value", "corr2d", "filter_map", "layer_parameters", "equal_start"];

/// Files to mark, and the verdict on each exercise in each.
#[derive(Default)]
pub struct Class {
    pub files: Vec<PathBuf>,
    pub expected: BTreeMap<(String, String), String>,
}

impl Class {
    /// Adds a file with this content.
    pub fn add(&mut self, path: PathBuf, content: &[u8], verdicts: &[(&str, &str)]) {
        fs::write(&path, content).unwrap();
        self.expect(path, verdicts);
    }

    /// Adds what lies at `path`.
    pub fn expect(&mut self, path: PathBuf, verdicts: &[(&str, &str)]) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        self.files.push(path);
        for (exercise, verdict) in verdicts {
            self.expected.insert((name.clone(), (*exercise).to_owned()), (*verdict).to_owned());
        }
    }

    /// Adds a notebook of lab 02.
    pub fn add_02(&mut self, path: PathBuf, notebook: &Value, verdicts: [&str; 6]) {
        let verdicts: Vec<_> = EXERCISES.into_iter().zip(verdicts).collect();
        self.add(path, notebook.to_string().as_bytes(), &verdicts);
    }

    /// Whether each exercise of each file has the verdict that it deserves: `not right` is any other than *right*.
    pub fn check(&self, rows: &[[String; 7]]) {
        let mut found = marks(rows);
        assert!(self.expected.keys().all(|row| found.contains_key(row)), "{rows:#?}");
        found.retain(|row, verdict| self.expected.contains_key(row) || verdict == "not marked");
        for (row, verdict) in &mut found {
            if self.expected.get(row).is_some_and(|wanted| wanted == "not right") && verdict != "right" {
                "not right".clone_into(verdict);
            }
        }
        assert_eq!(found, self.expected);
    }

    /// Marks the class; the rows of the CSV and what was said.
    pub fn grade(&self, csv: &Path, more: &[&str]) -> (Vec<[String; 7]>, Output) {
        let output = self.command(csv, more).output().unwrap();
        println!("{}", said(&output));
        (rows(csv), output)
    }

    /// The command that marks it.
    pub fn command(&self, csv: &Path, more: &[&str]) -> Command {
        let seconds = if more.contains(&"--seconds") { &[][..] } else { &["--seconds", "15"] };
        let mut grade = lab(&[&["grade"], seconds, &["--csv"]].concat());
        grade.arg(csv).args(more).arg("--").args(&self.files);
        grade
    }
}

/// The CSV as Python's `csv` reads it, without its head.
pub fn rows(csv: &Path) -> Vec<[String; 7]> {
    let script = "import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8')))))";
    let output =
        Command::new("python3").args([OsStr::new("-c"), script.as_ref(), csv.as_ref()]).output().unwrap();
    let rows: Vec<Vec<String>> = serde_json::from_slice(&output.stdout).unwrap();
    rows.into_iter().skip(1).map(|row| row.try_into().unwrap()).collect()
}

/// The verdict on each exercise of each file.
fn marks(rows: &[[String; 7]]) -> BTreeMap<(String, String), String> {
    let name = |path: &str| Path::new(path).file_name().unwrap().to_string_lossy().into_owned();
    rows.iter().map(|row| ((name(&row[0]), row[2].clone()), row[3].clone())).collect()
}

/// The folder with the edition called `name`, made once in `folder`.
pub fn edition(folder: &Path, name: &str) -> PathBuf {
    let out = folder.join(name);
    if !out.exists() {
        let output = lab(&["release", "--edition", name]).arg(&out).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    out
}

/// The notebook of an edition whose file's name begins with `start`.
pub fn notebook(folder: &Path, name: &str, start: &str) -> Value {
    let mut notebooks = fs::read_dir(edition(folder, name)).unwrap().flatten().map(|entry| entry.path());
    let path = notebooks.find(|path| path.file_name().unwrap().to_string_lossy().starts_with(start)).unwrap();
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

pub fn cell<'a>(notebook: &'a mut Value, id: &str) -> &'a mut Value {
    notebook["cells"].as_array_mut().unwrap().iter_mut().find(|cell| cell["id"] == id).unwrap()
}

/// What a cell says.
pub fn source(cell: &Value) -> String {
    match &cell["source"] {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        text => text.as_str().unwrap_or_default().to_owned(),
    }
}

/// A code cell.
pub fn code(id: &str, source: &str) -> Value {
    json!({"cell_type": "code", "id": id, "source": source, "metadata": {}, "outputs": [], "execution_count": null})
}

/// The notebook of this lab, solved, with other code before the solution of some exercises.
pub fn with_code_before(folder: &Path, lab: &str, before: &[(&str, &str)]) -> Value {
    let mut notebook = notebook(folder, "solution", lab);
    for (id, code) in before {
        let cell = cell(&mut notebook, id);
        cell["source"] = json!(source(cell).replacen("{\n", &format!("{{\n{code}\n"), 1));
    }
    notebook
}

/// The notebook of this lab, solved, with other cells in place of some exercises.
pub fn with_code(folder: &Path, lab: &str, cells: &[(&str, &str)]) -> Value {
    let mut notebook = notebook(folder, "solution", lab);
    for (id, code) in cells {
        cell(&mut notebook, id)["source"] = json!(code);
    }
    notebook
}
