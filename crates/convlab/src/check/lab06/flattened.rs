use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub(super) const FLATTENED: Exercise = Exercise {
    name: "flattened",
    lab: "06",
    hints: &[
        "an image is [32, 4, 4] after the third stage",
        "flattening forgets the axes and keeps every number: multiply",
    ],
};

/// Judges how many numbers represent an image after the three stages.
pub fn flattened(yours: impl Fn() -> i64) -> Answer {
    FLATTENED.judge(|| {
        Verdict::wrong(match yours() {
            512 => {
                return Verdict::right(
                    "32 channels of 4 by 4 numbers; every image of the batch has as many.",
                );
            }
            32 => "32 are the channels; each of them has 4 by 4 numbers",
            16 => "16 is one channel's 4 by 4 numbers; there are 32 channels",
            62_976 => "62,976 is the whole batch of 123: flattening leaves the axis of the images alone",
            784 => "784 pixels went in; what comes out has another shape, [32, 4, 4]",
            800 => "800 is 32·5·5, but the third convolution leaves 4 by 4 of 5 by 5",
            _ => "it is channels · rows · columns of what the third stage gives",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flattened_size_is_all_numbers_of_one_image() {
        FLATTENED.prove::<fn() -> i64>(
            flattened,
            || todo!(),
            || panic!("stop"),
            &[|| 512],
            &[
                (|| 32, "are the channels"),
                (|| 16, "one channel's"),
                (|| 62_976, "whole batch"),
                (|| 784, "went in"),
                (|| 800, "32·5·5"),
                (|| 1, "channels · rows · columns"),
            ],
        );
    }
}
