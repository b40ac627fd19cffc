//! Lets *interrupt* end any code of the learner's: each loop looks at a flag at its head, and so does each statement of
//! the cell itself, which may follow a sleep or a read that the interrupt has ended.

use crate::interrupt_check::{CHECK, CHECK_IN_OPTIMISED_CODE, CHECK_IN_WHILE};
use ra_ap_syntax::ast::{self, AstNode, HasAttrs, HasLoopBody, HasName};
use ra_ap_syntax::{Edition, SourceFile, SyntaxKind, SyntaxNode, TextSize};

/// The modules that evcxr and this kernel write into a cell.
const OWN_MODULES: [&str; 2] = ["evcxr_internal_runtime", "convlab_error_capture"];

/// The cell's code whose loops can be interrupted; every line stays in its place.
///
/// In optimised code an innermost `for` is left alone, and so is a `for` over a range within another `for`: one look at
/// each turn would cost them their vector instructions.
pub fn interruptible(code: &str, optimised: bool) -> String {
    let file = SourceFile::parse(code, Edition::Edition2024).tree();
    let check = if optimised { CHECK_IN_OPTIMISED_CODE } else { CHECK };
    let loops = loop_heads(file.syntax(), optimised);
    let statements = cell(&file).into_iter().flat_map(|block| starts_of_statements(&block));
    let mut places: Vec<_> = loops.into_iter().map(|(at, check)| (at, format!(" {check}"))).collect();
    places.extend(statements.map(|at| (at, format!("{check} "))));
    places.sort();
    let mut changed = String::with_capacity(code.len() + places.len() * 128);
    let mut from = 0;
    for (at, text) in places {
        let at = usize::from(at);
        changed.push_str(&code[from..at]);
        changed.push_str(&text);
        from = at;
    }
    changed + &code[from..]
}

/// The macros of std whose arguments are expressions; evcxr writes a cell's last one into a `format!`.
const MACROS: [&str; 15] = [
    "format",
    "print",
    "println",
    "eprint",
    "eprintln",
    "write",
    "writeln",
    "vec",
    "dbg",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "panic",
    "black_box",
];

/// Where the bodies of the loops below a node begin, and how each looks at the flag.
fn loop_heads(node: &SyntaxNode, optimised: bool) -> Vec<(TextSize, &'static str)> {
    let own = node.descendants().filter_map(|node| loop_head(&node, optimised));
    let calls = node.descendants().filter_map(ast::MacroCall::cast);
    let inside = calls.filter(|call| !call.syntax().ancestors().any(|outer| is_foreign(&outer)));
    own.chain(inside.flat_map(|call| loop_heads_in_macro(&call, optimised))).collect()
}

/// The same for a macro's arguments, which the parser leaves as they are.
fn loop_heads_in_macro(call: &ast::MacroCall, optimised: bool) -> Vec<(TextSize, &'static str)> {
    const CALL: &str = "fn f() { g(";
    let name = call.path().and_then(|path| path.segment()).map(|segment| segment.syntax().text().to_string());
    let Some(arguments) =
        call.token_tree().filter(|_| name.is_some_and(|name| MACROS.contains(&name.as_str())))
    else {
        return Vec::new();
    };
    let text = arguments.syntax().text().to_string();
    let Some(inner) = text.get(1..text.len().saturating_sub(1)) else { return Vec::new() };
    let parsed = SourceFile::parse(&format!("{CALL}{inner}) }}"), Edition::Edition2024);
    if !parsed.errors().is_empty() {
        return Vec::new();
    }
    let moved = arguments.syntax().text_range().start() + TextSize::of("(");
    let heads = loop_heads(parsed.tree().syntax(), optimised);
    heads.into_iter().map(|(at, check)| (at + moved - TextSize::of(CALL), check)).collect()
}

/// Where the body of a loop begins, if its code runs where a flag can be read.
fn loop_head(node: &SyntaxNode, optimised: bool) -> Option<(TextSize, &'static str)> {
    let body = match_ast_loop(node)?;
    if optimised && ast::ForExpr::cast(node.clone()).is_some_and(|body| is_short(&body)) {
        return None;
    }
    if node.ancestors().any(|outer| is_foreign(&outer)) {
        return None;
    }
    let check = match node.kind() {
        _ if optimised => CHECK_IN_OPTIMISED_CODE,
        SyntaxKind::WHILE_EXPR => CHECK_IN_WHILE,
        _ => CHECK,
    };
    Some((body.stmt_list()?.l_curly_token()?.text_range().end(), check))
}

