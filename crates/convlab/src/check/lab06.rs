//! The exercises of lab 06.

use super::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[];
