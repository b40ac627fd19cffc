//! Placeholder: show.
