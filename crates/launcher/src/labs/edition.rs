//! What is made of a master notebook: the learner's, the solution's and the lecturer's edition.

use super::Lab;
use crate::fingerprint::Fingerprint;
use common::Result;
use common::notebook::marks::{solved, starter};
use common::notebook::{Cell, Notebook, lines};
use common::record::Record;
use serde_json::{Value, json};

/// For whom a notebook is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// `todo!()` in place of each solution, nothing for the lecturer.
    Learner,
    /// Every solution, nothing for the lecturer.
    Solution,
    /// Every solution, the speaker's notes where they belong, and what is on which slide.
    Lecture,
}

impl Edition {
    /// Every edition and its name.
    pub const ALL: [(&'static str, Self); 3] =
        [("learner", Self::Learner), ("solution", Self::Solution), ("lecture", Self::Lecture)];

    /// Its name, as `cargo lab release` takes it and its notebooks have it in their metadata.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, edition)| *edition == self).map_or("", |(name, _)| name)
    }

    /// The files beside its notebooks, each as name and content.
    pub fn beside(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Learner => &[(Record::FILE, "")],
            Self::Solution => &[],
            // RISE looks for it.
            Self::Lecture => &[("rise.css", include_str!("rise.css"))],
        }
    }
}

/// Makes the lab's notebook for `edition`; it says of which master it was made.
pub fn of(lab: &Lab, edition: Edition) -> Result<Notebook> {
    let mut notebook = lab.read()?;
    let cells: Vec<_> = notebook.cells().collect();
    let befores = std::iter::once(None).chain(cells.iter().copied().map(Some));
    let made = cells.iter().zip(befores).flat_map(|(cell, before)| cell_of(*cell, before, edition));
    let made: Value = made.collect();
    let version = Fingerprint::default().text(&made.to_string()).hex();
    notebook.json["cells"] = made;
    let about = json!({"lab": lab.name(), "version": version, "edition": edition.name()});
    notebook.json["metadata"]["convlab"] = about;
    if edition == Edition::Lecture {
        notebook.json["metadata"]["rise"] = slides();
    }
    Ok(notebook)
}

/// How RISE shows the lab, beside what `rise.css` says: nothing moves by itself, no font comes from the network.
fn slides() -> Value {
    json!({
        "theme": "white",
        "transition": "none",
        "center": false,
        "slideNumber": "c/t",
        "start_slideshow_at": "selected",
    })
}

/// Which master a notebook was made of, if it says so.
pub fn version(notebook: &Notebook) -> Option<&str> {
    notebook.json["metadata"]["convlab"]["version"].as_str()
}

/// The cell, and the note behind it; nothing for a text that is meant for another edition.
fn cell_of(cell: Cell<'_>, before: Option<Cell<'_>>, edition: Edition) -> Vec<Value> {
    let lecture = edition == Edition::Lecture;
    if is_for_lecturer(cell) && !lecture {
        return Vec::new();
    }
    let mut made = cell.json.clone();
    if let Some(metadata) = made["metadata"].as_object_mut() {
        let about = metadata.remove("convlab").unwrap_or_default();
        // What a cell must come to holds where its solutions run.
        if edition != Edition::Learner && !about["expect"].is_null() {
            metadata.insert("convlab".to_owned(), json!({"expect": about["expect"]}));
        }
        if lecture && !metadata.contains_key("slideshow") {
            metadata.insert("slideshow".to_owned(), slide(cell, before));
        }
    }
    if cell.is_code() {
        let source = cell.source();
        made["source"] = lines(&if edition == Edition::Learner { starter(&source) } else { solved(&source) });
    }
    if is_for_lecturer(cell) {
        made["source"] = lines(&closed("For the lecturer", &cell.source()));
    }
    let note = note(cell).filter(|_| lecture);
    std::iter::once(made).chain(note).collect()
}

/// Shown as one line until it is opened: the room sees no notes by chance. The window with the notes shows all of it.
fn closed(line: &str, text: &str) -> String {
    format!("<details><summary>{line}</summary>\n\n{text}\n\n</details>")
}

fn is_for_lecturer(cell: Cell<'_>) -> bool {
    cell.has_tag("lecturer")
}

/// The slide that the cell begins: a section, a part of one (a text with the code below it), or none.
fn slide(cell: Cell<'_>, before: Option<Cell<'_>>) -> Value {
    let is_heading = cell.json["cell_type"] == "markdown" && cell.source().starts_with("## ");
    let kind = match before {
        _ if is_for_lecturer(cell) => "notes",
        None => "slide",
        Some(_) if is_heading => "slide",
        Some(before) if before.is_code() => "subslide",
        Some(_) => "-",
    };
    json!({"slide_type": kind})
}

