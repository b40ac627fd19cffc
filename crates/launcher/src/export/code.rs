//! Finds functions in the cells of a notebook, and what keeps them from being a program.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

/// A function or a constant at the top of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The name of its cell.
    pub cell: String,
    pub name: String,
    pub text: String,
}

impl Item {
    /// Whether somebody still has to write it: what stands in a comment does not count.
    pub fn is_to_do(&self) -> bool {
        let code = self.text.lines().map(|line| line.split("//").next().unwrap_or_default());
        let code: String = code.flat_map(str::split_whitespace).collect();
        ["todo!", "unimplemented!"].iter().any(|name| {
            code.match_indices(name).any(|(at, _)| code[at + name.len()..].starts_with(['(', '[', '{']))
        })
    }
}

/// The function `name` and all functions and constants that it names, directly or through others, in the order of
/// `cells`, each of which is a name and a text; of several with one name the last counts, as in the kernel. `None` if
/// there is no such function.
///
/// An item begins at the left edge and ends with a `}` or, in its first line, with the line.
pub fn with_all_that_it_names(cells: &[(String, String)], name: &str) -> Option<Vec<Item>> {
    let mut items: Vec<Item> = Vec::new();
    for item in cells.iter().flat_map(|(cell, code)| self::items(cell, code)) {
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
    Some(wanted.into_iter().map(|index| items[index].clone()).collect())
}

/// The items as one file.
pub fn text(items: &[Item]) -> String {
    items.iter().map(|item| item.text.clone() + "\n").collect::<Vec<_>>().join("\n")
}

/// The first item that rustc cannot read, each by itself, and what it says of it; `None` if it reads all of them.
pub fn syntax_error(items: &[Item]) -> Option<(&Item, String)> {
    items.iter().find_map(|item| Some((item, syntax_error_in(&item.text)?)))
}

/// What rustc says of a code's syntax, with the line that it means; `None` too where there is no rustc. A crate that is
/// configured away is parsed and not compiled, and a list of its files is all that is made of it.
fn syntax_error_in(code: &str) -> Option<String> {
    let mut rustc = Command::new("rustc");
    rustc.args([
        "--edition",
        "2024",
        "--crate-type",
        "lib",
        "--emit",
        "dep-info=-",
        "--error-format",
        "short",
        "-",
    ]);
    rustc.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut rustc = rustc.spawn().ok()?;
    // It is read to its end when this is dropped.
    writeln!(rustc.stdin.take()?, "#![cfg(any())] {code}").ok()?;
    let output = rustc.wait_with_output().ok()?;
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    // Such as `<anon>:2:13: error: expected expression`.
    let (place, sentence) = printed.lines().find_map(|line| line.split_once(": error: "))?;
    let number: usize = place.rsplit(':').nth(1)?.parse().ok()?;
    let line = code.lines().nth(number.checked_sub(1)?).unwrap_or_default().trim();
    Some(if line.is_empty() { sentence.to_owned() } else { format!("{sentence}, in the line `{line}`") })
}

fn items(cell: &str, code: &str) -> Vec<Item> {
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
        items.push(Item { cell: cell.to_owned(), name: name.to_owned(), text });
    }
    items
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells<const N: usize>(codes: [&str; N]) -> [(String, String); N] {
        codes.map(|code| ("cell".to_owned(), code.to_owned()))
    }

    fn item(text: &str) -> Item {
        Item { cell: "cell".to_owned(), name: "it".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_function_comes_with_all_that_it_names_and_nothing_else() {
        let cells = cells([
            "let x = 1;\nfn first(n: i64) -> i64 {\n    n\n}\nfirst(x)",
            "const MANY: i64 = 3;\nconst FEW: i64 = 2;",
            "fn unused() {}\nfn second(\n    n: i64,\n) -> i64 {\n    first(n) * MANY\n}",
            "fn it(vs: &nn::VarStore) -> i64 { second(7) }",
        ]);
        let wanted = "fn first(n: i64) -> i64 {\n    n\n}\n\nconst MANY: i64 = 3;\n\n\
                      fn second(\n    n: i64,\n) -> i64 {\n    first(n) * MANY\n}\n\nfn it(vs: &nn::VarStore) -> i64 { second(7) }\n";
        assert_eq!(text(&with_all_that_it_names(&cells, "it").unwrap()), wanted);
        assert_eq!(with_all_that_it_names(&cells, "that"), None);
    }

    #[test]
    fn of_two_functions_with_one_name_the_later_counts() {
        let cells = cells(["fn it() { 1 }", "fn it() { 2 }"]);
        assert_eq!(text(&with_all_that_it_names(&cells, "it").unwrap()), "fn it() { 2 }\n");
    }

    #[test]
    fn what_is_still_to_be_written_is_known_however_it_is_spelled_and_a_comment_is_none_of_it() {
        for code in
            ["fn it() {\n    todo!()\n}", "fn it() { todo! [\"later\"] }", "fn it() { unimplemented!() }"]
        {
            assert!(item(code).is_to_do(), "{code}");
        }
        for code in ["fn it() {\n    // was todo!()\n    1\n}", "fn it() { let todo = !(1 > 2); }"] {
            assert!(!item(code).is_to_do(), "{code}");
        }
    }

    #[test]
    fn a_mistake_in_the_syntax_is_found_with_its_line_and_what_only_a_run_can_show_is_not_one() {
        for (code, sentence, line) in [
            ("fn it() {\n    let x = ;\n}", "expected expression, found `;`", "let x = ;"),
            ("fn it() -> i64 {\n    if true { 1\n}", "unclosed delimiter", ""),
            ("fn it() { 1 }}", "unexpected closing delimiter", "fn it() { 1 }}"),
        ] {
            let items = [item("fn first() -> i64 { 1 }"), item(code)];
            let (found, said) = syntax_error(&items).unwrap();
            assert_eq!(*found, items[1]);
            assert!(said.contains(sentence) && said.contains(line), "{said}");
        }
        let fine = [item("fn it(vs: &nn::VarStore) -> Unknown { unknown(vs.root() / \"a\") }")];
        assert_eq!(syntax_error(&fine), None);
    }
}
