//! Digits that this crate draws, for those who cannot have MNIST.

mod curve;
mod pen;
#[rustfmt::skip] // a table of points
mod styles;
#[cfg(test)]
mod tests;

use super::{Dataset, Split, digits};
use crate::Result;
use crate::rng::Rng;
use curve::Curve;
use pen::Pen;
use tch::{Device, Kind, Tensor};

/// Height and width of an image.
const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;
/// How many dots of the pen make a digit: about one for each pixel of its length.
const DOTS: usize = 48;
/// The standard deviation of the noise on each pixel.
const GRAIN: f64 = 0.05;
/// How many images get their noise at a time, from a supply of this many random numbers.
const AT_A_TIME: usize = 2000;
const SUPPLY: usize = 1 << 21;
/// The squared distance to the pen of a pixel that it does not reach.
const FAR: f32 = 100.0;

/// 60,000 digits to learn from and 10,000 to be tested on, of MNIST's shapes, drawn by this crate:
/// a style for each, its points moved at random, then slant, turn, size, place, pen and noise.
///
/// They are not handwriting; the text of each [`Split`] says so. The same `seed` gives the same digits, and
/// `tch`'s own random numbers are left alone.
///
/// ```no_run
/// # use convlab::prelude::*;
/// let data = datasets::synthetic_digits(0)?;
/// assert_eq!(data.train.images.size(), [60_000, 1, 28, 28]);
/// # Ok::<(), Error>(())
/// ```
pub fn synthetic_digits(seed: i64) -> Result<Dataset> {
    drawn(seed, 60_000, 10_000)
}

/// As [`synthetic_digits`], with other numbers of images.
fn drawn(seed: i64, train: usize, test: usize) -> Result<Dataset> {
    let source = format!("synthetic digits (drawn by convlab, seed {seed})");
    let mut seeds = Rng::new(seed as u64);
    let mut split = |count| Ok(draw(count, Rng::new(seeds.next_u64()))?.named(&source));
    Ok(Dataset { train: split(train)?, test: split(test)?, classes: digits() })
}

/// `count` images of digits chosen at random.
fn draw(count: usize, mut rng: Rng) -> Result<Split> {
    let curves =
        styles::DIGITS.map(|styles| styles.iter().map(|style| Curve::new(style, DOTS)).collect::<Vec<_>>());
    let grain = rng.normals(SUPPLY) * GRAIN;
    let images = Tensor::zeros([count as i64, PIXELS as i64], (Kind::Float, Device::Cpu));
    let mut labels = Vec::with_capacity(count);
    for start in (0..count).step_by(AT_A_TIME) {
        let n = AT_A_TIME.min(count - start);
        let mut nearest = vec![FAR; n * PIXELS];
        let canvases = nearest.chunks_exact_mut(PIXELS);
        let (digits, pens): (Vec<i64>, Vec<Pen>) =
            canvases.map(|canvas| write_any(&curves, canvas, &mut rng)).unzip();
        labels.extend(digits);
        let from = rng.below(SUPPLY - n * PIXELS) as i64;
        let noise = grain.narrow(0, from, (n * PIXELS) as i64).view([n as i64, -1]);
        images.narrow(0, start as i64, n as i64).copy_(&(ink(&nearest, &pens) + noise).clamp(0.0, 1.0));
    }
    Split::new(images.view([-1, 1, SIDE as i64, SIDE as i64]), Tensor::from_slice(&labels))
}

/// Writes a digit chosen at random, in a style and with a pen chosen at random.
fn write_any(curves: &[Vec<Curve>; 10], canvas: &mut [f32], rng: &mut Rng) -> (i64, Pen) {
    let digit = rng.below(10);
    let style = rng.below(curves[digit].len());
    let pen = Pen::new(rng);
    pen.write(&curves[digit][style], canvas, rng);
    (digit as i64, pen)
}

/// How black each pixel is, `[n, 28 · 28]`, from its squared distance to the nearest dot of its pen.
fn ink(nearest: &[f32], pens: &[Pen]) -> Tensor {
    let column =
        |of: fn(&Pen) -> f32| Tensor::from_slice(&pens.iter().map(of).collect::<Vec<_>>()).view([-1, 1]);
    let distance = Tensor::from_slice(nearest).view([-1, PIXELS as i64]).sqrt(); // [n, 28 · 28]
    ((column(|pen| pen.radius) - distance) / column(|pen| pen.edge) + 0.5).clamp(0.0, 1.0)
}