/// What the speaker reads below the cell that begins a section.
fn note(cell: Cell<'_>) -> Option<Value> {
    let minutes = cell.about()["minutes"].as_i64()?;
    let text = cell.about()["notes"].as_str().unwrap_or_default();
    let text = closed(&format!("For the lecturer · {minutes} min"), text);
    let id = format!("{}-note", cell.id()?);
    let metadata = json!({"slideshow": {"slide_type": "notes"}, "convlab": {"minutes": minutes}});
    Some(json!({"cell_type": "markdown", "id": id, "metadata": metadata, "source": lines(&text)}))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "fn it(n: i64) -> i64 {\n    let m = n;\n    // BEGIN SOLUTION\n    let k = 6;\n    k * m\n    // END SOLUTION\n}";

    fn master(dir: &tempfile::TempDir) -> Lab {
        let path = dir.path().join("02_by_hand.ipynb");
        let cells = json!([
            {"cell_type": "markdown", "id": "head", "metadata": {"convlab": {"minutes": 5, "notes": "Ask first.\nWait."}}, "source": ["## Head"]},
            {"cell_type": "markdown", "id": "aside", "metadata": {"tags": ["lecturer"]}, "source": "Bring chalk."},
            {"cell_type": "code", "id": "it", "metadata": {"deletable": false, "convlab": {"expect": {"full": [7, 8]}}}, "source": CODE, "outputs": []},
        ]);
        std::fs::write(
            &path,
            json!({"metadata": {"kernelspec": {"name": "convlab"}}, "cells": cells}).to_string(),
        )
        .unwrap();
        Lab { path }
    }

    fn sources(notebook: &Notebook) -> Vec<String> {
        notebook.cells().map(Cell::source).collect()
    }

    #[test]
    fn the_learners_edition_has_starters_and_nothing_for_the_lecturer() {
        let dir = tempfile::tempdir().unwrap();
        let made = of(&master(&dir), Edition::Learner).unwrap();
        assert_eq!(sources(&made), ["## Head", "fn it(n: i64) -> i64 {\n    let m = n;\n    todo!()\n}"]);
        assert!(!made.text().contains("Ask first") && !made.text().contains("k * m"), "{made:?}");
        assert_eq!(made.json["cells"][1]["metadata"], json!({"deletable": false}));
        assert_eq!(made.json["metadata"]["kernelspec"]["name"], "convlab");
        assert_eq!(made.json["metadata"]["convlab"]["lab"], "02_by_hand");
    }

    #[test]
    fn the_solution_edition_has_the_solutions_without_marks_and_the_lectures_has_the_notes_too() {
        let dir = tempfile::tempdir().unwrap();
        let code = "fn it(n: i64) -> i64 {\n    let m = n;\n    let k = 6;\n    k * m\n}";
        let solution = of(&master(&dir), Edition::Solution).unwrap();
        assert_eq!(sources(&solution), ["## Head", code]);
        assert_eq!(solution.json["cells"][0]["metadata"], json!({}));
        assert_eq!(solution.json["cells"][1]["metadata"]["convlab"], json!({"expect": {"full": [7, 8]}}));
        assert!(solution.json["metadata"]["rise"].is_null());
        let lecture = of(&master(&dir), Edition::Lecture).unwrap();
        let note = "<details><summary>For the lecturer · 5 min</summary>\n\nAsk first.\nWait.\n\n</details>";
        let aside = "<details><summary>For the lecturer</summary>\n\nBring chalk.\n\n</details>";
        assert_eq!(sources(&lecture), ["## Head", note, aside, code]);
        assert_eq!(lecture.json["cells"][1]["metadata"]["convlab"]["minutes"], 5);
        assert_eq!(lecture.json["metadata"]["convlab"]["edition"], "lecture", "the page says which it is");
        assert_eq!(lecture.json["metadata"]["rise"]["theme"], "white", "others ask the network for fonts");
    }

    #[test]
    fn the_lecture_has_a_slide_for_each_section_a_part_for_each_code_and_notes_that_the_room_does_not_see() {
        let dir = tempfile::tempdir().unwrap();
        let lab = master(&dir);
        let mut notebook = lab.read().unwrap();
        let text = |id: &str, text: &str, metadata: Value| json!({"cell_type": "markdown", "id": id, "metadata": metadata, "source": text});
        let own = json!({"slideshow": {"slide_type": "skip"}});
        let more = [
            text("said", "A text.", json!({})),
            text("two", "A second text.", json!({})),
            text("next", "## Next", json!({})),
            text("own", "Not shown.", own),
        ];
        notebook.json["cells"].as_array_mut().unwrap().extend(more);
        std::fs::write(&lab.path, notebook.text()).unwrap();
        let kinds = |edition| -> Vec<(String, Value)> {
            let made = of(&lab, edition).unwrap();
            let cells = made.json["cells"].as_array().unwrap().iter();
            cells
                .map(|cell| {
                    (
                        cell["id"].as_str().unwrap().to_owned(),
                        cell["metadata"]["slideshow"]["slide_type"].clone(),
                    )
                })
                .collect()
        };
        let lecture = [
            ("head", "slide"),
            ("head-note", "notes"),
            ("aside", "notes"),
            ("it", "-"),
            ("said", "subslide"),
            ("two", "-"),
            ("next", "slide"),
            ("own", "skip"),
        ];
        assert_eq!(kinds(Edition::Lecture), lecture.map(|(id, kind)| (id.to_owned(), json!(kind))));
        let of_learner = kinds(Edition::Learner);
        assert!(of_learner.iter().all(|(id, kind)| kind.is_null() || id == "own"), "{of_learner:?}");
    }

    #[test]
    fn the_version_changes_with_what_the_learner_sees_and_with_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let lab = master(&dir);
        let made = || version(&of(&lab, Edition::Learner).unwrap()).unwrap().to_owned();
        let first = made();
        let change = |from: &str, to: &str| {
            let text = std::fs::read_to_string(&lab.path).unwrap();
            assert!(text.contains(from));
            std::fs::write(&lab.path, text.replace(from, to)).unwrap();
        };
        change("Ask first", "Ask twice");
        change("let k = 6", "let k = 7");
        assert_eq!(made(), first);
        change("## Head", "## Heads");
        assert_ne!(made(), first);
    }
}
