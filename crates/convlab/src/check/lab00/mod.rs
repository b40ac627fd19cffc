//! The exercises of lab 00.

mod half;
mod sevens;
mod sum_of_squares;
mod with_negative;

pub use half::half;
pub use sevens::sevens;
pub use sum_of_squares::sum_of_squares;
pub use with_negative::with_negative;

use crate::check::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] =
    &[half::HALF, sum_of_squares::SUM_OF_SQUARES, sevens::SEVENS, with_negative::WITH_NEGATIVE];
