//! The exercises of lab 07.

mod accuracy_on;
mod digit_net;
mod learn;
mod mirror;
mod occlude;
mod photo_net;
mod red_kernels;
mod vector_to_class;

pub use accuracy_on::accuracy_on;
pub use digit_net::digit_net;
pub use learn::learn;
pub use mirror::mirror;
pub use occlude::occlude;
pub use photo_net::photo_net;
pub use red_kernels::red_kernels;
pub use vector_to_class::vector_to_class;

use super::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[
    digit_net::DIGIT_NET,
    vector_to_class::VECTOR_TO_CLASS,
    accuracy_on::ACCURACY_ON,
    learn::LEARN,
    photo_net::PHOTO_NET,
    red_kernels::RED_KERNELS,
    mirror::MIRROR,
    occlude::OCCLUDE,
];
