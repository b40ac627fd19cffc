use crate::check::cases::{close, random};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{Kind, Tensor};

pub(super) const OCCLUDE: Exercise = Exercise {
    name: "occlude",
    lab: "07",
    hints: &[
        "begin with `let covered = x.copy();`, so that the photo stays as it is",
        "rows are axis 1 and columns axis 2 of [3, 32, 32]: `covered.narrow(1, top, 8).narrow(2, left, 8)`",
        "`let _ = part.fill_(0.5);` writes through the view; end with `covered`",
    ],
};

/// Judges a function that covers a square of 8 by 8 pixels of an image [3, 32, 32] with grey.
pub fn occlude(yours: impl Fn(&Tensor, i64, i64) -> Tensor) -> Answer {
    OCCLUDE.judge(|| {
        for [top, left] in [[0, 0], [3, 17], [24, 24]] {
            let x = random(&[3, 32, 32], 5) * 0.4;
            let before = x.copy();
            let found = yours(&x, top, left);
            let because = if close(&x, &before) {
                occlude_mistake(&x, [top, left], &found)
            } else {
                Some("the photo itself has changed: cover a copy, `x.copy()`".into())
            };
            if let Some(because) = because {
                return Verdict::wrong(format!("for top = {top} and left = {left}: {because}"));
            }
        }
        Verdict::right("Whatever the network says of the copy, it says without those 64 pixels.")
    })
}

fn occlude_mistake(x: &Tensor, [top, left]: [i64; 2], found: &Tensor) -> Option<String> {
    if found.size() != x.size() {
        return Some(format!(
            "yours has shape {:?}, and the whole image is wanted, {:?}",
            found.size(),
            x.size()
        ));
    }
    let covered = |channels: i64, [row, column]: [i64; 2], value: f64| {
        let copy = x.copy();
        let _ = copy.narrow(0, 0, channels).narrow(1, row, 8).narrow(2, column, 8).fill_(value);
        copy
    };
    let right = covered(3, [top, left], 0.5);
    if close(found, &right) {
        return None;
    }
    let pixels =
        |other: &Tensor| (found - other).abs().amax([0], false).gt(1e-6).sum(Kind::Int64).int64_value(&[]);
    Some(if close(found, &covered(3, [left, top], 0.5)) {
        "rows and columns are swapped: rows are axis 1".into()
    } else if close(found, &covered(1, [top, left], 0.5)) {
        "only the first channel is covered".into()
    } else if [0.0, 1.0].iter().any(|&value| close(found, &covered(3, [top, left], value))) {
        "the square is not grey: fill it with 0.5".into()
    } else if pixels(x) != 64 {
        format!("{} pixels differ from the photo, and a square of 8 by 8 has 64", pixels(x))
    } else {
        format!("{} pixels are not what they should be", pixels(&right))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_copy_is_covered_in_all_channels() {
        fn cover(x: &Tensor, row: i64, column: i64, size: i64, value: f64) -> Tensor {
            let copy = x.copy();
            let _ = copy.narrow(1, row, size).narrow(2, column, size).fill_(value);
            copy
        }
        OCCLUDE.prove::<fn(&Tensor, i64, i64) -> Tensor>(
            occlude,
            |_, _, _| todo!(),
            |x, _, _| x.narrow(1, 30, 8),
            &[|x, top, left| cover(x, top, left, 8, 0.5)],
            &[
                (|x, top, left| cover(x, left, top, 8, 0.5), "swapped"),
                (|x, top, left| cover(x, top, left, 8, 0.0), "not grey"),
                (|x, top, left| cover(x, top, left, 7, 0.5), "49 pixels differ"),
                (|x, top, left| cover(x, top, left, 8, 0.3), "64 pixels are not"),
                (
                    |x, top, left| {
                        let covered = x.shallow_clone();
                        let _ = covered.narrow(1, top, 8).narrow(2, left, 8).fill_(0.5);
                        covered
                    },
                    "photo itself",
                ),
                (
                    |x, top, left| {
                        let covered = x.copy();
                        let _ = covered.get(0).narrow(0, top, 8).narrow(1, left, 8).fill_(0.5);
                        covered
                    },
                    "only the first channel",
                ),
                (|x, top, left| x.narrow(1, top, 8).narrow(2, left, 8), "whole image"),
            ],
        );
    }
}
