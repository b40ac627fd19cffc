//! Names for `impl` blocks, so that evcxr replaces one as it replaces a function.
//!
//! evcxr keeps an `impl` for ever that has no named item before it in its cell, and refuses the next one like it. So an
//! alias stands before each, whose name says for which type and trait it is; the block follows the alias.

use super::is_blank;
use ra_ap_syntax::ast::{self, HasName};
use ra_ap_syntax::{AstNode, SyntaxNode};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The `impl` blocks of a notebook.
#[derive(Debug, Clone, Default)]
pub struct Impls(Vec<Named>);

/// One `impl` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The trait, if there is one, and the type, without the modules that lead there.
    of: (Option<String>, String),
    /// What it defines, and the text of that; the text before and after.
    parts: Vec<(String, String)>,
    head: String,
    /// Whether its type is defined in the same cell: then it goes with its type.
    with_type: bool,
}

impl Named {
    /// The block as a notebook keeps it, in a cell that defines these types; `None` of one that is not whole.
    pub fn of(item: &ast::Impl, defined: &[String]) -> Option<Self> {
        let list = item.assoc_item_list()?;
        let self_type = short(item.self_ty()?.syntax());
        let range = item.syntax().text_range();
        let text = item.syntax().text().to_string();
        let head = text[..usize::from(list.syntax().text_range().start() - range.start())].to_owned();
        let parts = list.assoc_items().map(|part| {
            let name = match &part {
                ast::AssocItem::Fn(item) => item.name(),
                ast::AssocItem::Const(item) => item.name(),
                ast::AssocItem::TypeAlias(item) => item.name(),
                ast::AssocItem::MacroCall(_) => None,
            };
            (name.map(|name| name.text().to_string()).unwrap_or_default(), part.syntax().text().to_string())
        });
        let with_type = defined.iter().any(|name| *name == base(&self_type));
        let of = (item.trait_().map(|of| short(of.syntax())), self_type);
        Some(Self { of, parts: parts.collect(), head, with_type })
    }

    /// The alias's name: the same for blocks of which one takes the other's place.
    pub fn name(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.of.hash(&mut hasher);
        if self.of.0.is_none() {
            self.parts.iter().for_each(|(name, _)| name.hash(&mut hasher));
        }
        format!("ConvlabImpl{:016x}", hasher.finish())
    }

    /// What stands before the block.
    pub fn mark(&self) -> String {
        format!("type {} = (); ", self.name())
    }

    /// The block without what another one defines too; `None` if nothing is left of it.
    fn without(&self, other: &Self) -> Option<Self> {
        let mut rest = self.clone();
        rest.parts.retain(|(name, _)| !other.parts.iter().any(|(defined, _)| defined == name));
        (!rest.parts.is_empty()).then_some(rest)
    }

    fn code(&self) -> String {
        let parts: String = self.parts.iter().map(|(_, text)| format!("{text}\n")).collect();
        format!("{}{}{{{parts}}}\n", self.mark(), self.head)
    }
}

impl Impls {
    /// Takes in the blocks of a cell that defines these types. Returns the code that stands before the cell: what takes
    /// the place of earlier blocks that are replaced in part, or whose type is another one now.
    pub fn replace(&mut self, defined: &[String], new: &[Named]) -> String {
        let (mut code, mut kept) = (String::new(), Vec::new());
        let names: Vec<_> = new.iter().map(Named::name).collect();
        for old in std::mem::take(&mut self.0) {
            let name = old.name();
            if names.contains(&name) {
                continue;
            }
            let gone = old.with_type && defined.iter().any(|defined| *defined == base(&old.of.1));
            let overlaps = |new: &&Named| {
                new.of == old.of && (new.of.0.is_some() || old.without(new).as_ref() != Some(&old))
            };
            let overlapping: Vec<_> = new.iter().filter(overlaps).collect();
            if !gone && overlapping.is_empty() {
                kept.push(old);
                continue;
            }
            code += &old.mark();
            if gone {
                continue;
            }
            let rest = overlapping.iter().try_fold(old, |rest, new| rest.without(new));
            if let Some(rest) = rest {
                code += &rest.code();
                kept.push(rest);
            }
        }
        self.0 = kept;
        self.0.extend_from_slice(new);
        if !code.is_empty() && !code.ends_with('\n') {
            code.push('\n');
        }
        code
    }
}

/// A type or trait without blanks, and without the modules that lead there.
fn short(node: &SyntaxNode) -> String {
    let text: String = node
        .descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(|token| !is_blank(token.kind()))
        .map(|token| token.text().to_string())
        .collect();
    let generics = text.find('<').unwrap_or(text.len());
    let (path, generics) = text.split_at(generics);
    path.rsplit("::").next().unwrap_or(path).to_owned() + generics
}

/// The name of a type without its parameters.
fn base(name: &str) -> &str {
    name.split('<').next().unwrap_or(name)
}
