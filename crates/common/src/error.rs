use crate::dirs::own_cache;
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
        Self::file_beside(own_cache().as_deref(), operation, path, error)
    }

    /// As [`file`](Self::file), where `cache` is the cache folder: only what lies in it lies elsewhere with another one.
    fn file_beside(cache: Option<&Path>, operation: &str, path: &Path, error: &std::io::Error) -> Self {
        let in_cache =
            cache.is_some_and(|cache| std::path::absolute(path).is_ok_and(|path| path.starts_with(cache)));
        let with = if in_cache { " with CONVLAB_CACHE=…" } else { "" };
        let (why, remedy) = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
                format!("the disk is full ({error})"),
                format!("free some space, or name another folder{with}"),
            ),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => (
                format!("this user may not ({error})"),
                format!("make the folder writable, or name another one{with}"),
            ),
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
                (error.to_string(), format!("look at what lies there, or name another folder{with}"))
            }
            _ => (error.to_string(), "look at what lies there".to_owned()),
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
    fn another_cache_is_advised_only_for_what_lies_in_the_cache() {
        let cache = Path::new("/home/me/.cache/convlab");
        let remedy = |path: &str, kind| {
            let failure = Error::file_beside(Some(cache), "write", Path::new(path), &io::Error::from(kind));
            failure.remedy().to_owned()
        };
        for kind in [ErrorKind::StorageFull, ErrorKind::PermissionDenied, ErrorKind::NotADirectory] {
            assert!(remedy("/home/me/.cache/convlab/data/a", kind).ends_with(" with CONVLAB_CACHE=…"));
            for elsewhere in ["/home/me/course/README.md/x", "README.md", "/home/me/.cache/convlab-2/a"] {
                assert!(remedy(elsewhere, kind).contains("or name another"));
                assert!(!remedy(elsewhere, kind).contains("CONVLAB_CACHE"));
            }
        }
    }

    #[test]
    fn an_error_that_another_program_sends_is_the_same_error() {
        let error = Error::new("a\nb", "\"c\"", "d");
        assert_eq!(Error::from_json(&error.to_json()), Some(error));
        assert_eq!(Error::from_json(&json!({"what": "a"})), None);
    }
}
