//! The code that evcxr writes around a cell.

use crate::evcxr_contract::{FUNCTION, HEAD, KEEP_CODE, Missing, VARIABLE_LINES, rustc};
use ra_ap_rustc_lexer::{FrontmatterAllowed, Token, TokenKind, tokenize};
use std::{fs, io};

/// Makes the cell in this folder say why it stops, and gives its function the name that all have.
///
/// # Errors
/// If a text is missing that evcxr writes around a cell, or the code cannot be read or written.
pub fn make_ready() -> Result<(), String> {
    let code = read().map_err(|error| format!("cannot read {}: {error}", rustc::SOURCE))?;
    keep(&code).map_err(|error| format!("cannot keep the cell's code: {error}"))?;
    let ready = crate::error_capture::with_reasons(&code).and_then(|code| renamed(&code));
    write(&with_own_import(&with_never(&ready.map_err(|missing| missing.to_string())?)))
}

/// Gives the code in this folder, of which only the errors are wanted, the import of [`make_ready`].
pub fn make_checkable() {
    // Where it cannot be read or written the compiler says so.
    let _ = read().map(|code| write(&with_own_import(&code)));
}

fn keep(code: &str) -> io::Result<()> {
    let Some(folder) = std::env::var_os(KEEP_CODE).map(std::path::PathBuf::from) else { return Ok(()) };
    fs::create_dir_all(&folder)?;
    let count = fs::read_dir(&folder)?.count();
    fs::write(folder.join(format!("{count:04}.rs")), code)
}

/// The code of the cell in this folder.
pub fn read() -> io::Result<String> {
    fs::read_to_string(rustc::SOURCE)
}

/// Puts other code in its place.
pub fn write(code: &str) -> Result<(), String> {
    fs::write(rustc::SOURCE, code).map_err(|error| format!("cannot write {}: {error}", rustc::SOURCE))
}

/// Where rustc proposes an import it names the line of the first one there is, or of the first item. If that were a
/// learner's, evcxr would take the proposal for an error in it; here it is the line that allows what is unused. The
/// learner's own attributes have to stand before it. It names `Any`, which types hold that a cell does not write.
fn with_own_import(code: &str) -> String {
    let Some((first, mut rest)) = code.split_once('\n').filter(|(first, _)| first.starts_with("#![")) else {
        return code.to_owned();
    };
    let (mut attributes, mut lines) = (String::new(), String::new());
    while let Some(item) = items(rest).into_iter().next().filter(|item| item.starts_with("#![")) {
        let end = rest.find(item).unwrap_or_default() + item.len();
        attributes = format!("{attributes} {}", item.replace('\n', " "));
        lines.push_str(&"\n".repeat(rest[..end].matches('\n').count()));
        rest = &rest[end..];
    }
    format!("{first}{attributes} use std::any::*;\n{lines}{rest}")
}

/// Names the type `!`, which stable Rust infers but lets nobody write, where evcxr writes the types of kept variables:
/// that of `catch_unwind(|| panic!())` holds it.
fn with_never(code: &str) -> String {
    let lines = code.split_inclusive('\n').map(|line| {
        let parts = line.split_once("::<").filter(|_| variables(line).is_some());
        let types = parts.and_then(|(start, rest)| Some((start, rest.split_once(">(stringify!")?)));
        match types {
            Some((start, (kind, end))) if kind.contains('!') => {
                format!("{start}::<{}>(stringify!{end}", kind.replace('!', NEVER))
            }
            _ => line.to_owned(),
        }
    });
    lines.collect()
}

/// What `panic_runtime.rs` calls that type.
const NEVER: &str = "convlab_error_capture::Never";

/// The code with an item before the cell's function, in its line: every line stays in its place.
pub fn with(code: &str, item: &str) -> String {
    code.replacen(HEAD_OF_ALL_CELLS, &format!("{item} {HEAD_OF_ALL_CELLS}"), 1)
}

/// How the function begins that holds a cell, once [`renamed`].
const HEAD_OF_ALL_CELLS: &str = "#[unsafe(no_mangle)]\npub extern \"C\" fn run_user_code(";

/// Calls the cell's function [`FUNCTION`]: evcxr counts a number up at its end, and code that only differs in it is
/// the same.
fn renamed(code: &str) -> Result<String, Missing> {
    if !HEAD.is_in(code) {
        return Ok(code.to_owned());
    }
    let number = HEAD.find(code)?.end;
    let rest = code[number..].trim_start_matches(|c: char| c.is_ascii_digit());
    let before = code[..number].trim_end_matches('_');
    debug_assert!(before.ends_with(FUNCTION));
    Ok(format!("{before}{rest}"))
}

/// The same text for codes that differ only in the order of what stands at the top level, or of the kept variables:
/// evcxr writes both down in the order of a hash map, which is another in every kernel.
pub fn canonical(code: &str) -> String {
    let mut items: Vec<String> = items(code).into_iter().map(sorted_variables).collect();
    items.sort();
    items.join("\n")
}

