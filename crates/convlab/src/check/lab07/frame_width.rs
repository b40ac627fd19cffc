use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub(super) const FRAME_WIDTH: Exercise = Exercise {
    name: "frame_width",
    lab: "07",
    hints: &[
        "a window of 3 by 3 cuts off 2 rows: one above and one below",
        "a window of `kernel` rows cuts off `kernel - 1` of them, and the padding stands on both sides",
    ],
};

/// Judges a function that gives the padding with which an odd kernel keeps the size of a map, at stride 1.
pub fn frame_width(yours: impl Fn(i64) -> i64) -> Answer {
    FRAME_WIDTH.judge(|| {
        for kernel in [3, 5, 1, 7, 11] {
            let (found, right) = (yours(kernel), (kernel - 1) / 2);
            if found == right {
                continue;
            }
            let why = match found {
                0 => "without zeros a map shrinks, and 'same' is the padding that prevents it",
                _ if found == kernel - 1 => {
                    "that many rows are missing in all, and the padding makes up for them on *both* sides"
                }
                1 => "one row on each side is right for a window of 3; a larger window cuts off more",
                _ if found == kernel => {
                    "the window cuts off fewer rows than it has: it can start in the first one"
                }
                _ => "a side becomes side + 2·padding - kernel + 1, and that should be the side again",
            };
            return Verdict::wrong(format!("for a kernel of {kernel} by {kernel} yours is {found}: {why}"));
        }
        Verdict::right(
            "'Same' adds zeros, half a window on each side, so that each pixel gets a window of its own.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::cases::random;
    use tch::Tensor;

    #[test]
    fn the_padding_that_keeps_a_size_is_half_a_window() {
        for kernel in [1, 3, 5, 7] {
            let padding = (kernel - 1) / 2;
            let (xs, ws) = (random(&[1, 1, 9, 9], 1), random(&[1, 1, kernel, kernel], 2));
            let ys = xs.conv2d(&ws, None::<&Tensor>, [1, 1], [padding, padding], [1, 1], 1);
            assert_eq!(ys.size(), xs.size());
        }
        FRAME_WIDTH.prove::<fn(i64) -> i64>(
            frame_width,
            |_| todo!(),
            |_| panic!("stop"),
            &[|kernel| (kernel - 1) / 2, |kernel| kernel / 2],
            &[
                (|_| 0, "shrinks"),
                (|kernel| kernel - 1, "*both* sides"),
                (|_| 1, "a larger window cuts off more"),
                (|kernel| kernel, "it can start in the first one"),
                (|kernel| kernel + 5, "side + 2·padding"),
            ],
        );
    }
}
