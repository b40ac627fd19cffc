use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub const MIDDLE_VALUE: Exercise = Exercise {
    name: "middle_value",
    lab: "01",
    hints: &[
        "the window on rows 1 to 3, columns 1 to 3 holds 1 0 0 / 0 1 0 / 0 0 1",
        "of its nine products only those count where the filter has a 1 as well: the four corners and the middle",
    ],
};

/// Judges the middle value of the map that the X filter makes of the lab's image of two X.
pub fn middle_value(yours: impl Fn() -> f64) -> Answer {
    MIDDLE_VALUE.judge(|| {
        let found = yours();
        let is = |value: f64| (found - value).abs() < 1e-6;
        Verdict::wrong(if is(3.0) {
            return Verdict::right(
                "Two corners and the middle meet a 1: three fifths of an X, and the output says so.",
            );
        } else if is(5.0) {
            "5 is a whole X, all five 1s of the filter on a 1; in the middle of the image only a slanting line is below it"
        } else if is(1.0) {
            "1 is the middle pixel alone; the corners of the window are multiplied and added too"
        } else if is(2.0) {
            "2 are the corners; the pixel in the middle of the window counts as well"
        } else if is(3.0 / 9.0) || is(0.6) {
            "the products are summed, not averaged"
        } else {
            "the window is 1 0 0 / 0 1 0 / 0 0 1 and the filter 1 0 1 / 0 1 0 / 1 0 1: multiply place by place and add up"
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_two_crosses_is_three() {
        MIDDLE_VALUE.prove::<fn() -> f64>(
            middle_value,
            || todo!(),
            || panic!("stop"),
            &[|| 3.0, || 1. + 1. + 1.],
            &[
                (|| 5.0, "a whole X"),
                (|| 1.0, "the middle pixel alone"),
                (|| 2.0, "2 are the corners"),
                (|| 1.0 / 3.0, "not averaged"),
                (|| f64::NAN, "place by place"),
            ],
        );
    }
}
