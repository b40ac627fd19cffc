//! Which of a notebook's items are the learner's answers to which lab.

use serde_json::Value;
use std::collections::BTreeSet;

/// An item at the top of a cell, as the kernel finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub kind: String,
    pub name: String,
    pub code: String,
    /// The code without comments and texts.
    pub bare: String,
}

impl Item {
    /// Reads the kernel's answer to `{"items": code}`.
    pub fn all(answer: &Value) -> Vec<Self> {
        let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let items = answer["items"].as_array().into_iter().flatten();
        items
            .map(|item| Self {
                kind: text(item, "kind"),
                name: text(item, "name"),
                code: text(item, "code"),
                bare: text(item, "bare"),
            })
            .collect()
    }

    /// Whether the learner still has to write it.
    fn is_to_do(&self) -> bool {
        let code: String = self.bare.split_whitespace().collect();
        code.contains("todo!(") || code.contains("todo![") || code.contains("todo!{")
    }

    fn takes_the_place_of(&self, other: &Self) -> bool {
        self.kind == other.kind && self.name == other.name
    }
}

/// A cell: its name and its items.
pub type Cell = (String, Vec<Item>);

/// A lab as the job describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lab {
    pub name: String,
    pub exercises: Vec<String>,
    /// The code cells of the master that hold no solution.
    pub given: Vec<String>,
}

impl Lab {
    /// The lines `:dep …` for the crates that the lab uses beside the helper crate.
    pub fn dependencies(&self) -> String {
        let lines = self.given.iter().flat_map(|code| code.lines());
        let named = lines.filter(|line| line.starts_with(":dep ") && !line.starts_with(":dep convlab "));
        named.map(|line| format!("{line}\n")).collect()
    }

    /// The labs of a job.
    pub fn all(job: &Value) -> Vec<Self> {
        let texts = |lab: &Value, name: &str| {
            let texts = lab[name].as_array().into_iter().flatten();
            texts.filter_map(|text| text.as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        let labs = job["labs"].as_array().into_iter().flatten();
        labs.map(|lab| Self {
            name: lab["lab"].as_str().unwrap_or_default().to_owned(),
            exercises: texts(lab, "exercises"),
            given: texts(lab, "given"),
        })
        .collect()
    }

    /// The lab with which the notebook has most exercises in common, the first of several; `None` if it has none.
    pub fn of<'a>(cells: &[Cell], labs: &'a [Self]) -> Option<&'a Self> {
        let ids = cells.iter().map(|(id, _)| id.as_str());
        let functions = cells.iter().flat_map(|(_, items)| items).filter(|item| item.kind == "fn");
        let names: BTreeSet<_> = ids.chain(functions.map(|item| item.name.as_str())).collect();
        let common = |lab: &Self| lab.exercises.iter().filter(|name| names.contains(name.as_str())).count();
        labs.iter().rev().max_by_key(|lab| common(lab)).filter(|lab| common(lab) > 0)
    }
}

/// The learner's function for each exercise, and their other items, the last of each name.
///
/// What stands in the exercise's own cell counts, unless it is still to do: the cell may have been copied, moved or
/// split. Of several elsewhere the last counts.
pub fn answers(cells: &[Cell], exercises: &[String]) -> (Vec<Item>, Vec<Item>) {
    let (mut best, mut others) = (Vec::<((bool, bool), Item)>::new(), Vec::<Item>::new());
    for (id, items) in cells {
        for item in items {
            if item.kind == "fn" && exercises.contains(&item.name) {
                let rank = (!item.is_to_do(), *id == item.name);
                let before = best.iter().position(|(_, other)| item.takes_the_place_of(other));
                match before {
                    Some(index) if rank >= best[index].0 => best[index] = (rank, item.clone()),
                    Some(_) => {}
                    None => best.push((rank, item.clone())),
                }
            } else {
                others.retain(|other| !item.takes_the_place_of(other));
                others.push(item.clone());
            }
        }
    }
    (best.into_iter().map(|(_, item)| item).collect(), others)
}

/// `items` in their order behind what was given, of which they take the place.
pub fn with_given(given: Vec<Item>, items: &[Item]) -> Vec<Item> {
    let mut all: Vec<Item> = Vec::new();
    for item in given.into_iter().chain(items.iter().cloned()) {
        all.retain(|other| !item.takes_the_place_of(other));
        all.push(item);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, code: &str) -> Item {
        let code = format!("fn {name}() {{ {code} }}");
        Item { kind: "fn".into(), name: name.into(), bare: code.clone(), code }
    }

    fn lab(name: &str, exercises: &[&str]) -> Lab {
        Lab {
            name: name.into(),
            exercises: exercises.iter().map(ToString::to_string).collect(),
            given: vec![],
        }
    }

    /// The code that counts for the exercise `a`, of cells with these names and bodies.
    fn counting(cells: &[(&str, &str)]) -> String {
        let cells: Vec<_> =
            cells.iter().map(|(id, body)| ((*id).to_owned(), vec![function("a", body)])).collect();
        answers(&cells, &["a".to_owned()]).0[0].code.clone()
    }

    #[test]
    fn the_exercises_own_cell_counts_unless_it_is_still_to_do() {
        assert!(counting(&[("a", "1"), ("x", "2")]).contains('1'));
        assert!(counting(&[("x", "2"), ("a", "1")]).contains('1'));
        assert!(counting(&[("a", "todo!()"), ("x", "2")]).contains('2'));
        assert!(counting(&[("a", "todo ! (\"later\")"), ("x", "2")]).contains('2'));
        assert!(counting(&[("x", "2"), ("y", "3")]).contains('3'));
        assert!(counting(&[("x", "todo!()"), ("a", "todo!()")]).contains("todo"));
    }

    #[test]
    fn of_other_items_the_last_of_each_name_is_kept_in_order() {
        let cells = [("x".to_owned(), vec![function("h", "1"), function("i", "2"), function("h", "3")])];
        let others: Vec<_> = answers(&cells, &[]).1.into_iter().map(|item| item.code).collect();
        assert_eq!(others, ["fn i() { 2 }", "fn h() { 3 }"]);
        let given = vec![function("h", "given"), function("j", "4")];
        let all: Vec<_> =
            with_given(given, &[function("h", "own")]).into_iter().map(|item| item.code).collect();
        assert_eq!(all, ["fn j() { 4 }", "fn h() { own }"]);
    }

    #[test]
    fn a_lab_names_the_crates_that_it_uses() {
        let given = [
            ":dep convlab = { path = \"..\" }\nuse convlab::prelude::*;",
            "// net\n:dep a = \"1\"\n:dep b = \"2\"\na::b();",
        ];
        let lab = Lab { given: given.map(str::to_owned).into(), ..lab("04", &[]) };
        assert_eq!(lab.dependencies(), ":dep a = \"1\"\n:dep b = \"2\"\n");
    }

    #[test]
    fn the_lab_is_the_one_with_most_exercises_in_common() {
        let labs = [lab("01", &["a", "b"]), lab("02", &["a", "c"])];
        let of = |cells: &[Cell]| Lab::of(cells, &labs).map(|lab| lab.name.clone());
        assert_eq!(of(&[("c".into(), vec![])]).as_deref(), Some("02"));
        assert_eq!(of(&[("x".into(), vec![function("a", "1")])]).as_deref(), Some("01"));
        assert_eq!(of(&[("x".into(), vec![function("a", "1"), function("c", "1")])]).as_deref(), Some("02"));
        assert_eq!(of(&[("x".into(), vec![function("d", "1")])]), None);
        assert_eq!(Lab::of(&[], &[]), None);
    }
}
