//! The exercises of lab 01.

mod matrix_row;
mod scrambled;
mod seen_by_second;
mod who_suffers;
mod x_filter;

pub use matrix_row::matrix_row;
pub use scrambled::scrambled;
pub use seen_by_second::seen_by_second;
pub use who_suffers::who_suffers;
pub use x_filter::x_filter;

use crate::check::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[
    scrambled::SCRAMBLED,
    who_suffers::WHO_SUFFERS,
    x_filter::X_FILTER,
    matrix_row::MATRIX_ROW,
    seen_by_second::SEEN_BY_SECOND,
];
