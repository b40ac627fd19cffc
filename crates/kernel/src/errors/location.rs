//! Where a position in the code that was compiled is in the cells that the learner has written.

use super::Source;
use crate::notebook::Edited;
use evcxr::CompilationError;
use ra_ap_syntax::{AstNode, Edition, SourceFile, ast};
use serde_json::Value;
use std::ops::Range;

/// A range in one line of a cell; lines and columns count from 1, columns are characters, the end is exclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    pub cell: u64,
    pub line: usize,
    pub start: usize,
    pub end: usize,
    /// The whole line.
    pub text: String,
    pub label: String,
    pub primary: bool,
}

pub struct Locator<'a> {
    source: &'a Source<'a>,
}

impl<'a> Locator<'a> {
    pub fn new(source: &'a Source<'a>) -> Self {
        Self { source }
    }

    /// Where a span of rustc's is, if it is in a cell.
    pub fn locate(&self, span: &Value, error: &CompilationError) -> Option<Located> {
        let label = span["label"].as_str().unwrap_or_default().to_owned();
        let primary = span["is_primary"].as_bool().unwrap_or_default();
        let (cell, line, range, _) = self.range(in_the_cell(span)?, error)?;
        let code = self.code(cell)?;
        let text = code.lines().nth(line - 1)?.to_owned();
        let end = range.end.max(range.start + 1);
        Some(Located { cell, line, start: range.start, end, text, label: super::short(&label), primary })
    }

    /// Where evcxr says that an error is.
    pub fn of_evcxr(&self, error: &CompilationError) -> Vec<Located> {
        let Some((cell, code)) = self.source.cells.last() else { return Vec::new() };
        let edited = self.source.edited;
        let located = error.spanned_messages().iter().filter_map(|message| {
            let span = message.span?;
            let (line, start) = original(edited, code, span.start_line, span.start_column)?;
            let (last, end) = original(edited, code, span.end_line, span.end_column)?;
            let text = code.lines().nth(line - 1)?.to_owned();
            let end = if last == line { end } else { text.chars().count() + 1 };
            let (label, primary) = (message.label.clone(), message.is_primary);
            Some(Located { cell: *cell, line, start, end: end.max(start + 1), text, label, primary })
        });
        located.collect()
    }

    /// The lines as this help of rustc's would have them, with their numbers.
    pub fn proposed(&self, help: &Value, error: &CompilationError) -> Vec<(usize, String)> {
        let mut edits = Vec::new();
        for span in super::spans(help) {
            let Some(text) = span["suggested_replacement"].as_str() else { continue };
            let Some((cell, line, range, last)) = self.range(span, error) else {
                // It stands before all cells, as an import does.
                return text
                    .lines()
                    .filter(|line| !line.trim().is_empty())
                    .map(|line| (0, line.to_owned()))
                    .collect();
            };
            if last != line {
                return Vec::new();
            }
            edits.push((cell, line, range, text.to_owned()));
        }
        let mut lines: Vec<(usize, String)> = Vec::new();
        // From the end, so that columns stay.
        edits.sort_by_key(|(_, line, range, _)| (*line, std::cmp::Reverse(range.start)));
        for (cell, line, range, text) in edits {
            if lines.last().is_none_or(|(last, _)| *last != line) {
                let Some(old) = self.code(cell).and_then(|code| code.lines().nth(line - 1)) else { continue };
                lines.push((line, old.to_owned()));
            }
            let Some((_, new)) = lines.last_mut() else { continue };
            let byte = |column: usize| new.char_indices().nth(column - 1).map_or(new.len(), |(at, _)| at);
            let (start, end) = (byte(range.start), byte(range.end));
            new.replace_range(start..end.max(start), &text);
        }
        lines
    }

