use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{IndexOp, Kind, Tensor};

pub(super) const EDGE_FILTERS: Exercise = Exercise {
    name: "edge_filters",
    lab: "04",
    hints: &[
        "a vertical edge is a step from left to right: minus on the left, plus on the right, nothing in the middle",
        "the kernel for horizontal edges is the other one on its side: `k.transpose(0, 1)`",
        "`Tensor::stack(&[&vertical, &horizontal], 0)` is [2, 3, 3]; `.unsqueeze(1)` adds the axis of the one input channel",
    ],
};

/// Judges a weight [2, 1, 3, 3] whose channel 0 answers to vertical edges and channel 1 to horizontal ones.
pub fn edge_filters(yours: impl Fn() -> Tensor) -> Answer {
    EDGE_FILTERS.judge(|| {
        let ws = yours();
        if ws.size() != [2, 1, 3, 3] || !ws.is_floating_point() {
            let (shape, kind) = (ws.size(), ws.kind());
            return Verdict::wrong(format!(
                "the weight should be floats of shape [2, 1, 3, 3], and yours is {kind:?} of {shape:?}"
            ));
        }
        edge_mistake(&ws.to_kind(Kind::Float)).map_or_else(
            || {
                Verdict::right(
                    "Each channel is blind to the other's edges, and both are blind to what is flat.",
                )
            },
            Verdict::wrong,
        )
    })
}

fn edge_mistake(ws: &Tensor) -> Option<String> {
    let columns = Tensor::from_slice(&[0f32, 0., 0., 1., 1., 1.]).expand([6, 6], false);
    let answers = |x: &Tensor| {
        let maps = x.reshape([1, 1, 6, 6]).conv2d(ws, None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1);
        [0, 1].map(|c| maps.i((0, c)).abs().max().double_value(&[]))
    };
    let flat = answers(&columns.ones_like());
    if let Some(c) = flat.iter().position(|answer| *answer > 1e-4) {
        return Some(format!(
            "on a flat grey picture channel {c} answers {:.2}: the numbers of its kernel should add up to 0",
            flat[c]
        ));
    }
    let (vertical, horizontal) = (answers(&columns), answers(&columns.transpose(0, 1)));
    let hears = |answer: f64| answer > 0.1;
    match (vertical.map(hears), horizontal.map(hears)) {
        ([true, false], [false, true]) => None,
        ([false, true], [true, false]) => {
            Some("the two are swapped: a vertical edge is where left and right differ".into())
        }
        ([true, true], _) => {
            Some("channel 1 answers to vertical edges too: it should only compare above and below".into())
        }
        (_, [true, true]) => {
            Some("channel 0 answers to horizontal edges too: it should only compare left and right".into())
        }
        ([false, _], _) => {
            Some("channel 0 does not see a vertical edge, a step from 0 to 1 from left to right".into())
        }
        _ => Some("channel 1 does not see a horizontal edge, a step from 0 to 1 from top to bottom".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats<const N: usize>(rows: &[[f32; N]]) -> Tensor {
        Tensor::from_slice2(rows)
    }

    fn both(vertical: Tensor, horizontal: Tensor) -> Tensor {
        Tensor::stack(&[vertical, horizontal], 0).unsqueeze(1)
    }

    fn sobel() -> Tensor {
        floats(&[[-1., 0., 1.], [-2., 0., 2.], [-1., 0., 1.]])
    }

    #[test]
    fn any_pair_of_edge_detectors_is_right_and_each_confusion_has_its_own_words() {
        EDGE_FILTERS.prove::<fn() -> Tensor>(
            edge_filters,
            || todo!(),
            || panic!("stop"),
            &[
                || both(sobel(), sobel().transpose(0, 1)),
                || both(floats(&[[0., 0., 0.], [1., -1., 0.], [0., 0., 0.]]), -sobel().transpose(0, 1)),
            ],
            &[
                (|| both(sobel().transpose(0, 1), sobel()), "swapped"),
                (|| Tensor::stack(&[sobel(), sobel()], 0), "of shape [2, 1, 3, 3]"),
                (|| both(sobel(), sobel().transpose(0, 1) + 1), "on a flat grey picture channel 1"),
                (|| both(sobel(), sobel()), "channel 1 answers to vertical edges too"),
                (
                    || both(floats(&[[-1., 0., 0.], [0., 0., 0.], [0., 0., 1.]]), sobel().transpose(0, 1)),
                    "channel 0 answers to horizontal edges too",
                ),
                (|| both(sobel().zeros_like(), sobel().transpose(0, 1)), "channel 0 does not see"),
                (|| both(sobel(), sobel().zeros_like()), "channel 1 does not see"),
            ],
        );
    }
}
