use crate::check::cases::{close, random};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::nn::{self, VarStore};
use tch::{Device, Tensor};

pub(super) const RED_KERNELS: Exercise = Exercise {
    name: "red_kernels",
    lab: "07",
    hints: &[
        "`vs.variables()` is a map from names to tensors: `&vs.variables()[\"conv1.weight\"]` is the first convolution's weight",
        "its axes are [filters, input channels, rows, columns]: red is index 0 of axis 1",
        "`.narrow(1, 0, 1)` takes one entry along axis 1 and keeps the axis; end with `.detach()`, since the figure needs no gradient",
    ],
};

/// Judges a function that takes from a `VarStore` the kernels with which the filters of `conv1` look at channel 0,
/// [out, 1, h, w].
pub fn red_kernels(yours: impl Fn(&VarStore) -> Tensor) -> Answer {
    RED_KERNELS.judge(|| {
        for [filters, channels, rows, columns] in [[2, 3, 4, 5], [3, 3, 3, 3]] {
            let vs = VarStore::new(Device::Cpu);
            let sizes = [
                ("conv2", [filters, channels, rows, columns]),
                ("conv1", [filters, channels, rows, columns]),
            ];
            for (seed, (name, size)) in sizes.into_iter().enumerate() {
                let mut weight = (vs.root() / name).var("weight", &size, nn::Init::Const(0.0));
                tch::no_grad(|| weight.copy_(&random(&size, 3 + seed as u32)));
                let _bias = (vs.root() / name).var("bias", &[filters], nn::Init::Const(0.0));
            }
            let [other, ws] =
                ["conv2", "conv1"].map(|name| vs.variables()[&format!("{name}.weight")].detach());
            if let Some(why) = mistake(&ws, &other, &yours(&vs)) {
                return Verdict::wrong(format!("for a weight {:?} {why}", ws.size()));
            }
        }
        Verdict::right("Every square of the figure is one weight, in its own row and column.")
    })
}

fn mistake(ws: &Tensor, other: &Tensor, found: &Tensor) -> Option<String> {
    if close(found, &ws.narrow(1, 0, 1)) {
        return None;
    }
    // Whether the axis that was looked along is still there or not.
    let is = |axis: i64, at: i64| {
        let other = ws.select(axis, at);
        close(&found.squeeze(), &other.squeeze())
    };
    Some(if close(found, &ws.select(1, 0)) {
        "yours has lost the axis of the channels: a figure of filters wants [filters, 1, rows, columns]; `narrow(1, 0, 1)` keeps it, or `unsqueeze(1)` puts it back".into()
    } else if is(3, 0) {
        "that is the first *column* of each kernel: the channels are axis 1, the columns axis 3".into()
    } else if is(0, 0) {
        "that is the whole of filter 0: the filters are axis 0, the channels axis 1".into()
    } else if is(2, 0) {
        "that is the first *row* of each kernel: the channels are axis 1".into()
    } else if is(1, 1) || is(1, 2) {
        "that is another channel: red is channel 0".into()
    } else if close(&found.squeeze(), &ws.mean_dim(1, false, tch::Kind::Float))
        || close(&found.squeeze(), &ws.sum_dim_intlist(1, false, tch::Kind::Float))
    {
        "the channels are put together in yours; only channel 0 is wanted".into()
    } else if close(&found.squeeze(), &other.select(1, 0)) {
        "that is the weight of `conv2`: the first layer's is called `conv1.weight`".into()
    } else {
        let wanted = ws.narrow(1, 0, 1).size();
        format!("yours has shape {:?}, and {wanted:?} is wanted, the numbers at channel 0", found.size())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(vs: &VarStore, name: &str) -> Tensor {
        vs.variables()[&format!("{name}.weight")].detach()
    }

    #[test]
    fn the_channel_is_axis_1_and_not_the_slice_of_other_libraries() {
        RED_KERNELS.prove::<fn(&VarStore) -> Tensor>(
            red_kernels,
            |_| todo!(),
            |vs| weight(vs, "conv7"),
            &[
                |vs| weight(vs, "conv1").narrow(1, 0, 1),
                |vs| vs.variables()["conv1.weight"].select(1, 0).unsqueeze(1),
            ],
            &[
                (|vs| weight(vs, "conv1").select(1, 0), "lost the axis"),
                (|vs| weight(vs, "conv1").select(3, 0).unsqueeze(1), "first *column*"),
                (|vs| weight(vs, "conv1").select(0, 0).unsqueeze(1), "whole of filter 0"),
                (|vs| weight(vs, "conv1").narrow(2, 0, 1), "first *row*"),
                (|vs| weight(vs, "conv1").narrow(1, 2, 1), "another channel"),
                (|vs| weight(vs, "conv1").mean_dim(1, true, tch::Kind::Float), "put together"),
                (|vs| weight(vs, "conv2").narrow(1, 0, 1), "weight of `conv2`"),
                (|vs| weight(vs, "conv1"), "the numbers at channel 0"),
            ],
        );
    }
}
