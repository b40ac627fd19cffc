use crate::check::Answer;
use crate::check::exercise::Exercise;
use crate::check::net::Layer::{Conv, Flatten, Linear, Pool, Relu};
use crate::check::net::{Plan, judge_net};
use tch::nn::{Sequential, VarStore};

pub(super) const PHOTO_NET: Exercise = Exercise {
    name: "photo_net",
    lab: "07",
    hints: &[
        "begin as in `digit_net`, with 3 input channels: `.add(conv(vs.root() / \"conv1\", 3, 32)).add_fn(|xs| xs.relu())`",
        "each of the other three convolutions is followed by `.add_fn(|xs| xs.relu().max_pool2d_default(2))`",
        "three poolings make 32 by 32 to 4 by 4: `linear(vs.root() / \"fc1\", 32 * 4 * 4, 512)` comes after flatten, a ReLU after that, and then the head",
    ],
};

const PLAN: Plan = Plan {
    image: [3, 32, 32],
    layers: &[
        Conv(3, 32, 3, 1),
        Relu,
        Conv(32, 32, 3, 1),
        Relu,
        Pool,
        Conv(32, 32, 3, 1),
        Relu,
        Pool,
        Conv(32, 32, 3, 1),
        Relu,
        Pool,
        Flatten,
        Linear(512, 512),
        Relu,
        Linear(512, 10),
    ],
    first_name: Some("conv1"),
};

/// Judges a function that builds the lab's network for photos from a `VarStore`.
pub fn photo_net(yours: impl Fn(&VarStore) -> Sequential) -> Answer {
    let right = "296,426 parameters, most of them in the first linear layer.";
    PHOTO_NET.judge(|| judge_net(&PLAN, right, yours))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Tensor;
    use tch::nn::{self, Conv2D, Linear as LinearLayer};

    fn conv(vs: &VarStore, name: &str, channels: i64) -> Conv2D {
        nn::conv2d(vs.root() / name, channels, 32, 3, nn::ConvConfig { padding: 1, ..Default::default() })
    }

    fn linear(vs: &VarStore, name: &str, inputs: i64, outputs: i64) -> LinearLayer {
        nn::linear(vs.root() / name, inputs, outputs, Default::default())
    }

    type Stage = fn(&Tensor) -> Tensor;

    fn stage(xs: &Tensor) -> Tensor {
        xs.relu().max_pool2d_default(2)
    }

    fn flat(xs: &Tensor) -> Tensor {
        stage(xs).flatten(1, -1)
    }

    /// What follows each of the five layers before the head.
    fn built(vs: &VarStore, first: &str, after: [Stage; 5], inputs: i64) -> Sequential {
        nn::seq()
            .add(conv(vs, first, 3))
            .add_fn(after[0])
            .add(conv(vs, "b", 32))
            .add_fn(after[1])
            .add(conv(vs, "c", 32))
            .add_fn(after[2])
            .add(conv(vs, "d", 32))
            .add_fn(after[3])
            .add(linear(vs, "e", inputs, 512))
            .add_fn(after[4])
            .add(linear(vs, "f", 512, 10))
    }

    /// The network with one stage changed.
    fn with(vs: &VarStore, at: usize, other: Stage) -> Sequential {
        let mut after: [Stage; 5] = [Tensor::relu, stage, stage, flat, Tensor::relu];
        after[at] = other;
        built(vs, "conv1", after, 512)
    }

    #[test]
    fn a_network_for_photos_has_the_layers_of_the_list_or_the_difference_is_named() {
        PHOTO_NET.prove::<fn(&VarStore) -> Sequential>(
            photo_net,
            |_| todo!(),
            |_| panic!("stop"),
            &[
                |vs| with(vs, 0, Tensor::relu),
                |vs| with(vs, 3, |xs| xs.max_pool2d_default(2).flat_view().relu()),
            ],
            &[
                (|vs| with(vs, 0, Tensor::shallow_clone), "missing after the first convolution"),
                (
                    |vs| with(vs, 1, |xs| xs.max_pool2d_default(2)),
                    "a ReLU is missing after the second convolution",
                ),
                (
                    |vs| with(vs, 2, |xs| xs.max_pool2d_default(2)),
                    "a ReLU is missing after the third convolution",
                ),
                (
                    |vs| with(vs, 3, |xs| xs.max_pool2d_default(2).flatten(1, -1)),
                    "a ReLU is missing after the fourth convolution",
                ),
                (|vs| with(vs, 4, Tensor::shallow_clone), "a ReLU is missing after the first linear layer"),
                (|vs| with(vs, 0, Tensor::relu).add_fn(|xs| xs.relu()), "negative logits"),
                (
                    |vs| with(vs, 0, Tensor::relu).add_fn(|xs| xs.log_softmax(-1, tch::Kind::Float)),
                    "one too many",
                ),
                (|vs| with(vs, 0, stage), "a pooling follows the first convolution"),
                (|vs| with(vs, 2, Tensor::relu), "pooling after the"),
                (|vs| with(vs, 3, |xs| stage(xs).flatten(0, -1)), "flattened together"),
                (
                    |vs| built(vs, "a", [Tensor::relu, stage, stage, flat, Tensor::relu], 512),
                    "should be called `conv1`",
                ),
                (
                    |vs| built(vs, "conv1", [Tensor::relu, stage, stage, flat, Tensor::relu], 2048),
                    "should have a weight of shape [512, 512], and yours is [512, 2048]",
                ),
                (
                    |vs| {
                        nn::seq()
                            .add(conv(vs, "conv1", 3))
                            .add_fn(|xs| xs.relu())
                            .add(conv(vs, "b", 32))
                            .add_fn(stage)
                            .add(conv(vs, "c", 32))
                            .add_fn(flat)
                            .add(linear(vs, "e", 2048, 512))
                            .add_fn(|xs| xs.relu())
                            .add(linear(vs, "f", 512, 10))
                    },
                    "the fourth convolution should have a weight",
                ),
            ],
        );
    }
}
