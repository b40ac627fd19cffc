use super::kernels::{brightness, kernel};
use crate::check::cases::close;
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::Tensor;

pub(super) const SHARPEN: Exercise = Exercise {
    name: "sharpen",
    lab: "04",
    hints: &[
        "take the picture and add what sets a pixel apart from its neighbours",
        "the middle gets more than 1, the neighbours get minus, and all add up to 1: 5 in the middle and four times -1",
    ],
};

/// Judges a kernel [h, w] that sharpens and keeps the brightness.
pub fn sharpen(yours: impl Fn() -> Tensor) -> Answer {
    SHARPEN.judge(|| {
        let (k, sum) = match kernel(&yours()) {
            Ok(kernel) => kernel,
            Err(verdict) => return verdict,
        };
        if sum.abs() < 0.01 {
            return Verdict::wrong(
                "the numbers add up to 0: only edges are left of the picture; add 1 in the middle",
            );
        }
        if let Some(verdict) = brightness(sum) {
            return verdict;
        }
        let middle = k.double_value(&[1, 1]);
        let symmetric = close(&k, &k.flip([0, 1]));
        if middle <= 1.01 {
            return Verdict::wrong(
                "the middle pixel should count more than 1, and its neighbours against it",
            );
        }
        if !symmetric {
            return Verdict::wrong(
                "one side counts more than the other: that gives a relief, not a sharper picture",
            );
        }
        if !close(&k, &k.transpose(0, 1)) {
            return Verdict::wrong(
                "it sharpens in one direction more than in the other: all directions should count alike",
            );
        }
        Verdict::right("The picture plus its own edges.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats<const N: usize>(rows: &[[f32; N]]) -> Tensor {
        Tensor::from_slice2(rows)
    }

    #[test]
    fn a_sharpening_kernel_is_the_picture_plus_its_edges() {
        SHARPEN.prove::<fn() -> Tensor>(
            sharpen,
            || todo!(),
            || panic!("stop"),
            &[
                || floats(&[[0., -1., 0.], [-1., 5., -1.], [0., -1., 0.]]),
                || floats(&[[-1., -1., -1.], [-1., 9., -1.], [-1., -1., -1.]]),
            ],
            &[
                (|| floats(&[[0., -1., 0.], [-1., 4., -1.], [0., -1., 0.]]), "only edges are left"),
                (|| floats(&[[0., 0., 0.], [0., 1., 0.], [0., 0., 0.]]), "count more than 1"),
                (|| floats(&[[0., -1., 0.], [-1., 6., -1.], [0., -1., 0.]]), "brighter"),
                (|| floats(&[[-1., 0., 0.], [0., 2., 0.], [0., 0., 0.]]), "a relief"),
                (|| floats(&[[0., 0., 0.], [-1., 3., -1.], [0., 0., 0.]]), "in one direction more"),
                (|| floats(&[[0., 0., 0.], [0., 3., 0.], [-2., 0., 0.]]), "a relief"),
                (
                    || floats(&[[0., -1., 0.], [-1., 5., -1.], [0., -1., 0.]]).unsqueeze(0),
                    "should have shape [3, 3]",
                ),
                (
                    || floats(&[[0., -1., 0.], [-1., 5., -1.], [0., -1., 0.]]).to_kind(tch::Kind::Double),
                    "of kind Double",
                ),
            ],
        );
    }
}
