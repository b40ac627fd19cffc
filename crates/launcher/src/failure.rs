//! What went wrong, and what to do about it.

use std::fmt;

/// `std::result::Result` with this program's [`Failure`].
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// What went wrong and the one thing to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    what: String,
    remedy: String,
}

impl Failure {
    /// `what` is a sentence, `remedy` a command or an instruction; both are shown as they are.
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }

    /// A file operation that failed.
    pub fn file(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let remedy = match error.kind() {
            std::io::ErrorKind::StorageFull => "free some space, or name another folder with CONVLAB_CACHE=…",
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                "make the folder writable, or name another one with CONVLAB_CACHE=…"
            }
            _ => "look at what lies there",
        };
        Self::new(format!("Cannot {doing} {}: {error}.", path.display()), remedy)
    }

    /// The sentence that says what is wrong.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        &self.remedy
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nWhat to do: {}", self.what, self.remedy)
    }
}
