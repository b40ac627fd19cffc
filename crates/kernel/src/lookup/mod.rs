//! Shift-Tab and Tab, with the cursor anywhere in a name.

mod sentences;

use crate::evcxr_contract::NOTHING_FOUND;
use crate::notebook;
use evcxr::CommandContext;
use std::ops::Range;

/// What is shown of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub plain: String,
    pub html: String,
}

/// What can stand at the cursor, and the bytes of the code that it takes the place of.
pub struct Completions {
    pub found: Vec<Completion>,
    pub range: Range<usize>,
}

pub struct Completion {
    pub text: String,
    pub kind: &'static str,
    pub signature: String,
}

/// What is known of the name at `cursor`: its declaration and what is written about it.
pub fn inspect(context: &mut CommandContext, code: &str, cursor: usize) -> Option<Shown> {
    let start = notebook::start_of_rust(code);
    let (code, cursor) = (code.get(start..)?, cursor.checked_sub(start)?);
    let name = name_at(code, cursor)?;
    let word = &code[name.clone()];
    let called = code[name.end..].trim_start().starts_with('(');
    // In a block evcxr leaves a function where it stands, behind the imports that its signature needs.
    let whole = format!("let _ = {{\n{}", &code[..name.end]);
    let path = &code[path_start(code, name.start)..name.end];
    // evcxr looks at the end of what it is given; a method is only found where it is called.
    let mut attempts = vec![whole.clone(), format!("{whole}(")];
    if called {
        attempts.reverse();
    }
    attempts.extend([path.to_owned(), format!("{path}(")]);
    let found = attempts.iter().find_map(|attempt| hover(context, attempt));
    let shown = found.or_else(|| variable(context, word))?;
    Some(with_sentence(shown, word))
}

fn hover(context: &mut CommandContext, code: &str) -> Option<Shown> {
    let (plain, html) = context.hover_at(code, code.len()).ok()?;
    let plain = without_own_path(&plain);
    (plain != NOTHING_FOUND && !is_own(&plain)).then(|| Shown { plain, html: without_own_path(&html) })
}

/// A cell's own items seem to be of a crate that no learner knows.
fn without_own_path(text: &str) -> String {
    let rest = text.strip_prefix("ctx\n\n").or_else(|| text.strip_prefix("ctx\n"));
    rest.unwrap_or(text).to_owned()
}

fn is_own(text: &str) -> bool {
    ["evcxr_", "EvcxrUserCodeError", "ConvlabImpl"].iter().any(|own| text.contains(own))
}

/// A variable of the notebook, as evcxr keeps it.
fn variable(context: &CommandContext, name: &str) -> Option<Shown> {
    let (name, type_name) = context.variables_and_types().find(|(variable, _)| *variable == name)?;
    let plain = format!("let {name}: {type_name}");
    Some(Shown { html: format!("<pre>{}</pre>", plain.replace('&', "&amp;").replace('<', "&lt;")), plain })
}

/// tch has no words for its functions: those that the labs use get a sentence.
fn with_sentence(shown: Shown, name: &str) -> Shown {
    let of_tch = ["tch::", "tch_tensor", "Tensor"].iter().any(|sign| shown.plain.contains(sign));
    match sentences::of(name).filter(|_| of_tch) {
        Some(sentence) => Shown {
            plain: format!("{}\n\n{sentence}", shown.plain.trim_end()),
            html: format!("{}<p>{sentence}</p>", shown.html),
        },
        None => shown,
    }
}

/// What can stand at the cursor; the rest of a name after it is replaced too.
pub fn complete(context: &mut CommandContext, code: &str, cursor: usize) -> Completions {
    let end = name_at(code, cursor).map_or(cursor, |name| name.end.max(cursor));
    let shortened = format!("{}{}", &code[..cursor], &code[end..]);
    let found = context.completions(&shortened, cursor).unwrap_or_default();
    let range = match found.completions.is_empty() {
        true => cursor..cursor,
        false => found.start_offset..found.end_offset + (end - cursor),
    };
    let mut seen = std::collections::HashSet::new();
    let found = found
        .completions
        .into_iter()
        .filter(|one| !is_own(&one.code) && seen.insert(one.code.clone()))
        .map(|one| Completion { text: one.code, kind: one.kind, signature: one.label });
    Completions { found: found.collect(), range }
}

fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The name around or just before a position.
fn name_at(code: &str, position: usize) -> Option<Range<usize>> {
    let (before, after) = (code.get(..position)?, code.get(position..)?);
    let start = position
        - before.chars().rev().take_while(|c| is_part_of_name(*c)).map(char::len_utf8).sum::<usize>();
    let end = position + after.chars().take_while(|c| is_part_of_name(*c)).map(char::len_utf8).sum::<usize>();
    if start < end {
        return Some(start..end);
    }
    // Just behind the bracket of a call.
    let open = before.strip_suffix('(')?.trim_end().len();
    (open > 0).then(|| name_at(code, open)).flatten()
}

/// Where the path begins that a name ends: `show::` before `kernel`.
fn path_start(code: &str, name: usize) -> usize {
    match code[..name].strip_suffix("::").and_then(|before| name_at(code, before.len())) {
        Some(before) if before.end + 2 == name => path_start(code, before.start),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_found_wherever_in_it_the_cursor_is() {
        let code = "let y = show::kernel(&x1)?;";
        for cursor in 14..=21 {
            assert_eq!(name_at(code, cursor).map(|range| &code[range]), Some("kernel"), "{cursor}");
        }
        assert_eq!(name_at(code, 23).map(|range| &code[range]), Some("x1"));
        assert_eq!(name_at("größe", 4), Some(0..7));
        for nothing in [("a + ", 4), ("", 0), ("(", 1)] {
            assert_eq!(name_at(nothing.0, nothing.1), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_path_begins_with_its_first_module() {
        let code = "f(convlab::show::kernel(1))";
        assert_eq!(&code[path_start(code, 17)..23], "convlab::show::kernel");
        assert_eq!(path_start("x.relu", 2), 2);
    }
}
