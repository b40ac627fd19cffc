use super::SIDE;
use super::curve::Curve;
use crate::rng::Rng;
use std::ops::Range;

/// How far a point of a style strays, in units of half a digit's height.
const WOBBLE: f32 = 0.08;

/// A hand and what it holds: how it turns a style's units into pixels, and how it marks them.
pub struct Pen {
    /// Slant, turn and size: what a step to the right and a step down become, in pixels.
    pub right: [f32; 2],
    pub down: [f32; 2],
    /// The middle of the digit, in pixels from the upper left.
    pub middle: [f32; 2],
    /// Half the width of its line, in pixels.
    pub radius: f32,
    /// The width of the line's grey edge, in pixels.
    pub edge: f32,
}

impl Pen {
    /// Someone's hand and someone's pen.
    pub fn new(rng: &mut Rng) -> Self {
        let size = 9.2 + 0.6 * rng.normal();
        let width = size * rng.uniform(0.7, 1.15);
        let slant = 0.17 + 0.17 * rng.normal();
        let (sin, cos) = (0.12 * rng.normal()).sin_cos();
        let centre = (SIDE - 1) as f32 / 2.0;
        Self {
            right: [width * cos, width * sin],
            down: [-size * (slant * cos + sin), size * (cos - slant * sin)],
            middle: [centre + rng.normal(), centre + rng.normal()],
            radius: (1.3 + 0.3 * rng.normal()).max(0.8),
            edge: (1.0 + 0.2 * rng.normal()).max(0.6),
        }
    }

    /// Writes a digit, its points moved at random: `canvas` `[28 · 28]` gets the squared distance of each pixel
    /// that the pen reaches to the nearest of its dots.
    pub fn write(&self, curve: &Curve, canvas: &mut [f32], rng: &mut Rng) {
        let stray = |[x, y]: &[f32; 2]| [x + WOBBLE * rng.normal(), y + WOBBLE * rng.normal()];
        let points: Vec<[f32; 2]> = curve.points.iter().map(stray).map(|point| self.place(point)).collect();
        curve.through(&points).for_each(|dot| self.mark(dot, canvas));
    }

    fn place(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| self.middle[axis] + x * self.right[axis] + y * self.down[axis])
    }

    /// Notes the distances of the square of pixels around a dot, as far as the pen reaches.
    pub fn mark(&self, [x, y]: [f32; 2], canvas: &mut [f32]) {
        for row in self.reached(y) {
            let above = (row as f32 - y).powi(2);
            for column in self.reached(x) {
                let pixel = &mut canvas[row * SIDE + column];
                *pixel = pixel.min(above + (column as f32 - x).powi(2));
            }
        }
    }

    /// The rows or columns of the image that a dot at this place reaches.
    fn reached(&self, at: f32) -> Range<usize> {
        let reach = self.radius + self.edge / 2.0;
        // What lies before the first is cut to 0 by the conversion.
        let (first, end) = ((at - reach).ceil() as usize, ((at + reach).floor() + 1.0) as usize);
        first..end.min(SIDE)
    }
}