/// Whether a `for` is innermost, or counts within another one.
fn is_short(this: &ast::ForExpr) -> bool {
    let loops = |node: &SyntaxNode| node.descendants().any(|inner| is_loop(inner.kind()));
    let innermost = this.loop_body().is_some_and(|body| !loops(body.syntax()));
    let counts = this
        .iterable()
        .is_some_and(|over| over.syntax().descendants().any(|one| ast::RangeExpr::can_cast(one.kind())));
    let within = this.syntax().ancestors().skip(1).any(|outer| outer.kind() == SyntaxKind::FOR_EXPR);
    innermost || counts && within
}

fn match_ast_loop(node: &SyntaxNode) -> Option<ast::BlockExpr> {
    match node.kind() {
        SyntaxKind::FOR_EXPR => ast::ForExpr::cast(node.clone())?.loop_body(),
        SyntaxKind::WHILE_EXPR => ast::WhileExpr::cast(node.clone())?.loop_body(),
        SyntaxKind::LOOP_EXPR => ast::LoopExpr::cast(node.clone())?.loop_body(),
        _ => None,
    }
}

fn is_loop(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR)
}

/// Whether code in here is computed by the compiler, may not unwind, or is none of the learner's.
fn is_foreign(node: &SyntaxNode) -> bool {
    match node.kind() {
        SyntaxKind::CONST
        | SyntaxKind::STATIC
        | SyntaxKind::ENUM
        | SyntaxKind::CONST_ARG
        | SyntaxKind::ARRAY_TYPE => true,
        SyntaxKind::BLOCK_EXPR => {
            ast::BlockExpr::cast(node.clone()).is_some_and(|block| block.const_token().is_some())
        }
        SyntaxKind::FN => ast::Fn::cast(node.clone()).is_some_and(|function| {
            function.const_token().is_some() || function.abi().is_some() && !is_cell(&function)
        }),
        SyntaxKind::MODULE => ast::Module::cast(node.clone())
            .and_then(|module| module.name())
            .is_some_and(|name| OWN_MODULES.iter().any(|own| name.text() == *own)),
        _ => false,
    }
}

fn is_cell(function: &ast::Fn) -> bool {
    function.name().is_some_and(|name| name.text().starts_with(crate::evcxr_contract::FUNCTION))
}

/// The block of the cell's own statements: evcxr writes it into a closure, and into another one for `?`.
fn cell(file: &SourceFile) -> Option<ast::BlockExpr> {
    let function = file.syntax().children().filter_map(ast::Fn::cast).find(is_cell)?;
    let mut block = None;
    let mut node = function.syntax().clone();
    for _ in 0..2 {
        let closure = node.descendants().skip(1).find_map(ast::ClosureExpr::cast);
        let Some(closure) = closure.filter(|closure| block.is_none() || is_for_question_mark(closure)) else {
            break;
        };
        let Some(ast::Expr::BlockExpr(body)) = closure.body() else { break };
        node = body.syntax().clone();
        block = Some(body);
    }
    block
}

fn is_for_question_mark(closure: &ast::ClosureExpr) -> bool {
    closure.ret_type().is_some_and(|kind| kind.syntax().text().to_string().contains("EvcxrUserCodeError"))
}

