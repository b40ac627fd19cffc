use crate::check::Answer;
use crate::check::cases::choice;
use crate::check::exercise::Exercise;

pub(super) const GAP: Exercise = Exercise {
    name: "gap",
    lab: "07",
    hints: &[
        "the network does very well on what it has seen: is it too small, or not trained enough?",
        "there are 72 parameters for each training image: what could they be used for?",
    ],
};

/// Judges the choice of why a network does better on images that it has seen.
pub fn gap(yours: impl Fn() -> char) -> Answer {
    let options = [
        (
            'a',
            Err(
                "it does very well on what it has seen, so it is large enough; more filters could remember even more",
            ),
        ),
        (
            'b',
            Err(
                "all 70,000 digits were shuffled from the same two groups of writers and scaled alike; the test images are new, not harder",
            ),
        ),
        ('c', Ok("That is overfitting. More data, augmentation and regularisation work against it.")),
        (
            'd',
            Err(
                "more epochs bring the first number nearer to 1 and leave the second where it is: the gap grows",
            ),
        ),
    ];
    GAP.judge(|| choice(yours(), &options))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gap_is_what_was_remembered() {
        GAP.prove::<fn() -> char>(
            gap,
            || todo!(),
            || panic!("stop"),
            &[|| 'c', || 'C'],
            &[
                (|| 'a', "large enough"),
                (|| 'b', "not harder"),
                (|| 'd', "the gap grows"),
                (|| 'x', "no choice 'x'"),
            ],
        );
    }
}
