//! No lab uses a part of Rust before it has been explained: there, or in a lab before it.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use syn::visit::{self, Visit};

/// Where each construct is explained: lab, cell, and what that cell's text must hold.
const EXPLAINED: &[(&str, &str, &str, &str)] = &[
    ("let", "00", "variables", "`let`"),
    ("let mut", "00", "variables", "`mut`"),
    ("comment", "00", "variables", "`//`"),
    ("path", "00", "cells", "*crate*"),
    ("as", "00", "numbers", "`as`"),
    ("type of a variable", "00", "numbers", "`i64`"),
    ("suffix of a number", "00", "numbers", "`1f32`"),
    ("println!", "00", "numbers", "`println!`"),
    ("fn", "00", "turn", "**function**"),
    ("todo!", "00", "turn", "`todo!()`"),
    ("for", "00", "loops", "`for i in 0..5 { … }`"),
    ("a..b", "00", "loops", "0..5"),
    ("a..=b", "00", "loops", "`0..=5`"),
    ("Vec", "00", "loops", "`Vec::new()`"),
    ("list[i]", "00", "loops", "`list[0]`"),
    ("closure", "00", "loops", "**closure**"),
    ("..", "00", "tensors", "`..`"),
    ("&", "00", "moves", "`&x`"),
    ("&mut", "00", "moved-said", "`&mut "),
    ("&[…]", "00", "stack-turn", "`Tensor::stack(&["),
    ("?", "00", "errors", "`?`"),
    ("unwrap", "00", "errors", "`.unwrap()`"),
    ("Result", "00", "errors", "`Result`"),
    ("Struct { … }", "00", "defaults", "struct"),
    ("..Default::default()", "00", "defaults", "`..Default::default()`"),
    ("(a, b)", "00", "tensors", "`(a, b)`"),
    ("char", "00", "defaults-more", "`'a'`"),
    ("use", "00", "defaults-more", "`use`"),
    ("function as an argument", "01", "scrambled-experiment", "`build`"),
    ("move closure", "01", "shift", "`move`"),
    ("generic arguments", "01", "equivariant-text", "`None`"),
    ("'static", "02", "your-turn-shape", "`&'static [i64]`"),
    ("dyn", "04", "grey-turn", "`Result`"),
    ("if", "05", "three-epochs", "`if"),
    ("struct", "05", "struct", "**struct**"),
    ("impl", "05", "struct", "`impl`"),
    ("dyn", "05", "step-turn", "`&dyn Module`"),
    ("const", "07", "model-head", "`const`"),
    ("generic function", "09", "net-head", "`M: ModuleT`"),
];

