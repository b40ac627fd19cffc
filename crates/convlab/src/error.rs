use std::fmt;

/// `std::result::Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in words a learner can act on: what was expected, what came, what to do.
///
/// A failing `?` in a cell prints nothing but this text, so the text is the whole interface.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    expected: String,
    found: String,
    remedy: String,
}

impl Error {
    /// Tells what was `expected`, what was `found` in its place and the `remedy`, each as part of a sentence.
    ///
    /// ```
    /// let error = convlab::Error::new("an image of shape [c, h, w]", "a tensor of shape [28]", "add axes with `x.view([1, 4, 7])`");
    /// assert_eq!(
    ///     error.to_string(),
    ///     "expected an image of shape [c, h, w], but got a tensor of shape [28].\nWhat to do: add axes with `x.view([1, 4, 7])`."
    /// );
    /// ```
    pub fn new(expected: impl Into<String>, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { expected: expected.into(), found: found.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, but got {}.\nWhat to do: {}.", self.expected, self.found, self.remedy)
    }
}

/// The same text as `Display`: `unwrap()` in a cell shows `Debug`, and a learner should read a sentence there too.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
