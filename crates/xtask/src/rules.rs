//! What every lab must have: these rules are the course's style as a program.

mod exercises;
mod minutes;

use common::notebook::{
    Cell,
    marks::{has_solution, starter},
};
use common::{Error, Result};
use launcher::labs::{FIRST_CELL, Lab, select};
use launcher::prepare::KERNEL;
use serde_json::{Value, json};
use std::path::Path;

/// The most lines that a code cell may have: one idea per cell.
const MAX_CELL_LINES: usize = 12;

/// The most goals that a lab may promise.
const MAX_GOALS: usize = 4;

/// Everything in the lab that breaks a rule, each as a sentence that names the cell.
pub fn broken(lab: &Lab) -> Result<Vec<String>> {
    let notebook = lab.read()?.json;
    let cells = notebook["cells"].as_array().cloned().unwrap_or_default();
    let mut found = Vec::new();
    found.extend(number(&lab.name()));
    found.extend(head(&lab.name(), &cells));
    found.extend(parts(&cells));
    for (index, cell) in cells.iter().enumerate() {
        let id = cell["id"].as_str().map_or_else(|| format!("#{index}"), ToOwned::to_owned);
        found.extend(of_cell(cell).into_iter().map(|what| format!("cell {id}: {what}")));
    }
    found.extend(ids(&cells));
    found.extend(exercises::broken(&lab.name(), &cells));
    found.extend(minutes::broken(&cells));
    found.extend(kernel(&notebook["metadata"]));
    Ok(found)
}

/// The notebook says of its kernel what the kernel says of itself: else JupyterLab shows the lab as changed as soon as
/// it is opened.
fn kernel(metadata: &Value) -> Vec<String> {
    let spec = json!({"display_name": "Rust", "language": "rust", "name": KERNEL});
    let mut language = metadata["language_info"].clone();
    // A test compares it with the Rust that is pinned.
    let version = language.as_object_mut().and_then(|all| all.remove("version"));
    let wanted = json!({
        "codemirror_mode": "rust", "file_extension": ".rs", "mimetype": "text/rust", "name": "rust", "pygments_lexer": "rust",
    });
    let mut found = Vec::new();
    if metadata["kernelspec"] != spec {
        found.push(format!("the notebook's kernel is not {spec}"));
    }
    if language != wanted || version.is_none() {
        found.push(format!("the notebook's language is not {wanted} with Rust's version"));
    }
    found
}

/// What is wrong in the table of `README.md` beside the labs: each row names a lab and a heading that must exist.
///
/// A row reads `| item | step | lab | section | how |`; the section is a heading of the lab, word for word, and `how` is
/// `shown`, `mended` or ``yours: `exercise` ``, an exercise of that lab (or several, with commas between them).
pub fn broken_mapping(notebooks: &Path) -> Result<Vec<String>> {
    let path = notebooks.join("README.md");
    let text = std::fs::read_to_string(&path).map_err(|error| Error::file("read", &path, &error))?;
    let rows = text.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    let rows = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>()).filter(|row| row.len() == 5);
    let mut found = Vec::new();
    for row in rows.filter(|row| !row[0].starts_with("---") && row[2] != "lab") {
        let Some(lab) =
            select(notebooks, &[row[2].trim_matches('`').to_owned()]).ok().map(|mut labs| labs.remove(0))
        else {
            found.push(format!("{}: there is no lab {}", row[0], row[2]));
            continue;
        };
        if !headings(&lab)?.iter().any(|heading| heading == row[3]) {
            found.push(format!("{}: lab {} has no section `{}`", row[0], row[2], row[3]));
        }
        found.extend(broken_how(&lab, row[4])?.map(|what| format!("{}: {what}", row[0])));
    }
    Ok(found)
}

/// What is wrong with the last column of a row about `lab`.
fn broken_how(lab: &Lab, how: &str) -> Result<Option<String>> {
    let Some(names) = how.strip_prefix("yours: ") else {
        let is_known = ["shown", "mended"].contains(&how);
        return Ok((!is_known).then(|| format!("`{how}` is not `shown`, `mended` or `yours: …`")));
    };
    let notebook = lab.read()?;
    let is_exercise = |name: &str| notebook.cell(name).is_some_and(|cell| has_solution(&cell.source()));
    let missing = names.split(", ").find(|name| !is_exercise(name.trim_matches('`')));
    Ok(missing.map(|name| format!("lab {} has no exercise {name}", lab.name())))
}

