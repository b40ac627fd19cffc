//! A crate's modules and which of them names which, read from its own source files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};

/// A module's path from the crate's root: `["serve", "worker"]`.
pub type Name = Vec<String>;

/// The modules below one root file (`lib.rs`, `main.rs` or a program's own).
#[derive(Default)]
pub struct Modules(BTreeMap<Name, Module>);

#[derive(Default)]
struct Module {
    /// What its `use` items bring into it: name and absolute path.
    imports: BTreeMap<String, Name>,
    /// What stands in it, so that a glob can be resolved.
    items: BTreeSet<String>,
    /// The absolute path of each `use …::*`.
    globs: Vec<Name>,
    /// Every path of this crate that its code names.
    references: BTreeSet<Name>,
}

/// Who names whom among the modules of one room, each with an example.
pub type Graph = BTreeMap<String, BTreeMap<String, String>>;

impl Modules {
    /// Reads the root file and every file that its `mod` items name; what is only for tests is left out.
    pub fn read(root: &Path) -> Self {
        let mut modules = Self::default();
        let folder = root.parent().unwrap().to_owned();
        let items = parse(root).items;
        modules.add(Vec::new(), &items, &folder);
        for (name, items) in modules.declare(Vec::new(), items, &folder) {
            let mut reader = Reader { name: name.clone(), all: &modules, found: Module::default() };
            items.iter().for_each(|item| reader.visit_item(item));
            let found = reader.found;
            modules.0.insert(name, found);
        }
        modules
    }

    /// Notes the module and those in it, so that it is known what a path's first word means.
    fn add(&mut self, name: Name, items: &[syn::Item], folder: &Path) {
        self.0.insert(name.clone(), Module::default());
        for module in items.iter().filter_map(of_crate) {
            let (child, items, folder) = below(&name, folder, module);
            self.add(child, &items, &folder);
        }
    }

    fn declare(&self, name: Name, items: Vec<syn::Item>, folder: &Path) -> Vec<(Name, Vec<syn::Item>)> {
        let mut all = Vec::new();
        for module in items.iter().filter_map(of_crate) {
            let (child, items, folder) = below(&name, folder, module);
            all.extend(self.declare(child, items, &folder));
        }
        all.push((name, items));
        all
    }

    /// For each room, by its own name, who names whom in it. `""` is the crate itself.
    pub fn rooms(&self) -> BTreeMap<String, Graph> {
        let mut rooms: BTreeMap<String, Graph> = BTreeMap::new();
        for (from, module) in &self.0 {
            for reference in &module.references {
                let to = self.resolve(reference, 0);
                let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
                // A module and what is in it may name each other.
                let (Some(a), Some(b)) = (from.get(shared), to.get(shared)) else { continue };
                let example = format!("{} names {}", from.join("::"), reference.join("::"));
                let room = rooms.entry(from[..shared].join("::")).or_default();
                room.entry(a.clone()).or_default().entry(b.clone()).or_insert(example);
            }
        }
        rooms
    }

    /// The module that holds what `path` names, through what others re-export.
    fn resolve(&self, path: &[String], depth: usize) -> Name {
        let length = (0..=path.len()).rev().find(|&n| self.0.contains_key(&path[..n])).unwrap_or(0);
        let (name, rest) = path.split_at(length);
        let Some(module) = self.0.get(name) else { return Vec::new() };
        let Some(item) = rest.first().filter(|_| depth < 9) else { return name.to_vec() };
        if let Some(target) = module.imports.get(item) {
            return self.resolve(&[target, &rest[1..]].concat(), depth + 1);
        }
        let glob =
            module.globs.iter().find(|glob| self.0.get(*glob).is_some_and(|from| from.items.contains(item)));
        glob.map_or_else(|| name.to_vec(), |glob| self.resolve(&[&glob[..], rest].concat(), depth + 1))
    }
}

/// The shortest circle in the graph, each of its arrows as an example.
pub fn circle(graph: &Graph) -> Option<Vec<String>> {
    let around = |start: &String| {
        let mut ways = vec![(start, Vec::new())];
        let mut seen = BTreeSet::new();
        while !ways.is_empty() {
            let mut next = Vec::new();
            for (at, way) in ways {
                for (to, example) in graph.get(at).into_iter().flatten() {
                    let way = [&way[..], std::slice::from_ref(example)].concat();
                    if to == start {
                        return Some(way);
                    }
                    if seen.insert(to) {
                        next.push((to, way));
                    }
                }
            }
            ways = next;
        }
        None
    };
    graph.keys().filter_map(around).min_by_key(Vec::len)
}

