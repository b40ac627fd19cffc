//! Smooth curves through points (Catmull and Rom, 1974), as weights that turn points into the pen's dots.

use super::styles::Style;

/// A style as numbers: its `points`, and for each of the pen's dots the weight of each point.
pub struct Curve {
    pub points: Vec<[f32; 2]>,
    pub weights: Vec<Vec<f32>>,
}

/// From one point of a stroke to the next: the four points, by number, that shape the curve between the middle two.
struct Piece {
    points: [usize; 4],
    length: f32,
}

impl Curve {
    /// Spreads `dots` evenly along the strokes of `style`.
    pub fn new(style: Style, dots: usize) -> Self {
        let points = distinct(style);
        let pieces = pieces(style, &points);
        let whole: f32 = pieces.iter().map(|piece| piece.length).sum();
        let step = whole / (dots - 1) as f32;
        let (mut piece, mut start) = (0, 0.0);
        let weights = (0..dots).map(|dot| {
            let along = dot as f32 * step;
            while piece + 1 < pieces.len() && along > start + pieces[piece].length {
                start += pieces[piece].length;
                piece += 1;
            }
            let mut row = vec![0.0; points.len()];
            let part = ((along - start) / pieces[piece].length).clamp(0.0, 1.0);
            for (point, weight) in pieces[piece].points.iter().zip(spline(part)) {
                row[*point] += weight;
            }
            row
        });
        Self { weights: weights.collect(), points }
    }
}

/// Each point once, so that strokes which meet in one still meet there when it is moved.
fn distinct(style: Style) -> Vec<[f32; 2]> {
    let mut points = Vec::new();
    for point in style.iter().copied().flatten() {
        if !points.contains(point) {
            points.push(*point);
        }
    }
    points
}

fn pieces(style: Style, points: &[[f32; 2]]) -> Vec<Piece> {
    let number = |point: &[f32; 2]| points.iter().position(|other| other == point).unwrap_or_default();
    let mut pieces = Vec::new();
    for stroke in style {
        let last = stroke.len() - 1;
        let closed = stroke[0] == stroke[last];
        for at in 0..last {
            // Before the beginning and after the end a loop goes round; a line stays where it is.
            let before = if at > 0 {
                at - 1
            } else if closed {
                last - 1
            } else {
                0
            };
            let after = if at + 2 <= last {
                at + 2
            } else if closed {
                1
            } else {
                last
            };
            let [from, to] = [stroke[at], stroke[at + 1]];
            pieces.push(Piece {
                points: [before, at, at + 1, after].map(|place| number(&stroke[place])),
                length: (to[0] - from[0]).hypot(to[1] - from[1]),
            });
        }
    }
    pieces
}

/// How much each of four points counts at `t` (0 to 1) between the middle two.
fn spline(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        (-t3 + 2.0 * t2 - t) / 2.0,
        (3.0 * t3 - 5.0 * t2 + 2.0) / 2.0,
        (-3.0 * t3 + 4.0 * t2 + t) / 2.0,
        (t3 - t2) / 2.0,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dots(style: Style, count: usize) -> Vec<[f32; 2]> {
        let curve = Curve::new(style, count);
        let at = |weights: &Vec<f32>, axis: usize| {
            weights.iter().zip(&curve.points).map(|(w, p)| w * p[axis]).sum()
        };
        curve.weights.iter().map(|weights| [at(weights, 0), at(weights, 1)]).collect()
    }

    #[test]
    fn a_curve_goes_through_its_points() {
        let style: Style = &[&[[0., 0.], [1., 0.], [1., 1.]]];
        assert_eq!(dots(style, 3), [[0., 0.], [1., 0.], [1., 1.]]);
    }

    #[test]
    fn between_two_points_of_a_straight_line_the_curve_is_straight() {
        let style: Style = &[&[[0., 0.], [1., 2.], [2., 4.], [3., 6.]]];
        for [x, y] in dots(style, 31) {
            assert!((y - 2.0 * x).abs() < 1e-5, "{x} {y}");
        }
    }

    #[test]
    fn half_way_a_curve_bulges_by_the_weights_of_the_spline() {
        // (-1 · 0 + 9 · 0 + 9 · 1 - 1 · 1) / 16 and (-1 · 1 + 9 · 0 + 9 · 0 - 1 · 1) / 16
        let style: Style = &[&[[0., 1.], [0., 0.], [1., 0.], [1., 1.]]];
        assert_eq!(dots(style, 3)[1], [0.5, -0.125]);
    }

    #[test]
    fn strokes_that_name_the_same_point_share_it() {
        let style: Style = &[&[[0., 0.], [1., 0.]], &[[1., 0.], [1., 1.]]];
        assert_eq!(Curve::new(style, 5).points.len(), 3);
    }

    #[test]
    fn the_weights_of_every_dot_of_every_digit_add_up_to_one() {
        for style in super::super::styles::DIGITS.concat() {
            for weights in Curve::new(style, 48).weights {
                assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
        }
    }
}
