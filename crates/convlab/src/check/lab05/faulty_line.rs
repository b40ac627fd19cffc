use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub const FAULTY_LINE: Exercise = Exercise {
    name: "faulty_line",
    lab: "05",
    hints: &[
        "the loss comes from one network; whose weights does the optimiser move?",
        "an optimiser knows no network, only the `VarStore` that it was built with",
    ],
};

/// Judges which line of the lab's last program must change for `model` to learn.
pub fn faulty_line(yours: impl Fn() -> i64) -> Answer {
    FAULTY_LINE.judge(|| {
        Verdict::wrong(match yours() {
            5 => return Verdict::right("The optimiser was given the other network's weights: `build(&vs_model, 1e-3)`."),
            2 => return Verdict::right("`first_net(&vs_cnn)` would do: then the optimiser moves its weights too. Line 5 is the simpler change."),
            8 => "with `cnn` in line 8 that network would learn, and `model` still would not",
            1 | 3 | 4 => "it is good that each network has a `VarStore` of its own; look where one is used",
            6 => "the list of losses is only for the plot",
            7 => "the images are dealt as in your own loop, and that one learned",
            _ => "the lines are numbered from 1 to 8",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_builds_the_optimiser_is_at_fault() {
        FAULTY_LINE.prove::<fn() -> i64>(
            faulty_line,
            || todo!(),
            || panic!("stop"),
            &[|| 5, || 2],
            &[
                (|| 8, "still would not"),
                (|| 1, "a `VarStore` of its own"),
                (|| 6, "only for the plot"),
                (|| 7, "dealt as in your own loop"),
                (|| 9, "from 1 to 8"),
            ],
        );
    }
}