fn parse(file: &Path) -> syn::File {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The item as a module, if it is one and not only there for tests.
fn of_crate(item: &syn::Item) -> Option<&syn::ItemMod> {
    let syn::Item::Mod(module) = item else { return None };
    (!module.attrs.iter().any(is_for_tests)).then_some(module)
}

fn is_for_tests(attribute: &syn::Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("cfg") && list.tokens.clone().into_iter().any(|token| holds_test(&token))
}

fn holds_test(token: &proc_macro2::TokenTree) -> bool {
    match token {
        proc_macro2::TokenTree::Ident(word) => word == "test",
        proc_macro2::TokenTree::Group(group) => group.stream().into_iter().any(|token| holds_test(&token)),
        _ => false,
    }
}

/// A module's name, its items, and the folder in which the files of its own modules are.
fn below(parent: &Name, folder: &Path, module: &syn::ItemMod) -> (Name, Vec<syn::Item>, PathBuf) {
    let word = module.ident.to_string();
    let name = [&parent[..], std::slice::from_ref(&word)].concat();
    let own = folder.join(&word);
    if let Some((_, items)) = &module.content {
        return (name, items.clone(), own);
    }
    let given = module.attrs.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            // From the folder of the file that says so: that of its modules is one deeper unless it is a `mod.rs`.
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => {
                let folders = [folder.parent(), Some(folder)].into_iter().flatten();
                folders.map(|folder| folder.join(text.value())).find(|file| file.exists())
            }
            _ => None,
        },
        _ => None,
    });
    let files = [folder.join(format!("{word}.rs")), own.join("mod.rs")];
    let file = given.or_else(|| files.iter().find(|file| file.exists()).cloned());
    let file = file.unwrap_or_else(|| panic!("there is no file for the module {}", name.join("::")));
    (name, parse(&file).items, own)
}

/// Collects what one module's code names.
struct Reader<'a> {
    name: Name,
    all: &'a Modules,
    found: Module,
}

impl Reader<'_> {
    /// A path as this module writes it, from the crate's root; `None` for what is of another crate.
    fn absolute(&self, path: &[String]) -> Option<Name> {
        let ups = path.iter().take_while(|word| *word == "super" || *word == "self").count();
        let supers = path.iter().take_while(|word| *word == "super" || *word == "self");
        let supers = supers.filter(|word| *word == "super").count();
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "super" | "self" => {
                let base = self.name.len().checked_sub(supers)?;
                Some([&self.name[..base], &path[ups..]].concat())
            }
            first => {
                let child = [&self.name[..], &[first.to_owned()]].concat();
                self.all.0.contains_key(&child).then(|| [&self.name[..], path].concat())
            }
        }
    }

    fn import(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |word: &syn::Ident| [before, &[word.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.import(&path.tree, &with(&path.ident)),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, before)),
            syn::UseTree::Name(name) if name.ident == "self" => {
                let last = before.last().cloned().unwrap_or_default();
                self.bind(last, before.to_vec());
            }
            syn::UseTree::Name(name) => self.bind(name.ident.to_string(), with(&name.ident)),
            syn::UseTree::Rename(name) => self.bind(name.rename.to_string(), with(&name.ident)),
            syn::UseTree::Glob(_) => {
                if let Some(path) = self.absolute(before) {
                    self.found.references.insert(path.clone());
                    self.found.globs.push(path);
                }
            }
        }
    }

    fn bind(&mut self, name: String, path: Vec<String>) {
        if let Some(path) = self.absolute(&path) {
            self.found.references.insert(path.clone());
            self.found.imports.insert(name, path);
        }
    }

    /// Paths in a macro's arguments, which are not parsed as code.
    fn read_tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        let mut ends = Vec::new();
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                proc_macro2::TokenTree::Ident(word) => {
                    if colons != 2 {
                        ends.push(std::mem::take(&mut path));
                    }
                    path.push(word.to_string());
                    colons = 0;
                }
                other => {
                    ends.push(std::mem::take(&mut path));
                    colons = 0;
                    if let proc_macro2::TokenTree::Group(group) = other {
                        self.read_tokens(group.stream());
                    }
                }
            }
        }
        ends.push(path);
        let named = ends.into_iter().filter(|path| path.len() > 1).filter_map(|path| self.absolute(&path));
        let named: Vec<_> = named.collect();
        self.found.references.extend(named);
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_item(&mut self, item: &'a syn::Item) {
        let name = match item {
            // Modules are read one by one.
            syn::Item::Mod(_) => return,
            syn::Item::Use(item) => {
                self.import(&item.tree, &[]);
                return;
            }
            syn::Item::Fn(item) if item.attrs.iter().any(is_for_tests) => return,
            syn::Item::Fn(item) => Some(&item.sig.ident),
            syn::Item::Struct(item) => Some(&item.ident),
            syn::Item::Enum(item) => Some(&item.ident),
            syn::Item::Trait(item) => Some(&item.ident),
            syn::Item::Type(item) => Some(&item.ident),
            syn::Item::Const(item) => Some(&item.ident),
            syn::Item::Static(item) => Some(&item.ident),
            _ => None,
        };
        self.found.items.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let words: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let found = self.absolute(&words);
        self.found.references.extend(found);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        self.visit_path(&call.path);
        self.read_tokens(call.tokens.clone());
    }
}
