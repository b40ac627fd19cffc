use crate::check::Answer;
use crate::check::cases::choice;
use crate::check::exercise::Exercise;

pub const WHICH_FIRST: Exercise = Exercise {
    name: "which_first",
    lab: "03",
    hints: &[
        "take a block of four numbers, some of them below zero, and do it both ways",
        "take a block of which all numbers are below zero, too",
    ],
};

/// Judges the choice of what the order of pooling and ReLU makes of the result.
pub fn which_first(yours: impl Fn() -> char) -> Answer {
    let options = [
        (
            'a',
            Ok(
                "The larger of two numbers stays the larger when what is below zero becomes 0. Pooling first is less work: ReLU has a quarter of the numbers left.",
            ),
        ),
        ('b', Err("ReLU comes afterwards and makes 0 of them")),
        (
            'c',
            Err(
                "a block gives 0 when none of its numbers is above zero; does that depend on which comes first?",
            ),
        ),
        ('d', Err("try a block with any numbers you like, and do it both ways")),
    ];
    WHICH_FIRST.judge(|| choice(yours(), &options))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pooling_and_relu_may_change_places() {
        WHICH_FIRST.prove::<fn() -> char>(
            which_first,
            || todo!(),
            || panic!("stop"),
            &[|| 'a'],
            &[
                (|| 'b', "makes 0 of them"),
                (|| 'c', "none of its numbers"),
                (|| 'd', "any numbers you like"),
                (|| 'e', "there is no choice"),
            ],
        );
    }
}
