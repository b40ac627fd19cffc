//! The exercise of lab 00.

mod sevens;

pub use sevens::sevens;

use crate::check::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[sevens::SEVENS];
