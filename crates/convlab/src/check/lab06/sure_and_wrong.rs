use crate::check::Answer;
use crate::check::cases::choice;
use crate::check::exercise::Exercise;

pub(super) const SURE_AND_WRONG: Exercise = Exercise {
    name: "sure_and_wrong",
    lab: "06",
    hints: &[
        "soft-max only compares the ten scores of one image with each other",
        "was the network ever told, in training, how often its probabilities come true?",
    ],
};

/// Judges the choice of what a probability of more than 90 % for a wrong class says.
pub fn sure_and_wrong(yours: impl Fn() -> char) -> Answer {
    let options = [
        (
            'a',
            Err(
                "that would have to be measured: a network's 90 % need not come true nine times in ten, and often do not",
            ),
        ),
        (
            'b',
            Ok("It compares scores. Whether 90 % means 90 % is a question of its own, called calibration."),
        ),
        (
            'c',
            Err(
                "labels can be wrong, and some of these are hard to read; but the number is about the scores alone",
            ),
        ),
        ('d', Err("a second soft-max would make the probabilities more equal, not more sure")),
    ];
    SURE_AND_WRONG.judge(|| choice(yours(), &options))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_of_a_network_is_a_comparison_of_scores() {
        SURE_AND_WRONG.prove::<fn() -> char>(
            sure_and_wrong,
            || todo!(),
            || panic!("stop"),
            &[|| 'b', || 'B'],
            &[
                (|| 'a', "nine times in ten"),
                (|| 'c', "about the scores"),
                (|| 'd', "more equal"),
                (|| 'e', "no choice 'e'"),
            ],
        );
    }
}
