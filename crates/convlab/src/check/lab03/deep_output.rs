use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub const DEEP_OUTPUT: Exercise = Exercise {
    name: "deep_output",
    lab: "03",
    hints: &["the batch stays a batch; each filter makes one map", "the side is `output_side(32, 5, 2, 2)`"],
};

/// Judges the shape that a layer of 6 filters, 5 by 5, stride 2, padding 2, makes of [8, 3, 32, 32].
pub fn deep_output(yours: impl Fn() -> [i64; 4]) -> Answer {
    DEEP_OUTPUT.judge(|| {
        Verdict::wrong(match yours() {
            [8, 6, 16, 16] => {
                return Verdict::right(
                    "Eight examples, a map for each of six filters, and half of each side.",
                );
            }
            [6, 3, 5, 5] => {
                "[6, 3, 5, 5] is the shape of the weight: what the layer stores, not what it produces"
            }
            [8, 3, ..] => {
                "the depth that comes in is summed over; the depth that comes out is the number of filters"
            }
            [8, 18, ..] => "each filter adds up its three kernels' maps: six filters give six maps",
            [1, ..] => "the batch has eight examples",
            [8, 6, 14, 14] => {
                "there are two zeros at each end of a side: it is 36 long before the window starts"
            }
            [8, 6, 32, 32] => "*same* padding keeps a side only where the stride is 1",
            [8, 6, 28, 28] => "that is without stride and without padding",
            [8, 6, 17, 17] | [8, 6, 15, 15] => {
                "count the positions again: (32 + 4 - 5) / 2 without the remainder, and one more"
            }
            _ => "it is [examples, filters, output_side(32, 5, 2, 2), the same]",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_stride_and_padding_are_put_together() {
        DEEP_OUTPUT.prove::<fn() -> [i64; 4]>(
            deep_output,
            || todo!(),
            || panic!("stop"),
            &[|| [8, 6, 16, 16]],
            &[
                (|| [6, 3, 5, 5], "the shape of the weight"),
                (|| [8, 3, 16, 16], "the depth that comes in"),
                (|| [8, 18, 16, 16], "six maps"),
                (|| [1, 6, 16, 16], "eight examples"),
                (|| [8, 6, 14, 14], "36 long"),
                (|| [8, 6, 32, 32], "where the stride is 1"),
                (|| [8, 6, 28, 28], "without stride and without padding"),
                (|| [8, 6, 17, 17], "count the positions again"),
                (|| [0; 4], "[examples, filters"),
            ],
        );
    }
}
