//! How exercises stand in a master: heading, function with its solution, check.

use super::source;
use common::notebook::marks::{BEGIN, END};
use serde_json::{Value, json};

/// The fewest exercises of a lab; lab 00 only shows how they work.
const FEWEST: usize = 5;

/// Everything about the lab's exercises that breaks a rule.
pub fn broken(lab: &str, cells: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        let (id, text) = (cell["id"].as_str().unwrap_or_default(), source(cell));
        if text.contains(BEGIN) || text.contains(END) {
            let next = cells.get(index + 1).unwrap_or(&Value::Null);
            let all = of_exercise(id, cell, next).into_iter().chain(heading(&cells[..index]));
            found.extend(all.map(|what| format!("exercise {id}: {what}")));
        } else if let Some(name) = id.strip_prefix("check-")
            && (index == 0 || cells[index - 1]["id"] != name)
        {
            found.push(format!("cell {id}: the cell above it is not the exercise `{name}`"));
        }
    }
    let count = cells.iter().filter(|cell| source(cell).contains(BEGIN)).count();
    let fewest = if lab.starts_with("00") { 1 } else { FEWEST };
    if count < fewest {
        found.push(format!("{count} exercises; at least {fewest} are wanted"));
    }
    found.extend(minutes(cells));
    found
}

fn of_exercise(id: &str, cell: &Value, check: &Value) -> Vec<String> {
    let text = source(cell);
    let mut found = Vec::new();
    let body = text.split_once(&format!("fn {id}(")).and_then(|(_, rest)| rest.split_once(BEGIN));
    let end = body.and_then(|(_, rest)| rest.split_once(END)).map(|(_, rest)| rest.trim());
    if end != Some("}") || text.matches(BEGIN).count() == 0 {
        found.push(format!("the cell does not end with `fn {id}(…) {{ … {BEGIN} … {END} }}`"));
    }
    if check["id"] != format!("check-{id}") || source(check) != format!("check::{id}({id})") {
        found.push(format!("the next cell is not `check-{id}` with `check::{id}({id})`"));
    }
    if cell["metadata"]["nbgrader"] != nbgrader(id, false) {
        found.push(format!("its metadata are not nbgrader's: {}", nbgrader(id, false)));
    }
    let check_id = format!("check-{id}");
    if check["metadata"]["nbgrader"] != nbgrader(&check_id, true) {
        found.push(format!("its check's metadata are not nbgrader's: {}", nbgrader(&check_id, true)));
    }
    found
}

/// What nbgrader reads in a cell that holds a solution, and in one that gives points.
fn nbgrader(id: &str, is_check: bool) -> Value {
    let mut wanted = json!({
        "grade": is_check, "grade_id": id, "locked": is_check, "schema_version": 3, "solution": !is_check, "task": false,
    });
    if is_check {
        wanted["points"] = json!(1);
    }
    wanted
}

/// The last heading above an exercise says that it is the learner's turn.
fn heading(above: &[Value]) -> Option<String> {
    let texts = above.iter().rev().filter(|cell| cell["cell_type"] == "markdown").map(source);
    let heading =
        texts.filter_map(|text| text.lines().rfind(|line| line.starts_with("## ")).map(ToOwned::to_owned));
    let heading = heading.into_iter().next().unwrap_or_default();
    (!heading.starts_with("## Your turn: "))
        .then(|| format!("the heading above it is `{heading}`, not `## Your turn: …`"))
}