/// The items at the top level, each up to its last `;` or `}`, inner attributes up to their `]`.
fn items(code: &str) -> Vec<&str> {
    let tokens: Vec<Token> = tokenize(code, FrontmatterAllowed::No).collect();
    let (mut items, mut begin, mut at, mut depth) = (Vec::new(), 0, 0, 0_usize);
    for (index, token) in tokens.iter().enumerate() {
        at += token.len as usize;
        depth = match token.kind {
            TokenKind::OpenBrace | TokenKind::OpenBracket | TokenKind::OpenParen => depth + 1,
            TokenKind::CloseBrace | TokenKind::CloseBracket | TokenKind::CloseParen => {
                depth.saturating_sub(1)
            }
            _ => depth,
        };
        let ends = match token.kind {
            TokenKind::Semi => true,
            TokenKind::CloseBrace => !followed_by_more(&tokens[index + 1..]),
            TokenKind::CloseBracket => code[begin..].trim_start().starts_with("#!["),
            _ => false,
        };
        if ends && depth == 0 {
            items.push(code[begin..at].trim());
            begin = at;
        }
    }
    items.push(code[begin..].trim());
    items
}

/// Whether an item goes on after a `}`, as a constant does: `const P: Point = Point { x: 1 };`.
fn followed_by_more(tokens: &[Token]) -> bool {
    let next = tokens.iter().find(|token| {
        !matches!(
            token.kind,
            TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. }
        )
    });
    next.is_some_and(|token| matches!(token.kind, TokenKind::Semi | TokenKind::Dot | TokenKind::Comma))
}

fn variables(line: &str) -> Option<usize> {
    VARIABLE_LINES
        .iter()
        .position(|(start, rest)| line.trim_start().starts_with(start) && line.contains(rest))
}

