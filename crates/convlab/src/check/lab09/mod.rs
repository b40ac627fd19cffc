//! The exercises of lab 09.

mod fooled;
mod frozen;
mod grad_cam;
mod normalised;
mod residual;

pub use fooled::fooled;
pub use frozen::frozen;
pub use grad_cam::grad_cam;
pub use normalised::normalised;
pub use residual::residual;

use super::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] =
    &[normalised::NORMALISED, residual::RESIDUAL, frozen::FROZEN, grad_cam::GRAD_CAM, fooled::FOOLED];