/// Where the lecturer's minutes are given for one section, they are for all, and add up to what the title promises.
///
/// What stands behind the first heading `## Going further` is for whoever has time left, and not counted.
fn minutes(cells: &[Value]) -> Vec<String> {
    let cells = super::minutes::core(cells);
    let given = |cell: &Value| cell["metadata"]["convlab"]["minutes"].as_u64();
    let sum: u64 = cells.iter().filter_map(given).sum();
    if sum == 0 {
        return Vec::new();
    }
    let sections =
        cells.iter().filter(|cell| cell["cell_type"] == "markdown" && source(cell).starts_with("## "));
    let mut found: Vec<_> = sections
        .filter(|cell| given(cell).is_none())
        .map(|cell| format!("cell {}: the section has no minutes for the lecturer", cell["id"]))
        .collect();
    let promised = cells.first().map(source).unwrap_or_default();
    if !promised.contains(&format!("\n{sum} minutes")) {
        found.push(format!(
            "the sections' minutes add up to {sum}, which is not what the first cell promises"
        ));
    }
    found
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The three cells of a good exercise.
    pub fn exercise(name: &str) -> Vec<Value> {
        let check = format!("check-{name}");
        let code = format!("fn {name}() -> i64 {{\n    {BEGIN}\n    7\n    {END}\n}}");
        vec![
            json!({"cell_type": "markdown", "id": format!("{name}-turn"), "source": "## Your turn: count\n\nIn `it`."}),
            json!({"cell_type": "code", "id": name, "source": code, "metadata": {"nbgrader": nbgrader(name, false)}}),
            json!({"cell_type": "code", "id": check, "source": format!("check::{name}({name})"), "metadata": {"nbgrader": nbgrader(&check, true)}}),
        ]
    }

    #[test]
    fn a_good_exercise_breaks_no_rule_and_four_are_too_few() {
        assert_eq!(broken("00_welcome", &exercise("it")), [""; 0]);
        let five: Vec<_> = ["a", "b", "c", "d", "e"].into_iter().flat_map(exercise).collect();
        assert_eq!(broken("02_by_hand", &five), [""; 0]);
        assert_eq!(broken("02_by_hand", &five[3..]), ["4 exercises; at least 5 are wanted"]);
        assert_eq!(broken("00_welcome", &[]), ["0 exercises; at least 1 are wanted"]);
    }

    #[test]
    fn every_rule_is_found_when_it_is_broken() {
        for (path, value, complaint) in [
            ("/0/source", json!("## Counting"), "heading above it is `## Counting`"),
            (
                "/1/source",
                json!(format!("{BEGIN}\nlet it = 7;\n{END}\ncheck::it(it)")),
                "does not end with `fn it(",
            ),
            (
                "/1/source",
                json!(format!("fn it() {{\n{BEGIN}\n7\n{END}\n}}\nlet y = it();")),
                "does not end with",
            ),
            ("/1/source", json!(format!("fn that() {{\n{BEGIN}\n7\n{END}\n}}")), "does not end with"),
            ("/1/id", json!("that"), "the cell above it is not the exercise `it`"),
            ("/1/metadata", json!({}), "its metadata are not nbgrader's"),
            ("/2/id", json!("check-that"), "the next cell is not `check-it`"),
            ("/2/source", json!("check::it(it())"), "with `check::it(it)`"),
            ("/2/metadata/nbgrader/locked", json!(false), "its check's metadata"),
        ] {
            let mut cells = json!(exercise("it"));
            *cells.pointer_mut(path).unwrap() = value;
            let found = broken("00_welcome", cells.as_array().unwrap()).join("\n");
            assert!(
                found.contains(complaint),
                "{path}: expected a complaint about {complaint}, found {found:?}"
            );
        }
    }

    #[test]
    fn minutes_of_the_sections_are_given_for_all_and_add_up() {
        let section = |id: &str, minutes: Option<u64>| json!({"cell_type": "markdown", "id": id, "source": "## A", "metadata": {"convlab": {"minutes": minutes}}});
        let title = json!({"cell_type": "markdown", "id": "title", "source": "# 02 · T\n\n45 minutes\n", "metadata": {}});
        let all = |a, b| minutes(&[title.clone(), section("a", a), section("b", b)]);
        assert_eq!(all(None, None), [""; 0]);
        assert_eq!(all(Some(20), Some(25)), [""; 0]);
        assert!(all(Some(20), Some(20))[0].contains("add up to 40"));
        assert!(all(Some(45), None)[0].contains("\"b\": the section has no minutes"));
    }
}
