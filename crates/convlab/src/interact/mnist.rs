//! Brings a drawing into the form of MNIST's digits.
//!
//! As Y. LeCun, C. Cortes and C. J. C. Burges describe it: scaled to fit 20 by 20 pixels with its aspect kept, each pixel
//! the mean of what it covers, and moved by whole pixels so that the centre of its mass lies in the middle of 28 by 28.
//! In MNIST's files the longer side is 20 pixels and the centre of mass in the pixel (14, 14), both rounded.

/// The side of an image, of the box that the digit is scaled into, and the pixel in which its mass is centred.
pub const SIDE: usize = 28;
const BOX: usize = 20;
const CENTRE: f64 = 14.;

/// Fainter ink than this, of 255, is what a browser draws beside a line, and no part of it.
const FAINTEST: u8 = 16;

/// A drawing of `side` by `side` pixels, 0 (paper) to 255 (ink), as 28 by 28 numbers from 0 to 1; `None` without ink.
pub fn prepared(pixels: &[u8], side: usize) -> Option<Vec<f32>> {
    let bounds = Bounds::of(pixels, side)?;
    let scale = BOX as f64 / bounds.width.max(bounds.height) as f64;
    let size = |length: usize| ((length as f64 * scale).round() as usize).clamp(1, BOX);
    let (width, height) = (size(bounds.width), size(bounds.height));
    let small: Vec<f64> = (0..height * width)
        .map(|at| bounds.mean(pixels, side, (at / width, height), (at % width, width)))
        .collect();
    let mass: f64 = small.iter().sum();
    let centre = |position: &dyn Fn(usize) -> usize| {
        small.iter().enumerate().map(|(at, ink)| position(at) as f64 * ink).sum::<f64>() / mass
    };
    let first = |centre: f64, size: usize| (CENTRE - centre).round().clamp(0., (SIDE - size) as f64) as usize;
    let (top, left) = (first(centre(&|at| at / width), height), first(centre(&|at| at % width), width));
    let mut image = vec![0_f32; SIDE * SIDE];
    for (at, ink) in small.iter().enumerate() {
        image[(top + at / width) * SIDE + left + at % width] = (ink / 255.) as f32;
    }
    Some(image)
}

/// The smallest box that holds the ink.
struct Bounds {
    top: usize,
    left: usize,
    height: usize,
    width: usize,
}

impl Bounds {
    fn of(pixels: &[u8], side: usize) -> Option<Self> {
        let inked = || pixels.iter().enumerate().filter(|(_, ink)| **ink >= FAINTEST).map(|(at, _)| at);
        let (top, bottom) = (inked().map(|at| at / side).min()?, inked().map(|at| at / side).max()?);
        let (left, right) = (inked().map(|at| at % side).min()?, inked().map(|at| at % side).max()?);
        Some(Self { top, left, height: bottom - top + 1, width: right - left + 1 })
    }

    /// The mean ink of what one of `rows` and one of `columns` cover; pixels that are cut count by the share covered.
    fn mean(
        &self,
        pixels: &[u8],
        side: usize,
        (row, rows): (usize, usize),
        (column, columns): (usize, usize),
    ) -> f64 {
        let (ys, xs) = (covered(row, rows, self.height), covered(column, columns, self.width));
        let (mut ink, mut area) = (0., 0.);
        for &(y, tall) in &ys {
            for &(x, wide) in &xs {
                ink += f64::from(pixels[(self.top + y) * side + self.left + x]) * tall * wide;
                area += tall * wide;
            }
        }
        ink / area
    }
}

