//! The marks, for people and for a spreadsheet.

use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

/// One learner's exercise.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    file: String,
    lab: String,
    exercise: String,
    verdict: String,
    reason: String,
    seconds: f64,
}

impl Row {
    /// A file in which there is nothing to mark.
    pub fn without_exercises(file: &Path, why: &str) -> Self {
        Self { verdict: "no notebook".into(), reason: why.into(), ..Self::of(file, "-", "-") }
    }

    /// What the marking program tells of one exercise.
    pub fn marked(file: &Path, lab: &str, message: &Value) -> Self {
        let [exercise, verdict, reason] =
            ["exercise", "verdict", "reason"].map(|name| message[name].as_str().unwrap_or_default());
        let seconds = message["seconds"].as_f64().unwrap_or_default();
        Self { verdict: verdict.into(), reason: reason.into(), seconds, ..Self::of(file, lab, exercise) }
    }

    /// An exercise that the marking program did not come to.
    pub fn not_marked(file: &Path, lab: &str, exercise: &str, why: &str) -> Self {
        Self { verdict: "not marked".into(), reason: why.into(), ..Self::of(file, lab, exercise) }
    }

    fn of(file: &Path, lab: &str, exercise: &str) -> Self {
        Self {
            file: file.display().to_string(),
            lab: lab.into(),
            exercise: exercise.into(),
            ..Self::default()
        }
    }

    fn fields(&self) -> [String; 6] {
        let reason = self.reason.split_whitespace().collect::<Vec<_>>().join(" ");
        let all = [&self.file, &self.lab, &self.exercise, &self.verdict, &reason].map(String::clone);
        let [file, lab, exercise, verdict, reason] = all;
        [file, lab, exercise, verdict, reason, format!("{:.1}", self.seconds)]
    }
}

/// The columns' names.
const HEAD: [&str; 6] = ["file", "lab", "exercise", "verdict", "reason", "seconds"];

/// RFC 4180: lines end in CRLF, what holds a comma or a quotation mark stands in quotation marks.
///
/// A field that a spreadsheet would take for a formula begins with an apostrophe.
pub fn csv(rows: &[Row]) -> String {
    let field = |text: &String| {
        let text = if text.starts_with(['=', '+', '-', '@']) && text != "-" {
            format!("'{text}")
        } else {
            text.clone()
        };
        if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    let line = |fields: &[String; 6]| fields.each_ref().map(field).join(",") + "\r\n";
    line(&HEAD.map(str::to_owned)) + &rows.iter().map(|row| line(&row.fields())).collect::<String>()
}

/// The rows below the file's name, and how many of its exercises are right.
pub fn plain(rows: &[Row]) -> String {
    let mut message = String::new();
    for of_file in rows.chunk_by(|a, b| a.file == b.file) {
        let right = of_file.iter().filter(|row| row.verdict == "right").count();
        let _ = writeln!(
            message,
            "\n{} · {} · {right} of {} right",
            of_file[0].file,
            of_file[0].lab,
            of_file.len()
        );
        for row in of_file {
            let [_, _, exercise, verdict, reason, seconds] = row.fields();
            let reason: String = reason.chars().take(100).collect();
            let _ = writeln!(message, "  {exercise:18} {verdict:16} {seconds:>5} s  {reason}");
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows() -> Vec<Row> {
        let message = |exercise: &str, verdict: &str, reason: &str| {
            let message =
                json!({"exercise": exercise, "verdict": verdict, "reason": reason, "seconds": 0.25});
            Row::marked(Path::new("anna.ipynb"), "02_by_hand", &message)
        };
        vec![
            message("a", "right", "Well."),
            message("b", "wrong", "it is \"7\",\nnot 8"),
            Row::not_marked(Path::new("anna.ipynb"), "02_by_hand", "c", "=HYPERLINK(1)"),
            Row::without_exercises(Path::new("ben.ipynb"), "it is not JSON"),
        ]
    }

    #[test]
    fn the_csv_has_one_line_for_each_exercise_and_nothing_that_a_spreadsheet_runs() {
        let expected = "file,lab,exercise,verdict,reason,seconds\r\n\
                        anna.ipynb,02_by_hand,a,right,Well.,0.2\r\n\
                        anna.ipynb,02_by_hand,b,wrong,\"it is \"\"7\"\", not 8\",0.2\r\n\
                        anna.ipynb,02_by_hand,c,not marked,'=HYPERLINK(1),0.0\r\n\
                        ben.ipynb,-,-,no notebook,it is not JSON,0.0\r\n";
        assert_eq!(csv(&rows()), expected);
    }

    #[test]
    fn the_table_counts_what_is_right_for_each_file() {
        let message = plain(&rows());
        assert!(message.contains("anna.ipynb · 02_by_hand · 1 of 3 right\n"), "{message}");
        assert!(message.contains("ben.ipynb · - · 0 of 1 right\n"), "{message}");
        assert!(message.contains("wrong              0.2 s  it is \"7\", not 8\n"), "{message}");
    }
}
