use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use std::f64::consts::E;

pub const LOWEST_LOSS: Exercise = Exercise {
    name: "lowest_loss",
    lab: "05",
    hints: &[
        "`1f64.exp()` is e, about 2.718, and `0f64.exp()` is 1: add up the ten of them",
        "the right digit's probability is e / (e + 9), about 0.23",
        "the loss is its negative logarithm: `-(…).ln()`",
    ],
};

/// Judges the cross-entropy of a perfect answer whose scores have been through a soft-max before: ln(e + 9) - 1.
pub fn lowest_loss(yours: impl Fn() -> f64) -> Answer {
    LOWEST_LOSS.judge(|| {
        let found = yours();
        let is = |value: f64| (found - value).abs() < 5e-3;
        Verdict::wrong(if is((E + 9.0).ln() - 1.0) {
            return Verdict::right("About 1.46: that is where the curve of the bug hunt was heading.");
        } else if is(E / (E + 9.0)) {
            "that is the probability of the right digit; the loss is its negative logarithm"
        } else if is(1.0 - (E + 9.0).ln()) {
            "the sign is lost: the logarithm of a probability is negative, and the loss is its opposite"
        } else if is(0.0) {
            "0 would need a probability of 1, and so a score far above the others; after a soft-max none is more than 1 above"
        } else if is((E + 9.0).ln()) {
            "the exponential of the right digit's own score, e, belongs above the line: e / (e + 9)"
        } else if is((E + 10.0).ln() - 1.0) || is((E + 8.0).ln() - 1.0) {
            "there are ten digits: the right one and nine others"
        } else if is(10f64.ln()) {
            "2.30 is the loss of a guess, with ten equal scores; the best answer has 1 for the right digit and 0 for the others"
        } else if is(((E + 9.0) / E).log10()) {
            "the logarithm is the natural one, `.ln()`"
        } else {
            "it is -ln(e / (e + 9)): one score of 1, nine of 0"
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_answer_through_two_softmaxes_costs_the_logarithm_of_e_plus_9_less_1() {
        LOWEST_LOSS.prove::<fn() -> f64>(
            lowest_loss,
            || todo!(),
            || panic!("stop"),
            &[|| -(1f64.exp() / (1f64.exp() + 9.)).ln(), || (1f64.exp() + 9.).ln() - 1., || 1.46],
            &[
                (|| 1f64.exp() / (1f64.exp() + 9.), "the probability of the right digit"),
                (|| (1f64.exp() / (1f64.exp() + 9.)).ln(), "the sign is lost"),
                (|| 0., "none is more than 1 above"),
                (|| (1f64.exp() + 9.).ln(), "above the line"),
                (|| (1f64.exp() + 10.).ln() - 1., "nine others"),
                (|| 10f64.ln(), "the loss of a guess"),
                (|| -(1f64.exp() / (1f64.exp() + 9.)).log10(), "the natural one"),
                (|| 7., "one score of 1"),
                (|| f64::NAN, "nine of 0"),
            ],
        );
    }
}
