//! Placeholder: check.
