use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub const SEEN_BY_SECOND: Exercise = Exercise {
    name: "seen_by_second",
    lab: "01",
    hints: &[
        "take one row: five numbers in a row of the first map, each of which sees five pixels of the image",
        "the first of them sees pixels 0 to 4, the second pixels 1 to 5: what does the fifth see?",
    ],
};

/// Judges how many pixels along each side a value of the second of two 5 by 5 convolutions depends on.
pub fn seen_by_second(yours: impl Fn() -> i64) -> Answer {
    SEEN_BY_SECOND.judge(|| {
        Verdict::wrong(match yours() {
            9 => return Verdict::right("5 + 5 - 1: five neighbouring windows of five, pixels 0 to 8."),
            5 => {
                "5 are the numbers of the first *map* that it sees; each of those sees 5 pixels of the image"
            }
            10 => "neighbouring windows overlap: the fifth begins at pixel 4, not at pixel 5",
            25 => "the five windows of five lie one pixel apart, not side by side, so they overlap",
            81 => "81 are all the pixels; how many are there along one side?",
            _ => "the five windows begin at the pixels 0 to 4 and are 5 wide: which is the last pixel?",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_fives_see_nine() {
        SEEN_BY_SECOND.prove::<fn() -> i64>(
            seen_by_second,
            || todo!(),
            || panic!("stop"),
            &[|| 9, || 5 + 5 - 1],
            &[
                (|| 5, "the first *map*"),
                (|| 10, "not at pixel 5"),
                (|| 25, "not side by side"),
                (|| 81, "along one side"),
                (|| 0, "which is the last pixel"),
            ],
        );
    }
}
