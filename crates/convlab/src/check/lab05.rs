//! The exercises of lab 05.

use super::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[];
