//! An error as lines of text: the learner's own line as it is, marks below it, and what to do at the end.

use super::location::Located;
use super::{Finding, is_about_us};

const RED: &str = "\u{1b}[1;31m";
const BLUE: &str = "\u{1b}[34m";
const GREEN: &str = "\u{1b}[1;32m";
const END: &str = "\u{1b}[0m";

/// The lines that show a finding, and `hint` below it.
pub fn lines(finding: &Finding, hint: Option<&str>) -> Vec<String> {
    let code = if finding.code.is_empty() { String::new() } else { format!("[{}]", finding.code) };
    let mut message = finding.message.lines();
    let mut lines = vec![format!("{RED}error{code}{END}: {}", message.next().unwrap_or_default())];
    lines.extend(message.map(str::to_owned));
    let mut last = None;
    for at in &finding.at {
        if last != Some((at.cell, at.line)) {
            let name = if last.is_some_and(|(cell, _)| cell == at.cell) {
                format!("line {}", at.line)
            } else {
                format!("cell [{}], line {}", at.cell, at.line)
            };
            lines.push(format!("  {BLUE}{name}:{END}"));
            lines.push(numbered(at.line, &at.text));
            last = Some((at.cell, at.line));
        }
        lines.push(marks(at));
    }
    for note in finding.notes.iter().filter(|note| !is_about_us(note)) {
        lines.extend(indented("note: ", note));
    }
    // Where we know what to write, the compiler's own guess would only stand beside it.
    for help in finding.helps.iter().filter(|_| hint.is_none()) {
        lines.extend(indented("help: ", &help.message));
        for (number, text) in &help.lines {
            let line =
                if *number == 0 { format!("         {}", text.trim_end()) } else { numbered(*number, text) };
            lines.push(format!("{GREEN}{line}{END}"));
        }
    }
    if let Some(hint) = hint.filter(|hint| !hint.is_empty()) {
        let mut rest = hint.lines();
        let first = rest.next().unwrap_or_default();
        let first = first.strip_prefix("What to do: ").unwrap_or(first);
        lines.push(format!("  {GREEN}What to do:{END} {first}"));
        lines.extend(rest.map(|line| format!("    {line}")));
    }
    lines.push(String::new());
    lines
}

fn numbered(number: usize, text: &str) -> String {
    format!("  {number:>4} │ {text}")
}

fn marks(at: &Located) -> String {
    let (mark, color) = if at.primary { ("^", RED) } else { ("-", BLUE) };
    let marks = mark.repeat((at.end - at.start).max(1));
    let label = if is_about_us(&at.label) { "" } else { &at.label };
    format!("       │ {}{color}{marks} {label}{END}", " ".repeat(at.start - 1))
}

fn indented(start: &str, text: &str) -> Vec<String> {
    let mut lines = text.lines();
    let first = format!("  {start}{}", lines.next().unwrap_or_default());
    [first].into_iter().chain(lines.map(|line| format!("        {line}"))).collect()
}
