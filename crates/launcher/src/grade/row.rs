//! A row of the table: one exercise of one file.

use serde_json::Value;
use std::path::Path;

/// The names of the fields.
pub const COLUMNS: [&str; 7] = ["file", "lab", "exercise", "verdict", "reason", "seconds", "flags"];

/// One learner's exercise.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    pub file: String,
    pub lab: String,
    /// `-` for a file as a whole.
    pub exercise: String,
    pub verdict: String,
    pub reason: String,
    seconds: f64,
    /// What in the notebook's code someone should look at.
    flags: String,
}

impl Row {
    /// A row as [`fields`](Self::fields) has it.
    pub fn of_fields(fields: [String; COLUMNS.len()]) -> Self {
        let [file, lab, exercise, verdict, reason, seconds, flags] = fields;
        Self { file, lab, exercise, verdict, reason, seconds: seconds.parse().unwrap_or_default(), flags }
    }

    /// A file in which there is nothing to mark.
    pub fn without_exercises(file: &Path, why: &str) -> Self {
        Self { verdict: "no notebook".into(), reason: why.into(), ..Self::of(file, "-", "-") }
    }

    /// What is said of one exercise, which took so many seconds.
    pub fn marked(file: &Path, lab: &str, flags: &str, seconds: f64, report: &Value) -> Self {
        let [exercise, verdict, reason] =
            ["exercise", "verdict", "reason"].map(|name| report[name].as_str().unwrap_or_default());
        let flags = flags.to_owned();
        Self {
            verdict: verdict.into(),
            reason: reason.into(),
            seconds,
            flags,
            ..Self::of(file, lab, exercise)
        }
    }

    /// Whether the answer is right.
    pub fn is_right(&self) -> bool {
        self.verdict == "right"
    }

    /// Whether a check came to an end, or there is nothing to check.
    pub fn is_marked(&self) -> bool {
        self.verdict != NOT_MARKED
    }

    /// An exercise that the marking program did not come to.
    pub fn not_marked(file: &Path, lab: &str, exercise: &str, why: &str) -> Self {
        Self { verdict: NOT_MARKED.into(), reason: why.into(), ..Self::of(file, lab, exercise) }
    }

    fn of(file: &Path, lab: &str, exercise: &str) -> Self {
        Self { file: name(file), lab: lab.into(), exercise: exercise.into(), ..Self::default() }
    }

    /// Its fields in the order of [`COLUMNS`], each one line.
    pub fn fields(&self) -> [String; COLUMNS.len()] {
        let [file, lab, exercise, verdict, reason, flags] =
            [&self.file, &self.lab, &self.exercise, &self.verdict, &self.reason, &self.flags]
                .map(|text| clean(text));
        [file, lab, exercise, verdict, reason, format!("{:.1}", self.seconds), flags]
    }
}

const NOT_MARKED: &str = "not marked";

/// The most characters of one field.
const MAX_FIELD: usize = 2_000;

/// A file's name as one line without control characters.
pub fn name(file: &Path) -> String {
    clean(&file.display().to_string())
}

/// One line of at most [`MAX_FIELD`] characters, in which nothing steers a terminal or turns the direction of writing.
fn clean(text: &str) -> String {
    let is_control = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let plain: String =
        text.chars().take(4 * MAX_FIELD).map(|c| if is_control(c) { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_FIELD).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_and_no_reason_steers_a_terminal_or_holds_a_line_end() {
        let row = Row::not_marked(
            Path::new("a\n=1\u{1b}[2J.ipynb"),
            "02",
            "c",
            &"\u{1b}]0;x\u{7}\u{202e}\r\ny".repeat(9_000),
        );
        let fields = row.fields();
        assert!(!fields.concat().contains(['\n', '\r', '\u{1b}', '\u{7}', '\u{202e}']));
        assert_eq!(fields[0], "a =1 [2J.ipynb");
        assert!(
            fields[4].chars().count() <= MAX_FIELD && fields[4].starts_with("]0;x y ]0;x y"),
            "{}",
            fields[4]
        );
    }
}