fn headings(lab: &Lab) -> Result<Vec<String>> {
    let notebook = lab.read()?;
    let texts: Vec<String> = notebook.cells().filter(|cell| !cell.is_code()).map(Cell::source).collect();
    let lines = texts.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with('#'));
    Ok(lines.map(|line| line.trim_start_matches('#').trim().to_owned()).collect())
}

/// Numbers that more than one lab has: their order would be the alphabet's, not the course's.
pub fn doubled_numbers(labs: &[Lab]) -> Vec<String> {
    let names: Vec<_> = labs.iter().map(Lab::name).collect();
    let same = |pair: &&[String]| pair[0].split('_').next() == pair[1].split('_').next();
    names
        .windows(2)
        .filter(same)
        .map(|pair| format!("{} and {} have the same number", pair[0], pair[1]))
        .collect()
}

fn source(cell: &Value) -> String {
    Cell { json: cell }.source()
}

fn number(name: &str) -> Option<String> {
    let is_good = name.split_once('_').is_some_and(|(number, rest)| {
        number.len() == 2 && number.bytes().all(|digit| digit.is_ascii_digit()) && !rest.is_empty()
    });
    (!is_good).then(|| "the file's name is not two digits, `_` and words".to_owned())
}

/// Title, minutes, goals, first cell.
fn head(name: &str, cells: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    let number = name.split('_').next().unwrap_or_default();
    let first = cells.first().map(source).unwrap_or_default();
    if !first.starts_with(&format!("# {number} ")) {
        found.push(format!("the first cell does not begin with the title `# {number} …`"));
    }
    if !first.contains("minutes") {
        found.push("the first cell does not say how many minutes the lab takes".to_owned());
    }
    match first.split_once("By the end you can") {
        None => found.push("the first cell does not say what the learner can do by the end".to_owned()),
        Some((_, goals)) => {
            let count = goals.lines().filter(|line| line.trim_start().starts_with(['-', '*'])).count();
            if !(1..=MAX_GOALS).contains(&count) {
                found.push(format!("there are {count} goals; one to {MAX_GOALS} are wanted"));
            }
        }
    }
    let code = cells.iter().find(|cell| cell["cell_type"] == "code").map(source).unwrap_or_default();
    if code != FIRST_CELL {
        found.push("the first code cell is not the two lines that load convlab".to_owned());
    }
    found
}

/// A prediction, and something to change.
fn parts(cells: &[Value]) -> Vec<String> {
    let text: String = cells.iter().map(|cell| source(cell) + "\n").collect();
    let wanted = [("**Predict", "a prediction"), ("Try changing", "a *try changing*")];
    let missing = wanted.iter().filter(|(mark, _)| !text.contains(mark));
    missing.map(|(mark, part)| format!("{part} is missing (`{mark}` is nowhere)")).collect()
}

fn of_cell(cell: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if cell["cell_type"] != "code" {
        return found;
    }
    // As the learner's copy has it, which shows no solution; and a solution is not longer either.
    let text = source(cell);
    let lines = minutes::solutions(&text).into_iter().fold(starter(&text).lines().count(), usize::max);
    if lines > MAX_CELL_LINES {
        found.push(format!("{lines} lines of code; at most {MAX_CELL_LINES} are wanted"));
    }
    if cell["outputs"].as_array().is_some_and(|outputs| !outputs.is_empty())
        || !cell["execution_count"].is_null()
    {
        found.push("a master copy holds no outputs and no execution counts".to_owned());
    }
    found
}

