//! The notebook's code as evcxr is given it: a learner's cell with a few changes that keep its meaning.
//!
//! evcxr replaces an item by one of the same name, takes lines that begin with `:` or `!` for commands, and writes
//! items down in any order. What has no name, is Rust, or depends on an order is made to fit here.

mod commands;
mod edit;
mod history;
mod impls;
#[cfg(unix)]
mod items;

pub use edit::Edited;
pub use history::{End, History, Lost};
#[cfg(unix)]
pub use items::items;

use impls::Impls;
use ra_ap_syntax::ast::{self, HasAttrs, HasModuleItem, HasName};
use ra_ap_syntax::{AstNode, Edition, SourceFile, SyntaxKind, SyntaxNode};
use std::ops::Range;

/// What a notebook has defined so far, as far as evcxr does not keep it apart.
#[derive(Default)]
pub struct Notebook {
    impls: Impls,
    pub history: History,
}

/// A cell as evcxr is given it.
pub struct Prepared {
    pub edited: Edited,
    /// Whether a command of the cell ends the learner's process, and with it all variables.
    pub restarts: bool,
    impls: Impls,
}

/// A cell that is refused before it is compiled: why, and which bytes of it are meant.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    pub message: String,
    pub range: Range<usize>,
}

impl Notebook {
    /// Makes a cell fit for evcxr, where `is_known` tells the names of the notebook's variables.
    ///
    /// # Errors
    /// If the cell begins with `#![feature(…)]`.
    pub fn prepare(&self, code: &str, is_known: impl Fn(&str) -> bool) -> Result<Prepared, Refused> {
        let head = commands::head(code, is_known);
        let mut edits = head.edits;
        let rust = &code[head.rust..];
        let (shift, nodes) = statements(rust);
        let at = |offset: usize| head.rust + offset - shift;
        let range = |node: &SyntaxNode| {
            let range = node.text_range();
            at(range.start().into())..at(range.end().into())
        };
        let clears = head.commands.iter().any(|command| command == ":clear");
        let mut impls = if clears { Impls::default() } else { self.impls.clone() };
        let defined: Vec<String> = nodes.iter().filter_map(type_name).collect();
        let mut named = Vec::new();
        for node in &nodes {
            if let Some(attribute) = ast::Attr::cast(node.clone()) {
                edits.extend(attribute_edit(&attribute, range(node))?);
            } else if let Some(item) = ast::Impl::cast(node.clone()) {
                named.extend(impls::Named::of(&item, &defined).map(|named| (range(node).start, named)));
            } else if let Some(item) = ast::MacroRules::cast(node.clone()) {
                if item.name().is_some() && !item.attrs().any(|attribute| is_path(&attribute, "macro_export"))
                {
                    edits.push((range(node).start..range(node).start, "#[macro_export] ".to_owned()));
                }
            } else if let Some(item) = ast::ExternCrate::cast(node.clone()) {
                edits.extend(own_crate(&item, range(node)).into_iter().flatten());
            }
        }
        let again =
            impls.replace(&defined, &named.iter().map(|(_, named)| named.clone()).collect::<Vec<_>>());
        if !again.is_empty() {
            edits.push((head.rust..head.rust, again));
        }
        edits.extend(named.into_iter().map(|(start, named)| (start..start, named.mark())));
        let restarts = head.commands.iter().any(|command| command == ":restart");
        Ok(Prepared { edited: Edited::new(code, edits), restarts, impls })
    }

    /// Keeps what a cell has defined that has run.
    pub fn keep(&mut self, prepared: Prepared) {
        self.impls = prepared.impls;
    }
}

/// Where the Rust of a cell begins, below its commands.
pub fn start_of_rust(code: &str) -> usize {
    commands::head(code, |_| true).rust
}

/// The statements and items of a cell, as evcxr finds them, and how far their positions are moved.
fn statements(code: &str) -> (usize, Vec<SyntaxNode>) {
    const HEAD: &str = "fn f(){";
    let file = SourceFile::parse(&format!("{HEAD}{code}\n}}"), Edition::Edition2024);
    let function = file.tree().items().find_map(|item| match item {
        ast::Item::Fn(function) => Some(function),
        _ => None,
    });
    let list = function.and_then(|function| function.body()?.stmt_list());
    (HEAD.len(), list.map(|list| list.syntax().children().collect()).unwrap_or_default())
}

/// The name of the type that an item defines.
fn type_name(node: &SyntaxNode) -> Option<String> {
    let name = match ast::Adt::cast(node.clone())? {
        ast::Adt::Struct(item) => item.name(),
        ast::Adt::Enum(item) => item.name(),
        ast::Adt::Union(item) => item.name(),
    };
    Some(name?.text().to_string())
}

fn is_path(attribute: &ast::Attr, path: &str) -> bool {
    attribute.path().is_some_and(|found| found.syntax().text() == path)
}

/// Lints that would refuse warnings refuse those of evcxr's own code: they stay warnings.
fn attribute_edit(
    attribute: &ast::Attr,
    range: Range<usize>,
) -> Result<Option<(Range<usize>, String)>, Refused> {
    let text = attribute.syntax().text().to_string();
    if is_path(attribute, "feature") {
        let message = "this feature of Rust needs a nightly compiler, and notebooks use the stable one.\n\
                       What to do: remove the line, and write what it is for in stable Rust.";
        return Err(Refused { message: message.to_owned(), range });
    }
    let strict = ["deny", "forbid"].iter().find(|path| is_path(attribute, path));
    Ok(strict.map(|strict| (range, text.replacen(strict, "warn", 1))))
}

/// Crates of the compiler that evcxr would look for on crates.io.
const OWN_CRATES: [&str; 5] = ["alloc", "core", "std", "proc_macro", "test"];

/// Has `extern crate alloc;` name std's own crate, in a module where evcxr does not look.
fn own_crate(item: &ast::ExternCrate, range: Range<usize>) -> Option<[(Range<usize>, String); 2]> {
    let name = item.name_ref()?.text().to_string();
    let own = OWN_CRATES.contains(&name.as_str()) && item.rename().is_none();
    own.then_some(())?;
    let start = item.extern_token()?.text_range().start();
    let before = usize::from(start - item.syntax().text_range().start());
    let start = range.start + before;
    let module = format!("mod convlab_{name} {{ pub ");
    let import = match name.as_str() {
        "alloc" | "test" | "proc_macro" => format!(" }} use convlab_{name}::{name};"),
        _ => " }".to_owned(),
    };
    Some([(start..start, module), (range.end..range.end, import)])
}

/// Whether a node is no code.
fn is_blank(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::WHITESPACE | SyntaxKind::COMMENT)
}

#[cfg(test)]
mod tests;