/// Sorts neighbouring lines that do the same with one variable each.
fn sorted_variables(item: &str) -> String {
    let mut lines: Vec<&str> = item.lines().collect();
    for run in lines.chunk_by_mut(|a, b| variables(a).is_some() && variables(a) == variables(b)) {
        if variables(run[0]).is_some() {
            run.sort_unstable();
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_import_is_none_of_the_learners_and_no_line_moves() {
        let code = "#![allow(dead_code)]\nfn mine() {}\nuse std::fs;\n";
        let ready = with_own_import(code);
        assert_eq!(ready, "#![allow(dead_code)] use std::any::*;\nfn mine() {}\nuse std::fs;\n");
        assert_eq!(with_own_import("fn mine() {}\n"), "fn mine() {}\n");
        let own = "#![allow(unused)]\n#![allow(a,\n  b)]\n#![warn(c)]\nfn mine() {}\n";
        assert_eq!(
            with_own_import(own),
            "#![allow(unused)] #![allow(a,   b)] #![warn(c)] use std::any::*;\n\n\n\nfn mine() {}\n"
        );
    }

    /// What evcxr writes for a cell that keeps two variables, in one order and in another.
    const ONE: &str = r##"#![allow(unused_imports, unused_mut, dead_code)]
use convlab::prelude::*;
fn twice(x: i64) -> i64 { 2 * x }
const P: Point = Point { x: 1 };
struct Point { x: i64 }
#[unsafe(no_mangle)]
pub extern "C" fn run_user_code_7(
{let mut vars_ok = true;
vars_ok &= evcxr_variable_store.check_variable::<i64>(stringify!(a));
vars_ok &= evcxr_variable_store.check_variable::<Tensor>(stringify!(b));
let a = evcxr_variable_store.take_variable::<i64>(stringify!(a));
let mut b = evcxr_variable_store.take_variable::<Tensor>(stringify!(b));
println!("}} {}; fn", a);
let c = r#" } " "#;
evcxr_variable_store.put_variable::<i64>(stringify!(a), a);
evcxr_variable_store.put_variable::<Tensor>(stringify!(b), b);
}"##;
    const OTHER: &str = r##"#![allow(unused_imports, unused_mut, dead_code)]
struct Point { x: i64 }
fn twice(x: i64) -> i64 { 2 * x }
use convlab::prelude::*;
const P: Point = Point { x: 1 };
#[unsafe(no_mangle)]
pub extern "C" fn run_user_code_7(
{let mut vars_ok = true;
vars_ok &= evcxr_variable_store.check_variable::<Tensor>(stringify!(b));
vars_ok &= evcxr_variable_store.check_variable::<i64>(stringify!(a));
let mut b = evcxr_variable_store.take_variable::<Tensor>(stringify!(b));
let a = evcxr_variable_store.take_variable::<i64>(stringify!(a));
println!("}} {}; fn", a);
let c = r#" } " "#;
evcxr_variable_store.put_variable::<Tensor>(stringify!(b), b);
evcxr_variable_store.put_variable::<i64>(stringify!(a), a);
}"##;

    #[test]
    fn the_same_cell_in_another_order_is_the_same() {
        assert_ne!(ONE, OTHER);
        assert_eq!(canonical(ONE), canonical(OTHER));
    }

    #[test]
    fn cells_that_differ_in_anything_but_that_order_differ() {
        for (from, to) in [
            ("2 * x", "3 * x"),
            ("let a = evcxr", "let mut a = evcxr"),
            ("check_variable::<i64>", "check_variable::<i32>"),
            ("}} {}", "{} }}"),
            (r###""#;"###, r###"!"#;"###),
        ] {
            let changed = ONE.replace(from, to);
            assert_ne!(changed, ONE, "{from}");
            assert_ne!(canonical(ONE), canonical(&changed), "{from}");
        }
    }

    #[test]
    fn the_order_of_a_cells_own_lines_counts() {
        let cell =
            |lines: [&str; 2]| format!("pub extern \"C\" fn run_user_code(\n{{\n{}\n}}", lines.join("\n"));
        let lines = ["x += 1;", "x *= 2;"];
        assert_ne!(canonical(&cell(lines)), canonical(&cell([lines[1], lines[0]])));
        let text = ["let s = \"\nfn a() {}\nfn b() {}\";", "let s = \"\nfn b() {}\nfn a() {}\";"];
        assert_ne!(canonical(&cell([text[0], ""])), canonical(&cell([text[1], ""])));
    }

    #[test]
    fn items_end_where_they_end() {
        let code = "#![allow(x)]\nuse a::{b, c};\n#[derive(Debug)]\nstruct P { x: [u8; 3] }\nstruct Q(u8);\n\
                    const A: P = P { x: [1; 3] };\nfn f() -> char { '}' } // } fn\nfn g<'a>() {}";
        assert_eq!(
            items(code),
            [
                "#![allow(x)]",
                "use a::{b, c};",
                "#[derive(Debug)]\nstruct P { x: [u8; 3] }",
                "struct Q(u8);",
                "const A: P = P { x: [1; 3] };",
                "fn f() -> char { '}' }",
                "// } fn\nfn g<'a>() {}",
                ""
            ]
        );
    }

    #[test]
    fn a_kept_variable_may_have_a_type_with_never_in_it() {
        let store = |kind: &str| {
            format!(
                "evcxr_variable_store.put_variable::<Result<{kind}, A>>(stringify!(r), r);\nlet a = !b;\n"
            )
        };
        assert_eq!(with_never(&store("!")), store("convlab_error_capture::Never"));
        assert_eq!(with_never(&store("u8")), store("u8"));
    }

    #[test]
    fn the_functions_number_is_cut() {
        let cell = "#[unsafe(no_mangle)]\npub extern \"C\" fn run_user_code_12(";
        assert_eq!(renamed(cell).unwrap(), HEAD_OF_ALL_CELLS);
        assert_eq!(renamed("fn evcxr_analysis_wrapper(").unwrap(), "fn evcxr_analysis_wrapper(");
    }

    /// An item that ends where it ends, with what could be taken for an end in it.
    fn item() -> impl Strategy<Value = String> {
        let name = "[a-z]{1,6}";
        prop_oneof![
            (name, "[ -~]{0,12}")
                .prop_map(|(name, text)| { format!("fn k_{name}() -> &'static str {{ {text:?} }}") }),
            name.prop_map(|name| format!("use k_{name}::{{a, b}};")),
            name.prop_map(|name| format!("const K_{name}: P = P {{ x: [1; 3] }};")),
            (name, 0..9u8)
                .prop_map(|(name, n)| format!("#[derive(Debug)]\nstruct K{name} {{ x: [u8; {n}] }}")),
            name.prop_map(|name| format!("/* }} */ impl K{name} {{ fn f() -> char {{ '}}' }} }}")),
        ]
    }

    proptest! {
        #[test]
        fn items_in_any_order_are_the_same_code(
            (items, shuffled) in prop::collection::vec(item(), 0..8)
                .prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle()))
        ) {
            prop_assert_eq!(canonical(&items.join("\n")), canonical(&shuffled.join("\n")));
        }

        #[test]
        fn items_are_found_as_they_were_written(items in prop::collection::vec(item(), 1..8)) {
            let mut found = super::items(&items.join("\n")).into_iter().map(str::to_owned).collect::<Vec<_>>();
            let rest = found.pop();
            prop_assert_eq!((found, rest), (items, Some(String::new())));
        }

        #[test]
        fn no_sign_of_a_code_is_lost(code in "[ -~\n]{0,80}") {
            let signs = |text: &str| {
                let mut signs: Vec<char> = text.chars().filter(|sign| !sign.is_whitespace()).collect();
                signs.sort_unstable();
                signs
            };
            prop_assert_eq!(signs(&canonical(&code)), signs(&code));
        }
    }
}
