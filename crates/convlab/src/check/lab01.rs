//! The exercises of lab 01.

use super::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[];
