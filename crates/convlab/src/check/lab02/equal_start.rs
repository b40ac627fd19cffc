use crate::check::Answer;
use crate::check::cases::choice;
use crate::check::exercise::Exercise;

pub const EQUAL_START: Exercise = Exercise {
    name: "equal_start",
    lab: "02",
    hints: &[
        "a filter's gradient depends on the image, on the filter's own weights, and on what the head does with its map",
        "which of these three differ between two filters that start equal, under a head that starts equal too?",
    ],
};

/// Judges the choice of what training does to filters that all start from the same numbers.
pub fn equal_start(yours: impl Fn() -> char) -> Answer {
    let options = [
        (
            'a',
            Err(
                "this training draws no random numbers: where would a difference between equal filters come from?",
            ),
        ),
        (
            'b',
            Err(
                "in the first step only the head learns; from the second on the loss depends on the filters, so their gradients are not zero",
            ),
        ),
        ('c', Ok("Equal weights get equal gradients at every step: four filters do the work of one.")),
        (
            'd',
            Err(
                "no digit belongs to a filter: all four see every image, and the head mixes them in the same way",
            ),
        ),
    ];
    EQUAL_START.judge(|| choice(yours(), &options))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_that_start_equal_stay_equal() {
        EQUAL_START.prove::<fn() -> char>(
            equal_start,
            || todo!(),
            || panic!("stop"),
            &[|| 'c', || 'C'],
            &[
                (|| 'a', "random numbers"),
                (|| 'b', "not zero"),
                (|| 'd', "no digit"),
                (|| 'x', "no choice 'x'"),
            ],
        );
    }
}
