//! The compiler's errors as a learner reads them: where, in their own text, what is wrong, and what to write instead.

mod habits;
mod location;
mod render;

use crate::notebook::{Edited, History, Lost, Refused};
use evcxr::CompilationError;
use location::{Located, Locator};
use serde_json::Value;
use std::collections::HashSet;

/// What errors are explained from.
pub struct Source<'a> {
    /// The cells that were run, by their number; the last is the one with the errors.
    pub cells: &'a [(u64, String)],
    /// How the last one was given to evcxr.
    pub edited: &'a Edited,
    /// The names of the notebook's variables.
    pub variables: HashSet<String>,
    pub history: &'a History,
}

/// Errors in words.
pub struct Report {
    /// The first error, in a line.
    pub message: String,
    pub lines: Vec<String>,
}

/// One error with all that is known of it.
struct Finding<'a> {
    code: &'a str,
    message: String,
    /// Where it is, the main position first.
    at: Vec<Located>,
    /// What the compiler adds: notes, and helps with the lines that they propose.
    notes: Vec<String>,
    helps: Vec<Help>,
}

struct Help {
    message: String,
    /// The lines with their numbers as the compiler would write them.
    lines: Vec<(usize, String)>,
}

/// Shows the errors that evcxr has found in a cell.
pub fn report(errors: &[CompilationError], source: &Source) -> Report {
    let locator = Locator::new(source);
    let mut found: Vec<_> = errors
        .iter()
        .filter(|error| !matches!(error.level(), "warning" | "note" | "failure-note"))
        .map(|error| missing_variable(finding(error, &locator), source))
        .collect();
    let mut seen = HashSet::new();
    found.retain(|finding| {
        seen.insert((finding.message.clone(), finding.at.first().map(|at| (at.cell, at.line, at.start))))
    });
    let mut lines = Vec::new();
    let mut explained = Vec::new();
    for finding in &found {
        let position = finding.at.first().map(|at| (at.cell, at.line));
        // What follows from an error that is explained would only stand beside it.
        if position.is_some() && explained.contains(&position) {
            continue;
        }
        let hint = hint(finding, source);
        lines.extend(render::lines(finding, hint.as_deref()));
        if hint.is_some() {
            explained.push(position);
        }
        // What is no Rust yet has no other errors.
        if hint.is_some() && finding.code.is_empty() {
            break;
        }
    }
    let message =
        found.first().map_or_else(|| "the cell does not compile".to_owned(), |one| one.message.clone());
    Report { message, lines }
}

/// Shows why a cell is refused before it is compiled.
pub fn refused(refused: &Refused, code: &str, cell: u64) -> Vec<String> {
    let at = location::of_range(code, &refused.range, cell);
    let (message, hint) = refused.message.split_once('\n').unwrap_or((&refused.message, ""));
    let finding =
        Finding { code: "", message: message.to_owned(), at: vec![at], notes: Vec::new(), helps: Vec::new() };
    render::lines(&finding, Some(hint))
}

/// What evcxr says itself, with its names for things turned into ours.
pub fn plain(message: &str) -> String {
    if message.starts_with("Couldn't automatically determine type of variable") {
        let name = message.split('`').nth(1).unwrap_or_default();
        return format!(
            "the type of `{name}` cannot be found, and a variable that later cells use needs one.\n\
             What to do: write it, `let {name}: Vec<i64> = …`; or put `{{ … }}` around code that only this cell uses."
        );
    }
    message.to_owned()
}

