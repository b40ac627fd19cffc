//! The marks for people: by file, and by exercise with the commonest reasons, which is what to talk about next week.

use super::row::Row;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How a class did in one exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exercise {
    pub lab: String,
    pub name: String,
    pub right: usize,
    pub all: usize,
    /// Why answers are not right, with how often: the commonest first.
    pub reasons: Vec<(usize, String)>,
}

/// The most reasons that are shown of an exercise.
const MAX_REASONS: usize = 3;

/// The most characters of a reason that are shown.
const MAX_REASON: usize = 100;

/// Each exercise of which there are rows, by lab and in the lab's order.
pub fn exercises(rows: &[Row]) -> Vec<Exercise> {
    let mut found = Vec::<((&str, &str), Vec<&Row>)>::new();
    for row in rows.iter().filter(|row| row.exercise != "-") {
        let key = (row.lab.as_str(), row.exercise.as_str());
        match found.iter_mut().find(|(other, _)| *other == key) {
            Some((_, rows)) => rows.push(row),
            None => found.push((key, vec![row])),
        }
    }
    found.sort_by_key(|((lab, _), _)| *lab);
    found.into_iter().map(|((lab, name), rows)| exercise(lab, name, &rows)).collect()
}

fn exercise(lab: &str, name: &str, rows: &[&Row]) -> Exercise {
    let mut reasons = BTreeMap::<String, usize>::new();
    for row in rows.iter().filter(|row| !row.is_right()) {
        let [_, _, _, verdict, reason, _, _] = row.fields();
        let why = if reason.is_empty() { verdict } else { format!("{verdict}: {}", short(&reason)) };
        *reasons.entry(why).or_default() += 1;
    }
    let mut reasons: Vec<_> = reasons.into_iter().map(|(reason, count)| (count, reason)).collect();
    reasons.sort_by_key(|(count, _)| Reverse(*count));
    reasons.truncate(MAX_REASONS);
    let right = rows.iter().filter(|row| row.is_right()).count();
    Exercise { lab: lab.to_owned(), name: name.to_owned(), right, all: rows.len(), reasons }
}

fn short(reason: &str) -> String {
    let short: String = reason.chars().take(MAX_REASON).collect();
    if short.len() < reason.len() { short + "…" } else { short }
}

/// Each exercise with the commonest reasons.
pub fn by_exercise(rows: &[Row]) -> String {
    let mut shown = String::new();
    for exercise in exercises(rows) {
        let _ = writeln!(
            shown,
            "{} · {} · {} of {} right",
            exercise.lab, exercise.name, exercise.right, exercise.all
        );
        for (count, reason) in exercise.reasons {
            let _ = writeln!(shown, "  {count} × {reason}");
        }
    }
    for row in rows.iter().filter(|row| row.exercise == "-") {
        let _ = writeln!(shown, "{} · {}: {}", row.file, row.verdict, row.reason);
    }
    shown
}

/// How many exercises of each file are right, of how many.
pub fn learners(rows: &[Row]) -> Vec<(&Row, usize, usize)> {
    let of_file = |rows: &'_ [Row]| rows.iter().filter(|row| row.is_right()).count();
    rows.chunk_by(|a, b| a.file == b.file).map(|rows| (&rows[0], of_file(rows), rows.len())).collect()
}

/// The rows below the file's name, and how many of its exercises are right.
pub fn by_file(rows: &[Row]) -> String {
    let mut shown = String::new();
    for of_file in rows.chunk_by(|a, b| a.file == b.file) {
        let right = of_file.iter().filter(|row| row.is_right()).count();
        let Row { file, lab, .. } = &of_file[0];
        let _ = writeln!(shown, "\n{file} · {lab} · {right} of {} right", of_file.len());
        for row in of_file {
            let [_, _, exercise, verdict, reason, seconds, flags] = row.fields();
            let flags = if flags.is_empty() { flags } else { format!("  [look at: {flags}]") };
            let _ = writeln!(shown, "  {exercise:18} {verdict:16} {seconds:>5} s  {}{flags}", short(&reason));
        }
    }
    shown
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;
    use std::path::Path;

    /// Three learners' rows of an exercise, and a file that is none.
    pub fn rows() -> Vec<Row> {
        let marked = |file: &str, verdict: &str, reason: &str| {
            let report = json!({"exercise": "corr2d", "verdict": verdict, "reason": reason});
            Row::marked(
                Path::new(file),
                "02_by_hand",
                if file == "ben" { "unsafe" } else { "" },
                0.25,
                &report,
            )
        };
        vec![
            marked("anna", "right", "Well."),
            marked("ben", "wrong", "it is <7>"),
            marked("carl", "wrong", "it is <7>"),
            marked("dora", "stopped", "no row 9"),
            Row::without_exercises(Path::new("emil"), "it is not JSON"),
        ]
    }

    #[test]
    fn each_file_is_counted_and_its_flags_are_shown() {
        let shown = by_file(&rows());
        assert!(shown.contains("anna · 02_by_hand · 1 of 1 right\n"), "{shown}");
        assert!(shown.contains("emil · - · 0 of 1 right\n"), "{shown}");
        assert!(shown.contains("wrong              0.2 s  it is <7>  [look at: unsafe]\n"), "{shown}");
    }

    #[test]
    fn each_exercise_is_counted_and_its_commonest_reason_comes_first() {
        let expected = "02_by_hand · corr2d · 1 of 4 right\n  2 × wrong: it is <7>\n  1 × stopped: no row 9\n\
             emil · no notebook: it is not JSON\n";
        assert_eq!(by_exercise(&rows()), expected);
        let marked = |lab: &str, exercise: &str| {
            let report = json!({"exercise": exercise, "verdict": "not attempted"});
            Row::marked(Path::new("anna"), lab, "", 0.0, &report)
        };
        let rows = [marked("02", "z"), marked("02", "a"), marked("01", "m")];
        let names: Vec<_> =
            exercises(&rows).into_iter().map(|one| (one.name, one.reasons[0].1.clone())).collect();
        assert_eq!(names, ["m", "z", "a"].map(|name| (name.to_owned(), "not attempted".to_owned())));
    }
}
