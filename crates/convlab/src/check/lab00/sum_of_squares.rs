use crate::check::exercise::Exercise;
use crate::check::input::calling_with;
use crate::check::{Answer, Verdict};

pub const SUM_OF_SQUARES: Exercise = Exercise {
    name: "sum_of_squares",
    lab: "00",
    hints: &[
        "start with `let mut sum = 0;` before the loop, and end with `sum` after it",
        "`1..=n` is every number from 1 to n, n included",
        "in the loop: `sum += i * i;`",
    ],
};

/// Judges a function that adds the squares of 1 to n.
pub fn sum_of_squares(yours: impl Fn(i64) -> i64) -> Answer {
    SUM_OF_SQUARES.judge(|| {
        let wrong = [4, 1, 0, 10].into_iter().find_map(|n| {
            calling_with(format!("n = {n}"));
            mistake(n, yours(n))
        });
        wrong.map_or_else(|| Verdict::right("1 + 4 + 9 + …: a loop is all it takes."), Verdict::wrong)
    })
}

fn mistake(n: i64, found: i64) -> Option<String> {
    let to = |last: i64| (1..=last).map(|i| i * i).sum::<i64>();
    let right = to(n);
    let why = match found {
        _ if found == right => return None,
        _ if found == to(n - 1) => "the last number is missing: `1..n` ends before n, `1..=n` with it",
        _ if found == n * (n + 1) / 2 => "those are the numbers, not their squares: `i * i`",
        _ if found == n * n => "that is the last square alone: add with `+=`",
        _ if found == right * right || found == (n * (n + 1) / 2).pow(2) => "square each number, then add",
        _ => "add `i * i` for every i from 1 to n",
    };
    Some(format!("for n = {n} the sum is {right}, and yours is {found}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_squares_are_added_and_the_last_is_one_of_them() {
        SUM_OF_SQUARES.prove::<fn(i64) -> i64>(
            sum_of_squares,
            |_| todo!(),
            |n| 1 / (n - n),
            &[
                |n| {
                    let mut sum = 0;
                    for i in 1..=n {
                        sum += i * i;
                    }
                    sum
                },
                |n| n * (n + 1) * (2 * n + 1) / 6,
            ],
            &[
                (|n| (1..n).map(|i| i * i).sum(), "`1..=n` with it"),
                (|n| (1..=n).sum(), "not their squares"),
                (|n| n * n, "the last square alone"),
                (|n| (1..=n).sum::<i64>().pow(2), "then add"),
                (|_| -1, "for every i"),
            ],
        );
    }
}
