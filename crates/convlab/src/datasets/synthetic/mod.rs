//! Digits that this crate draws, for those who cannot have MNIST.

mod chance;
mod curve;
#[rustfmt::skip] // a table of points
mod styles;

use super::{Dataset, Split, digits};
use crate::Result;
use chance::Chance;
use curve::Curve;
use tch::{Kind, Tensor};

/// Height and width of an image.
const SIDE: i64 = 28;
/// How many dots of the pen make a digit: about one for each pixel of its length.
const DOTS: usize = 48;
/// How many images are drawn at a time: the table of distances should fit into the processor's cache.
const AT_A_TIME: i64 = 32;
/// How far a point of a style strays, in units of half a digit's height.
const WOBBLE: f64 = 0.08;
/// The standard deviation of the noise on each pixel.
const GRAIN: f64 = 0.05;

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
    let source = format!("synthetic digits (drawn by convlab, seed {seed})");
    let pen = Pen::new();
    let draw = |count, stream: u64| {
        let mut chance = Chance::new(Chance::new(seed as u64 ^ (stream << 63)).bits());
        Ok(pen.draw(count, &mut chance)?.named(&source))
    };
    Ok(Dataset { train: draw(60_000, 0)?, test: draw(10_000, 1)?, classes: digits() })
}

/// What all images are drawn with.
struct Pen {
    /// The digit of each style.
    digits: Vec<i64>,
    /// The points of each style, `[styles, points, 2]`.
    points: Tensor,
    /// The weights that make dots of points, `[styles, dots, points]`.
    weights: Tensor,
    /// Of each pixel x, y, 1 and x² + y², from the middle of the image: `[4, 28 · 28]`.
    pixels: Tensor,
}

impl Pen {
    fn new() -> Self {
        let styles = || {
            styles::DIGITS.iter().zip(0..).flat_map(|(styles, digit)| styles.iter().map(move |s| (digit, *s)))
        };
        let curves: Vec<Curve> = styles().map(|(_, style)| Curve::new(style, DOTS)).collect();
        let most = curves.iter().map(|curve| curve.points.len()).max().unwrap_or_default();
        let filled = |row: &[f32], length: usize| [row, &vec![0.0; length - row.len()]].concat();
        let points: Vec<f32> =
            curves.iter().flat_map(|curve| filled(&curve.points.concat(), 2 * most)).collect();
        let weights = curves.iter().flat_map(|curve| &curve.weights).flat_map(|row| filled(row, most));
        let weights: Vec<f32> = weights.collect();
        let (count, most) = (curves.len() as i64, most as i64);
        Self {
            digits: styles().map(|(digit, _)| digit).collect(),
            points: Tensor::from_slice(&points).view([count, most, 2]),
            weights: Tensor::from_slice(&weights).view([count, DOTS as i64, most]),
            pixels: pixels(),
        }
    }

    /// `count` images of digits chosen at random.
    fn draw(&self, count: i64, chance: &mut Chance) -> Result<Split> {
        let grain = chance.bells(&[1 << 20]) * GRAIN;
        let (mut images, mut labels) = (Vec::new(), Vec::new());
        let mut left = count;
        while left > 0 {
            let n = left.min(AT_A_TIME);
            let styles: Vec<i64> = (0..n).map(|_| self.choose(chance)).collect();
            labels.extend(styles.iter().map(|&style| self.digits[style as usize]));
            let ink = self.ink(&self.dots(&Tensor::from_slice(&styles), chance), chance); // [n, 28 · 28]
            let size = n * SIDE * SIDE;
            let start = chance.below(((1 << 20) - size) as usize) as i64;
            images.push((ink + grain.narrow(0, start, size).view([n, -1])).clamp(0.0, 1.0));
            left -= n;
        }
        Split::new(Tensor::cat(&images, 0).view([-1, 1, SIDE, SIDE]), Tensor::from_slice(&labels))
    }

    /// A digit, all equally likely, and one of its styles, by its number among all.
    fn choose(&self, chance: &mut Chance) -> i64 {
        let digit = chance.below(10);
        let before: usize = styles::DIGITS[..digit].iter().map(|styles| styles.len()).sum();
        (before + chance.below(styles::DIGITS[digit].len())) as i64
    }

    /// Where the pen's dots lie, in pixels from the middle of each image: `[n, dots, 2]`.
    fn dots(&self, styles: &Tensor, chance: &mut Chance) -> Tensor {
        let n = styles.size()[0];
        let points = self.points.index_select(0, styles); // [n, points, 2]
        let moved = &points + chance.bells(&points.size()) * WOBBLE;
        let written = self.weights.index_select(0, styles).bmm(&moved); // [n, dots, 2]
        let hands: Vec<f32> = (0..n).flat_map(|_| hand(chance)).collect();
        written.bmm(&Tensor::from_slice(&hands).view([n, 2, 2])) + chance.bells(&[n, 1, 2])
    }

    /// How black each pixel is, 0 to 1: it is under the pen if the nearest dot is nearer than the pen's radius.
    fn ink(&self, dots: &Tensor, chance: &mut Chance) -> Tensor {
        let n = dots.size()[0];
        // |pixel - dot|² = |pixel|² - 2 pixel · dot + |dot|², as one product of [n · dots, 4] with [4, 28 · 28].
        let norm = dots.square().sum_dim_intlist(-1, true, Kind::Float);
        let factors = Tensor::cat(&[dots * -2, norm.shallow_clone(), norm.ones_like()], -1);
        let distances = factors.view([-1, 4]).matmul(&self.pixels).view([n, DOTS as i64, -1]);
        let nearest = distances.amin(1, false).clamp_min(0).sqrt(); // [n, 28 · 28]
        let radius = (chance.bells(&[n, 1]) * 0.3 + 1.3).clamp(0.8, 2.2);
        let soft = (chance.bells(&[n, 1]) * 0.2 + 1.0).clamp(0.6, 1.5);
        ((radius - nearest) / soft + 0.5).clamp(0.0, 1.0)
    }
}

/// A hand's slant, turn and size as the matrix that takes a style's units to pixels: `[x, y]` times it.
fn hand(chance: &mut Chance) -> [f32; 4] {
    let size = 9.2 + 0.6 * chance.bell();
    let width = chance.between(0.7, 1.15);
    let slant = 0.12 + 0.17 * chance.bell();
    let (sin, cos) = (0.12 * chance.bell()).sin_cos();
    [width * cos, width * sin, -slant * cos - sin, cos - slant * sin].map(|number| size * number)
}

fn pixels() -> Tensor {
    let middle = (SIDE - 1) as f32 / 2.0;
    let places: Vec<[f32; 2]> =
        (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| [x as f32 - middle, y as f32 - middle])).collect();
    let rows: [Vec<f32>; 4] = [
        places.iter().map(|[x, _]| *x).collect(),
        places.iter().map(|[_, y]| *y).collect(),
        vec![1.0; places.len()],
        places.iter().map(|[x, y]| x * x + y * y).collect(),
    ];
    Tensor::from_slice(&rows.concat()).view([4, SIDE * SIDE])
}
