//! The exercises of lab 08.

mod add_row;
mod bands;
mod slice_map;
mod three_rows;
mod unroll;

pub use add_row::add_row;
pub use bands::bands;
pub use slice_map::slice_map;
pub use three_rows::three_rows;
pub use unroll::unroll;

use super::cases::{random, rendered};
use super::exercise::Exercise;
use tch::Tensor;

pub(super) const EXERCISES: &[Exercise] =
    &[slice_map::SLICE_MAP, add_row::ADD_ROW, three_rows::THREE_ROWS, bands::BANDS, unroll::UNROLL];

/// A tensor's numbers in one row.
fn numbers(x: &Tensor) -> Vec<f32> {
    Vec::try_from(x.flatten(0, -1)).unwrap_or_default()
}

/// Random numbers for an image, the same for the same seed.
fn drawn(count: usize, seed: u32) -> Vec<f32> {
    numbers(&random(&[count as i64], seed))
}

/// The same for a kernel.
fn kernel(seed: u32) -> [f32; 9] {
    let all = drawn(9, seed);
    std::array::from_fn(|at| all[at])
}

/// libtorch's map of one image, whose rows have `width` numbers, and a kernel of 3 by 3.
fn map(x: &[f32], width: usize, k: &[f32; 9]) -> Vec<f32> {
    let batch = Tensor::from_slice(x).view([1, 1, -1, width as i64]);
    let ws = Tensor::from_slice(k).view([1, 1, 3, 3]);
    numbers(&batch.conv2d(&ws, None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1))
}

/// The kernel with its rows and columns swapped.
fn swapped(k: &[f32; 9]) -> [f32; 9] {
    std::array::from_fn(|at| k[at % 3 * 3 + at / 3])
}

/// The kernel turned round, as mathematicians do.
fn turned(k: &[f32; 9]) -> [f32; 9] {
    std::array::from_fn(|at| k[8 - at])
}

/// As many numbers, and the same up to rounding.
fn same(found: &[f32], right: &[f32]) -> bool {
    let near = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-4 * b.abs().max(1.0);
    found.len() == right.len() && found.iter().zip(right).all(near)
}

/// Numbers as text, in rows of `width`.
fn shown(values: &[f32], width: usize) -> String {
    match values.len().checked_rem(width) {
        Some(0) if !values.is_empty() => rendered(&Tensor::from_slice(values).view([-1, width as i64])),
        _ => rendered(&Tensor::from_slice(values)),
    }
}