fn finding<'a>(error: &'a CompilationError, locator: &Locator) -> Finding<'a> {
    let json = &error.json;
    let mut at: Vec<_> = spans(json).filter_map(|span| locator.locate(span, error)).collect();
    if at.is_empty() {
        at = locator.of_evcxr(error);
    }
    at.sort_by_key(|at| !at.primary);
    let children = || json["children"].as_array().into_iter().flatten();
    let text = |child: &Value| short(child["message"].as_str().unwrap_or_default());
    let is = |child: &Value, level: &str| {
        let text = text(child);
        child["level"] == level && !is_about_us(&text) && !NOISE.iter().any(|noise| text.starts_with(noise))
    };
    let is_complete = |note: &Value| spans(note).count() == 0 && !text(note).ends_with(" here");
    let notes = children().filter(|child| is(child, "note") && is_complete(child)).map(text).collect();
    let helps = children().filter(|child| is(child, "help"));
    let helps = helps.map(|child| Help { message: text(child), lines: locator.proposed(child, error) });
    let helps = helps.filter(|help| help.lines.iter().all(|(_, line)| line.contains(char::is_alphanumeric)));
    let message = short(&error.message());
    let message = message.strip_prefix("Unrecognised command ").map_or(message.clone(), |command| {
        format!("`{command}` is no command; `:help` shows those that there are")
    });
    Finding { code: error.code().unwrap_or_default(), message, at, notes, helps: helps.collect() }
}

/// The error as one of a variable that is not there, where the compiler finds a macro or a type of its name instead.
fn missing_variable<'a>(mut finding: Finding<'a>, source: &Source) -> Finding<'a> {
    if finding.code == "E0423"
        && finding.message.starts_with("expected value, found ")
        && let Some(name) = finding.message.split('`').nth(1)
        && (source.variables.contains(name) || source.history.why(name).is_some())
    {
        finding.message = format!("cannot find value `{name}` in this scope");
        finding.code = "E0425";
        finding.helps.clear();
    }
    finding
}

fn spans(json: &Value) -> impl Iterator<Item = &Value> {
    json["spans"].as_array().into_iter().flatten()
}

/// How helps begin that list what a learner cannot choose from.
const NOISE: [&str; 3] = ["the following other types implement", "the trait `", "consider annotating"];

/// A text with the names of types as learners write them.
fn short(text: &str) -> String {
    text.replace("convlab::prelude::tch::", "").replace("convlab::prelude::", "")
}

/// Whether a text speaks of code that no learner has written.
fn is_about_us(text: &str) -> bool {
    ["evcxr", "Evcxr", "convlab_", "run_user_code", "catch_unwind"].iter().any(|own| text.contains(own))
}

/// What to do about an error: from the notebook's own history, or from what people write who know Python.
fn hint(finding: &Finding, source: &Source) -> Option<String> {
    notebook_hint(finding, source).or_else(|| habits::hint(finding))
}

fn notebook_hint(finding: &Finding, source: &Source) -> Option<String> {
    let at = finding.at.first()?;
    let current = source.cells.last()?;
    if finding.code == "E0425" {
        let name = finding.message.split('`').nth(1)?;
        if at.cell == current.0
            && source.variables.contains(name)
            && location::function_around(&current.1, at.line).is_some()
        {
            return Some(format!(
                "functions do not see the notebook's variables: pass `{name}` to it as an argument, such as \
                 `fn f({name}: &Tensor)`, and call it with `f(&{name})`."
            ));
        }
        return Some(match source.history.why(name)? {
            Lost::Moved { cell, line } => format!(
                "`{name}` was moved in cell [{cell}] by `{line}`. To keep it, write `&{name}` there, or \
                 `{name}.shallow_clone()` if it is a tensor (`{name}.clone()` else), and bind it again."
            ),
            Lost::Failed { cell } => format!(
                "cell [{cell}] was to bind `{name}`, but it failed, and binds nothing then. Correct that cell, and \
                 run it again."
            ),
            Lost::Ended => format!(
                "`{name}` has gone with all other variables when the cell's process ended. Run the cells again that \
                 bind what you need."
            ),
        });
    }
    if matches!(finding.code, "E0384" | "E0596") && !at.text.contains("let ") {
        let name = finding.message.split('`').nth(1).unwrap_or("x");
        return Some(format!(
            "write `let mut {name} = {name};` before it: only what is bound with `mut` can change."
        ));
    }
    (at.cell != current.0).then(|| {
        format!(
            "cell [{}] still uses what cell [{}] defines anew: change it there, and run both again.",
            at.cell, current.0
        )
    })
}
