//! What every exercise must prove, and what the course must hold for it.

use super::exercise::Exercise;
use super::{Answer, LABS, Verdict, master};
use common::notebook::Cell;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

impl Exercise {
    /// The starter is not attempted, each right answer right, each wrong one wrong with its own message, and code that
    /// stops is told to have stopped.
    pub fn prove<F: Copy>(
        self,
        check: impl Fn(F) -> Answer,
        starter: F,
        stopping: F,
        right: &[F],
        wrong: &[(F, &str)],
    ) {
        let name = self.name;
        let verdict = |yours: F| check(yours).verdict().clone();
        assert_eq!(verdict(starter), Verdict::NotAttempted, "{name}: the starter");
        assert!(
            matches!(verdict(stopping), Verdict::Stopped(_)),
            "{name}: code that stops: {}",
            check(stopping)
        );
        assert!(!right.is_empty(), "{name}: no right answer is proven");
        for (n, yours) in right.iter().enumerate() {
            assert!(
                matches!(verdict(*yours), Verdict::Right(_)),
                "{name}: right answer {n}: {}",
                check(*yours)
            );
        }
        for (yours, part) in wrong {
            match verdict(*yours) {
                Verdict::Wrong(because) => {
                    assert!(because.contains(part), "{name}: {because:?} lacks {part:?}")
                }
                other => panic!("{name}: the answer to be told {part:?} was judged: {other}"),
            }
        }
        let own: BTreeSet<_> = wrong.iter().map(|(_, part)| part).collect();
        assert!(
            own.len() >= 3,
            "{name}: {} wrong answers with their own messages; three are wanted",
            own.len()
        );
    }
}

fn folder(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

/// The source of all checks of the lab with this number: its file, or the files of its folder and of those in it.
fn checks_of(lab: &str) -> String {
    sources(&folder(&format!("src/check/lab{lab}")))
}

fn sources(path: &Path) -> String {
    match fs::read_dir(path) {
        Ok(entries) => entries.map(|entry| sources(&entry.unwrap().path())).collect(),
        Err(_) => fs::read_to_string(path.with_extension("rs")).unwrap(),
    }
}

/// The cells of the lab with this number; none while there is no such lab.
fn cells(lab: &str) -> Vec<Value> {
    let notebook = master::notebook(&folder("../../notebooks"), lab);
    notebook.map(|notebook| notebook.cells().map(|cell| cell.json.clone()).collect()).unwrap_or_default()
}

fn source(cell: &Value) -> String {
    Cell { json: cell }.source()
}

/// What is missing for the exercise in the cells of its lab and in the source of its check.
fn missing(exercise: Exercise, cells: &[Value], checks: &str) -> Vec<String> {
    let name = exercise.name;
    let with_id = |id: &str| cells.iter().find(|cell| cell["id"] == id).map(source).unwrap_or_default();
    let named = |cell: &Value| cell["cell_type"] == "markdown" && source(cell).contains(&format!("`{name}"));
    let yours = with_id(name);
    let has_solution = yours.contains(&format!("fn {name}("))
        && yours.contains("// BEGIN SOLUTION\n")
        && yours.contains("// END SOLUTION\n");
    let wanted = [
        (!exercise.hints.is_empty(), "a hint"),
        (has_solution, "a cell of its name with the function and its solution"),
        (with_id(&format!("check-{name}")) == format!("check::{name}({name})"), "a cell with its check"),
        (cells.iter().any(named), "a text that names it between backticks"),
        (checks.contains(&format!("{}.prove", name.to_uppercase())), "a test that proves its check"),
    ];
    wanted
        .iter()
        .filter(|(is_there, _)| !is_there)
        .map(|(_, what)| format!("{name}: {what} is missing"))
        .collect()
}

#[test]
fn every_exercise_has_hint_solution_proof_cells_and_a_text_that_names_it() {
    let mut found = Vec::new();
    for exercises in LABS {
        let lab = exercises[0].lab;
        let checks = checks_of(lab);
        for exercise in exercises {
            assert_eq!(exercise.lab, lab, "{}", exercise.name);
            found.extend(missing(*exercise, &cells(lab), &checks));
        }
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn every_check_cell_of_the_labs_belongs_to_an_exercise_and_no_name_stands_twice() {
    let names: Vec<_> =
        LABS.iter().flat_map(|exercises| exercises.iter()).map(|exercise| exercise.name).collect();
    let unique: BTreeSet<_> = names.iter().copied().collect();
    assert_eq!(unique.len(), names.len(), "{names:?}");
    for exercises in LABS {
        for cell in cells(exercises[0].lab) {
            let id = cell["id"].as_str().unwrap();
            assert!(
                id.strip_prefix("check-").is_none_or(|name| unique.contains(name)),
                "{id} has no exercise"
            );
        }
    }
}

#[test]
fn an_exercise_of_which_something_is_missing_is_found() {
    let exercise = Exercise { name: "it", lab: "02", hints: &["look"] };
    let text = serde_json::json!({"cell_type": "markdown", "id": "text", "source": ["Write `it(x)`."]});
    let yours = "fn it() -> i64 {\n    // BEGIN SOLUTION\n    7\n    // END SOLUTION\n}";
    let code = serde_json::json!({"cell_type": "code", "id": "it", "source": [yours]});
    let check = serde_json::json!({"cell_type": "code", "id": "check-it", "source": ["check::it(it)"]});
    let all = [text, code, check];
    assert_eq!(missing(exercise, &all, "IT.prove::<"), [""; 0]);
    assert_eq!(missing(Exercise { hints: &[], ..exercise }, &all, "IT.prove"), ["it: a hint is missing"]);
    assert_eq!(missing(exercise, &all[1..], "IT.prove").len(), 1);
    assert_eq!(missing(exercise, &all[..2], "IT.prove").len(), 1);
    assert_eq!(missing(exercise, &all[..1], "").len(), 3);
}
