//! The lines before a cell's Rust: commands to evcxr and to the shell, blank lines and comments.

use ra_ap_syntax::{AstNode, Edition, SourceFile, SyntaxKind, ast};
use std::ops::Range;

/// What stands before a cell's Rust.
pub struct Head {
    /// Where the Rust begins.
    pub rust: usize,
    /// What is inserted so that evcxr takes a line for Rust.
    pub edits: Vec<(Range<usize>, String)>,
    /// The commands, `:dep` without what follows.
    pub commands: Vec<String>,
}

/// Reads a cell's lines up to the first one that is Rust, as evcxr does, but for Rust that looks like a command.
pub fn head(code: &str, is_known: impl Fn(&str) -> bool) -> Head {
    let (mut commands, mut start) = (Vec::new(), 0);
    for line in code.split_inclusive('\n') {
        let rust = |edits| (start, edits);
        let (rust, edits) = if line.starts_with('!') {
            if !is_rust(&code[start..], is_known_name(&is_known)) {
                start += line.len();
                continue;
            }
            rust(vec![(start..start, " ".to_owned())])
        } else if line.trim_start_matches(' ').starts_with("::") {
            rust(vec![(start..start, "/**/".to_owned())])
        } else if line.trim_start_matches(' ').starts_with(':') {
            commands.extend(line.split_whitespace().next().map(str::to_owned));
            start += line.len();
            continue;
        } else if line.starts_with("//") || line.trim().is_empty() {
            start += line.len();
            continue;
        } else {
            rust(Vec::new())
        };
        return Head { rust, edits, commands };
    }
    Head { rust: code.len(), edits: Vec::new(), commands }
}

fn is_known_name(is_known: &impl Fn(&str) -> bool) -> impl Fn(&str) -> bool {
    move |name| is_known(name) || ["true", "false", "self", "matches"].contains(&name)
}

/// Whether code that begins with `!` negates something, and is no command to the shell: its first name is one that the
/// notebook knows, or it begins with a bracket or a number.
fn is_rust(code: &str, is_known: impl Fn(&str) -> bool) -> bool {
    let line = code.lines().next().unwrap_or_default();
    let rest = line.trim_start_matches('!').trim_start();
    if rest.starts_with(['(', '[', '{']) {
        return true;
    }
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (is_known(&name) || name.starts_with(|c: char| c.is_ascii_digit())) && parses(line)
}

/// Whether a line is one expression, or the beginning of one.
fn parses(line: &str) -> bool {
    let file = SourceFile::parse(&format!("fn f() {{ {line}\n}}"), Edition::Edition2024);
    let root = file.tree();
    let errors = root.syntax().descendants().any(|node| node.kind() == SyntaxKind::ERROR);
    let statements = root.syntax().descendants().find_map(ast::StmtList::cast);
    !errors && statements.is_some_and(|list| list.syntax().children().count() == 1)
}
