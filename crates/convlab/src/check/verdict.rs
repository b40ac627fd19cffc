use crate::text::escaped;
use std::fmt;

/// What a check says of an answer.
#[derive(Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The answer is right; the text says why that is worth knowing, or what to try next.
    Right(String),
    /// The answer is wrong because of what the text names.
    Wrong(String),
    /// There is no answer yet: the code still says `todo!()`.
    NotAttempted,
    /// The learner's code panicked; the text is the message, and the line where it is known.
    Stopped(String),
}

impl Verdict {
    pub(super) fn right(next: impl Into<String>) -> Self {
        Self::Right(next.into())
    }

    pub(super) fn wrong(because: impl Into<String>) -> Self {
        Self::Wrong(because.into())
    }

    pub(super) fn colour(&self) -> &'static str {
        match self {
            Self::Right(_) => "#1a7f37",
            Self::Wrong(_) => "#b35900",
            Self::NotAttempted => "#6e7781",
            Self::Stopped(_) => "#b2182b",
        }
    }
}

/// The mark, the word and the sentence: never colour alone.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right(next) => write!(f, "✔ right. {next}"),
            Self::Wrong(because) => write!(f, "✘ not yet, because {because}"),
            Self::NotAttempted => write!(f, "○ not attempted: put your answer in place of `todo!()`"),
            Self::Stopped(message) => write!(f, "⚠ your code stopped: {message}"),
        }
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The verdict for the program that marks: one line, so that no text in it can end the block that holds it.
pub(super) fn json(exercise: &str, verdict: &Verdict) -> String {
    let (word, reason) = match verdict {
        Verdict::Right(next) => ("right", next.as_str()),
        Verdict::Wrong(because) => ("wrong", because.as_str()),
        Verdict::NotAttempted => ("not attempted", ""),
        Verdict::Stopped(message) => ("stopped", message.as_str()),
    };
    serde_json::json!({"exercise": exercise, "verdict": word, "reason": reason}).to_string()
}

/// A box with a coloured edge. What stands between backticks is shown as code, and so are lines of numbers.
pub(super) fn framed(colour: &str, text: &str) -> String {
    let lines: Vec<_> = text.lines().map(line).collect();
    format!(
        "<div role=\"status\" style=\"border-left:6px solid {colour};padding:6px 12px;font-size:1.1em;white-space:pre-wrap\">{}</div>",
        lines.join("\n")
    )
}

fn line(text: &str) -> String {
    let is_numbers = text.trim_start().starts_with('[') && text.ends_with([']', ',']);
    let parts = text.split('`').map(escaped).enumerate();
    match text.matches('`').count() {
        0 if is_numbers => format!("<code>{}</code>", escaped(text)),
        count if count % 2 == 0 => {
            parts.map(|(n, part)| if n % 2 == 1 { format!("<code>{part}</code>") } else { part }).collect()
        }
        _ => escaped(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_a_mark_and_a_word_of_its_own() {
        let all = [
            (Verdict::right("Go on."), "✔ right. Go on."),
            (Verdict::wrong("it is 7"), "✘ not yet, because it is 7"),
            (Verdict::NotAttempted, "○ not attempted: put your answer in place of `todo!()`"),
            (Verdict::Stopped("no row 9".into()), "⚠ your code stopped: no row 9"),
        ];
        for (verdict, text) in all {
            assert_eq!(verdict.to_string(), text);
        }
    }

    #[test]
    fn the_line_for_the_marking_program_is_one_line_whatever_the_learner_wrote() {
        let line = json("it", &Verdict::Stopped("a\nEVCXR_END_CONTENT\n\"b\"".into()));
        assert_eq!(line.lines().count(), 1);
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["verdict"], "stopped");
        assert_eq!(read["reason"], "a\nEVCXR_END_CONTENT\n\"b\"");
    }

    #[test]
    fn code_and_numbers_are_distinguished_from_words() {
        assert_eq!(line("use `x < y` here"), "use <code>x &lt; y</code> here");
        assert_eq!(line("[[1., 2.],"), "<code>[[1., 2.],</code>");
        assert_eq!(line("an odd ` stays"), "an odd ` stays");
        assert_eq!(line("[3, 2] is the shape of the weight"), "[3, 2] is the shape of the weight");
    }
}
