//! What was handed in, as code cells.

use common::notebook::Notebook;

/// A code cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeCell {
    /// Its name, empty if it has none.
    pub id: String,
    pub code: String,
}

/// The notebook's code cells; an error says what the bytes are instead, and what to do.
pub fn read(bytes: &[u8]) -> Result<Vec<CodeCell>, String> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("it is UTF-16, and notebooks are UTF-8: open it in JupyterLab and save it".to_owned());
    }
    let notebook = Notebook::parse(&String::from_utf8_lossy(bytes))
        .map_err(|error| format!("{} What to do: {}", error.what(), error.remedy()))?;
    let code = notebook.cells().filter(|cell| cell.is_code());
    Ok(code
        .map(|cell| CodeCell { id: cell.id().unwrap_or_default().to_owned(), code: cell.source() })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn code_cells_are_read_whatever_else_the_file_holds() {
        let text = "\u{feff}{\"nbformat\": 4, \"metadata\": {\"x\": NaN}, \"cells\": [7, {}, {\"cell_type\": \"markdown\", \"source\": \"x\"},
            {\"cell_type\": \"code\", \"id\": \"a\", \"source\": [\"1\\n\", 2, \"3\"]}, {\"cell_type\": \"code\", \"id\": 5, \"source\": {}}]}";
        let cell = |id: &str, code: &str| CodeCell { id: id.to_owned(), code: code.to_owned() };
        assert_eq!(read(text.as_bytes()), Ok(vec![cell("a", "1\n3"), cell("", "")]));
    }

    #[test]
    fn what_is_no_notebook_says_what_to_do() {
        let deep = "[".repeat(100_000);
        for (bytes, part) in [
            (&b"%PDF-1.7"[..], "save it again in JupyterLab"),
            (b"", "save it again in JupyterLab"),
            (b"\xff\xfe{\0}\0", "UTF-16"),
            (b"{\"nbformat\": 3, \"worksheets\": []}", "--nbformat 4"),
            (b"{\"nbformat\": 4}", "no cells"),
            (deep.as_bytes(), "it is not JSON"),
        ] {
            let why = read(bytes).unwrap_err();
            assert!(
                why.contains(part) && why.contains(if part == "UTF-16" { "open it" } else { "What to do" }),
                "{why}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }

        #[test]
        fn no_cell_makes_it_panic(source in "(?s).{0,40}", kind in "(code|markdown|raw|)", id in "(?s).{0,10}", cut in 0usize..200) {
            let text = json!({"nbformat": 4, "cells": [{"cell_type": kind, "source": source, "id": id}]}).to_string();
            let whole = read(text.as_bytes()).unwrap();
            prop_assert_eq!(whole.first().map(|cell| cell.code.clone()), (kind == "code").then_some(source));
            let _ = read(&text.as_bytes()[..cut.min(text.len())]);
        }
    }
}
