use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};

pub(super) const EDGE_MAPS_SHAPE: Exercise = Exercise {
    name: "edge_maps_shape",
    lab: "04",
    hints: &[
        "one picture, two output channels, and then rows and columns",
        "without padding a window of 3 can start at h - 2 places along a side of h",
    ],
};

/// Judges the foreseen shape of the edge layer's output for a grey picture of h by w pixels.
pub fn edge_maps_shape<T: AsRef<[i64]>>(yours: impl Fn(i64, i64) -> T) -> Answer {
    EDGE_MAPS_SHAPE.judge(|| {
        for (h, w) in [(3, 3), (5, 8), (240, 320)] {
            let found = yours(h, w).as_ref().to_vec();
            let why = match found.as_slice() {
                [1, 2, rows, columns] if [*rows, *columns] == [h - 2, w - 2] => continue,
                [1, 2, rows, columns] if [*rows, *columns] == [w - 2, h - 2] => "rows come before columns",
                [1, 2, rows, columns] if [*rows, *columns] == [h, w] => {
                    "without padding the maps are smaller than the picture"
                }
                [1, 2, rows, columns] if [*rows, *columns] == [h - 3, w - 3] => {
                    "along a side of h there are h - 3 + 1 places"
                }
                [2, 1, _, _] => "it is a batch of 1 with 2 channels",
                [1, 1, _, _] => "the layer has two output channels, one for each filter",
                [_, _, _] => "the batch axis counts too, also for a batch of one",
                _ => "it should be [examples, output channels, rows, columns]",
            };
            return Verdict::wrong(format!("for a picture of {h} by {w} you say {found:?}: {why}"));
        }
        Verdict::right(
            "Two maps, each a pixel smaller at every side: there the window would hang over the edge.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_maps_shape_must_hold_for_pictures_of_every_size() {
        EDGE_MAPS_SHAPE.prove::<fn(i64, i64) -> Vec<i64>>(
            edge_maps_shape,
            |_, _| todo!(),
            |_, _| panic!("stop"),
            &[|h, w| vec![1, 2, h - 2, w - 2]],
            &[
                (|h, w| vec![1, 2, h, w], "without padding"),
                (|h, w| vec![1, 2, w - 2, h - 2], "rows come before columns"),
                (|h, w| vec![1, 2, h - 3, w - 3], "h - 3 + 1 places"),
                (|h, w| vec![2, 1, h - 2, w - 2], "a batch of 1 with 2 channels"),
                (|h, w| vec![1, 1, h - 2, w - 2], "two output channels"),
                (|h, w| vec![2, h - 2, w - 2], "the batch axis counts"),
                (|_, _| vec![1, 2, 1, 1], "for a picture of 5 by 8 you say [1, 2, 1, 1]"),
            ],
        );
    }
}
