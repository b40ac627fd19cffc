//! The marks as a page of their own, which needs no network.

use super::row::{COLUMNS, Row};
use super::summary::exercises;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1f2328;background:#fff}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d0d7de;vertical-align:top}\
progress{width:8rem}.right{color:#1a7f37}.wrong{color:#b35900}.stopped{color:#b2182b}td:last-child{font-family:monospace}";

/// The page: each exercise with how many are right and the commonest reasons, then all rows.
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
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Marks</title>\n<style>{STYLE}</style>\n\
         <h1>Exercises</h1>\n<table>\n<tr><th>lab</th><th>exercise</th><th>right</th><th>commonest reasons</th></tr>\n{exercises}</table>\n\
         <h1>Rows</h1>\n<table>\n<tr>{head}</tr>\n{}</table>\n</html>\n",
        rows.iter().map(row).collect::<String>()
    )
}

fn row(row: &Row) -> String {
    let class = row.verdict.split(' ').next().unwrap_or_default();
    let cells = row.fields().map(|field| format!("<td>{}</td>", escaped(&field))).concat();
    format!("<tr class=\"{}\">{cells}</tr>\n", escaped(class))
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
        assert!(page.contains("<tr class=\"no\"><td>emil</td>") && !page.contains("<7>"), "{page}");
        assert!(!page.contains("http"), "{page}");
    }
}