/// Constructs of one cell, in the order in which they stand.
#[derive(Default)]
struct Found(Vec<&'static str>);

impl Found {
    fn note(&mut self, construct: &'static str) {
        self.0.push(construct);
    }
}

impl<'ast> Visit<'ast> for Found {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        self.note("let");
        visit::visit_local(self, local);
    }

    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        if pattern.mutability.is_some() {
            self.note("let mut");
        }
    }

    fn visit_pat_tuple(&mut self, pattern: &'ast syn::PatTuple) {
        self.note("(a, b)");
        visit::visit_pat_tuple(self, pattern);
    }

    fn visit_pat_type(&mut self, pattern: &'ast syn::PatType) {
        self.note("type of a variable");
        visit::visit_pat_type(self, pattern);
    }

    fn visit_expr(&mut self, expression: &'ast syn::Expr) {
        use syn::Expr;
        let construct = match expression {
            Expr::Cast(_) => "as",
            Expr::ForLoop(_) => "for",
            Expr::While(_) => "while",
            Expr::Loop(_) => "loop",
            Expr::Break(_) | Expr::Continue(_) => "break",
            Expr::Return(_) => "return",
            Expr::Match(_) => "match",
            Expr::If(_) => "if",
            Expr::Let(_) => "if let",
            Expr::Index(_) => "list[i]",
            Expr::Closure(closure) if closure.capture.is_some() => "move closure",
            Expr::Closure(_) => "closure",
            Expr::Try(_) => "?",
            Expr::Tuple(_) => "(a, b)",
            Expr::Reference(lent) if lent.mutability.is_some() => "&mut",
            Expr::Reference(lent) if matches!(*lent.expr, Expr::Array(_)) => "&[…]",
            Expr::Reference(_) => "&",
            Expr::Struct(literal) if literal.rest.is_some() => "..Default::default()",
            Expr::Struct(_) => "Struct { … }",
            Expr::Range(range) => match (&range.start, &range.end, range.limits) {
                (Some(_), Some(_), syn::RangeLimits::Closed(_)) => "a..=b",
                (Some(_), Some(_), _) => "a..b",
                _ => "..",
            },
            Expr::Unsafe(_) => "unsafe",
            _ => "",
        };
        if !construct.is_empty() {
            self.note(construct);
        }
        visit::visit_expr(self, expression);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "unwrap" {
            self.note("unwrap");
        }
        if call.turbofish.is_some() {
            self.note("generic arguments");
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        let last = path.path.segments.last();
        if last.is_some_and(|segment| matches!(segment.arguments, syn::PathArguments::AngleBracketed(_))) {
            self.note("generic arguments");
        }
        if path.path.segments.len() > 1 && path.path.segments[0].ident == "Vec" {
            self.note("Vec");
        }
        if path.path.segments.len() > 1 {
            self.note("path");
        }
    }

    fn visit_lit(&mut self, literal: &'ast syn::Lit) {
        match literal {
            syn::Lit::Int(number) if !number.suffix().is_empty() => self.note("suffix of a number"),
            syn::Lit::Float(number) if !number.suffix().is_empty() => self.note("suffix of a number"),
            syn::Lit::Char(_) => self.note("char"),
            _ => {}
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = call.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        match name.as_str() {
            "println" | "format" | "print" => self.note("println!"),
            "vec" => self.note("Vec"),
            "todo" => self.note("todo!"),
            _ => self.note("another macro"),
        }
        // What is printed is Rust, too.
        let parsed =
            call.parse_body_with(syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated);
        for expression in parsed.iter().flatten() {
            self.visit_expr(expression);
        }
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        use syn::Item;
        self.note(match item {
            Item::Fn(_) => "fn",
            Item::Struct(_) => "struct",
            Item::Impl(_) => "impl",
            Item::Use(_) => "use",
            Item::Enum(_) => "enum",
            Item::Trait(_) => "trait",
            Item::Const(_) | Item::Static(_) => "const",
            _ => "another item",
        });
        visit::visit_item(self, item);
    }

    fn visit_generics(&mut self, generics: &'ast syn::Generics) {
        if !generics.params.is_empty() {
            self.note("generic function");
        }
    }

    fn visit_type(&mut self, kind: &'ast syn::Type) {
        use syn::Type;
        match kind {
            Type::Reference(lent) if lent.lifetime.is_some() => self.note("'static"),
            Type::Reference(lent) if lent.mutability.is_some() => self.note("&mut"),
            Type::Reference(_) => self.note("&"),
            Type::Tuple(_) => self.note("(a, b)"),
            Type::BareFn(_) => self.note("function as an argument"),
            Type::TraitObject(_) => self.note("dyn"),
            Type::ImplTrait(_) => self.note("impl Trait"),
            Type::Path(path) if path.path.segments.last().is_some_and(|one| one.ident == "Result") => {
                self.note("Result")
            }
            Type::Path(path) if path.path.segments.last().is_some_and(|one| one.ident == "Vec") => {
                self.note("Vec")
            }
            _ => {}
        }
        visit::visit_type(self, kind);
    }
}

/// The constructs of a cell; none if it is not Rust, as a cell whose error is shown may be.
fn constructs(code: &str) -> Vec<&'static str> {
    let lines: Vec<_> = code.lines().filter(|line| !line.starts_with(':')).collect();
    let Ok(block) = syn::parse_str::<syn::Block>(&format!("{{ {}\n }}", lines.join("\n"))) else {
        return Vec::new();
    };
    let mut found = Found::default();
    found.visit_block(&block);
    if code.contains("//") {
        found.note("comment");
    }
    found.0
}

