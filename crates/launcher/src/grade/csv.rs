//! The table as a file that spreadsheets read (RFC 4180), which grows by a notebook's rows at a time.

use super::row::{COLUMNS, Row};
use common::{Error, Result};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The file, to which rows are added.
pub struct Csv(PathBuf, Mutex<File>);

impl Csv {
    /// Begins the file with these rows, whatever was in it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn create(path: &Path, rows: &[Row]) -> Result<Self> {
        let begin = || {
            common::files::write(path, head() + &rows.iter().map(line).collect::<String>())?;
            File::options().append(true).open(path)
        };
        let file = begin().map_err(|error| Error::file("write", path, &error))?;
        Ok(Self(path.to_owned(), Mutex::new(file)))
    }

    /// Adds rows, all of them or, where power fails, a part.
    pub fn add(&self, rows: &[Row]) -> Result<()> {
        let text: String = rows.iter().map(line).collect();
        let mut file = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
        written.map_err(|error| Error::file("write", &self.0, &error))
    }
}

/// The rows of a file that an earlier marking has written; none if there is no such file.
///
/// # Errors
/// If it cannot be read, or is no such table.
pub fn read(path: &Path) -> Result<Vec<Row>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    // A row that was cut off may end within a character.
    let bytes = fs::read(path).map_err(|error| Error::file("read", path, &error))?;
    let mut lines = parse(&String::from_utf8_lossy(&bytes)).into_iter();
    if lines.next().is_none_or(|head| head != COLUMNS) {
        let what = format!("{} is no table of `cargo lab grade`.", path.display());
        return Err(Error::problem(what, "name another file: this one stays as it is"));
    }
    Ok(lines.filter_map(|fields| Some(Row::of_fields(fields.try_into().ok()?))).collect())
}

/// The columns' names.
fn head() -> String {
    joined(COLUMNS.map(str::to_owned))
}

/// One row.
fn line(row: &Row) -> String {
    joined(row.fields())
}

/// What holds a comma or a quotation mark stands in quotation marks, and what a spreadsheet would take for a formula
/// begins with an apostrophe.
fn joined(fields: [String; COLUMNS.len()]) -> String {
    let field = |text: String| {
        let text =
            if text.starts_with(['=', '+', '-', '@']) && text != "-" { format!("'{text}") } else { text };
        if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    fields.map(field).join(",") + "\r\n"
}

/// The fields of each whole line.
fn parse(text: &str) -> Vec<Vec<String>> {
    let (mut lines, mut fields, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut is_quoted, mut characters) = (false, text.chars().peekable());
    while let Some(c) = characters.next() {
        match c {
            '"' if is_quoted && characters.peek() == Some(&'"') => field.extend(characters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(std::mem::take(&mut field)),
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => {
                fields.push(std::mem::take(&mut field));
                lines.push(std::mem::take(&mut fields));
            }
            other => field.push(other),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows() -> Vec<Row> {
        let marked = |exercise: &str, verdict: &str, reason: &str| {
            let report = json!({"exercise": exercise, "verdict": verdict, "reason": reason});
            Row::marked(Path::new("anna.ipynb"), "02_by_hand", "unsafe", 0.25, &report)
        };
        vec![
            marked("a", "right", "Well."),
            marked("b", "wrong", "it is \"7\",\nnot 8"),
            Row::not_marked(Path::new("anna.ipynb"), "02_by_hand", "c", "=HYPERLINK(1)"),
            Row::without_exercises(Path::new("ben.ipynb"), "it is not JSON"),
        ]
    }

    const TEXT: &str = "file,lab,exercise,verdict,reason,seconds,flags\r\n\
                        anna.ipynb,02_by_hand,a,right,Well.,0.2,unsafe\r\n\
                        anna.ipynb,02_by_hand,b,wrong,\"it is \"\"7\"\", not 8\",0.2,unsafe\r\n\
                        anna.ipynb,02_by_hand,c,not marked,'=HYPERLINK(1),0.0,\r\n\
                        ben.ipynb,-,-,no notebook,it is not JSON,0.0,\r\n";

    #[test]
    fn there_is_one_line_for_each_exercise_and_nothing_that_a_spreadsheet_runs() {
        assert_eq!(head() + &rows().iter().map(line).collect::<String>(), TEXT);
    }

    #[test]
    fn rows_are_added_and_read_back_and_half_a_line_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("marks.csv");
        assert_eq!(read(&path).unwrap(), []);
        let csv = Csv::create(&path, &rows()[..1]).unwrap();
        csv.add(&rows()[1..]).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), TEXT);
        let lines: Vec<_> = read(&path).unwrap().iter().map(line).collect();
        assert_eq!(head() + &lines.concat(), TEXT);
        fs::write(&path, &TEXT[..TEXT.len() - 10]).unwrap();
        assert_eq!(read(&path).unwrap().len(), 3);
        // Power fails within a character of the last row.
        fs::write(&path, [&TEXT.as_bytes()[..TEXT.len() - 10], &"é".as_bytes()[..1]].concat()).unwrap();
        assert_eq!(read(&path).unwrap().len(), 3);
        fs::write(&path, "a,b\r\n").unwrap();
        assert!(read(&path).unwrap_err().what().contains("no table"));
    }

    #[test]
    fn python_reads_the_same_fields() {
        let script =
            "import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], newline='')))))";
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("marks.csv");
        Csv::create(&path, &rows()).unwrap();
        let Ok(output) = std::process::Command::new("python3").args(["-c", script]).arg(&path).output()
        else {
            return;
        };
        let found: Vec<Vec<String>> = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found, parse(TEXT));
    }
}
