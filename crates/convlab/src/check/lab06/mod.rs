//! The exercises of lab 06.

mod confusion_counts;
mod cross_entropy;
mod first_loss;
mod flattened;
mod make_batch;
mod stage_shapes;
mod sure_and_wrong;
mod train_step;

pub use confusion_counts::confusion_counts;
pub use cross_entropy::cross_entropy;
pub use first_loss::first_loss;
pub use flattened::flattened;
pub use make_batch::make_batch;
pub use stage_shapes::stage_shapes;
pub use sure_and_wrong::sure_and_wrong;
pub use train_step::train_step;

use super::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[
    make_batch::MAKE_BATCH,
    stage_shapes::STAGE_SHAPES,
    flattened::FLATTENED,
    first_loss::FIRST_LOSS,
    cross_entropy::CROSS_ENTROPY,
    train_step::TRAIN_STEP,
    sure_and_wrong::SURE_AND_WRONG,
    confusion_counts::CONFUSION_COUNTS,
];