fn labs() -> BTreeMap<String, Vec<Value>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../notebooks");
    let paths = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let notebooks = paths.filter(|path| path.extension().is_some_and(|one| one == "ipynb"));
    notebooks
        .map(|path| {
            let notebook: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let name = path.file_name().unwrap().to_string_lossy()[..2].to_owned();
            (name, notebook["cells"].as_array().unwrap().clone())
        })
        .collect()
}

fn source(cell: &Value) -> String {
    match &cell["source"] {
        Value::Array(lines) => lines.iter().map(|line| line.as_str().unwrap()).collect(),
        text => text.as_str().unwrap_or_default().to_owned(),
    }
}

/// Uses of constructs that no cell before has explained, each as `lab cell: construct`.
fn unexplained(labs: &BTreeMap<String, Vec<Value>>, explained: &[(&str, &str, &str, &str)]) -> Vec<String> {
    let mut known: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for (lab, cells) in labs {
        for cell in cells {
            let id = cell["id"].as_str().unwrap();
            if cell["cell_type"] == "markdown" {
                let here = explained.iter().filter(|(_, of, cell, _)| of == lab && *cell == id);
                known.extend(here.map(|(construct, ..)| *construct));
            } else if id != "load" {
                let new =
                    constructs(&source(cell)).into_iter().filter(|construct| !known.contains(construct));
                found.extend(new.map(|construct| format!("{lab} {id}: {construct}")));
            }
        }
    }
    found.dedup();
    found
}

#[test]
fn no_lab_uses_what_has_not_been_explained() {
    let labs = labs();
    assert_eq!(unexplained(&labs, EXPLAINED), [""; 0]);
    for (construct, lab, id, text) in EXPLAINED {
        let cell = labs[*lab]
            .iter()
            .find(|cell| cell["id"] == *id)
            .unwrap_or_else(|| panic!("lab {lab} has no cell {id}"));
        assert!(source(cell).contains(text), "lab {lab}, cell {id} does not explain {construct} with {text}");
    }
}

#[test]
fn what_is_used_before_it_is_explained_is_found() {
    let cell = |kind: &str, id: &str, source: &str| serde_json::json!({"cell_type": kind, "id": id, "source": source});
    let labs = |order: [usize; 2]| {
        let cells = [
            cell("markdown", "text", "`for` and `let`"),
            cell("code", "code", "for i in 0..3 { let x = i; }"),
        ];
        BTreeMap::from([("00".to_owned(), order.map(|n| cells[n].clone()).to_vec())])
    };
    let explained =
        [("for", "00", "text", "`for`"), ("let", "00", "text", "`let`"), ("a..b", "00", "text", "")];
    assert_eq!(unexplained(&labs([0, 1]), &explained), [""; 0]);
    assert_eq!(unexplained(&labs([1, 0]), &explained), ["00 code: for", "00 code: a..b", "00 code: let"]);
    assert_eq!(unexplained(&labs([0, 1]), &explained[..1]), ["00 code: a..b", "00 code: let"]);
}

#[test]
fn constructs_are_recognised_in_code_as_the_labs_write_it() {
    for (code, construct) in [
        ("let config = nn::ConvConfig { bias: false, ..Default::default() };", "..Default::default()"),
        ("xs.i((.., 1..3))", ".."),
        ("let y = move |x| x;", "move closure"),
        ("println!(\"{}\", a as f64)", "as"),
        ("struct A { b: i64 }\nimpl A {}", "impl"),
        ("x.conv2d(&k, None::<&Tensor>, [1, 1])", "generic arguments"),
        ("fn f(net: &dyn Module) {}", "dyn"),
        ("if let Some(x) = y {}", "if let"),
    ] {
        assert!(constructs(code).contains(&construct), "{code}: {:?}", constructs(code));
    }
}
