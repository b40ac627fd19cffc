//! The exercises of lab 06.

mod confusion_counts;
mod cross_entropy;
mod make_batch;
mod network;
mod prepare;
mod train_net;

pub use confusion_counts::confusion_counts;
pub use cross_entropy::cross_entropy;
pub use make_batch::make_batch;
pub use network::network;
pub use prepare::prepare;
pub use train_net::train_net;

use super::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[
    prepare::PREPARE,
    make_batch::MAKE_BATCH,
    network::NETWORK,
    train_net::TRAIN_NET,
    cross_entropy::CROSS_ENTROPY,
    confusion_counts::CONFUSION_COUNTS,
];
