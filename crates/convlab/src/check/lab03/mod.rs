//! The exercises of lab 03.

mod deep_output;
mod deeper;
mod dot_product;
mod flattened_features;
mod max_pool;
mod output_side;
mod same_padding;

pub use deep_output::deep_output;
pub use deeper::deeper;
pub use dot_product::dot_product;
pub use flattened_features::flattened_features;
pub use max_pool::max_pool;
pub use output_side::output_side;
pub use same_padding::same_padding;

use crate::check::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[
    dot_product::DOT_PRODUCT,
    output_side::OUTPUT_SIDE,
    deep_output::DEEP_OUTPUT,
    flattened_features::FLATTENED_FEATURES,
    deeper::DEEPER,
    same_padding::SAME_PADDING,
    max_pool::MAX_POOL,
];
