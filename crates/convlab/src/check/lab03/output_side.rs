use crate::check::exercise::Exercise;
use crate::check::input::calling_with;
use crate::check::{Answer, Verdict};

pub const OUTPUT_SIDE: Exercise = Exercise {
    name: "output_side",
    lab: "03",
    hints: &[
        "with its padding the side is `n + 2 * padding` long",
        "the first position is 0, the last one where the window still fits is `n + 2 * padding - k`",
        "how often does `stride` go into that, and do not forget position 0",
    ],
};

/// Judges a function from side, kernel, stride and padding to the side of the output.
pub fn output_side(yours: impl Fn(i64, i64, i64, i64) -> i64) -> Answer {
    OUTPUT_SIDE.judge(|| {
        // Side, kernel, stride, padding. Of the first, no two usual mistakes give the same number.
        let cases = [
            (10, 5, 2, 4),
            (4, 2, 1, 0),
            (7, 3, 2, 0),
            (5, 3, 1, 2),
            (8, 3, 2, 1),
            (28, 5, 1, 0),
            (6, 3, 2, 0),
            (32, 5, 2, 2),
            (9, 2, 3, 0),
            (3, 3, 5, 0),
        ];
        let wrong = cases.into_iter().find_map(|(n, k, stride, padding)| {
            calling_with(format!("n = {n}, k = {k}, stride = {stride} and padding = {padding}"));
            side_mistake((n, k, stride, padding), yours(n, k, stride, padding))
        });
        wrong.map_or_else(
            || Verdict::right("Rows and columns, convolution and pooling: they all follow this formula."),
            Verdict::wrong,
        )
    })
}

fn side_mistake((n, k, stride, padding): (i64, i64, i64, i64), found: i64) -> Option<String> {
    let padded = n + 2 * padding;
    let right = (0..padded).step_by(stride as usize).filter(|start| start + k <= padded).count() as i64;
    if found == right {
        return None;
    }
    let why = match found {
        _ if stride > 1 && found == padded - k => {
            "there is no stride in it, nor the first position. Did you write `//`? In Rust that begins a comment; `/` divides"
        }
        _ if found == right - 1 => "position 0 counts too: add 1 at the end",
        _ if padding > 0 && found == (n - k) / stride + 1 => "there is no padding in it yet",
        _ if padding > 0 && found == (n + padding - k) / stride + 1 => "there are zeros at both ends",
        _ if stride > 1 && found == padded - k + 1 => "there is no stride in it yet",
        _ if found == right + 1 => "at the last one the window would hang over the edge: drop the remainder",
        _ => "count the positions on paper, from 0, as long as the window fits",
    };
    Some(format!(
        "a side of {n}, a kernel of {k}, stride {stride} and padding {padding} give {right}, and yours is {found}: {why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_of_the_output_is_the_number_of_positions_of_the_window() {
        OUTPUT_SIDE.prove::<fn(i64, i64, i64, i64) -> i64>(
            output_side,
            |_, _, _, _| todo!(),
            |n, _, _, _| n / (n - n),
            &[|n, k, s, p| (n + 2 * p - k) / s + 1, |n, k, s, p| (n + 2 * p - k + s) / s],
            &[
                (|n, k, s, p| (n + 2 * p - k) / s, "position 0 counts too"),
                (|n, k, _, p| n + 2 * p - k, "begins a comment"),
                (|n, k, s, _| (n - k) / s + 1, "no padding in it"),
                (|n, k, s, p| (n + p - k) / s + 1, "at both ends"),
                (|n, k, _, p| n + 2 * p - k + 1, "no stride in it"),
                (|n, k, s, p| (n + 2 * p - k + s - 1) / s + 1, "hang over the edge"),
                (|_, _, _, _| 100, "as long as the window fits"),
            ],
        );
    }
}
