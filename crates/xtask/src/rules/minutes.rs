//! How long a lab takes, by a rule: 100 words a minute, 2 minutes a code cell, 4 to 10 an exercise.

use super::source;
use common::notebook::marks::{BEGIN, END};
use launcher::labs::FIRST_CELL;
use serde_json::Value;

/// The most minutes that a lab may take.
const MAX_MINUTES: u64 = 60;

/// The cells that everybody works through: those before the first heading `## Going further`.
pub fn core(cells: &[Value]) -> &[Value] {
    let further = |cell: &Value| source(cell).starts_with("## Going further");
    &cells[..cells.iter().position(further).unwrap_or(cells.len())]
}

/// What is wrong with the minutes that the title promises: there are at most 60, and the rule needs no more than they.
pub fn broken(cells: &[Value]) -> Vec<String> {
    let needed = core(cells).iter().map(cost).sum::<f64>().round() as u64;
    let title = cells.first().map(source).unwrap_or_default();
    let promised =
        title.lines().find_map(|line| line.strip_suffix(" minutes")?.parse::<u64>().ok()).unwrap_or(0);
    let mut found = Vec::new();
    if promised > MAX_MINUTES {
        found.push(format!("the title promises {promised} minutes; at most {MAX_MINUTES} are wanted"));
    }
    if promised < needed {
        found.push(format!(
            "the title promises {promised} minutes, and by the rule the lab takes {needed}: shorten it, or move a section behind a heading `## Going further: …`"
        ));
    }
    found
}

/// The minutes that one cell takes.
fn cost(cell: &Value) -> f64 {
    let text = source(cell);
    let is_check = cell["id"].as_str().is_some_and(|id| id.starts_with("check-"));
    if cell["cell_type"] == "markdown" {
        return text.split_whitespace().count() as f64 / 100.0;
    }
    match solutions(&text).iter().sum::<usize>() {
        _ if is_check || text == FIRST_CELL => 0.0,
        0 => 2.0,
        lines => lines.clamp(4, 10) as f64,
    }
}

/// How many lines each solution in a cell has.
pub fn solutions(text: &str) -> Vec<usize> {
    let inside = text.split(BEGIN).skip(1).filter_map(|rest| rest.split_once(END));
    inside.map(|(inside, _)| inside.lines().filter(|line| !line.trim().is_empty()).count()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn words(text: &str) -> Value {
        json!({"cell_type": "markdown", "id": "words", "source": text})
    }

    fn code(id: &str, text: &str) -> Value {
        json!({"cell_type": "code", "id": id, "source": text})
    }

    #[test]
    fn minutes_are_counted_from_words_cells_and_solutions() {
        assert_eq!(cost(&words(&"word ".repeat(150))), 1.5);
        assert_eq!(cost(&code("load", FIRST_CELL)), 0.0);
        assert_eq!(cost(&code("x", "let x = 1;\nx")), 2.0);
        assert_eq!(cost(&code("check-it", "check::it(it)")), 0.0);
        let exercise =
            |lines: usize| code("it", &format!("fn it() {{\n{BEGIN}\n{}{END}\n}}", "7;\n".repeat(lines)));
        assert_eq!([1, 6, 20].map(|lines| cost(&exercise(lines))), [4.0, 6.0, 10.0]);
    }

    #[test]
    fn a_lab_that_takes_longer_than_it_promises_or_than_an_hour_is_found() {
        let lab = |promised: u64, cells: usize, further: usize| {
            let mut all = vec![words(&format!("# 02 · T\n\n{promised} minutes\n"))];
            all.extend((0..cells).map(|_| code("x", "x")));
            all.push(words("## Going further: more"));
            all.extend((0..further).map(|_| code("x", "x")));
            broken(&all)
        };
        assert_eq!(lab(60, 30, 10), [""; 0]);
        assert!(lab(60, 31, 0)[0].contains("the lab takes 62"));
        assert!(lab(65, 30, 0)[0].contains("at most 60"));
        assert!(lab(20, 11, 0)[0].contains("promises 20 minutes, and by the rule the lab takes 22"));
    }
}
