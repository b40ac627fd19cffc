//! The marks as a page of their own, which needs no network.

use super::row::{COLUMNS, Row};
use super::summary::{exercises, learners};
use std::path::Path;

/// How every page begins.
pub const HEAD: &str =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Marks · convlab</title>\n";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1f2328;background:#fff}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d0d7de;vertical-align:top}\
progress{width:8rem}.right{color:#1a7f37}.wrong{color:#b35900}.stopped{color:#b2182b}td:last-child{font-family:monospace}.rows td:nth-child(5){min-width:24rem}";

/// The page: each exercise with how many are right and the commonest reasons, each learner's sum, then all rows.
pub fn page(rows: &[Row]) -> String {
    let exercises: String = exercises(rows)
        .iter()
        .map(|exercise| {
            let reasons = exercise.reasons.iter().map(|(count, reason)| format!("{count} × {}<br>", escaped(reason)));
            format!(
                "<tr><td>{}</td><td>{}</td><td><progress value=\"{right}\" max=\"{all}\"></progress> {right} of {all}</td><td>{}</td></tr>\n",
                escaped(&exercise.lab),
                escaped(&exercise.name),
                reasons.collect::<String>(),
                right = exercise.right,
                all = exercise.all,
            )
        })
        .collect();
    let head: String = COLUMNS.iter().map(|name| format!("<th>{name}</th>")).collect();
    format!(
        "{HEAD}<style>{STYLE}</style>\n\
         <h1>Exercises</h1>\n<table>\n<tr><th>lab</th><th>exercise</th><th>right</th><th>commonest reasons</th></tr>\n{exercises}</table>\n\
         <h1>Learners</h1>\n<table>\n<tr><th>file</th><th>lab</th><th>right</th></tr>\n{}</table>\n\
         <h1>Rows</h1>\n<table class=\"rows\">\n<tr>{head}</tr>\n{}</table>\n</html>\n",
        learners(rows).into_iter().map(learner).collect::<String>(),
        rows.iter().map(row).collect::<String>()
    )
}

fn row(row: &Row) -> String {
    let class = row.verdict.split(' ').next().unwrap_or_default();
    let [_, fields @ ..] = row.fields();
    let cells = fields.map(|field| format!("<td>{}</td>", escaped(&field))).concat();
    format!("<tr class=\"{}\">{}{cells}</tr>\n", escaped(class), file(row))
}

fn learner((row, right, all): (&Row, usize, usize)) -> String {
    let lab = escaped(&row.lab);
    format!("<tr>{}<td>{lab}</td><td>{right} of {all}</td></tr>\n", file(row))
}

/// The file's name; where it lies is shown under the pointer.
fn file(row: &Row) -> String {
    let name = Path::new(&row.file).file_name().unwrap_or_default().to_string_lossy();
    format!("<td title=\"{}\">{}</td>", escaped(&row.file), escaped(&name))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::summary::tests::rows;
    use super::*;

    #[test]
    fn the_page_counts_each_exercise_and_shows_no_reason_as_code_of_its_own() {
        let page = page(&rows());
        assert!(page.contains("<progress value=\"1\" max=\"4\"></progress> 1 of 4"), "{page}");
        assert!(page.contains("2 × wrong: it is &lt;7&gt;<br>1 × stopped"), "{page}");
        assert!(
            page.contains("<tr class=\"no\"><td title=\"emil\">emil</td>") && !page.contains("<7>"),
            "{page}"
        );
        assert!(page.contains("<td title=\"anna\">anna</td><td>02_by_hand</td><td>1 of 1</td>"), "{page}");
        assert!(page.starts_with(HEAD));
        assert!(!page.contains("http"), "{page}");
    }
}
