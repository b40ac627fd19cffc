use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub const FLATTENED_FEATURES: Exercise = Exercise {
    name: "flattened_features",
    lab: "03",
    hints: &[
        "the first convolution leaves 24 by 24, pooling half of that",
        "the second convolution starts from 12 by 12",
        "there are 20 channels at the end",
    ],
};

/// Judges the number of inputs of the linear layer of the lab's classifier.
pub fn flattened_features(yours: impl Fn() -> i64) -> Answer {
    FLATTENED_FEATURES.judge(|| {
        Verdict::wrong(match yours() {
            320 => return Verdict::right("28 → 24 → 12 → 8 → 4, and 20 channels of 4 by 4."),
            16 => "16 are the numbers of one channel; there are 20",
            160 => "10 channels leave the first convolution; the linear layer stands after the second",
            1_280 => "8 by 8 leaves the second convolution, and then it is pooled",
            8_000 => "there is pooling after both convolutions",
            980 => "with a padding of 2 it would be 7 by 7; there is none here",
            3_200 => "the 10 channels between the layers are summed over: 20 come out",
            _ => {
                "28 - 4 = 24, half of it is 12, 12 - 4 = 8, half of it is 4: how many numbers in 20 channels?"
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_320_is_found_by_following_the_sides() {
        FLATTENED_FEATURES.prove::<fn() -> i64>(
            flattened_features,
            || todo!(),
            || panic!("stop"),
            &[|| 320, || 20 * 4 * 4],
            &[
                (|| 16, "one channel"),
                (|| 160, "after the second"),
                (|| 20 * 8 * 8, "then it is pooled"),
                (|| 20 * 20 * 20, "after both convolutions"),
                (|| 20 * 7 * 7, "a padding of 2"),
                (|| 3_200, "are summed over"),
                (|| 1, "how many numbers"),
            ],
        );
    }
}
