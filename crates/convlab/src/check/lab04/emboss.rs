use super::kernels::{brightness, kernel};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{Kind, Tensor};

pub(super) const EMBOSS: Exercise = Exercise {
    name: "emboss",
    lab: "04",
    hints: &[
        "think of light that comes from one corner: one side of an edge becomes brighter, the other darker",
        "negative numbers towards one corner, positive ones towards the opposite corner, and 1 in the middle, so that all add up to 1",
    ],
};

/// Judges a kernel [h, w] that makes a relief, lit from one corner, and keeps the brightness.
pub fn emboss(yours: impl Fn() -> Tensor) -> Answer {
    EMBOSS.judge(|| {
        let (k, sum) = match kernel(&yours()) {
            Ok(kernel) => kernel,
            Err(verdict) => return verdict,
        };
        if sum.abs() < 0.01 {
            return Verdict::wrong("the numbers add up to 0: flat areas become black; add 1 in the middle");
        }
        if let Some(verdict) = brightness(sum) {
            return verdict;
        }
        let half = (&k - k.flip([0, 1])) / 2; // what differs between opposite sides
        if half.abs().max().double_value(&[]) < 0.1 {
            return Verdict::wrong("opposite sides count alike: a relief has a bright and a dark side");
        }
        let along =
            |axis: i64| half.sum_dim_intlist(axis, false, Kind::Float).abs().max().double_value(&[]) > 1e-3;
        if !(along(0) && along(1)) {
            return Verdict::wrong("the light comes from above or from the side; let it come from a corner");
        }
        Verdict::right("A step along one diagonal, laid over the picture.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats<const N: usize>(rows: &[[f32; N]]) -> Tensor {
        Tensor::from_slice2(rows)
    }

    #[test]
    fn a_relief_is_lit_from_a_corner() {
        EMBOSS.prove::<fn() -> Tensor>(
            emboss,
            || todo!(),
            || panic!("stop"),
            &[
                || floats(&[[-2., -1., 0.], [-1., 1., 1.], [0., 1., 2.]]),
                || floats(&[[0., 1., 2.], [-1., 1., 1.], [-2., -1., 0.]]),
            ],
            &[
                (|| floats(&[[-2., -1., 0.], [-1., 0., 1.], [0., 1., 2.]]), "flat areas become black"),
                (|| floats(&[[0., -1., 0.], [-1., 5., -1.], [0., -1., 0.]]), "opposite sides count alike"),
                (|| floats(&[[-1., -1., -1.], [0., 1., 0.], [1., 1., 1.]]), "from above or from the side"),
                (|| floats(&[[-2., -1., 0.], [-1., 3., 1.], [0., 1., 2.]]), "brighter"),
            ],
        );
    }
}
