use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub(super) const DIGIT_FEATURES: Exercise = Exercise {
    name: "digit_features",
    lab: "07",
    hints: &[
        "the two convolutions leave 28 by 28, the pooling halves each side",
        "multiply: 32 channels, 14 rows, 14 columns",
    ],
};

/// Judges how many numbers the linear layer of the lab's network for digits takes for an image [1, 28, 28].
pub fn digit_features(yours: impl Fn() -> i64) -> Answer {
    DIGIT_FEATURES.judge(|| {
        Verdict::wrong(match yours() {
            6272 => {
                return Verdict::right(
                    "32 maps of 14 by 14. The linear layer has ten weights for each of them.",
                );
            }
            25_088 => "25,088 is 32·28·28: the pooling halves rows and columns",
            12_544 => "the pooling halves the rows *and* the columns: 14 by 14",
            4608 => "4,608 is 32·12·12: with padding 'same' the convolutions cut nothing off",
            1568 => "1,568 is 32·7·7: there is only one pooling",
            196 => "196 are the numbers of one map; there are 32",
            32 => "32 are the maps; each has many numbers",
            _ => "it is channels · rows · columns of what the pooling gives",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_linear_layer_takes_all_numbers_after_the_pooling() {
        DIGIT_FEATURES.prove::<fn() -> i64>(
            digit_features,
            || todo!(),
            || panic!("stop"),
            &[|| 6272],
            &[
                (|| 25_088, "32·28·28"),
                (|| 12_544, "*and* the columns"),
                (|| 4608, "cut nothing off"),
                (|| 1568, "only one pooling"),
                (|| 196, "one map"),
                (|| 32, "are the maps"),
                (|| 7, "channels · rows · columns"),
            ],
        );
    }
}
