use super::LABS;
use super::exercise::Exercise;
use crate::show::Figure;
use common::record::{Progress, Record};
use std::fmt::Write;

/// Draws which exercises of the course you have done and tried, and how many hints you took.
///
/// The numbers come from `progress.txt` beside your notebooks; `cargo lab progress` prints the same.
pub fn progress() -> Figure {
    drawn(&LABS, &Record::here())
}

fn drawn(labs: &[&[Exercise]], record: &Record) -> Figure {
    let (mut rows, mut text) = (String::new(), String::new());
    for exercises in labs.iter().filter(|exercises| !exercises.is_empty()) {
        let all: Vec<_> =
            exercises.iter().map(|exercise| (exercise.name, record.of(exercise.name))).collect();
        let done = all.iter().filter(|(_, progress)| progress.right).count();
        let title = format!("lab {}: {done} of {}", exercises[0].lab, all.len());
        let rendered: Vec<_> = all.iter().map(|(name, progress)| progress.line(name)).collect();
        let boxes: String =
            all.iter().zip(&rendered).map(|((_, progress), line)| boxed(progress, line)).collect();
        let _ = write!(
            rows,
            "<tr><th style=\"text-align:left;white-space:nowrap\">{title}</th><td style=\"text-align:left\">{boxes}</td></tr>"
        );
        let _ = writeln!(text, "{title}\n  {}", rendered.join("\n  "));
    }
    let kept = if record.is_kept() {
        ""
    } else {
        "Nothing is kept here: `cargo lab` makes a copy of the labs that does.\n"
    };
    Figure::new(format!("<p>{kept}</p><table>{rows}</table>"), format!("{kept}{text}"))
}

/// The frame repeats what the mark in `line` says: never colour alone.
fn boxed(progress: &Progress, line: &str) -> String {
    let border = match progress {
        Progress { right: true, .. } => "2px solid #1a7f37",
        Progress { tries: 0, .. } => "1px dotted #6e7781",
        _ => "2px dashed #b35900",
    };
    format!(
        "<span style=\"display:inline-block;border:{border};border-radius:4px;margin:2px;padding:2px 6px\">{line}</span>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const LAB: &[Exercise] = &[
        Exercise { name: "one", lab: "02", hints: &["look"] },
        Exercise { name: "two", lab: "02", hints: &["look"] },
        Exercise { name: "three", lab: "02", hints: &["look"] },
    ];

    #[test]
    fn what_is_done_tried_and_open_is_reported_by_a_mark_and_counted() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(
            dir.path().join(Record::FILE),
            "one tried\none hint\none right\ntwo tried\ntwo hint\ntwo hint\ntwo solution\n",
        )
        .unwrap();
        let figure = drawn(&[LAB, &[]], &Record::in_folder(dir.path()));
        let rendered =
            "lab 02: 1 of 3\n  ✔ one, after 1 wrong, 1 hint\n  ✘ two, 2 hints, solution seen\n  ○ three\n";
        assert_eq!(figure.text(), rendered);
        assert!(figure.html().contains("✔ one, after 1 wrong, 1 hint</span>"), "{}", figure.html());
    }

    #[test]
    fn where_nothing_is_kept_the_figure_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let text = drawn(&[LAB], &Record::in_folder(dir.path())).text().to_owned();
        assert!(text.starts_with("Nothing is kept here") && text.contains("○ three"), "{text}");
    }
}
