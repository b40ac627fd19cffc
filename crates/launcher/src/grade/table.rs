//! The marks, for people and for a spreadsheet.

use serde_json::Value;
use std::collections::BTreeMap;
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
    /// What in the notebook's code someone should look at.
    flags: String,
}

impl Row {
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

    fn fields(&self) -> [String; 7] {
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

/// The columns' names, as a line of the CSV.
pub fn head() -> String {
    csv_line(&["file", "lab", "exercise", "verdict", "reason", "seconds", "flags"].map(str::to_owned))
}

/// One row as a line of the CSV.
pub fn csv(row: &Row) -> String {
    csv_line(&row.fields())
}

/// RFC 4180: lines end in CRLF, what holds a comma or a quotation mark stands in quotation marks.
///
/// A field that a spreadsheet would take for a formula begins with an apostrophe.
fn csv_line(fields: &[String; 7]) -> String {
    let field = |text: &String| {
        let text = if text.starts_with(['=', '+', '-', '@']) && text != "-" {
            format!("'{text}")
        } else {
            text.clone()
        };
        if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    fields.each_ref().map(field).join(",") + "\r\n"
}

/// Of each exercise: how many are right, and the reasons that came most often.
pub fn summary(rows: &[Row]) -> String {
    let mut exercises = BTreeMap::<(&str, &str), Vec<&Row>>::new();
    for row in rows.iter().filter(|row| row.exercise != "-") {
        exercises.entry((&row.lab, &row.exercise)).or_default().push(row);
    }
    let mut shown = String::new();
    for ((lab, exercise), rows) in exercises {
        let right = rows.iter().filter(|row| row.verdict == "right").count();
        let _ = writeln!(shown, "{lab} · {exercise} · {right} of {} right", rows.len());
        let mut reasons = BTreeMap::<String, usize>::new();
        for row in rows.iter().filter(|row| row.verdict != "right") {
            let [.., verdict, reason, _, _] = row.fields();
            let short: String = reason.chars().take(100).collect();
            *reasons.entry(format!("{verdict}: {short}")).or_default() += 1;
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (reason, count) in reasons.iter().take(3) {
            let _ = writeln!(shown, "  {count} × {reason}");
        }
    }
    shown
}

/// The rows below the file's name, and how many of its exercises are right.
pub fn plain(rows: &[Row]) -> String {
    let mut shown = String::new();
    for of_file in rows.chunk_by(|a, b| a.file == b.file) {
        let right = of_file.iter().filter(|row| row.verdict == "right").count();
        let _ = writeln!(
            shown,
            "\n{} · {} · {right} of {} right",
            of_file[0].file,
            of_file[0].lab,
            of_file.len()
        );
        for row in of_file {
            let [_, _, exercise, verdict, reason, seconds, flags] = row.fields();
            let flags = if flags.is_empty() { flags } else { format!("  [look at: {flags}]") };
            let reason: String = reason.chars().take(100).collect();
            let _ = writeln!(shown, "  {exercise:18} {verdict:16} {seconds:>5} s  {reason}{flags}");
        }
    }
    shown
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

    #[test]
    fn the_csv_has_one_line_for_each_exercise_and_nothing_that_a_spreadsheet_runs() {
        let expected = "file,lab,exercise,verdict,reason,seconds,flags\r\n\
                        anna.ipynb,02_by_hand,a,right,Well.,0.2,unsafe\r\n\
                        anna.ipynb,02_by_hand,b,wrong,\"it is \"\"7\"\", not 8\",0.2,unsafe\r\n\
                        anna.ipynb,02_by_hand,c,not marked,'=HYPERLINK(1),0.0,\r\n\
                        ben.ipynb,-,-,no notebook,it is not JSON,0.0,\r\n";
        assert_eq!(head() + &rows().iter().map(csv).collect::<String>(), expected);
    }

    #[test]
    fn no_name_and_no_reason_steers_a_terminal_or_breaks_a_row() {
        let row = Row::not_marked(
            Path::new("a\n=1\u{1b}[2J.ipynb"),
            "02",
            "c",
            &"\u{1b}]0;x\u{7}\u{202e}\r\ny".repeat(9_000),
        );
        let line = csv(&row);
        assert_eq!(line.matches('\n').count(), 1, "{line}");
        assert!(!line.contains(['\u{1b}', '\u{7}', '\u{202e}']) && line.chars().count() < MAX_FIELD + 100);
        assert!(line.starts_with("a =1 [2J.ipynb,"), "{line}");
    }

    #[test]
    fn the_table_counts_what_is_right_for_each_file_and_the_summary_for_each_exercise() {
        let shown = plain(&rows());
        assert!(shown.contains("anna.ipynb · 02_by_hand · 1 of 3 right\n"), "{shown}");
        assert!(shown.contains("ben.ipynb · - · 0 of 1 right\n"), "{shown}");
        assert!(
            shown.contains("wrong              0.2 s  it is \"7\", not 8  [look at: unsafe]\n"),
            "{shown}"
        );
        let summary = summary(&rows());
        assert!(
            summary.contains("02_by_hand · b · 0 of 1 right\n  1 × wrong: it is \"7\", not 8\n"),
            "{summary}"
        );
        assert!(!summary.contains("ben"), "{summary}");
    }
}
