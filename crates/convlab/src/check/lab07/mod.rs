//! The exercises of lab 07.

mod class_accuracy;
mod digit_features;
mod digit_net;
mod first_channel;
mod frame_width;
mod gap;
mod mirror;
mod occlude;
mod vector_to_class;

pub use class_accuracy::class_accuracy;
pub use digit_features::digit_features;
pub use digit_net::digit_net;
pub use first_channel::first_channel;
pub use frame_width::frame_width;
pub use gap::gap;
pub use mirror::mirror;
pub use occlude::occlude;
pub use vector_to_class::vector_to_class;

use super::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[
    frame_width::FRAME_WIDTH,
    digit_features::DIGIT_FEATURES,
    digit_net::DIGIT_NET,
    vector_to_class::VECTOR_TO_CLASS,
    class_accuracy::CLASS_ACCURACY,
    gap::GAP,
    mirror::MIRROR,
    first_channel::FIRST_CHANNEL,
    occlude::OCCLUDE,
];
