//! Whether what was typed in a console is whole, as rustc's own lexer reads it.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};
use serde_json::{Value, json};

/// The answer to an `is_complete_request`.
pub fn is_complete(code: &str) -> Value {
    match state(code) {
        State::Incomplete { depth } => json!({"status": "incomplete", "indent": "    ".repeat(depth.max(1))}),
        State::Complete => json!({"status": "complete"}),
        State::Invalid => json!({"status": "invalid"}),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Complete,
    /// So many brackets are open; none in a text or a comment that does not end.
    Incomplete {
        depth: usize,
    },
    Invalid,
}

fn state(code: &str) -> State {
    let mut open = Vec::new();
    let mut last = None;
    for token in tokenize(code, FrontmatterAllowed::No) {
        let closes = match token.kind {
            TokenKind::Literal { kind, .. } if !ends(kind) => return State::Incomplete { depth: open.len() },
            TokenKind::BlockComment { terminated: false, .. } => {
                return State::Incomplete { depth: open.len() };
            }
            TokenKind::OpenBrace => opens(&mut open, '}'),
            TokenKind::OpenParen => opens(&mut open, ')'),
            TokenKind::OpenBracket => opens(&mut open, ']'),
            TokenKind::CloseBrace => Some('}'),
            TokenKind::CloseParen => Some(')'),
            TokenKind::CloseBracket => Some(']'),
            _ => None,
        };
        if let Some(bracket) = closes
            && open.pop() != Some(bracket)
        {
            return State::Invalid;
        }
        if !matches!(
            token.kind,
            TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. }
        ) {
            last = Some(token.kind);
        }
    }
    let range = code.trim_end().ends_with("..");
    if open.is_empty() && (range || !last.is_some_and(wants_more)) {
        State::Complete
    } else {
        State::Incomplete { depth: open.len() }
    }
}

fn opens(open: &mut Vec<char>, until: char) -> Option<char> {
    open.push(until);
    None
}

fn ends(literal: LiteralKind) -> bool {
    use LiteralKind::{Byte, ByteStr, CStr, Char, RawByteStr, RawCStr, RawStr, Str};
    match literal {
        Char { terminated } | Byte { terminated } => terminated,
        Str { terminated } | ByteStr { terminated } | CStr { terminated } => terminated,
        RawStr { n_hashes } | RawByteStr { n_hashes } | RawCStr { n_hashes } => n_hashes.is_some(),
        _ => true,
    }
}

/// Whether an operator stands at the end, after which something must come.
fn wants_more(last: TokenKind) -> bool {
    matches!(
        last,
        TokenKind::Eq
            | TokenKind::Plus
            | TokenKind::Minus
            | TokenKind::Star
            | TokenKind::Slash
            | TokenKind::Dot
            | TokenKind::Comma
            | TokenKind::Percent
            | TokenKind::And
            | TokenKind::Or
            | TokenKind::Lt
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_where_they_are_code() {
        for code in [
            "",
            "1 + 1",
            "println!(\"{\");",
            "let c = '{';",
            "let r = r#\"{\"#;",
            "// {",
            "/* { */ 1",
            "b'('",
            "a // +",
            "fn f<'a>(x: &'a str) {}",
            "x?",
            "let r = 1..",
            "let c = '\\'';",
        ] {
            assert_eq!(state(code), State::Complete, "{code}");
        }
    }

    #[test]
    fn what_is_open_or_must_go_on_is_incomplete() {
        for (code, depth) in [
            ("fn f() {", 1),
            ("let s = \"}\"; fn f() {", 1),
            ("fn f() { // }", 1),
            ("f(g(1,", 2),
            ("let s = \"a", 0),
            ("/* begun", 0),
            ("let r = r#\"a\"", 0),
            ("let x =", 0),
            ("1 +", 0),
            ("x.", 0),
            ("for i in 0..3 { if i {", 2),
        ] {
            assert_eq!(state(code), State::Incomplete { depth }, "{code}");
        }
    }

    #[test]
    fn a_bracket_that_nothing_opens_or_another_one_opens_is_invalid() {
        for code in ["}", "f(]", "fn f() { ) }", "\"a\" }"] {
            assert_eq!(state(code), State::Invalid, "{code}");
        }
    }
}
