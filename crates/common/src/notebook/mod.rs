//! Notebook files, format 4: cells, what they say and what is noted about them.

pub mod marks;
mod tolerant;

use crate::{Error, Result, files};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A notebook's JSON; what is not read here stays as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Notebook {
    /// The whole document, as nbformat describes it.
    pub json: Value,
}

/// One cell of a notebook.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// The cell's own JSON.
    pub json: &'a Value,
}

impl Notebook {
    /// Reads the notebook at `path`.
    ///
    /// # Errors
    /// If there is no such file, or it is not a notebook of format 4.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).map_err(|error| Error::file("read", path, &error))?;
        Self::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| {
            Error::problem(format!("{} is not a notebook: {}", path.display(), error.what()), error.remedy())
        })
    }

    /// Reads a notebook from its text. As Jupyter does, it takes a byte order mark, and `NaN` in metadata as `null`.
    ///
    /// # Errors
    /// If the text is no JSON, has no cells, or is of another format than 4.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim().is_empty() {
            return Err(Error::problem("it is empty.", "save it again in JupyterLab"));
        }
        let json: Value = serde_json::from_str(text)
            .or_else(|error| serde_json::from_str(&tolerant::with_null_for_nan(text)).map_err(|_| error))
            .map_err(|error| {
                Error::problem(format!("it is not JSON ({error})."), "save it again in JupyterLab")
            })?;
        let format = &json["nbformat"];
        if json["worksheets"].is_array() || !(format.is_null() || *format == 4) {
            let what = format!("it is in notebook format {}, not 4.", format.as_i64().unwrap_or(3));
            let remedy = "open it in JupyterLab and save it, or run: jupyter nbconvert --to notebook --nbformat 4 FILE";
            return Err(Error::problem(what, remedy));
        }
        if !json["cells"].is_array() {
            return Err(Error::problem("it has no cells.", "name a file that JupyterLab has saved"));
        }
        Ok(Self { json })
    }

    /// Writes the notebook to `path`, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        files::write(path, self.text()).map_err(|error| Error::file("write", path, &error))
    }

    /// The notebook as the text of its file.
    pub fn text(&self) -> String {
        format!("{:#}\n", self.json)
    }

    /// The cells, in order.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        self.json["cells"].as_array().into_iter().flatten().map(|json| Cell { json })
    }

    /// The cell that is called `id`.
    pub fn cell(&self, id: &str) -> Option<Cell<'_>> {
        self.cells().find(|cell| cell.id() == Some(id))
    }
}

impl<'a> Cell<'a> {
    /// The name that stays when cells move.
    pub fn id(self) -> Option<&'a str> {
        self.json["id"].as_str()
    }

    /// Whether it is run.
    pub fn is_code(self) -> bool {
        self.json["cell_type"] == "code"
    }

    /// What it says: nbformat allows a text or a list of lines.
    pub fn source(self) -> String {
        match &self.json["source"] {
            Value::String(text) => text.clone(),
            Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
            _ => String::new(),
        }
    }

    /// Whether `tag` is among its tags.
    pub fn has_tag(self, tag: &str) -> bool {
        self.json["metadata"]["tags"].as_array().is_some_and(|tags| tags.iter().any(|one| one == tag))
    }

    /// What the course notes about it: its minutes, the lecturer's notes, what it must show.
    pub fn about(self) -> &'a Value {
        &self.json["metadata"]["convlab"]
    }
}

/// A text as nbformat keeps it in files, line by line: what goes into a cell's `source`.
pub fn lines(text: &str) -> Value {
    text.split_inclusive('\n').map(|line| json!(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn error(text: &str) -> String {
        Notebook::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_cell_is_read_whether_its_source_is_lines_or_a_text() {
        let notebook = Notebook::parse(
            r#"{"nbformat": 4, "cells": [{"id": "a", "cell_type": "code", "source": ["x\n", "y"], "metadata": {"tags": ["t"], "convlab": {"minutes": 5}}},
                {"id": "b", "cell_type": "markdown", "source": "x\ny", "metadata": {}}, {}]}"#,
        )
        .unwrap();
        let (a, b) = (notebook.cell("a").unwrap(), notebook.cell("b").unwrap());
        assert_eq!((a.source(), b.source()), ("x\ny".to_owned(), "x\ny".to_owned()));
        assert!(a.is_code() && !b.is_code() && a.has_tag("t") && !a.has_tag("u") && !b.has_tag("t"));
        assert_eq!((a.about()["minutes"].as_i64(), b.about().is_null()), (Some(5), true));
        assert!(notebook.cell("c").is_none() && notebook.cells().count() == 3);
    }

    #[test]
    fn a_byte_order_mark_and_numbers_that_are_none_do_not_stop_it() {
        let text = "\u{feff}{\"nbformat\": 4, \"metadata\": {\"a\": NaN, \"b\": -Infinity, \"c\": \"NaN, \\\"NaN\"}, \"cells\": []}";
        let metadata = &Notebook::parse(text).unwrap().json["metadata"];
        assert_eq!(*metadata, json!({"a": null, "b": null, "c": "NaN, \"NaN"}));
    }

    #[test]
    fn what_is_no_notebook_of_format_4_says_what_it_is_and_what_to_do() {
        assert!(error("").contains("it is empty") && error("\u{feff}\n").contains("it is empty"));
        assert!(error("{").contains("it is not JSON") && error("{").contains("What to do: save it again"));
        assert!(error(r#"{"nbformat": 3, "worksheets": []}"#).contains("format 3, not 4"));
        assert!(error(r#"{"nbformat": 5, "cells": []}"#).contains("format 5, not 4"));
        assert!(error(r#"{"nbformat": 4}"#).contains("it has no cells"));
        assert!(error("[1]").contains("it has no cells"));
        let missing = Notebook::read(Path::new("/nowhere/a.ipynb")).unwrap_err();
        assert!(missing.what().starts_with("Cannot read /nowhere/a.ipynb"), "{missing}");
    }

    #[test]
    fn a_notebook_is_written_as_it_was_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ipynb");
        let text = r#"{"cells": [{"source": ["1.0\n"], "z": 1, "outputs": [{"x": 1.5}]}], "unknown": {"a": [null]}}"#;
        let notebook = Notebook::parse(text).unwrap();
        notebook.write(&path).unwrap();
        assert_eq!(Notebook::read(&path).unwrap(), notebook);
    }

    proptest! {
        #[test]
        fn a_text_comes_back_from_its_lines(text in "(?s).*") {
            let json = json!({"source": lines(&text)});
            prop_assert_eq!(Cell { json: &json }.source(), text);
        }

        #[test]
        fn no_text_makes_it_panic(text in "(?s).*") {
            let _ = Notebook::parse(&text);
        }
    }
}
