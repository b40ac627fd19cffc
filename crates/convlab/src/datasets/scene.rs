//! A picture that this crate draws, for those who have neither a network nor a picture of their own.

use tch::{Device, Kind, Tensor};

/// Height and width.
const SIZE: [i64; 2] = [240, 320];

/// A house under the sun, drawn by this crate: `[3, 240, 320]` (red, green, blue), 0 to 1.
///
/// It has edges in all directions, flat and textured places. It is no photo: what a net that has learned from photos
/// says of it means little.
///
/// ```
/// # use convlab::prelude::*;
/// let xs = datasets::synthetic_picture();
/// assert_eq!(xs.size(), [3, 240, 320]);
/// ```
pub fn synthetic_picture() -> Tensor {
    let mut scene = Scene::new();
    scene.paint([1.0, 0.86, 0.3], |x, y| disc(x, y, [258.0, 52.0], 26.0));
    scene.paint([0.45, 0.62, 0.5], |x, y| y * -1 + 150 - (x / 47.0).sin() * 18.0);
    scene.paint([0.4, 0.66, 0.3], |x, y| y * -1 + 178 + (x / 60.0).cos() * 9.0);
    house(&mut scene);
    tree(&mut scene);
    // A fence: pales, and two rails.
    scene.paint([0.93, 0.9, 0.82], |x, y| pales(x).maximum(&block(x, y, [0.0, 196.0, 320.0, 232.0])));
    for top in [203.0, 219.0] {
        scene.paint([0.85, 0.82, 0.74], |x, y| block(x, y, [0.0, top, 320.0, top + 4.0]));
    }
    scene.image
}

fn house(scene: &mut Scene) {
    let walls = [96.0, 104.0, 216.0, 198.0];
    scene.paint([0.86, 0.55, 0.42], |x, y| block(x, y, walls));
    scene.paint([0.74, 0.44, 0.33], |x, y| mortar(y).maximum(&block(x, y, walls)));
    // The roof: below two slopes, above the walls.
    let slopes = |x: &Tensor, y: &Tensor| (((x - 156.0).abs() * 0.8 - y + 46.0) * 0.78).maximum(&(y - 104.0));
    scene.paint([0.42, 0.2, 0.22], slopes);
    for left in [110.0, 176.0] {
        scene.paint([0.97; 3], |x, y| block(x, y, [left, 118.0, left + 26.0, 150.0]));
        for (column, row) in [(0.0, 0.0), (12.0, 0.0), (0.0, 15.0), (12.0, 15.0)] {
            let pane = [left + 2.0 + column, 120.0 + row, left + 12.0 + column, 133.0 + row];
            scene.paint([0.3, 0.42, 0.55], |x, y| block(x, y, pane));
        }
    }
    scene.paint([0.25, 0.33, 0.2], |x, y| block(x, y, [143.0, 148.0, 169.0, 198.0]));
    scene.paint([0.97; 3], |x, y| disc(x, y, [156.0, 84.0], 10.0));
    scene.paint([0.3, 0.42, 0.55], |x, y| disc(x, y, [156.0, 84.0], 7.5));
}

fn tree(scene: &mut Scene) {
    scene.paint([0.36, 0.25, 0.17], |x, y| block(x, y, [46.0, 130.0, 56.0, 204.0]));
    for (x, y, radius, green) in
        [(50.0, 104.0, 34.0, 0.42), (34.0, 122.0, 22.0, 0.36), (66.0, 120.0, 20.0, 0.5)]
    {
        scene.paint([0.16, green, 0.18], |xs, ys| disc(xs, ys, [x, y], radius));
    }
}

/// What has been painted so far, and where each pixel lies.
struct Scene {
    image: Tensor, // [3, h, w]
    x: Tensor,     // [h, w], in pixels from the left
    y: Tensor,     // [h, w], in pixels from the top
}

impl Scene {
    /// The sky, darker above.
    fn new() -> Self {
        let [h, w] = SIZE;
        let axis = |n: i64| Tensor::arange(n, (Kind::Float, Device::Cpu)) + 0.5;
        let (x, y) = (axis(w).expand([h, w], false), axis(h).unsqueeze(1).expand([h, w], false));
        let image = colour([0.42, 0.64, 0.9]) + &y / h as f64 * colour([0.4, 0.26, 0.06]);
        Self { image, x, y }
    }

    /// Fills what is inside an outline: `outside` says how many pixels a place is outside of it.
    fn paint(&mut self, rgb: [f32; 3], outside: impl Fn(&Tensor, &Tensor) -> Tensor) {
        let ink = (0.5f64 - outside(&self.x, &self.y)).clamp(0.0, 1.0); // [h, w]
        self.image = &self.image + ink * (colour(rgb) - &self.image);
    }
}

fn colour(rgb: [f32; 3]) -> Tensor {
    Tensor::from_slice(&rgb).view([3, 1, 1])
}

fn disc(x: &Tensor, y: &Tensor, [left, top]: [f64; 2], radius: f64) -> Tensor {
    ((x - left).square() + (y - top).square()).sqrt() - radius
}

fn block(x: &Tensor, y: &Tensor, [left, top, right, bottom]: [f64; 4]) -> Tensor {
    let along = |place: &Tensor, from: f64, to: f64| (place - (from + to) / 2.0).abs() - (to - from) / 2.0;
    along(x, left, right).maximum(&along(y, top, bottom))
}

/// A pale of 7 pixels in every 14.
fn pales(x: &Tensor) -> Tensor {
    (x - (x / 14.0).round() * 14.0).abs() - 3.5
}

/// A line of mortar in every 7 pixels.
fn mortar(y: &Tensor) -> Tensor {
    (y - (y / 7.0).round() * 7.0).abs() - 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_in_range_in_colour_and_always_the_same() {
        let xs = synthetic_picture();
        assert_eq!((xs.size(), xs.kind()), (vec![3, 240, 320], Kind::Float));
        assert!(xs.min().double_value(&[]) >= 0.0 && xs.max().double_value(&[]) <= 1.0);
        assert!(xs.equal(&synthetic_picture()));
        // The sun's middle, in its own colour.
        let sun = [0, 1, 2].map(|c| xs.double_value(&[c, 52, 258]));
        assert!(sun.iter().zip([1.0, 0.86, 0.3]).all(|(a, b)| (a - b).abs() < 1e-6), "{sun:?}");
    }
}
