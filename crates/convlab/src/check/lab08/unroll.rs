use super::super::{Answer, Verdict, exercise::Exercise};
use super::{drawn, numbers, same, shown};
use tch::Tensor;

pub(super) const UNROLL: Exercise = Exercise {
    name: "unroll",
    lab: "08",
    hints: &[
        "row r of the matrix belongs to channel `r / 9` and to the kernel's row `r % 9 / 3` and column `r % 3`",
        "for a row of the matrix, go through the rows i of the map: its windows have their numbers side by side in the image, `side - 2` of them",
        "they begin at `(channel * side + i + a) * side + b`; `y.extend_from_slice(&x[begin..begin + side - 2])` adds them all",
    ],
};

/// Judges a function that unrolls the windows of 3 by 3 of an image [channels, side, side] into a matrix, row by row:
/// [channels · 9, (side - 2)²].
pub fn unroll(yours: impl Fn(&[f32], usize, usize) -> Vec<f32>) -> Answer {
    UNROLL.judge(|| {
        let count = |n: usize| (0..n).map(|i| i as f32).collect::<Vec<_>>();
        let cases = [(count(16), 1, 4), (count(32), 2, 4), (drawn(75, 1), 3, 5), (drawn(144, 2), 4, 6)];
        let wrong = cases.iter().find_map(|(x, channels, side)| mistake(x, *channels, *side, &yours(x, *channels, *side)));
        wrong.map_or_else(|| Verdict::right("Nine times as many numbers, and in return one product of two matrices is the whole convolution."), Verdict::wrong)
    })
}

/// libtorch's own.
fn matrix(x: &[f32], channels: usize, side: usize) -> Tensor {
    let batch = Tensor::from_slice(x).view([1, channels as i64, side as i64, side as i64]);
    batch.im2col([3, 3], [1, 1], [0, 0], [1, 1]).squeeze_dim(0)
}

fn mistake(x: &[f32], channels: usize, side: usize, found: &[f32]) -> Option<String> {
    let matrix = matrix(x, channels, side);
    let right = numbers(&matrix);
    if same(found, &right) {
        return None;
    }
    let (rows, columns) = (9 * channels, (side - 2) * (side - 2));
    let size = format!("for an image [{channels}, {side}, {side}]");
    if found.len() != right.len() {
        let why = if found.len() == 9 * x.len() {
            "; windows that would hang over the edge do not count"
        } else {
            ""
        };
        return Some(format!(
            "{size} yours has {} numbers, and {rows} rows of {columns} are wanted{why}",
            found.len()
        ));
    }
    let by_tap = matrix.view([channels as i64, 3, 3, -1]);
    let is = |other: Tensor| same(found, &numbers(&other));
    Some(if is(matrix.tr()) {
        format!(
            "{size} each of your rows is a window; the windows are the columns, so that a filter's row can meet them"
        )
    } else if is(by_tap.transpose(1, 2)) {
        format!(
            "{size} the kernel's rows and columns are swapped: the second row of the matrix is column 1 of the kernel's row 0"
        )
    } else if is(by_tap.permute([1, 2, 0, 3])) {
        format!(
            "{size} channels and kernel are swapped: all nine rows of channel 0 come first, as in the weight"
        )
    } else if is(by_tap.flip([1, 2])) {
        format!("{size} your kernel is turned round: row 0 belongs to the upper left corner of the windows")
    } else {
        let at = found.iter().zip(&right).position(|(a, b)| a != b).unwrap_or(0);
        let row = at / columns;
        let [right, found] = [&right, found].map(|all| shown(&all[row * columns..][..columns], side - 2));
        format!("{size} row {row} should hold, map row by map row,\n{right}\nand yours holds\n{found}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(x: &[f32], channels: usize, side: usize) -> Tensor {
        matrix(x, channels, side).view([channels as i64, 3, 3, -1])
    }

    #[test]
    fn windows_become_columns_in_the_order_of_the_weight() {
        UNROLL.prove::<fn(&[f32], usize, usize) -> Vec<f32>>(
            unroll,
            |_, _, _| todo!(),
            |x, _, _| vec![x[1000]],
            &[
                |x, channels, side| {
                    let mut y = Vec::new();
                    for r in 0..channels * 9 {
                        for i in 0..side - 2 {
                            let begin = (r / 9 * side + i + r % 9 / 3) * side + r % 3;
                            y.extend_from_slice(&x[begin..begin + side - 2]);
                        }
                    }
                    y
                },
                |x, channels, side| numbers(&matrix(x, channels, side)),
            ],
            &[
                (|x, channels, side| numbers(&matrix(x, channels, side).tr()), "the windows are the columns"),
                (
                    |x, channels, side| numbers(&shape(x, channels, side).transpose(1, 2)),
                    "column 1 of the kernel's row 0",
                ),
                (
                    |x, channels, side| numbers(&shape(x, channels, side).permute([1, 2, 0, 3])),
                    "nine rows of channel 0",
                ),
                (|x, channels, side| numbers(&shape(x, channels, side).flip([1, 2])), "turned round"),
                (|x, _, _| x.repeat(9), "hang over the edge"),
                (|x, _, _| x.to_vec(), "rows of 4 are wanted"),
                (|x, channels, side| numbers(&(matrix(x, channels, side) + 1)), "row 0 should hold"),
            ],
        );
    }
}
