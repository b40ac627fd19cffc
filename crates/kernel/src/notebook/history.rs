//! Where the names of a notebook's variables have gone: moved away in a cell, or never bound by one that failed.

use super::statements;
use ra_ap_syntax::ast::{self, HasName};
use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode};
use std::collections::{HashMap, HashSet};

/// Why a name is none of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// Moved in the cell of this number, by this line.
    Moved { cell: u64, line: String },
    /// The cell of this number, which binds it, has failed.
    Failed { cell: u64 },
    /// All variables have gone with the learner's process.
    Ended,
}

/// The names that are lost, by what a notebook's cells have done.
#[derive(Debug, Default)]
pub struct History(HashMap<String, Lost>);

/// How a cell has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Ran,
    /// It has not compiled, or has stopped half-way.
    Failed,
    /// It has ended the learner's process.
    Killed,
}

impl History {
    /// Why this name is none of a variable, if it ever was to be one.
    pub fn why(&self, name: &str) -> Option<&Lost> {
        self.0.get(name)
    }

    /// Takes in what cell `cell` has done to the variables that were there before it and are there after it.
    pub fn add(&mut self, cell: u64, code: &str, variables: [&HashSet<String>; 2], end: End) {
        let [before, after] = variables;
        let (_, nodes) = statements(code);
        let bound = nodes.iter().flat_map(names_bound);
        for name in bound.chain(before.iter().cloned()).filter(|name| !after.contains(name)) {
            let lost = match end {
                End::Killed => Lost::Ended,
                End::Failed if !before.contains(&name) => Lost::Failed { cell },
                _ => match last_use(&nodes, &name) {
                    Some(line) => Lost::Moved { cell, line },
                    None => continue,
                },
            };
            self.0.insert(name, lost);
        }
        self.0.retain(|name, _| !after.contains(name));
    }
}

/// The names that a `let` binds.
fn names_bound(node: &SyntaxNode) -> Vec<String> {
    let Some(statement) = ast::LetStmt::cast(node.clone()) else { return Vec::new() };
    let pattern = statement.pat().map(|pattern| pattern.syntax().clone());
    let names = pattern.into_iter().flat_map(|pattern| pattern.descendants()).filter_map(ast::IdentPat::cast);
    names.filter_map(|name| Some(name.name()?.text().to_string())).collect()
}

/// The line that uses a variable last as such, and not by reference: that is where it is moved.
fn last_use(nodes: &[SyntaxNode], name: &str) -> Option<String> {
    let uses =
        nodes.iter().flat_map(SyntaxNode::descendants).filter_map(ast::PathExpr::cast).filter(|path| {
            let borrowed = path.syntax().parent().is_some_and(|parent| parent.kind() == SyntaxKind::REF_EXPR);
            path.syntax().text() == name && !borrowed
        });
    let found = uses.last()?;
    let statement = found.syntax().ancestors().find(|node| ast::Stmt::can_cast(node.kind()));
    let text = statement.unwrap_or_else(|| found.syntax().ancestors().take(4).last().expect("itself")).text();
    let position = found.syntax().text_range().start();
    let text = text.to_string();
    // Of a long statement, the line that names it.
    match text.lines().count() {
        0 | 1 => Some(text.trim().to_owned()),
        _ => {
            let root = found.syntax().ancestors().last()?.text().to_string();
            let start = root[..usize::from(position)].rfind('\n').map_or(0, |at| at + 1);
            root[start..].lines().next().map(|line| line.trim().to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> HashSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_variable_that_was_moved_is_found_with_its_cell_and_line() {
        let mut history = History::default();
        history.add(7, "let a = &x;\nlet y = x;\ny", [&set(&["x"]), &set(&["a", "y"])], End::Ran);
        assert_eq!(history.why("x"), Some(&Lost::Moved { cell: 7, line: "let y = x;".into() }));
        history.add(8, "let x = 1;", [&set(&["y"]), &set(&["x", "y"])], End::Ran);
        assert_eq!(history.why("x"), None);
    }

    #[test]
    fn what_a_failed_cell_would_have_bound_and_what_an_ended_process_held_differ() {
        let mut history = History::default();
        history.add(3, "let (a, mut b) = f()?;\nlet c = 1;", [&set(&["d"]), &set(&["d"])], End::Failed);
        for name in ["a", "b", "c"] {
            assert_eq!(history.why(name), Some(&Lost::Failed { cell: 3 }), "{name}");
        }
        assert_eq!(history.why("d"), None);
        history.add(4, "std::process::exit(1)", [&set(&["d"]), &set(&[])], End::Killed);
        assert_eq!(history.why("d"), Some(&Lost::Ended));
    }
}
