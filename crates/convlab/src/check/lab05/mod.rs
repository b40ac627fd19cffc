//! The exercises of lab 05.

mod activated;
mod faulty_line;
mod linear_inputs;
mod log_line;
mod lowest_loss;
mod one_step;
mod validate;

pub use activated::activated;
pub use faulty_line::faulty_line;
pub use linear_inputs::linear_inputs;
pub use log_line::log_line;
pub use lowest_loss::lowest_loss;
pub use one_step::one_step;
pub use validate::validate;

use crate::check::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[
    linear_inputs::LINEAR_INPUTS,
    one_step::ONE_STEP,
    log_line::LOG_LINE,
    validate::VALIDATE,
    activated::ACTIVATED,
    lowest_loss::LOWEST_LOSS,
    faulty_line::FAULTY_LINE,
];
