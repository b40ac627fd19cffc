use crate::check::Answer;
use crate::check::cases::choice;
use crate::check::exercise::Exercise;

pub const WHO_SUFFERS: Exercise = Exercise {
    name: "who_suffers",
    lab: "01",
    hints: &[
        "does a fully connected layer know which of its 784 inputs were neighbours?",
        "the order is the same in training and in the test: a layer with a weight for each position can learn any order",
        "what does a small patch of a scrambled image show?",
    ],
};

/// Judges the choice of whose accuracy suffers from scrambled pixels.
pub fn who_suffers(yours: impl Fn() -> char) -> Answer {
    let options = [
        (
            'a',
            Err(
                "one of them looks at small patches: what is in a patch when no two of its pixels were neighbours?",
            ),
        ),
        (
            'b',
            Err(
                "it has a weight for each position and never knew which were neighbours: any order is as good to it",
            ),
        ),
        ('c', Ok("It relies on neighbours, and they are gone. You will measure it below.")),
        (
            'd',
            Err(
                "*you* cannot read them, but a row of 784 weights does not look at shapes, so it loses nothing",
            ),
        ),
    ];
    WHO_SUFFERS.judge(|| choice(yours(), &options))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_convolutional_network_that_suffers() {
        WHO_SUFFERS.prove::<fn() -> char>(
            who_suffers,
            || todo!(),
            || panic!("stop"),
            &[|| 'c', || 'C'],
            &[
                (|| 'a', "small patches"),
                (|| 'b', "any order is as good"),
                (|| 'd', "it loses nothing"),
                (|| 'x', "there is no choice"),
            ],
        );
    }
}
