//! The exercises of lab 04.

mod blur;
mod colour_weight;
mod edge_filters;
mod edge_maps_shape;
mod emboss;
mod fire;
mod grey_picture;
mod kernels;
mod magnitude;
mod sharpen;

pub use blur::blur;
pub use colour_weight::colour_weight;
pub use edge_filters::edge_filters;
pub use edge_maps_shape::edge_maps_shape;
pub use emboss::emboss;
pub use fire::fire;
pub use grey_picture::grey_picture;
pub use magnitude::magnitude;
pub use sharpen::sharpen;

use super::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[
    grey_picture::GREY_PICTURE,
    colour_weight::COLOUR_WEIGHT,
    edge_filters::EDGE_FILTERS,
    edge_maps_shape::EDGE_MAPS_SHAPE,
    magnitude::MAGNITUDE,
    blur::BLUR,
    sharpen::SHARPEN,
    emboss::EMBOSS,
    fire::FIRE,
];
