use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub(super) const COLOUR_WEIGHT: Exercise = Exercise {
    name: "colour_weight",
    lab: "04",
    hints: &[
        "the order is [output channels, input channels, kernel rows, kernel columns]",
        "a picture in colour has 3 input channels",
    ],
};

/// Judges the shape of the weight of a convolution from 3 to 8 channels with kernels of 5 by 5.
pub fn colour_weight<T: AsRef<[i64]>>(yours: impl Fn() -> T) -> Answer {
    COLOUR_WEIGHT.judge(|| match yours().as_ref() {
        [8, 3, 5, 5] => {
            Verdict::right("8 filters, each with a kernel of 5 by 5 for red, for green and for blue.")
        }
        [3, 8, 5, 5] => Verdict::wrong("output channels come first, then input channels"),
        [5, 5, 3, 8] | [5, 5, 8, 3] => {
            Verdict::wrong("in PyTorch and tch the kernel's rows and columns come last")
        }
        [8, 5, 5] => {
            Verdict::wrong("each of the 8 filters has a kernel for every input channel: an axis is missing")
        }
        [8, 3, 5] => Verdict::wrong("a kernel has rows and columns: [8, 3, 5] has one axis too few"),
        other => Verdict::wrong(format!("{other:?} is not [output channels, input channels, rows, columns]")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weight_s_axes_and_their_order_are_distinguished() {
        COLOUR_WEIGHT.prove::<fn() -> &'static [i64]>(
            colour_weight,
            || todo!(),
            || panic!("stop"),
            &[|| &[8, 3, 5, 5]],
            &[
                (|| &[3, 8, 5, 5], "output channels come first"),
                (|| &[5, 5, 3, 8], "come last"),
                (|| &[8, 5, 5], "an axis is missing"),
                (|| &[8, 3, 5], "one axis too few"),
                (|| &[8, 3, 3, 3], "[8, 3, 3, 3] is not"),
            ],
        );
    }
}
