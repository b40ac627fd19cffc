//! The exercises of lab 01.

mod batches_per_epoch;
mod faulty_line;
mod linear_inputs;
mod mended_loss;
mod middle_value;
mod one_step;
mod scrambled;
mod seen_by_second;
mod who_suffers;
mod with_activations;
mod x_filter;

pub use batches_per_epoch::batches_per_epoch;
pub use faulty_line::faulty_line;
pub use linear_inputs::linear_inputs;
pub use mended_loss::mended_loss;
pub use middle_value::middle_value;
pub use one_step::one_step;
pub use scrambled::scrambled;
pub use seen_by_second::seen_by_second;
pub use who_suffers::who_suffers;
pub use with_activations::with_activations;
pub use x_filter::x_filter;

use crate::check::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[
    scrambled::SCRAMBLED,
    who_suffers::WHO_SUFFERS,
    one_step::ONE_STEP,
    middle_value::MIDDLE_VALUE,
    x_filter::X_FILTER,
    seen_by_second::SEEN_BY_SECOND,
    batches_per_epoch::BATCHES_PER_EPOCH,
    linear_inputs::LINEAR_INPUTS,
    with_activations::WITH_ACTIVATIONS,
    mended_loss::MENDED_LOSS,
    faulty_line::FAULTY_LINE,
];
