use super::super::{Answer, Verdict, exercise::Exercise};
use super::{drawn, kernel, map, same, shown, swapped, turned};

pub(super) const SLICE_MAP: Exercise = Exercise {
    name: "slice_map",
    lab: "08",
    hints: &[
        "four loops: rows i and columns j of the map, and rows a and columns b of the kernel",
        "the pixel in row `i + a` and column `j + b` is `x[(i + a) * width + j + b]`, and it meets `k[a * 3 + b]`",
        "start with `let mut y = Vec::new();`, add up the nine products of a window in a variable, then `y.push(sum);`, and end with `y`",
    ],
};

/// Judges a function that slides a kernel of 3 by 3 over an image whose rows have `width` numbers, and returns the map.
pub fn slice_map(yours: impl Fn(&[f32], usize, &[f32; 9]) -> Vec<f32>) -> Answer {
    SLICE_MAP.judge(|| {
        let count = |n: usize| (0..n).map(|i| i as f32).collect::<Vec<_>>();
        let counted = std::array::from_fn(|at| at as f32);
        let mut cases = vec![(count(9), 3, counted), (count(12), 4, counted)];
        cases.extend(
            [(3, 6, 1), (7, 4, 2), (5, 5, 3)].map(|(h, w, seed)| (drawn(h * w, seed), w, kernel(seed + 40))),
        );
        let wrong = cases.iter().find_map(|(x, width, k)| mistake(x, *width, k, &yours(x, *width, k)));
        wrong.map_or_else(
            || Verdict::right("The same numbers as libtorch's, and no tensor in sight."),
            Verdict::wrong,
        )
    })
}

fn mistake(x: &[f32], width: usize, k: &[f32; 9], found: &[f32]) -> Option<String> {
    let right = map(x, width, k);
    if same(found, &right) {
        return None;
    }
    let (rows, columns) = (x.len() / width - 2, width - 2);
    let size = format!("for an image of {} by {width}", rows + 2);
    Some(if found.len() != right.len() {
        let why = match found.len() {
            n if n == x.len() => "a window of 3 cannot start in the last two rows or columns",
            n if n == (rows + 2) * columns => "the rows at the bottom have no room for a window either",
            n if n == (rows - 1) * (columns - 1) => {
                "a window can start at 0 up to and including the side - 3"
            }
            _ => "along each side there are as many windows as the side has numbers, less 2",
        };
        format!("{size} yours has {} numbers, and {rows} · {columns} are wanted: {why}", found.len())
    } else if same(found, &map(x, width, &turned(k))) {
        format!("{size} your kernel is turned round: `k[0]` meets the window's first number")
    } else if same(found, &map(x, width, &swapped(k))) {
        format!("{size} the kernel's rows and columns are swapped: row a begins at `k[a * 3]`")
    } else if same(found, &with_stride(x, columns, k, [rows, columns])) {
        format!(
            "{size} you look for the image's rows {columns} numbers apart; they are {width} apart, the map's are {columns}"
        )
    } else if same(found, &right.iter().map(|value| value / 9.0).collect::<Vec<_>>()) {
        format!("{size} the products are averaged, and their sum is wanted")
    } else {
        let [x, k, right, found] = [(x, width), (&k[..], 3), (&right, columns), (found, columns)]
            .map(|(all, width)| shown(all, width));
        format!("image\n{x}\nand kernel\n{k}\nshould give\n{right}\nand yours is\n{found}")
    })
}

/// The map, if rows of the image are looked for `stride` numbers apart.
fn with_stride(x: &[f32], stride: usize, k: &[f32; 9], [rows, columns]: [usize; 2]) -> Vec<f32> {
    let at = |i: usize, j: usize| (0..9).map(|tap| x[(i + tap / 3) * stride + j + tap % 3] * k[tap]).sum();
    (0..rows * columns).map(|place| at(place / columns, place % columns)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loops(x: &[f32], width: usize, k: &[f32; 9], less: [usize; 2], stride: usize) -> Vec<f32> {
        let mut y = Vec::new();
        for i in 0..x.len() / width - less[0] {
            for j in 0..width - less[1] {
                let value =
                    |a: usize, b: usize| x.get((i + a) * stride + j + b).unwrap_or(&0.0) * k[a * 3 + b];
                y.push((0..9).map(|tap| value(tap / 3, tap % 3)).sum());
            }
        }
        y
    }

    #[test]
    fn a_map_of_slices_is_libtorchs_and_the_usual_mistakes_are_named() {
        SLICE_MAP.prove::<fn(&[f32], usize, &[f32; 9]) -> Vec<f32>>(
            slice_map,
            |_, _, _| todo!(),
            |x, _, _| vec![x[1000]],
            &[
                |x, width, k| loops(x, width, k, [2, 2], width),
                |x, width, k| {
                    let mut y = vec![0.0; (x.len() / width - 2) * (width - 2)];
                    for (tap, weight) in k.iter().enumerate() {
                        for (i, row) in y.chunks_mut(width - 2).enumerate() {
                            let from = &x[(i + tap / 3) * width + tap % 3..];
                            row.iter_mut().zip(from).for_each(|(y, x)| *y += weight * x);
                        }
                    }
                    y
                },
            ],
            &[
                (|x, width, k| loops(x, width, k, [0, 0], width), "cannot start in the last two"),
                (|x, width, k| loops(x, width, k, [0, 2], width), "at the bottom"),
                (|x, width, k| [loops(x, width, k, [2, 2], width), vec![0.0; 3]].concat(), "less 2"),
                (|x, width, k| loops(x, width, &turned(k), [2, 2], width), "turned round"),
                (|x, width, k| loops(x, width, &swapped(k), [2, 2], width), "swapped"),
                (|x, width, k| loops(x, width, k, [2, 2], width - 2), "numbers apart"),
                (
                    |x, width, k| loops(x, width, k, [2, 2], width).iter().map(|y| y / 9.0).collect(),
                    "averaged",
                ),
                (
                    |x, width, k| loops(x, width, k, [2, 2], width).iter().map(|y| y + 1.0).collect(),
                    "should give",
                ),
            ],
        );
    }
}
