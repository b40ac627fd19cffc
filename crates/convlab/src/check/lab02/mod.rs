//! The exercises of lab 02.

mod corr2d;
mod equal_start;
mod filter_map;
mod first_value;
mod layer_parameters;
mod learned_kernel;
mod output_shape;

pub use corr2d::corr2d;
pub use equal_start::equal_start;
pub use filter_map::filter_map;
pub use first_value::first_value;
pub use layer_parameters::layer_parameters;
pub use learned_kernel::learned_kernel;
pub use output_shape::output_shape;

use crate::check::exercise::Exercise;

pub(super) const EXERCISES: &[Exercise] = &[
    output_shape::OUTPUT_SHAPE,
    first_value::FIRST_VALUE,
    corr2d::CORR2D,
    layer_parameters::LAYER_PARAMETERS,
    equal_start::EQUAL_START,
    filter_map::FILTER_MAP,
    learned_kernel::LEARNED_KERNEL,
];

/// The map [rows, columns] of a kernel [h, w] over an image, window by window, for the proofs.
#[cfg(test)]
fn by_hand(x: &tch::Tensor, k: &tch::Tensor) -> tch::Tensor {
    let (h, w) = (k.size()[0], k.size()[1]);
    let (rows, columns) = (x.size()[0] - h + 1, x.size()[1] - w + 1);
    let at = |i: i64, j: i64| (x.narrow(0, i, h).narrow(1, j, w) * k).sum(tch::Kind::Float);
    let values: Vec<tch::Tensor> =
        (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).map(|(i, j)| at(i, j)).collect();
    tch::Tensor::stack(&values, 0).view([rows, columns])
}
