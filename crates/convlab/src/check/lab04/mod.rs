//! The exercises of lab 04.

mod describe_layer;
mod edge_layer;
mod edge_maps;
mod emboss;
mod fire;
mod grey_picture;
mod kernels;
mod magnitude;
mod net_input;
mod sharpen;
mod top_five;

pub use describe_layer::describe_layer;
pub use edge_layer::edge_layer;
pub(in crate::check) use edge_layer::{Made, edge_layer_made, is_kept};
pub use edge_maps::edge_maps;
pub use emboss::emboss;
pub use fire::fire;
pub use grey_picture::grey_picture;
pub use magnitude::magnitude;
pub use net_input::net_input;
pub use sharpen::sharpen;
pub use top_five::top_five;

use super::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[
    grey_picture::GREY_PICTURE,
    describe_layer::DESCRIBE_LAYER,
    edge_layer::EDGE_LAYER,
    edge_maps::EDGE_MAPS,
    net_input::NET_INPUT,
    top_five::TOP_FIVE,
    magnitude::MAGNITUDE,
    sharpen::SHARPEN,
    emboss::EMBOSS,
    fire::FIRE,
];
