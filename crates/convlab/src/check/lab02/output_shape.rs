use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub const OUTPUT_SHAPE: Exercise = Exercise {
    name: "output_shape",
    lab: "02",
    hints: &[
        "the output has the same four axes as the input: examples, channels, rows, columns",
        "each filter makes one channel: look at the first number of the weight's shape",
        "a window of 2 can start at positions 0, 1 and 2 of a side of 4",
    ],
};

/// Judges the predicted output shape of the lab's layer: input [1, 2, 4, 4], weight [3, 2, 2, 2], no padding.
pub fn output_shape<T: AsRef<[i64]>>(yours: impl Fn() -> T) -> Answer {
    OUTPUT_SHAPE.judge(|| match yours().as_ref() {
        [1, 3, 3, 3] => Verdict::right(
            "One example, three output channels, and 4 - 2 + 1 = 3 positions for the window along each side.",
        ),
        [3, 2, 2, 2] => Verdict::wrong(
            "[3, 2, 2, 2] is the shape of the weight; the output has an axis for the batch, one for the output channels and two for the positions of the window",
        ),
        [3, 3, 3] => Verdict::wrong("the batch axis is missing: a batch of one is still a batch"),
        [_, _, 4, 4] => Verdict::wrong(
            "a window of 2 by 2 has no room to start in the last row or column of a 4 by 4 image; without padding a side shrinks to 4 - 2 + 1",
        ),
        [_, _, 2, 2] => Verdict::wrong(
            "the window moves by one pixel, not by its own width: count the positions where it can start",
        ),
        [_, 2, _, _] => {
            Verdict::wrong("the two input channels are added up; the layer has three output channels")
        }
        [_, 6, _, _] => Verdict::wrong(
            "each filter sums over its two input channels, so three filters give three maps, not six",
        ),
        other if other.len() != 4 => Verdict::wrong(format!(
            "{other:?} has {} axes, and the output has four: [n, c, h, w]",
            other.len()
        )),
        other => Verdict::wrong(format!(
            "{other:?} is not [examples, output channels, rows, columns]: how many positions are there for a window of 2 along a side of 4?"
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_of_the_weight_given_for_the_outputs_is_recognised() {
        OUTPUT_SHAPE.prove::<fn() -> &'static [i64]>(
            output_shape,
            || todo!(),
            || panic!("stop"),
            &[|| &[1, 3, 3, 3]],
            &[
                (|| &[3, 2, 2, 2], "shape of the weight"),
                (|| &[3, 3, 3], "batch axis"),
                (|| &[1, 3, 4, 4], "4 - 2 + 1"),
                (|| &[1, 3, 2, 2], "not by its own width"),
                (|| &[1, 2, 3, 3], "added up"),
                (|| &[1, 6, 3, 3], "not six"),
                (|| &[1, 3], "2 axes"),
                (|| &[1, 3, 3, 5], "[1, 3, 3, 5] is not"),
            ],
        );
    }
}
