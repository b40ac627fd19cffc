use crate::check::cases::{close, random};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{Kind, Tensor};

pub(super) const FIRST_CHANNEL: Exercise = Exercise {
    name: "first_channel",
    lab: "07",
    hints: &[
        "the axes are [filters, input channels, rows, columns]: the channel is axis 1",
        "`select(axis, index)` takes one entry along an axis and drops that axis",
    ],
};

/// Judges a function that takes from a weight [out, in, h, w] the kernels for input channel 0, [out, h, w].
pub fn first_channel(yours: impl Fn(&Tensor) -> Tensor) -> Answer {
    FIRST_CHANNEL.judge(|| {
        for shape in [[2, 3, 4, 5], [3, 3, 3, 3]] {
            let ws = random(&shape, 3);
            let found = yours(&ws);
            if close(&found, &ws.select(1, 0)) {
                continue;
            }
            let is = |other: Tensor| close(&found, &other);
            let why = if is(ws.select(3, 0)) {
                "that is the first *column* of each kernel: the channels are axis 1, the columns axis 3"
                    .into()
            } else if is(ws.select(0, 0)) {
                "that is the whole of filter 0: the filters are axis 0, the channels axis 1".into()
            } else if is(ws.select(2, 0)) {
                "that is the first *row* of each kernel: the channels are axis 1".into()
            } else if is(ws.narrow(1, 0, 1)) {
                "the axis of the channels is still there, with one entry: `select` drops it".into()
            } else if is(ws.select(1, 1)) {
                "that is the second channel: the first one is channel 0".into()
            } else if is(ws.mean_dim(1, false, Kind::Float)) || is(ws.sum_dim_intlist(1, false, Kind::Float))
            {
                "the channels are put together in yours; only channel 0 is wanted".into()
            } else {
                format!(
                    "yours has shape {:?}, and [out, h, w] is wanted, the numbers at channel 0",
                    found.size()
                )
            };
            return Verdict::wrong(format!("for a weight {shape:?}: {why}"));
        }
        Verdict::right("Now every square of the picture is a weight of the same colour, in its own place.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_channel_is_axis_1_and_not_the_slice_of_other_libraries() {
        FIRST_CHANNEL.prove::<fn(&Tensor) -> Tensor>(
            first_channel,
            |_| todo!(),
            |ws| ws.select(1, 1000),
            &[|ws| ws.select(1, 0), |ws| ws.narrow(1, 0, 1).squeeze_dim(1)],
            &[
                (|ws| ws.select(3, 0), "first *column*"),
                (|ws| ws.select(0, 0), "whole of filter 0"),
                (|ws| ws.select(2, 0), "first *row*"),
                (|ws| ws.narrow(1, 0, 1), "still there"),
                (|ws| ws.select(1, 1), "second channel"),
                (|ws| ws.mean_dim(1, false, Kind::Float), "put together"),
                (|ws| ws.shallow_clone(), "[out, h, w] is wanted"),
            ],
        );
    }
}