/// Which of `from` cells lie under cell `index` of `to` that share their length, and how much of each.
fn covered(index: usize, to: usize, from: usize) -> Vec<(usize, f64)> {
    let ratio = from as f64 / to as f64;
    let (start, end) = (index as f64 * ratio, (index + 1) as f64 * ratio);
    let cells = start as usize..(end.ceil() as usize).min(from);
    cells
        .map(|cell| (cell, end.min(cell as f64 + 1.) - start.max(cell as f64)))
        .filter(|(_, share)| *share > 1e-9)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A drawing with this ink in a rectangle.
    fn drawing(
        side: usize,
        rows: std::ops::Range<usize>,
        columns: std::ops::Range<usize>,
        ink: u8,
    ) -> Vec<u8> {
        let mut pixels = vec![0; side * side];
        for row in rows {
            pixels[row * side..][columns.clone()].fill(ink);
        }
        pixels
    }

    /// Where there is ink: the first and the last row, and the same of columns.
    fn extent(image: &[f32]) -> (usize, usize, usize, usize) {
        let inked = || image.iter().enumerate().filter(|(_, ink)| **ink > 0.).map(|(at, _)| at);
        let (rows, columns) = (inked().map(|at| at / SIDE), inked().map(|at| at % SIDE));
        let (rows, columns): (Vec<_>, Vec<_>) = (rows.collect(), columns.collect());
        let ends = |all: &[usize]| (*all.iter().min().unwrap(), *all.iter().max().unwrap());
        (ends(&rows).0, ends(&rows).1, ends(&columns).0, ends(&columns).1)
    }

    #[test]
    fn a_square_becomes_twenty_by_twenty_in_the_middle_whatever_its_size_and_place() {
        for (side, rows, columns) in [(140, 0..140, 0..140), (140, 3..10, 100..107), (280, 40..240, 40..240)]
        {
            let image = prepared(&drawing(side, rows, columns, 255), side).unwrap();
            // Its mass lies at 9.5 of 0 to 19; 14 - 9.5 = 4.5, rounded 5.
            assert_eq!(extent(&image), (5, 24, 5, 24));
            assert_eq!(image.iter().sum::<f32>(), 400.);
        }
    }

    #[test]
    fn a_bar_keeps_its_aspect() {
        // 10 by 40 becomes 5 by 20; across, its mass lies at 2 of 0 to 4, so it begins at 12.
        let image = prepared(&drawing(100, 20..60, 70..80, 255), 100).unwrap();
        assert_eq!(extent(&image), (5, 24, 12, 16));
        let image = prepared(&drawing(100, 20..30, 30..70, 255), 100).unwrap();
        assert_eq!(extent(&image), (12, 16, 5, 24));
    }

    #[test]
    fn the_centre_of_mass_comes_to_the_middle_and_not_that_of_the_box() {
        // A T of 20 by 20: a bar of 20 by 4 above, a foot of 2 by 16 below. Rows: (80 · 1.5 + 32 · 11.5) / 112 = 4.36.
        let mut pixels = drawing(20, 0..4, 0..20, 255);
        for row in 4..20 {
            pixels[row * 20 + 9..][..2].fill(255);
        }
        let image = prepared(&pixels, 20).unwrap();
        // 14 - 4.36 = 9.64, but no more than 8 fits.
        assert_eq!(extent(&image), (8, 27, 5, 24));
        // An L lying the same way off to the left: columns as the T's rows.
        let mut pixels = drawing(20, 0..20, 0..4, 255);
        pixels[19 * 20..][..20].fill(255);
        // Columns: (80 · 1.5 + 16 · 11.5) / 96 = 3.17, 14 - 3.17 = 10.8, at most 8.
        assert_eq!(extent(&prepared(&pixels, 20).unwrap()).2, 8);
    }

    #[test]
    fn a_pixel_is_the_mean_of_what_it_covers() {
        // 30 by 30 into 20 by 20: each pixel covers one and a half. The first column has 255, 0: (255 + 0 · 0.5) / 1.5.
        let mut pixels = drawing(30, 0..30, 0..30, 0);
        for row in 0..30 {
            pixels[row * 30] = 255;
            pixels[row * 30 + 29] = 255;
        }
        let image = prepared(&pixels, 30).unwrap();
        assert!((image[5 * SIDE + 5] - 2. / 3.).abs() < 1e-6, "{}", image[5 * SIDE + 5]);
        assert_eq!(image[5 * SIDE + 6], 0.);
        assert_eq!(covered(1, 2, 3), [(1, 0.5), (2, 1.)]);
    }

    #[test]
    fn one_dot_becomes_a_blot_and_nothing_becomes_nothing() {
        let image = prepared(&drawing(50, 7..8, 9..10, 255), 50).unwrap();
        assert_eq!(image.iter().sum::<f32>(), 400.);
        assert_eq!(prepared(&[0; 2500], 50), None);
        assert_eq!(prepared(&[3; 2500], 50), None); // a trace of no ink
    }
}