fn ids(cells: &[Value]) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    let missing = "a cell has no id, or one that stands twice: ".to_owned();
    let bad = cells.iter().filter(|cell| !cell["id"].as_str().is_some_and(|id| seen.insert(id.to_owned())));
    bad.map(|cell| missing.clone() + source(cell).lines().next().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Value {
        let text = |id: &str, text: &str| json!({"cell_type": "markdown", "id": id, "source": text});
        let code = |id: &str, text: &str| json!({"cell_type": "code", "id": id, "source": text, "outputs": [], "execution_count": null});
        let cells = vec![
            text("a", "# 00 · Title\n45 minutes\n\nBy the end you can\n- do one thing\n- do another"),
            code("b", FIRST_CELL),
            text("c", "**Predict** what comes.\n\nTry changing it."),
            code("d", "let x = 1;"),
        ];
        let all: Vec<_> = cells.into_iter().chain(exercises::tests::exercise("it")).collect();
        let kernel = json!({"display_name": "Rust", "language": "rust", "name": "convlab"});
        let language = json!({
            "codemirror_mode": "rust", "file_extension": ".rs", "mimetype": "text/rust", "name": "rust",
            "pygments_lexer": "rust", "version": "1.0.0",
        });
        json!({"metadata": {"kernelspec": kernel, "language_info": language}, "cells": all})
    }

    fn broken_in(notebook: &Value) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("00_title.ipynb");
        std::fs::write(&path, notebook.to_string()).unwrap();
        broken(&Lab { path }).unwrap()
    }

    #[test]
    fn a_lab_with_all_its_parts_breaks_no_rule() {
        assert_eq!(broken_in(&good()), [""; 0]);
    }

    #[test]
    fn two_labs_with_one_number_and_a_lab_without_are_found() {
        let labs = ["00_welcome", "02_by_hand", "02_padding"].map(|name| Lab { path: name.into() });
        assert_eq!(doubled_numbers(&labs), ["02_by_hand and 02_padding have the same number"]);
        assert_eq!(number("02_by_hand"), None);
        for name in ["2_by_hand", "by_hand", "02", "02_"] {
            assert!(number(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_row_of_the_mapping_that_names_no_heading_is_found() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("00_title.ipynb"), good().to_string()).unwrap();
        let rows = "| item | step | lab | section | how |\n|---|---|---|---|---|\n| 002.01 | a | 00 | 00 · Title | yours: `it` |\n";
        std::fs::write(dir.path().join("README.md"), rows).unwrap();
        assert_eq!(broken_mapping(dir.path()).unwrap(), [""; 0]);
        std::fs::write(dir.path().join("README.md"), rows.replace("00 · Title", "Gone")).unwrap();
        assert_eq!(broken_mapping(dir.path()).unwrap(), ["002.01: lab 00 has no section `Gone`"]);
        for (from, to, complaint) in [
            ("yours: `it`", "yours: `that`", "has no exercise `that`"),
            ("yours: `it`", "done", "`done` is not"),
            ("| 00 |", "| 77 |", "no lab 77"),
        ] {
            std::fs::write(dir.path().join("README.md"), rows.replace(from, to)).unwrap();
            let found = broken_mapping(dir.path()).unwrap().join("\n");
            assert!(found.contains(complaint), "{found}");
        }
    }

    #[test]
    fn every_rule_is_found_when_it_is_broken() {
        let spoil = |path: &str, value: Value| {
            let mut notebook = good();
            *notebook.pointer_mut(path).unwrap() = value;
            broken_in(&notebook).join("\n")
        };
        let long = "let x = 1;\n".repeat(13);
        for (path, value, complaint) in [
            ("/cells/0/source", json!("# 03 · Title\n45 minutes\nBy the end you can\n- a"), "title"),
            ("/cells/0/source", json!("# 00 · Title\nBy the end you can\n- a"), "minutes"),
            ("/cells/0/source", json!("# 00 · Title\n45 minutes"), "by the end"),
            (
                "/cells/0/source",
                json!("# 00 · T\n45 minutes\nBy the end you can\n- a\n- b\n- c\n- d\n- e"),
                "5 goals",
            ),
            ("/cells/1/source", json!("use convlab::prelude::*;"), "first code cell"),
            ("/cells/2/source", json!("Try changing"), "prediction"),
            ("/cells/2/source", json!("**Predict**"), "try changing"),
            ("/cells/4/source", json!("## Counting"), "exercise it: the heading above it"),
            ("/cells/3/source", json!(long), "13 lines"),
            ("/cells/3/outputs", json!([{}]), "outputs"),
            ("/cells/3/id", json!("b"), "stands twice"),
            ("/metadata/kernelspec/name", json!("rust"), "kernel"),
            ("/metadata/kernelspec/display_name", json!("Rust (own)"), "kernel"),
            ("/metadata/language_info", json!({"name": "rust"}), "language"),
        ] {
            let found = spoil(path, value);
            assert!(
                found.contains(complaint),
                "{path}: expected a complaint about {complaint}, found {found:?}"
            );
        }
    }
}
