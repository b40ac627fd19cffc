//! The exercises of lab 03.

mod deep_output;
mod deeper;
mod dot_product;
mod flattened_features;
mod max_pool;
mod mean_loss;
mod output_side;
mod same_padding;
mod which_first;

pub use deep_output::deep_output;
pub use deeper::deeper;
pub use dot_product::dot_product;
pub use flattened_features::flattened_features;
pub use max_pool::max_pool;
pub use mean_loss::mean_loss;
pub use output_side::output_side;
pub use same_padding::same_padding;
pub use which_first::which_first;

use crate::check::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[
    dot_product::DOT_PRODUCT,
    output_side::OUTPUT_SIDE,
    same_padding::SAME_PADDING,
    deep_output::DEEP_OUTPUT,
    max_pool::MAX_POOL,
    which_first::WHICH_FIRST,
    flattened_features::FLATTENED_FEATURES,
    mean_loss::MEAN_LOSS,
    deeper::DEEPER,
];
