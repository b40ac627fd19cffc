use crate::check::cases::{close, counting, random, rendered};
use crate::check::exercise::Exercise;
use crate::check::input::calling_with;
use crate::check::{Answer, Verdict};
use tch::{Device, Kind, Tensor};

pub const MATRIX_ROW: Exercise = Exercise {
    name: "matrix_row",
    lab: "01",
    hints: &[
        "begin with `let image = Tensor::zeros([5, 5], (Kind::Float, Device::Cpu));`",
        "`image.narrow(0, i, 3).narrow(1, j, 3).copy_(k);` writes the filter into the window at (i, j)",
        "the last line rolls it out: `image.flatten(0, -1)`",
    ],
};

/// Judges a function that writes a filter [3, 3] into the window at (i, j) of 5 by 5 zeros and flattens them to [25].
pub fn matrix_row(yours: impl Fn(&Tensor, i64, i64) -> Tensor) -> Answer {
    MATRIX_ROW.judge(|| {
        let cases =
            [(counting(&[3, 3]) + 1, 0, 1), (counting(&[3, 3]) + 1, 2, 0), (random(&[3, 3], 1), 1, 2)];
        let wrong = cases.iter().find_map(|(k, i, j)| {
            calling_with(format!("a filter [3, 3], i = {i} and j = {j}"));
            mistake(k, (*i, *j), &yours(k, *i, *j))
        });
        wrong.map_or_else(
            || Verdict::right("The same nine weights for every (i, j), each time at another position."),
            Verdict::wrong,
        )
    })
}

fn row(k: &Tensor, (i, j): (i64, i64)) -> Tensor {
    let image = Tensor::zeros([5, 5], (Kind::Float, Device::Cpu));
    image.narrow(0, i, 3).narrow(1, j, 3).copy_(k);
    image.flatten(0, -1)
}

fn mistake(k: &Tensor, (i, j): (i64, i64), found: &Tensor) -> Option<String> {
    let right = row(k, (i, j));
    let is = |other: &Tensor| close(found, other);
    let why = if is(&right) && found.kind() == Kind::Float {
        return None;
    } else if is(&right) {
        "its numbers are of another kind than those of images: make the zeros with `(Kind::Float, Device::Cpu)`"
    } else if found.size() == [5, 5] && is(&right.view([5, 5])) {
        "flatten it: a row of the matrix has 25 numbers in one axis"
    } else if found.size() != [25] {
        "a row of the matrix has shape [25], one weight for each pixel of the image"
    } else if is(&row(k, (j, i))) {
        "rows and columns are swapped: `i` counts rows, axis 0, and `j` columns, axis 1"
    } else if is(&row(k, (0, 0))) {
        "the window is always in the upper left corner: it begins at (i, j)"
    } else if is(&row(&k.flip([0, 1]), (i, j))) {
        "the filter is flipped; it lies on the window as it is"
    } else if is(&found.zeros_like()) {
        "all its weights are 0: was the filter written into it, with `copy_`?"
    } else {
        "the filter's rows stand in the window that begins at (i, j), and zeros everywhere else"
    };
    let found =
        if found.numel() == 25 { rendered(&found.view([5, 5])) } else { format!("{:?}", found.size()) };
    Some(format!(
        "for i = {i}, j = {j} and the filter\n{}\nthe 25 weights, seen as 5 by 5, should be\n{}\nand yours are\n{found}\n{why}",
        rendered(k),
        rendered(&right.view([5, 5]))
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_the_filter_where_its_window_is_and_zeros_elsewhere() {
        MATRIX_ROW.prove::<fn(&Tensor, i64, i64) -> Tensor>(
            matrix_row,
            |_, _, _| todo!(),
            |k, i, _| k.get(i + 9),
            &[|k, i, j| row(k, (i, j)), |k, i, j| k.constant_pad_nd([j, 2 - j, i, 2 - i]).view([25])],
            &[
                (|k, i, j| row(k, (i, j)).view([5, 5]), "flatten it"),
                (|k, i, j| row(k, (i, j)).to_kind(Kind::Double), "of another kind"),
                (|k, _, _| k.flatten(0, -1), "has shape [25]"),
                (|k, i, j| row(k, (j, i)), "are swapped"),
                (|k, _, _| row(k, (0, 0)), "upper left corner"),
                (|k, i, j| row(&k.flip([0, 1]), (i, j)), "is flipped"),
                (|k, _, _| row(&k.zeros_like(), (0, 0)), "all its weights are 0"),
                (|k, i, j| row(k, (i, j)) + 1, "zeros everywhere else"),
            ],
        );
    }
}
