//! The masters as a course that uses nbgrader takes them: its own programs make the assignment and mark it.
#![cfg(unix)]

mod common;

use common::{checkout, lab, said};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// nbgrader in `course`, with this checkout's kernel.
fn nbgrader(python: &str, course: &Path, arguments: &[&str]) -> String {
    let environment = said(&lab(&["env"]).output().unwrap());
    let path = environment.lines().find_map(|line| line.strip_prefix("export JUPYTER_PATH=")).unwrap();
    // nbgrader starts `alembic` by name. The one installed beside it names the folder in which it was made.
    let programs = course.join("programs");
    fs::create_dir_all(&programs).unwrap();
    let alembic = programs.join("alembic");
    fs::write(&alembic, format!("#!/bin/sh\nexec '{python}' -m alembic \"$@\"\n")).unwrap();
    fs::set_permissions(&alembic, fs::Permissions::from_mode(0o755)).unwrap();
    let programs = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    // Cargo finds its dependencies where they are, though the home folder is another one.
    let home = std::env::var_os("HOME").unwrap_or_default();
    let cargo_home = std::env::var_os("CARGO_HOME").unwrap_or_else(|| Path::new(&home).join(".cargo").into());
    let rustup_home =
        std::env::var_os("RUSTUP_HOME").unwrap_or_else(|| Path::new(&home).join(".rustup").into());
    let mut command = Command::new(python);
    command.args(["-m", "nbgrader"]).args(arguments).current_dir(course);
    command
        .env("JUPYTER_PATH", path.trim_matches('\''))
        .env("HOME", course)
        .env("CARGO_HOME", cargo_home)
        .env("RUSTUP_HOME", rustup_home)
        .env("CONVLAB_OFFLINE", "1")
        .env("PATH", programs);
    let output = command.output().unwrap();
    assert!(output.status.success(), "nbgrader {arguments:?}:\n{}", said(&output));
    said(&output)
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn source_of(notebook: &Value, id: &str) -> String {
    let cell = notebook["cells"].as_array().unwrap().iter().find(|cell| cell["id"] == id).unwrap();
    match &cell["source"] {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        text => text.as_str().unwrap().to_owned(),
    }
}

#[test]
fn nbgrader_makes_an_assignment_of_the_masters_and_gives_points_for_what_the_checks_call_right() {
    let Ok(python) = std::env::var("CONVLAB_TEST_PYTHON") else {
        println!("skipped: no nbgrader");
        return;
    };
    let course = tempfile::tempdir().unwrap();
    let source = course.path().join("source/convlab");
    fs::create_dir_all(&source).unwrap();
    for entry in
        fs::read_dir(checkout().join("notebooks")).unwrap().flatten().filter(|entry| entry.path().is_file())
    {
        fs::copy(entry.path(), source.join(entry.file_name())).unwrap();
    }
    fs::copy(source.join("nbgrader_config.py"), course.path().join("nbgrader_config.py")).unwrap();

    nbgrader(&python, course.path(), &["generate_assignment", "convlab"]);
    for entry in fs::read_dir(course.path().join("release/convlab")).unwrap().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap();
        assert!(!text.contains("BEGIN SOLUTION"), "{}", entry.path().display());
    }
    let released = read(&course.path().join("release/convlab/00_welcome.ipynb"));
    assert_eq!(source_of(&released, "sevens"), "fn sevens() -> Tensor {\n    todo!()\n}");

    let full = |value: i64| {
        format!("fn sevens() -> Tensor {{ Tensor::full([2, 5], {value}, (Kind::Float, Device::Cpu)) }}")
    };
    for (learner, answer) in [("anna", full(7)), ("ben", full(8)), ("cleo", source_of(&released, "sevens"))] {
        let folder = course.path().join("submitted").join(learner).join("convlab");
        fs::create_dir_all(&folder).unwrap();
        let mut notebook = released.clone();
        for cell in notebook["cells"].as_array_mut().unwrap() {
            if cell["id"] == "sevens" {
                cell["source"] = json!(answer);
            }
        }
        fs::write(folder.join("00_welcome.ipynb"), notebook.to_string()).unwrap();
    }
    nbgrader(&python, course.path(), &["autograde", "convlab"]);
    nbgrader(&python, course.path(), &["export", "--to", "grades.csv"]);
    let grades = fs::read_to_string(course.path().join("grades.csv")).unwrap();
    let mut rows = grades.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = rows.next().unwrap();
    let column = |name: &str| head.iter().position(|one| *one == name).unwrap();
    let mut scores: Vec<_> =
        rows.map(|row| (row[column("student_id")].to_owned(), row[column("score")].to_owned())).collect();
    scores.sort();
    let expected = [("anna", "1.0"), ("ben", "0.0"), ("cleo", "0.0")];
    assert_eq!(scores, expected.map(|(learner, score)| (learner.to_owned(), score.to_owned())));
}