/// Where statements begin that may run after another one.
fn starts_of_statements(block: &ast::BlockExpr) -> Vec<TextSize> {
    let Some(list) = block.stmt_list() else { return Vec::new() };
    let statements = list.statements().filter(|statement| !matches!(statement, ast::Stmt::Item(_)));
    let attributed = |statement: &ast::Stmt| match statement {
        ast::Stmt::LetStmt(one) => one.attrs().next().is_some(),
        _ => false,
    };
    let statements = statements.filter(|statement| !attributed(statement));
    let own = statements.map(|statement| statement.syntax().clone());
    let tail = list.tail_expr().map(|tail| tail.syntax().clone());
    let all = own.chain(tail).filter(|node| !node.text().to_string().contains("evcxr_variable_store"));
    all.skip(1).map(|node| node.text_range().start()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evcxr_contract::tests::WITH_VARIABLES;
    use proptest::prelude::*;

    fn checks(code: &str) -> usize {
        interruptible(code, false).matches("CONVLAB_INTERRUPTED").count()
    }

    #[test]
    fn every_kind_of_loop_looks_at_the_flag_first() {
        for code in [
            "fn f() { loop {} }",
            "fn f() { while x < 3 { x += 1 } }",
            "fn f() { while let Some(x) = y.next() {} }",
            "fn f() { for x in 0..3 { g(x) } }",
            "fn f() { 'a: loop { break 'a } }",
            "fn f() { let c = || loop {}; }",
            "mod m { fn f() { loop {} } }",
            "impl A { fn f(&self) { loop {} } }",
            "async fn f() { loop {} }",
            "fn f() { println!(\"{:?}\", { loop {} }) }",
            "fn f() { show(&format!(\"{:?}\",&(\nloop { g(|| 1); }\n))); }",
            "fn f() { let x = vec![format!(\"{}\", { loop {} })]; }",
        ] {
            assert_eq!(checks(code), 1, "{code}");
            let changed = interruptible(code, false);
            assert_eq!(
                changed.replace(&format!(" {CHECK}"), "").replace(&format!(" {CHECK_IN_WHILE}"), ""),
                code
            );
        }
        assert!(interruptible("fn f() { loop {} }", false).contains(&format!("loop {{ {CHECK}}}")));
    }

    #[test]
    fn code_that_the_compiler_runs_or_that_may_not_unwind_stays_as_it_is() {
        for code in [
            "const fn f() { loop {} }",
            "const A: u8 = { loop {} };",
            "static A: u8 = { loop {} };",
            "fn f() { const { loop {} } }",
            "extern \"C\" fn f() { loop {} }",
            "macro_rules! f { () => { loop {} } }",
            "mod evcxr_internal_runtime { fn f() { loop {} } }",
            "fn f() { let s = \"loop {}\"; } // loop {}",
            "fn f() { stringify!(loop {}) }",
        ] {
            assert_eq!(interruptible(code, false), code);
        }
    }

    #[test]
    fn in_optimised_code_an_innermost_for_and_one_that_counts_within_another_stay_as_they_are() {
        let optimised = |code| interruptible(code, true).matches("is_interrupted").count();
        assert_eq!(optimised("fn f() { for x in xs { sum += x } }"), 0);
        assert_eq!(optimised("fn f() { for row in rows { for x in row { sum += x } } }"), 1);
        assert_eq!(optimised("fn f() { loop { step() } }"), 1);
        let nest = "fn f() { for i in 0..h { for j in 0..w { for a in (0..k).rev() { for b in 0..k { y += x[i + a] } } } } }";
        assert_eq!(optimised(nest), 1);
        let batches =
            "fn f() { for epoch in 0..9 { for batch in data.batches(9) { for x in batch { sum += x } } } }";
        assert_eq!(optimised(batches), 2);
        assert_eq!(optimised("fn f() { for i in 0..h { loop { for j in 0..w { step() } } } }"), 2);
    }

    #[test]
    fn each_statement_of_a_cell_but_the_first_looks_too() {
        let cell = WITH_VARIABLES.replace("let x = 1;", "let x = 1;\nsleep(x);\nfn g() {}\nlet y = 2;");
        let changed = interruptible(&cell, false);
        assert!(
            changed.contains(&format!("\n{CHECK} sleep(x);\nfn g() {{}}\n{CHECK} let y = 2;")),
            "{changed}"
        );
        assert_eq!(changed.matches(CHECK).count(), 2);
        assert_eq!(changed.lines().count(), cell.lines().count());
    }

    proptest! {
        #[test]
        fn whatever_stands_there_only_checks_are_added(code in "[a-z{}();|/*\"' \n]{0,60}") {
            let code = format!("fn f() {{ loop {{ {code} }} }}");
            prop_assert_eq!(interruptible(&code, false).replace(&format!(" {CHECK}"), ""), code);
        }
    }
}
