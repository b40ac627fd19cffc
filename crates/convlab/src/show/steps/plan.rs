//! Where everything is in a step's picture.

use crate::show::elements::Grid;
use crate::show::geometry::Geometry;

/// The height of the line above a grid.
pub const CAPTION: i32 = 30;
/// Room for a sign between two grids.
pub const GAP: i32 = 44;

const WIDTH: i32 = 920;
/// A frame may reach this far over the edge.
const EDGE: i32 = 4;
/// The largest square: a number such as -10.25 is large in it, and the whole figure fits a screen.
const LARGEST: i32 = 62;
/// The narrowest grid still has room for its caption.
const NARROWEST: i32 = 120;

/// Above, the image; below, the sum being worked out, a row for each channel; the output where there is room.
#[derive(Clone)]
pub struct Plan {
    /// What each channel takes part with.
    pub rows: Vec<Row>,
    /// The sum of all products.
    pub sum: Grid,
    /// The map that fills.
    pub output: Grid,
    /// Width and height of the whole.
    pub size: (u32, u32),
}

/// One channel's grids.
#[derive(Clone)]
pub struct Row {
    /// Its map, with the padding.
    pub image: Grid,
    /// The part of it under the kernel.
    pub window: Grid,
    /// Its kernel.
    pub kernel: Grid,
    /// The products of both.
    pub products: Grid,
}

impl Plan {
    /// Lays out a convolution.
    pub fn new(geometry: &Geometry) -> Self {
        let images = images(geometry);
        let top = images[0].at.1;
        let after = images[images.len() - 1].end()[0].max(EDGE + NARROWEST) + GAP;
        let beside = Grid::within((after, top), geometry.output, 340, LARGEST);
        let alone = geometry.channels == 1;
        let bottom = if alone { images[0].end()[1].max(beside.end()[1]) } else { images[0].end()[1] };

        let first = bottom + 24 + CAPTION;
        let rows = rows(geometry, images, first);
        let last = rows[rows.len() - 1].products.end();
        let middle = (first + last[1]) / 2;
        let sum = Grid { at: (last[0] + GAP + 16, middle - 36), size: [1, 1], side: [72, 72] };
        let left = sum.end()[0] + GAP;
        let below = Grid::within((left, first), geometry.output, WIDTH - left, LARGEST);
        let output = if alone { beside } else { below };
        let height = [last[1], sum.end()[1], output.end()[1]].into_iter().fold(0, i32::max);
        Self { rows, sum, output, size: ((WIDTH + 2 * EDGE) as u32, (height + EDGE) as u32) }
    }
}

fn images(geometry: &Geometry) -> Vec<Grid> {
    let count = geometry.channels as i32;
    let room = ((WIDTH - GAP * (count - 1)) / count).min(340);
    let grid = |left| Grid::within((left, CAPTION), geometry.padded(), room, LARGEST);
    let step = grid(0).end()[0].max(NARROWEST) + GAP;
    (0..count).map(|channel| grid(EDGE + channel * step)).collect()
}

fn rows(geometry: &Geometry, images: Vec<Grid>, first: i32) -> Vec<Row> {
    let (room, largest) = match images.len() {
        1 => (200, LARGEST),
        2 => (150, LARGEST),
        _ => (150, 44),
    };
    let mut top = first;
    let row = |image| {
        let window = Grid::within((EDGE, top), geometry.kernel, room, largest);
        top = window.end()[1] + 28;
        let kernel = Grid { at: (window.end()[0] + GAP, window.at.1), ..window };
        let products = Grid { at: (kernel.end()[0] + GAP, window.at.1), ..window };
        Row { image, window, kernel, products }
    };
    images.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_lies_over_anything_else_or_over_the_edge() {
        for (x, k, padding) in [
            ([1, 5, 5], [1, 3, 3], 0),
            ([1, 1, 1], [1, 1, 1], 0),
            ([2, 4, 4], [2, 2, 2], 0),
            ([3, 7, 7], [3, 5, 5], 1),
            ([4, 32, 32], [4, 3, 3], 1),
            ([1, 28, 28], [1, 11, 11], 5),
            ([1, 3, 12], [1, 1, 7], 0),
        ] {
            let plan = Plan::new(&Geometry::new(&x, &k, 1, padding).unwrap());
            let mut grids = vec![plan.sum.outer(), plan.output.outer()];
            for Row { image, window, kernel, products } in &plan.rows {
                grids.extend([image, window, kernel, products].map(|grid| grid.outer()));
            }
            for (index, [x, y, w, h]) in grids.iter().enumerate() {
                assert!(
                    *x >= EDGE && x + w <= plan.size.0 as i32 && *y >= CAPTION && y + h <= plan.size.1 as i32,
                    "{x} {y} {w} {h}"
                );
                for [u, v, width, height] in &grids[index + 1..] {
                    let apart = x + w < *u || u + width < *x || y + h < *v || v + height < *y;
                    assert!(apart, "{k:?} over {:?}", [x, y, w, h]);
                }
            }
        }
    }
}
