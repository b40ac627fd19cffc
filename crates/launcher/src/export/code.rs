//! Finds functions in the cells of a notebook.

use std::collections::BTreeSet;

/// The function `name` and all functions and constants of the cells that it names, directly or through others, in the
/// order of the cells; of several with one name the last counts, as in the kernel. `None` if there is no such function.
///
/// An item begins at the left edge and ends with a `}` or, in its first line, with the line.
pub fn with_all_that_it_names(cells: &[String], name: &str) -> Option<String> {
    let mut items: Vec<Item> = Vec::new();
    for item in cells.iter().flat_map(|cell| self::items(cell)) {
        items.retain(|other| other.name != item.name);
        items.push(item);
    }
    let mut wanted = BTreeSet::from([items.iter().position(|item| item.name == name)?]);
    let mut new: Vec<usize> = wanted.iter().copied().collect();
    while let Some(index) = new.pop() {
        let words: BTreeSet<&str> = words(&items[index].text).collect();
        for (other, _) in items.iter().enumerate().filter(|(_, item)| words.contains(item.name.as_str())) {
            if wanted.insert(other) {
                new.push(other);
            }
        }
    }
    Some(wanted.iter().map(|index| items[*index].text.clone() + "\n").collect::<Vec<_>>().join("\n"))
}

struct Item {
    name: String,
    text: String,
}

fn items(code: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let rest = line.strip_prefix("fn ").or_else(|| line.strip_prefix("const "));
        let Some(name) = rest.and_then(|rest| words(rest).next()) else { continue };
        let mut text = line.to_owned();
        if !line.ends_with(['}', ';']) {
            for line in lines.by_ref() {
                text = format!("{text}\n{line}");
                if line.starts_with(['}', ']', ')']) && !line.ends_with('{') {
                    break;
                }
            }
        }
        items.push(Item { name: name.to_owned(), text });
    }
    items
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_comes_with_all_that_it_names_and_nothing_else() {
        let cells = [
            "let x = 1;\nfn first(n: i64) -> i64 {\n    n\n}\nfirst(x)",
            "const MANY: i64 = 3;\nconst FEW: i64 = 2;",
            "fn unused() {}\nfn second(\n    n: i64,\n) -> i64 {\n    first(n) * MANY\n}",
            "fn it(vs: &nn::VarStore) -> i64 { second(7) }",
        ]
        .map(str::to_owned);
        let wanted = "fn first(n: i64) -> i64 {\n    n\n}\n\nconst MANY: i64 = 3;\n\n\
                      fn second(\n    n: i64,\n) -> i64 {\n    first(n) * MANY\n}\n\nfn it(vs: &nn::VarStore) -> i64 { second(7) }\n";
        assert_eq!(with_all_that_it_names(&cells, "it").unwrap(), wanted);
        assert_eq!(with_all_that_it_names(&cells, "that"), None);
    }

    #[test]
    fn of_two_functions_with_one_name_the_later_counts() {
        let cells = ["fn it() { 1 }", "fn it() { 2 }"].map(str::to_owned);
        assert_eq!(with_all_that_it_names(&cells, "it").unwrap(), "fn it() { 2 }\n");
    }
}
