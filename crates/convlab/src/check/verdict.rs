use crate::display::{Displayed, emit};
use crate::show::escaped;
use std::fmt;

/// What a check says of an answer; a cell that ends with one shows it.
#[derive(Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The answer is right; the text says why that is worth knowing, or what to try next.
    Right(String),
    /// The answer is wrong because of what the text names.
    Wrong(String),
    /// There is no answer yet: the code still says `todo!()`.
    NotAttempted,
    /// The learner's code panicked; the text is the message.
    Stopped(String),
}

impl Verdict {
    pub(crate) fn right(next: impl Into<String>) -> Self {
        Self::Right(next.into())
    }

    pub(crate) fn wrong(because: impl Into<String>) -> Self {
        Self::Wrong(because.into())
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

impl Displayed for Verdict {
    fn evcxr_display(&self) {
        let colour = match self {
            Self::Right(_) => "#1a7f37",
            Self::Wrong(_) => "#b35900",
            Self::NotAttempted => "#6e7781",
            Self::Stopped(_) => "#b2182b",
        };
        let text = self.to_string();
        emit(
            "text/html",
            &format!(
                "<div role=\"status\" style=\"border-left:6px solid {colour};padding:6px 12px;font-size:1.1em;white-space:pre-wrap\">{}</div>",
                escaped(&text)
            ),
        );
        emit("text/plain", &text);
    }
}
