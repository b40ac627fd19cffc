use crate::check::exercise::Exercise;
use crate::check::input::calling_with;
use crate::check::{Answer, Verdict};

pub const HALF: Exercise = Exercise {
    name: "half",
    lab: "00",
    hints: &[
        "`n / 2` divides whole numbers and drops the remainder, so convert `n` first",
        "`n as f64` is `n` as a decimal number, and `2.` a decimal 2",
        "`n as f64 / 2.`, without a semicolon: the last expression is what the function returns",
    ],
};

/// Judges a function that halves a whole number and keeps the decimals.
pub fn half(yours: impl Fn(i64) -> f64) -> Answer {
    HALF.judge(|| {
        let wrong = [7, 2, 0, -3].into_iter().find_map(|n| {
            calling_with(format!("n = {n}"));
            mistake(n, yours(n))
        });
        wrong.map_or_else(|| Verdict::right("That is how every check answers."), Verdict::wrong)
    })
}

fn mistake(n: i64, found: f64) -> Option<String> {
    let right = n as f64 / 2.0;
    let is = |value: f64| (found - value).abs() < 1e-9;
    let why = if is(right) {
        return None;
    } else if is((n / 2) as f64) {
        "the remainder was dropped before the number became a decimal one: convert first, then divide"
    } else if is(n as f64) {
        "that is the number itself; `//` begins a comment in Rust, `/` divides"
    } else if is(2.0 * n as f64) {
        "that is twice the number"
    } else {
        "divide `n as f64` by `2.`"
    };
    Some(format!("half of {n} is {right}, and yours is {found}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_has_its_decimals() {
        HALF.prove::<fn(i64) -> f64>(
            half,
            |_| todo!(),
            |n| (1 / (n - n)) as f64,
            &[|n| n as f64 / 2., |n| 0.5 * n as f64],
            &[
                (|n| (n / 2) as f64, "convert first"),
                (|n| n as f64, "begins a comment"),
                (|n| n as f64 * 2., "twice the number"),
                (|_| f64::NAN, "divide `n as f64`"),
            ],
        );
    }
}