    fn code(&self, cell: u64) -> Option<&'a str> {
        self.source.cells.iter().rev().find(|(count, _)| *count == cell).map(|(_, code)| code.as_str())
    }

    /// The cell, line and columns of a span in its code, and its last line.
    fn range(&self, span: &Value, error: &CompilationError) -> Option<(u64, usize, Range<usize>, usize)> {
        let first = span["text"].get(0)?;
        let written = first["text"].as_str()?;
        let number = |value: &Value| value.as_u64().map(|number| number as usize);
        let (start, end) = (number(&first["highlight_start"])?, number(&first["highlight_end"])?);
        let more = number(&span["line_end"])? - number(&span["line_start"])?;
        let (cell, code) = self.source.cells.last()?;
        let near = error
            .primary_spanned_message()
            .and_then(|message| message.span)
            .map_or(1, |span| span.start_line);
        let edited = self.source.edited.code();
        let whole = || line_with(edited, written, near, |before| before.trim_end().is_empty());
        let cut = || line_with(edited, written, near, |before| before.trim_end().ends_with([';', '}']));
        let any = || line_with(edited, written, near, |_| true);
        if let Some((line, shift)) = whole().or_else(cut).or_else(any) {
            let (line_of_cell, start) = original(self.source.edited, code, line, start + shift)?;
            let (_, end) = original(self.source.edited, code, line, end + shift)?;
            return Some((*cell, line_of_cell, start..end.max(start), line_of_cell + more));
        }
        let earlier = &self.source.cells[..self.source.cells.len() - 1];
        earlier.iter().rev().find_map(|(cell, code)| {
            let (line, shift) =
                line_with(code, written, 1, str::is_empty).filter(|_| written.trim().len() > 3)?;
            Some((*cell, line, start + shift..(end + shift).max(start + shift), line + more))
        })
    }
}

/// The span itself, or that of the macro call which it comes from, in the cell's own file.
fn in_the_cell(span: &Value) -> Option<&Value> {
    if span["file_name"].as_str()?.ends_with("src/lib.rs") {
        return Some(span);
    }
    in_the_cell(&span["expansion"]["span"])
}

/// The number of the line that holds this text, with what may stand before it, and is the nearest to another; and how
/// many characters stand before it. evcxr cuts lines between statements.
fn line_with(code: &str, text: &str, near: usize, before: impl Fn(&str) -> bool) -> Option<(usize, usize)> {
    let text = text.trim_end();
    if text.trim().is_empty() {
        return None;
    }
    let lines = code.lines().enumerate().filter_map(|(index, line)| {
        let at = line.find(text)?;
        before(&line[..at]).then(|| (index + 1, line[..at].chars().count()))
    });
    lines.min_by_key(|(line, _)| line.abs_diff(near))
}

/// The line and column in the learner's code of a line and column in the changed one.
fn original(edited: &Edited, code: &str, line: usize, column: usize) -> Option<(usize, usize)> {
    let text = edited.code();
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let line = text[start..].lines().next().unwrap_or_default();
    let within = line.char_indices().nth(column - 1).map_or(line.len(), |(at, _)| at);
    Some(line_and_column(code, edited.original(start + within).min(code.len())))
}

fn line_and_column(code: &str, position: usize) -> (usize, usize) {
    let start = code[..position].rfind('\n').map_or(0, |at| at + 1);
    (code[..start].matches('\n').count() + 1, code[start..position].chars().count() + 1)
}

/// Where a range of a cell's bytes is.
pub fn of_range(code: &str, range: &Range<usize>, cell: u64) -> Located {
    let (line, start) = line_and_column(code, range.start);
    let text = code.lines().nth(line - 1).unwrap_or_default().to_owned();
    let (last, end) = line_and_column(code, range.end);
    let end = if last == line { end } else { text.chars().count() + 1 };
    Located { cell, line, start, end: end.max(start + 1), text, label: String::new(), primary: true }
}

/// The name of the function that this line of a cell is in.
pub fn function_around(code: &str, line: usize) -> Option<String> {
    let file = SourceFile::parse(code, Edition::Edition2024).tree();
    let start: usize = code.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let position = start + code[start..].len() - code[start..].trim_start().len();
    file.syntax().descendants().filter_map(ast::Fn::cast).find_map(|function| {
        let range = function.body()?.syntax().text_range();
        let inside = usize::from(range.start()) <= position + 200 && position < usize::from(range.end());
        let above = usize::from(function.syntax().text_range().start()) <= position;
        use ast::HasName;
        (inside && above).then(|| function.name().map(|name| name.text().to_string())).flatten()
    })
}
