//! What in a learner's code someone should look at, whatever the verdict.

use super::answers::Item;
use std::collections::BTreeSet;

/// Words that no exercise needs.
const WORDS: [&str; 17] = [
    "unsafe",
    "extern",
    "no_mangle",
    "export_name",
    "link_section",
    "asm",
    "global_asm",
    "naked_asm",
    "libc",
    "evcxr_display",
    "Displayed",
    "include",
    "include_str",
    "include_bytes",
    "option_env",
    "env",
    "transmute",
];

/// Modules of std with which code reaches out of itself.
const MODULES: [&str; 6] = ["process", "fs", "env", "os", "net", "thread"];

/// The words that were found, each once, in alphabetical order.
pub fn flags<'a>(items: impl Iterator<Item = &'a Item>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for item in items {
        let words = words(&item.bare);
        let std = |word: &str| matches!(word, "std" | "core");
        let imports = item.kind == "use" && words.iter().any(|word| std(word));
        for (n, word) in words.iter().enumerate() {
            let before = |back: usize| n.checked_sub(back).map_or("", |at| words[at]);
            let of_std = (before(1) == "::" && std(before(2))) || imports;
            let called = words.get(n + 1) == Some(&"!");
            if MODULES.contains(word) && of_std {
                found.insert(format!("std::{word}"));
            } else if WORDS.contains(word) && (called || !matches!(*word, "include" | "env")) {
                found.insert((*word).to_owned());
            } else if *word == "check" && before(1) == "::" && before(2) == "convlab" {
                found.insert("convlab::check".to_owned());
            }
        }
    }
    found.into_iter().collect()
}

/// Names, `::`, and all other characters one by one.
fn words(code: &str) -> Vec<&str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let (mut words, mut rest) = (Vec::new(), code.trim_start());
    while let Some(first) = rest.chars().next() {
        let length = match rest.find(|c| !is_name(c)).unwrap_or(rest.len()) {
            0 if rest.starts_with("::") => 2,
            0 => first.len_utf8(),
            length => length,
        };
        words.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: &str, bare: &str) -> String {
        let item = Item { kind: kind.into(), name: String::new(), code: String::new(), bare: bare.into() };
        flags([item].iter()).join(" ")
    }

    #[test]
    fn code_that_reaches_out_is_named() {
        assert_eq!(found("fn", "fn f() { unsafe { std::process::exit(0) } }"), "std::process unsafe");
        assert_eq!(found("use", "use std::{fs, collections::HashMap};"), "std::fs");
        assert_eq!(found("use", "use std :: net as n;"), "std::net");
        assert_eq!(found("fn", "#[no_mangle] extern \"\" fn at_print() {}"), "extern no_mangle");
        assert_eq!(found("const", "const X: &str = include_str!(\"\");"), "include_str");
        assert_eq!(found("fn", "fn f() { convlab::check::corr2d(g); }"), "convlab::check");
    }

    #[test]
    fn what_labs_are_made_of_is_not() {
        for code in [
            "fn f(net: &nn::Sequential) { net.forward(xs); let fs = 3; let thread = std::f64::consts::PI; }",
            "fn f() { for env in os {} }",
            "fn unsafely() {}",
        ] {
            assert_eq!(found("fn", code), "");
        }
        assert_eq!(found("use", "use std::collections::HashMap;"), "");
    }
}
