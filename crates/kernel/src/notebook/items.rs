//! A cell's items, apart from its commands and statements: what the program that marks takes of a notebook.

use super::impls::Named;
use super::{commands, statements};
use ra_ap_syntax::ast::{self, HasName};
use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode};

/// A function, a type, an import or another item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Such as `fn`, `struct` or `use`.
    pub kind: &'static str,
    /// What a later item of this kind has in common with the one whose place it takes.
    pub name: String,
    pub code: String,
    /// The code with a blank for each comment and with empty texts.
    pub bare: String,
}

/// The items that stand at the top of a cell, in their order.
pub fn items(code: &str) -> Vec<Item> {
    let rust = &code[commands::head(code, |_| false).rust..];
    let own = |mut item: Item| {
        // What is not ended runs on into the end of the block around all statements.
        if !rust.contains(&item.code) {
            item.code.truncate(item.code.trim_end_matches('}').trim_end_matches('\n').len());
        }
        item
    };
    statements(rust).1.iter().filter_map(item).map(own).collect()
}

fn item(node: &SyntaxNode) -> Option<Item> {
    let whole = || node.text().to_string();
    let text = |name: Option<ast::Name>| name.map(|name| name.text().to_string());
    let (kind, name) = match ast::Item::cast(node.clone())? {
        ast::Item::Fn(item) => ("fn", text(item.name())?),
        ast::Item::Struct(item) => ("struct", text(item.name())?),
        ast::Item::Enum(item) => ("enum", text(item.name())?),
        ast::Item::Union(item) => ("union", text(item.name())?),
        ast::Item::Trait(item) => ("trait", text(item.name())?),
        ast::Item::Module(item) => ("mod", text(item.name())?),
        ast::Item::TypeAlias(item) => ("type", text(item.name())?),
        ast::Item::Static(item) => ("static", text(item.name())?),
        ast::Item::Const(item) => ("const", text(item.name()).unwrap_or_else(whole)),
        ast::Item::MacroRules(item) => ("macro_rules", text(item.name())?),
        ast::Item::Use(_) => ("use", whole()),
        ast::Item::Impl(item) => ("impl", Named::of(&item, &[])?.name()),
        _ => return None,
    };
    Some(Item { kind, name, code: whole(), bare: bare(node) })
}

fn bare(node: &SyntaxNode) -> String {
    use SyntaxKind::{BYTE, BYTE_STRING, C_STRING, CHAR, COMMENT, STRING};
    let tokens = node.descendants_with_tokens().filter_map(|element| element.into_token());
    let kept = tokens.map(|token| match token.kind() {
        COMMENT => " ".to_owned(),
        STRING | BYTE_STRING | C_STRING | CHAR | BYTE => "\"\"".to_owned(),
        _ => token.text().to_owned(),
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(code: &str) -> Vec<(&'static str, String)> {
        items(code).into_iter().map(|item| (item.kind, item.name)).collect()
    }

    fn names(expected: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        expected.iter().map(|(kind, name)| (*kind, (*name).to_owned())).collect()
    }

    #[test]
    fn items_are_found_whatever_stands_around_them() {
        let code = "!ls\n:dep a = \"1\"\n/* { /* \" */ ' */\n// it's {\n/// Sevens: \"[2, 5]\n#[allow(unused)] // mine\n\
                    fn sevens() -> char { '}' } // } done\nlet x = 7; use std::fs;\nif x > 6 { fn inner() {} }\n\
                    pub(crate) async unsafe extern \"C\" fn f<'a>(x: &'a str) -> &'a str { r#\"}\"# ; x }\n\
                    struct A<const N: usize>; const fn g() {} const B: char = '{'; static C: u8 = b'\\''; type D = A<3>;\n\
                    macro_rules! m { () => { fn hidden() {} } } mod n { fn hidden() {} } x + 1";
        let expected = [
            ("fn", "sevens"),
            ("use", "use std::fs;"),
            ("fn", "f"),
            ("struct", "A"),
            ("fn", "g"),
            ("const", "B"),
            ("static", "C"),
            ("type", "D"),
            ("macro_rules", "m"),
            ("mod", "n"),
        ];
        assert_eq!(found(code), names(&expected));
        assert!(items(code)[0].code.starts_with("/// Sevens") || items(code)[0].code.contains("/// Sevens"));
    }

    #[test]
    fn a_comment_and_a_text_are_no_code() {
        let item =
            &items("fn f() -> char { // todo!() was here\n let _ = \"unsafe\"; todo /* ( */ !(); 'u' }")[0];
        assert_eq!(item.bare.replace(' ', ""), "fnf()->char{\nlet_=\"\";todo!();\"\"}");
    }

    #[test]
    fn blocks_of_which_one_takes_the_others_place_have_one_name() {
        let names: Vec<_> =
            ["impl A { fn f() {} }", "impl A { fn f() { g() } }", "impl A { fn h() {} }", "impl B for A {}"]
                .map(|code| items(code)[0].name.clone())
                .into();
        assert!(names[0] == names[1] && names[1] != names[2] && names[2] != names[3]);
    }

    #[test]
    fn what_is_no_rust_still_shows_the_functions_that_are_begun() {
        assert_eq!(found("fn f() {\n    if true { 7\n}"), names(&[("fn", "f")]));
        assert_eq!(found("let = ;\nfn f() {}"), names(&[("fn", "f")]));
        assert_eq!(found("fn () {}"), names(&[]));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange_and_each_item_is_a_piece_of_it(code in "(fn |struct |use |[a-c]|[{}()\\[\\]\"'#!/*:;<>\\\\ \n]|//|é|todo!\\(\\)){0,60}") {
            for item in items(&code) {
                prop_assert!(code.contains(&item.code), "{:?}", item);
                prop_assert!(item.kind != "fn" || item.code.contains(&item.name));
            }
        }

        #[test]
        fn a_function_is_found_below_and_above_other_code(
            before in "(let a = 'x';|// it's \\{\n|/\\* \" \\*/|struct S;|\"\\}\\{\";|\n| ){0,6}",
            after in "(let b = r#\"fn \"#;|// \\}\n|/\\* ' \\*/|\n|7;){0,6}",
        ) {
            let code = format!("{before}\nfn wanted() {{}}\n{after}");
            prop_assert!(found(&code).contains(&("fn", "wanted".to_owned())), "{}", code);
        }
    }
}
