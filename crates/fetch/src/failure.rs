use std::fmt;
use std::io::{Error, ErrorKind};
use std::path::Path;

/// `std::result::Result` with this program's [`Failure`].
pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// What stopped the program: what was expected, what came, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    expected: String,
    found: String,
    remedy: String,
}

impl Failure {
    /// Tells what was `expected`, what was `found` in its place and the `remedy`, each as part of a sentence.
    pub fn new(expected: impl Into<String>, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { expected: expected.into(), found: found.into(), remedy: remedy.into() }
    }

    /// A file or folder at `path` that could not be used as `expected` says.
    pub fn file(expected: &str, path: &Path, error: &Error) -> Self {
        let elsewhere = "name another folder with CONVLAB_CACHE=folder";
        let (found, remedy) = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                (format!("a full disk ({error})"), format!("free some space, or {elsewhere}"))
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => (
                format!("a folder that cannot be written to ({error})"),
                format!("make it writable, or {elsewhere}"),
            ),
            _ => (error.to_string(), format!("look at what lies there, or {elsewhere}")),
        };
        Self::new(format!("{expected} {}", path.display()), found, remedy)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, but got {}.\nWhat to do: {}.", self.expected, self.found, self.remedy)
    }
}

impl std::error::Error for Failure {}
