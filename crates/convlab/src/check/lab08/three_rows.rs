use super::super::{Answer, Verdict, exercise::Exercise};
use super::{drawn, kernel, map, same, shown, swapped, turned};

pub(super) const THREE_ROWS: Exercise = Exercise {
    name: "three_rows",
    lab: "08",
    hints: &[
        "one loop: `for j in 0..out.len()`; the window of column j covers the columns j, j + 1 and j + 2 of all three rows",
        "the nine products are `k[0] * top[j] + k[1] * top[j + 1] + …`, and the last is `k[8] * bottom[j + 2]`",
        "write the sum into `out[j]` with `=`: each number of the row is written once",
    ],
};

/// Judges a function that fills one row of a map from the three rows of the image below it.
pub fn three_rows(yours: impl Fn(&mut [f32], [&[f32]; 3], &[f32; 9])) -> Answer {
    THREE_ROWS.judge(|| {
        for (width, seed) in [(3, 1), (5, 2), (12, 3)] {
            let (x, k) = (drawn(3 * width, seed), kernel(seed + 40));
            let rows = [0, 1, 2].map(|row| &x[row * width..][..width]);
            let mut out = vec![100.0; width - 2];
            yours(&mut out, rows, &k);
            if let Some(because) = mistake(&x, width, &k, &out) {
                return Verdict::wrong(because);
            }
        }
        Verdict::right(
            "A sum that is finished before it is written can stay in a register, and so can the kernel's nine numbers.",
        )
    })
}

fn mistake(x: &[f32], width: usize, k: &[f32; 9], found: &[f32]) -> Option<String> {
    let right = map(x, width, k);
    if same(found, &right) {
        return None;
    }
    let size = format!("for rows of {width} numbers");
    let upside_down = std::array::from_fn(|at| k[(8 - at) / 3 * 3 + at % 3]);
    let first = std::array::from_fn(|at| if at < 3 { k[at] } else { 0.0 });
    let is = |k: &[f32; 9]| same(found, &map(x, width, k));
    Some(if found.contains(&100.0) {
        let left = found.iter().filter(|value| **value == 100.0).count();
        format!("{size} {left} of the {} numbers of `out` are what they were before", found.len())
    } else if same(found, &right.iter().map(|value| value + 100.0).collect::<Vec<_>>()) {
        format!("{size} you add to what was in `out` before; a row is written, not added to")
    } else if is(&turned(k)) {
        format!("{size} your kernel is turned round: `k[0]` meets the first number of the upper row")
    } else if is(&swapped(k)) {
        format!(
            "{size} the kernel's rows and columns are swapped: `k[0]`, `k[1]`, `k[2]` belong to the upper row"
        )
    } else if is(&upside_down) {
        format!("{size} the rows are upside down: `k[0]`, `k[1]`, `k[2]` belong to the upper one")
    } else if is(&first) {
        format!("{size} only the upper row counts in your sums")
    } else {
        let [x, k, right, found] = [(x, width), (&k[..], 3), (&right, width - 2), (found, width - 2)]
            .map(|(all, width)| shown(all, width));
        format!("rows\n{x}\nand kernel\n{k}\nshould give\n{right}\nand yours is\n{found}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(out: &mut [f32], rows: [&[f32]; 3], k: &[f32; 9]) {
        for (j, out) in out.iter_mut().enumerate() {
            *out = (0..9).map(|tap| rows[tap / 3][j + tap % 3] * k[tap]).sum();
        }
    }

    #[test]
    fn a_row_of_the_map_is_filled_from_three_rows_of_the_image() {
        THREE_ROWS.prove::<fn(&mut [f32], [&[f32]; 3], &[f32; 9])>(
            three_rows,
            |_, _, _| todo!(),
            |out, _, _| out[1000] = 0.0,
            &[fill, |out, rows, k| {
                for row in 0..3 {
                    for (j, window) in rows[row].windows(3).enumerate() {
                        let sum: f32 = window.iter().zip(&k[3 * row..]).map(|(x, k)| x * k).sum();
                        out[j] = if row == 0 { sum } else { out[j] + sum };
                    }
                }
            }],
            &[
                (|_, _, _| (), "what they were before"),
                (|out, rows, k| fill(&mut out[1..], rows, k), "1 of the 1 numbers"),
                (
                    |out, rows, k| {
                        let mut sums = out.to_vec();
                        fill(&mut sums, rows, k);
                        out.iter_mut().zip(sums).for_each(|(out, sum)| *out += sum);
                    },
                    "not added to",
                ),
                (|out, rows, k| fill(out, rows, &turned(k)), "turned round"),
                (|out, rows, k| fill(out, rows, &swapped(k)), "columns are swapped"),
                (|out, [a, b, c], k| fill(out, [c, b, a], k), "upside down"),
                (
                    |out, rows, k| fill(out, rows, &[k[0], k[1], k[2], 0., 0., 0., 0., 0., 0.]),
                    "only the upper row",
                ),
                (|out, rows, k| fill(out, rows, &k.map(|k| 2.0 * k)), "and yours is"),
            ],
        );
    }
}
