use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub(super) const FIRST_LOSS: Exercise = Exercise {
    name: "first_loss",
    lab: "06",
    hints: &[
        "each of ten digits gets the probability 0.1, also the right one",
        "cross-entropy is the negative natural logarithm of that: `-(0.1f64).ln()`",
    ],
};

/// Judges the foreseen cross-entropy of a network that gives ten classes the same probability.
pub fn first_loss(yours: impl Fn() -> f64) -> Answer {
    FIRST_LOSS.judge(|| {
        let found = yours();
        let is = |value: f64| (found - value).abs() < 0.01;
        Verdict::wrong(if is(10f64.ln()) {
            return Verdict::right("-ln 0.1 = ln 10 = 2.30: remember it, a first loss far above it tells of a bad start.");
        } else if is(-(10f64.ln())) {
            "the logarithm of a probability is negative, and the loss is its negative: a positive number"
        } else if is(0.1) {
            "0.1 is the probability; the loss is the negative logarithm of it"
        } else if is(1.0) || is(10f64.log2()) {
            "it is the natural logarithm, with base e: `.ln()`"
        } else if is(0.0) {
            "a loss of 0 belongs to a network that gives the right class the probability 1"
        } else if is(0.9) {
            "0.9 is the probability of being wrong; the loss is the negative logarithm of the right class's probability"
        } else {
            "the right class has the probability 1/10, and the loss is the negative natural logarithm of that"
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_loss_is_the_logarithm_of_ten() {
        FIRST_LOSS.prove::<fn() -> f64>(
            first_loss,
            || todo!(),
            || panic!("stop"),
            &[|| 10f64.ln(), || 2.3],
            &[
                (|| -(10f64.ln()), "a positive number"),
                (|| 0.1, "is the probability;"),
                (|| 10f64.log2(), "base e"),
                (|| 1.0, "base e"),
                (|| 0.0, "the probability 1"),
                (|| 0.9, "being wrong"),
                (|| f64::NAN, "1/10"),
            ],
        );
    }
}
