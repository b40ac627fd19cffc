use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub const LINEAR_INPUTS: Exercise = Exercise {
    name: "linear_inputs",
    lab: "05",
    hints: &[
        "a filter of 5 has 28 - 5 + 1 positions along a side of 28",
        "the second convolution starts from 24 by 24",
        "flattening counts all numbers: channels times rows times columns",
    ],
};

/// Judges the number of inputs of the linear layer after two 5 by 5 convolutions to 16 and 32 channels, on 28 by 28.
pub fn linear_inputs(yours: impl Fn() -> i64) -> Answer {
    LINEAR_INPUTS.judge(|| {
        Verdict::wrong(match yours() {
            12_800 => return Verdict::right("28 → 24 → 20, and 32 channels of 20 by 20 are 12,800 numbers."),
            25_088 => "a filter of 5 by 5 without padding has no room to start in the last four rows and columns: the map shrinks",
            18_432 => "24 by 24 is what the first convolution leaves; the second takes another four rows and columns",
            400 => "400 are the numbers of one channel; there are 32",
            6_400 => "16 channels leave the first convolution; the linear layer stands after the second",
            512 => "that is with pooling after each convolution; there is none in this network",
            20 => "20 is the side of a map: rows, columns and channels all count",
            _ => "it is 32 channels of (28 - 4 - 4) by (28 - 4 - 4) numbers",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inputs_of_the_linear_layer_are_counted_after_both_convolutions() {
        LINEAR_INPUTS.prove::<fn() -> i64>(
            linear_inputs,
            || todo!(),
            || panic!("stop"),
            &[|| 12_800, || 32 * 20 * 20],
            &[
                (|| 32 * 28 * 28, "the map shrinks"),
                (|| 32 * 24 * 24, "another four rows"),
                (|| 20 * 20, "there are 32"),
                (|| 16 * 20 * 20, "after the second"),
                (|| 32 * 4 * 4, "with pooling"),
                (|| 20, "the side of a map"),
                (|| 0, "(28 - 4 - 4)"),
            ],
        );
    }
}
