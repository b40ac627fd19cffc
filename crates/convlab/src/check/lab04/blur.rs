use super::kernels::{brightness, kernel};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::Tensor;

pub(super) const BLUR: Exercise = Exercise {
    name: "blur",
    lab: "04",
    hints: &[
        "each pixel becomes the mean of the pixels around it",
        "nine numbers, all alike, that add up to 1: `Tensor::ones([3, 3], (Kind::Float, Device::Cpu)) / 9`",
    ],
};

/// Judges a kernel [h, w] that blurs and keeps the brightness.
pub fn blur(yours: impl Fn() -> Tensor) -> Answer {
    BLUR.judge(|| {
        let (k, sum) = match kernel(&yours()) {
            Ok(kernel) => kernel,
            Err(verdict) => return verdict,
        };
        if k.min().double_value(&[]) < -1e-6 {
            return Verdict::wrong("a mean has no negative numbers: they bring out differences");
        }
        if let Some(verdict) = brightness(sum) {
            return verdict;
        }
        if k.max().double_value(&[]) > 0.9 {
            return Verdict::wrong("nearly all comes from one pixel: let its neighbours count too");
        }
        Verdict::right("A mean of neighbours: noise goes, and fine lines with it.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    fn floats<const N: usize>(rows: &[[f32; N]]) -> Tensor {
        Tensor::from_slice2(rows)
    }

    #[test]
    fn a_blur_is_a_mean_of_neighbours() {
        BLUR.prove::<fn() -> Tensor>(
            blur,
            || todo!(),
            || panic!("stop"),
            &[
                || Tensor::ones([3, 3], (Kind::Float, Device::Cpu)) / 9,
                || floats(&[[1., 2., 1.], [2., 4., 2.], [1., 2., 1.]]) / 16,
                || Tensor::ones([5, 5], (Kind::Float, Device::Cpu)) / 25,
            ],
            &[
                (|| Tensor::ones([3, 3], (Kind::Float, Device::Cpu)), "brighter"),
                (|| Tensor::ones([3, 3], (Kind::Float, Device::Cpu)) / 16, "darker"),
                (|| floats(&[[0., 0., 0.], [0., 1., 0.], [0., 0., 0.]]), "one pixel"),
                (|| floats(&[[0., -1., 0.], [-1., 5., -1.], [0., -1., 0.]]), "no negative numbers"),
                (|| Tensor::ones([1, 1, 3, 3], (Kind::Float, Device::Cpu)) / 9, "two axes"),
            ],
        );
    }
}
