//! The exercises of lab 04.

use super::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[];
