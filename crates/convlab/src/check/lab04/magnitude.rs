use crate::check::cases::{close, random, rendered};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{IndexOp, Tensor};

pub(super) const MAGNITUDE: Exercise = Exercise {
    name: "magnitude",
    lab: "04",
    hints: &[
        "the two maps are the legs of a right-angled triangle at each pixel; the magnitude is its hypotenuse",
        "`maps.i((0, 0))` is the first map, [h, w]; `square()` and `sqrt()` work on every number",
    ],
};

/// Judges a function from two edge maps [1, 2, h, w] to the edges' magnitude [h, w].
pub fn magnitude(yours: impl Fn(&Tensor) -> Tensor) -> Answer {
    MAGNITUDE.judge(|| {
        // The triangle with sides 3, 4 and 5, and with a sign, since 3 + 4 could mean two mistakes; then many.
        let cases = [
            Tensor::from_slice(&[-3f32, 4.]).view([1, 2, 1, 1]),
            Tensor::from_slice(&[3f32, 0., 4., -2.]).view([1, 2, 1, 2]),
            random(&[1, 2, 3, 5], 1),
        ];
        for maps in &cases {
            if let Some(why) = magnitude_mistake(maps, &yours(maps)) {
                return Verdict::wrong(why);
            }
        }
        Verdict::right(
            "The sign is gone, and with it the direction: what is left is how much of an edge there is.",
        )
    })
}

fn magnitude_mistake(maps: &Tensor, found: &Tensor) -> Option<String> {
    let (a, b) = (maps.i((0, 0)), maps.i((0, 1)));
    let expected = (a.square() + b.square()).sqrt();
    if close(found, &expected) {
        return None;
    }
    if found.size() != expected.size() {
        let (shape, right) = (found.size(), expected.size());
        return Some(format!(
            "for maps {:?} the magnitude has shape {right:?}, and yours has {shape:?}",
            maps.size()
        ));
    }
    Some(if close(found, &expected.square()) {
        "the square root is missing".to_owned()
    } else if close(found, &(a.abs() + b.abs())) {
        "the two sizes are added, but a triangle's hypotenuse is shorter than its legs together".to_owned()
    } else if close(found, &(&a + &b)) {
        "where one map is negative and the other positive, they cancel out: square them first".to_owned()
    } else {
        format!(
            "maps\n{}\nshould give\n{}\nand yours is\n{}",
            rendered(maps),
            rendered(&expected),
            rendered(found)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Kind;

    #[test]
    fn the_magnitude_is_the_long_side_of_the_triangle() {
        MAGNITUDE.prove::<fn(&Tensor) -> Tensor>(
            magnitude,
            |_| todo!(),
            |_| panic!("stop"),
            &[
                |maps| (maps.i((0, 0)).square() + maps.i((0, 1)).square()).sqrt(),
                |maps| maps.i(0).norm_scalaropt_dim(2, 0, false),
            ],
            &[
                (|maps| maps.i((0, 0)).square() + maps.i((0, 1)).square(), "square root"),
                (|maps| maps.i((0, 0)).abs() + maps.i((0, 1)).abs(), "its legs together"),
                (|maps| maps.i((0, 0)) + maps.i((0, 1)), "cancel out"),
                (|maps| maps.square().sum_dim_intlist(1, false, Kind::Float).sqrt(), "has shape [1, 1]"),
                (|maps| maps.i((0, 0)), "should give"),
            ],
        );
    }
}
