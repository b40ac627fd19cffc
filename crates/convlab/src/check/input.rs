//! What a learner's function was last called with: where it stops, the verdict says so.

use std::cell::RefCell;

thread_local! {
    static CALLED_WITH: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Notes what the learner's function is called with next, in words: `an image [3, 3] and a kernel [2, 2]`.
pub fn calling_with(input: impl Into<String>) {
    CALLED_WITH.set(Some(input.into()));
}

/// What was noted last, which is forgotten.
pub fn take() -> Option<String> {
    CALLED_WITH.take()
}
