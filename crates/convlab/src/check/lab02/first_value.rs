use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub const FIRST_VALUE: Exercise = Exercise {
    name: "first_value",
    lab: "02",
    hints: &[
        "the window in channel 0 holds 0, 1, 4, 5; the one in channel 1 holds 16, 17, 20, 21",
        "channel 0 alone gives 0·0.1 + 1·0.2 + 4·(-0.4) + 5·(-0.5) = -3.9",
        "compute channel 1 in the same way with its own kernel, and add the two sums",
    ],
};

/// Judges the first value of the output, `output[0, 0, 0, 0]`, for the lab's two kernels.
pub fn first_value(yours: impl Fn() -> f64) -> Answer {
    FIRST_VALUE.judge(|| {
        let found = yours();
        let is = |value: f64| (found - value).abs() < 5e-3;
        if is(-10.25) {
            return Verdict::right("Eight products, four from each input channel, and one sum.");
        }
        Verdict::wrong(if is(-3.9) {
            "-3.9 is the first input channel alone; the second adds its own four products"
        } else if is(-6.35) {
            "-6.35 is the second input channel alone; the first adds its own four products"
        } else if is(0.96) {
            "the kernel should not be flipped: a layer of a CNN multiplies the window and the kernel in the same order (cross-correlation)"
        } else if is(-10.25 / 4.0) || is(-10.25 / 8.0) {
            "the products are added up, not averaged"
        } else if is(10.25) {
            "the sign is lost: the lower row of both kernels is negative"
        } else {
            "the eight products are 0·0.1, 1·0.2, 4·(-0.4), 5·(-0.5) and 16·0.4, 17·0.3, 20·(-0.42), 21·(-0.45); add them up"
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_and_its_usual_mistakes_are_distinguished() {
        FIRST_VALUE.prove::<fn() -> f64>(
            first_value,
            || todo!(),
            || panic!("stop"),
            &[|| -10.25, || -3.9 - 6.35],
            &[
                (|| -3.9, "first input channel alone"),
                (|| -6.35, "second input channel alone"),
                (|| -2.5625, "not averaged"),
                (|| 10.25, "sign is lost"),
                (|| 1., "eight products"),
                (|| f64::NAN, "eight products"),
                (
                    || {
                        (0. * -0.5 - 0.4 + 4. * 0.2 + 5. * 0.1)
                            + (16. * -0.45 + 17. * -0.42 + 20. * 0.3 + 21. * 0.4)
                    },
                    "not be flipped",
                ),
            ],
        );
    }
}
