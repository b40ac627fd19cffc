use serde_json::{Value, json};
use std::fmt;
use std::io::ErrorKind;
use std::path::Path;

/// `std::result::Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in words a learner can act on: what was expected, what came, what to do.
///
/// A failing `?` in a cell prints nothing but this text, so the text is the whole interface.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    what: String,
    remedy: String,
}

impl Error {
    /// Says what was `expected`, what was `found` in its place and the `remedy`, each as part of a sentence.
    ///
    /// ```
    /// let error = common::Error::new("an image of shape [c, h, w]", "a tensor of shape [28]", "add axes with `x.view([1, 4, 7])`");
    /// assert_eq!(
    ///     error.to_string(),
    ///     "expected an image of shape [c, h, w], but got a tensor of shape [28].\nWhat to do: add axes with `x.view([1, 4, 7])`."
    /// );
    /// ```
    pub fn new(expected: impl Into<String>, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        let (expected, found, remedy) = (expected.into(), found.into(), remedy.into());
        Self { what: format!("expected {expected}, but got {found}."), remedy: format!("{remedy}.") }
    }

    /// A `problem` as a whole sentence and the `remedy`, a command or an instruction; both are shown as they are.
    ///
    /// ```
    /// let error = common::Error::problem("Port 8888 is taken.", "cargo lab --port 8889");
    /// assert_eq!(error.to_string(), "Port 8888 is taken.\nWhat to do: cargo lab --port 8889");
    /// ```
    pub fn problem(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: problem.into(), remedy: remedy.into() }
    }

    /// An operation on a file that failed: `Error::file("write", path, &error)`.
    pub fn file(operation: &str, path: &Path, error: &std::io::Error) -> Self {
        let (why, remedy) = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
                format!("the disk is full ({error})"),
                "free some space, or name another folder with CONVLAB_CACHE=…",
            ),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => (
                format!("this user may not ({error})"),
                "make the folder writable, or name another one with CONVLAB_CACHE=…",
            ),
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
                (error.to_string(), "look at what lies there, or name another folder with CONVLAB_CACHE=…")
            }
            _ => (error.to_string(), "look at what lies there"),
        };
        Self::problem(format!("Cannot {operation} {}: {why}.", path.display()), remedy)
    }

    /// The sentence that says what is wrong.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        &self.remedy
    }

    /// For another program; [`from_json`](Self::from_json) reads it.
    pub fn to_json(&self) -> Value {
        json!({"what": self.what, "remedy": self.remedy})
    }

    /// What [`to_json`](Self::to_json) wrote; `None` if it is anything else.
    pub fn from_json(json: &Value) -> Option<Self> {
        Some(Self::problem(json["what"].as_str()?, json["remedy"].as_str()?))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nWhat to do: {}", self.what, self.remedy)
    }
}

/// The same text as `Display`: `unwrap()` in a cell shows `Debug`, and a learner should read a sentence there too.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn a_full_disk_and_a_folder_without_permission_each_have_their_own_remedy() {
        let error = |kind| Error::file("write", Path::new("/cache/a"), &io::Error::from(kind)).to_string();
        assert!(error(ErrorKind::StorageFull).starts_with("Cannot write /cache/a: the disk is full ("));
        assert!(error(ErrorKind::StorageFull).contains("free some space"));
        assert!(error(ErrorKind::PermissionDenied).contains("make the folder writable"));
        assert!(error(ErrorKind::NotFound).ends_with("What to do: look at what lies there"));
    }

    #[test]
    fn an_error_that_another_program_sends_is_the_same_error() {
        let error = Error::new("a\nb", "\"c\"", "d");
        assert_eq!(Error::from_json(&error.to_json()), Some(error));
        assert_eq!(Error::from_json(&json!({"what": "a"})), None);
    }
}
