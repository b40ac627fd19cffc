//! Names in standard words: what Rust, PyTorch and Jupyter people call a thing. The code once had a dialect of its own.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Words that no identifier may hold as a part of it, and what to write instead; an identifier's parts are those of
/// `snake_case`, `CamelCase` and `UPPER_CASE`. A word in `CamelCase` or `UPPER_CASE` is one only in that case.
const OLD: [(&str, &str); 13] = [
    ("told", "message, rendered, shown, reported"),
    ("shall", "should"),
    ("bells", "normal"),
    ("orphan", "parent_watchdog"),
    ("brought", "sync_report"),
    ("tidy", "gc"),
    ("goes_on", "advance"),
    ("carry_out", "dispatch"),
    ("is_understood", "supports_live_output"),
    ("Said", "Message, Prediction"),
    ("Chance", "Rng"),
    ("Desk", "Server"),
    ("MOST_", "MAX_"),
];

/// Names that no file may have either, and what it is called instead.
const OLD_FILES: [(&str, &str); 7] = [
    ("say", "status_line"),
    ("stops", "error_capture"),
    ("questions", "metadata_filter"),
    ("chance", "rng"),
    ("walk", "progress_iter"),
    ("attempt", "catch_panic"),
    ("in_cell", "panic_runtime"),
];

/// Every old word in the names of the Rust files below `folder`, as `FILE:LINE: NAME: write …`.
pub fn old_words(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for file in rust_files(folder) {
        let shown = file.strip_prefix(folder).unwrap_or(&file).display();
        let path = file.strip_prefix(folder).unwrap_or(&file).with_extension("");
        for name in path.iter().map(|name| name.to_string_lossy()) {
            let old = OLD_FILES.iter().find(|(old, _)| *old == name);
            let old = old.or_else(|| OLD.iter().find(|(old, _)| holds(&name, old)));
            found.extend(old.map(|(old, new)| format!("{shown}: for the name `{old}` write {new}")));
        }
        let tokens = fs::read_to_string(&file).unwrap_or_default().parse().unwrap_or_default();
        let mut seen = BTreeSet::new();
        for (line, name) in identifiers(tokens) {
            if let Some((old, new)) = OLD.iter().find(|(old, _)| holds(&name, old))
                && seen.insert(name.clone())
            {
                found.push(format!("{shown}:{line}: {name}: for `{old}` write {new}"));
            }
        }
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = entries
        .flat_map(|path| match path.is_dir() {
            true if path.ends_with("target") => Vec::new(),
            true => rust_files(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect();
    files.sort();
    files
}

/// Every identifier with its line: no text, no comment.
fn identifiers(tokens: TokenStream) -> Vec<(usize, String)> {
    let of_token = |token| match token {
        TokenTree::Ident(name) => vec![(name.span().start().line, name.to_string())],
        TokenTree::Group(group) => identifiers(group.stream()),
        _ => Vec::new(),
    };
    tokens.into_iter().flat_map(of_token).collect()
}

/// Whether `old` is one of the parts of `name`, or all of them when it has several; with a `_` at its end it is the first.
fn holds(name: &str, old: &str) -> bool {
    let (all, wanted) = (parts(name.trim_start_matches("r#")), parts(old));
    let case = |text: &str| [text.chars().any(char::is_uppercase), text.chars().any(char::is_lowercase)];
    if old.starts_with(char::is_uppercase) && case(name) != case(old) {
        return false;
    }
    if old.ends_with('_') {
        return all.len() > wanted.len() && all.starts_with(&wanted);
    }
    if wanted.len() > 1 { all == wanted } else { all.contains(&wanted[0]) }
}

/// `isTold`, `is_told` and `IS_TOLD` are `is` and `told`.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before = '_';
    for letter in name.chars() {
        if letter == '_' || (letter.is_uppercase() && before.is_lowercase()) {
            parts.push(String::new());
        }
        if letter != '_' {
            parts.last_mut().unwrap_or(&mut String::new()).extend(letter.to_lowercase());
        }
        before = letter;
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_in(name: &str, text: &str) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(name), text).unwrap();
        old_words(dir.path())
    }

    #[test]
    fn an_old_word_is_found_in_any_kind_of_name_with_its_line() {
        for name in ["told", "is_told", "IsTold", "IS_TOLD", "toldBy", "r#told"] {
            let found = found_in("a.rs", &format!("fn f() {{\n    let {name} = 1;\n}}"));
            assert!(found.len() == 1 && found[0].starts_with("a.rs:2: "), "{name}: {found:?}");
        }
        let inside_a_macro = found_in("a.rs", "fn f() { println!(\"{}\", is_told()) }");
        assert_eq!(inside_a_macro, ["a.rs:1: is_told: for `told` write message, rendered, shown, reported"]);
        assert_eq!(found_in("a.rs", "fn goes_on() {} const MOST_LINES: u8 = 1;").len(), 2);
        for name in ["say.rs", "kernel_orphan.rs"] {
            assert_eq!(found_in(name, "").len(), 1, "{name}");
        }
    }

    #[test]
    fn texts_comments_and_longer_words_are_left_alone() {
        let text = "/// What is told.\nfn retold() { \"told\"; /* told */ let at_most_three = almost_all; let most = 1; training_goes_on(said, chance, most_bytes); }";
        assert_eq!(found_in("a.rs", text), [""; 0]);
        assert_eq!(found_in("walks.rs", "let told_ = 1; struct ManySaid;").len(), 2);
    }
}
