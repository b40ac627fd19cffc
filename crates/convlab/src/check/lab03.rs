//! The exercises of lab 03.

use super::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[];
