use crate::check::exercise::Exercise;
use crate::check::input::calling_with;
use crate::check::{Answer, Verdict};

pub const SAME_PADDING: Exercise = Exercise {
    name: "same_padding",
    lab: "03",
    hints: &["without padding a side loses `k - 1` pixels", "padding adds zeros at both ends"],
};

/// Judges a function from an odd kernel size to the padding that keeps a side.
pub fn same_padding(yours: impl Fn(i64) -> i64) -> Answer {
    SAME_PADDING.judge(|| {
        let wrong = [5, 3, 1, 7, 11].into_iter().find_map(|k| {
            calling_with(format!("k = {k}"));
            let (right, found) = ((k - 1) / 2, yours(k));
            let why = match found {
                _ if found == right => return None,
                _ if found == k - 1 => "so many are lost, but padding adds zeros at *both* ends",
                _ if found == right + 1 => "then the side grows by 2",
                _ if found == k => "a window as wide as the padding sees nothing but zeros",
                _ => "what a side loses, k - 1, must come back, half of it at each end",
            };
            Some(format!("for a kernel of {k} it is {right}, and yours is {found}: {why}"))
        });
        wrong.map_or_else(
            || Verdict::right("1 for 3 by 3, 2 for 5 by 5: you will meet these numbers everywhere."),
            Verdict::wrong,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_padding_brings_back_what_the_kernel_takes() {
        SAME_PADDING.prove::<fn(i64) -> i64>(
            same_padding,
            |_| todo!(),
            |k| k / (k - k),
            &[|k| (k - 1) / 2, |k| k / 2],
            &[
                (|k| k - 1, "at *both* ends"),
                (|k| k.div_euclid(2) + 1, "grows by 2"),
                (|k| k, "nothing but zeros"),
                (|_| 0, "half of it at each end"),
            ],
        );
    }
}
