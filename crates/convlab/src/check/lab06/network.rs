use crate::check::Answer;
use crate::check::exercise::Exercise;
use crate::check::net::Layer::{Conv, Flatten, Linear, Pool, Relu};
use crate::check::net::{Plan, judge_net};
use tch::nn::{Sequential, VarStore};

pub(super) const NETWORK: Exercise = Exercise {
    name: "network",
    lab: "06",
    hints: &[
        "the first stage is `.add(conv(vs.root() / \"conv1\", 1, 16, 5)).add_fn(|xs| xs.relu().max_pool2d_default(2))`",
        "a window of 5 leaves 28 - 5 + 1 of 28 rows, a pooling halves them: 28, 24, 12, and so on",
        "after the third convolution an image is [32, 4, 4]; `.add_fn(|xs| xs.flatten(1, -1))` makes one row of it",
    ],
};

const PLAN: Plan = Plan {
    image: [1, 28, 28],
    layers: &[
        Conv(1, 16, 5, 0),
        Relu,
        Pool,
        Conv(16, 16, 3, 0),
        Relu,
        Pool,
        Conv(16, 32, 2, 0),
        Flatten,
        Linear(512, 10),
    ],
    first_name: None,
};

/// Judges a function that builds the lab's three stages of convolution and their head from a `VarStore`.
pub fn network(yours: impl Fn(&VarStore) -> Sequential) -> Answer {
    NETWORK.judge(|| judge_net(&PLAN, "9,946 parameters, more than half of them in the head.", yours))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Kind;
    use tch::nn::{self, Conv2D, Linear as LinearLayer};

    fn conv(vs: &VarStore, name: &str, channels: i64, filters: i64, kernel: i64) -> Conv2D {
        nn::conv2d(vs.root() / name, channels, filters, kernel, Default::default())
    }

    fn head(vs: &VarStore, inputs: i64) -> LinearLayer {
        nn::linear(vs.root() / "head", inputs, 10, Default::default())
    }

    /// The stages with what stands between them; `flat` are the head's inputs.
    fn built(
        vs: &VarStore,
        one: fn(&tch::Tensor) -> tch::Tensor,
        two: fn(&tch::Tensor) -> tch::Tensor,
        three: fn(&tch::Tensor) -> tch::Tensor,
        flat: i64,
    ) -> Sequential {
        nn::seq()
            .add(conv(vs, "a", 1, 16, 5))
            .add_fn(one)
            .add(conv(vs, "b", 16, 16, 3))
            .add_fn(two)
            .add(conv(vs, "c", 16, 32, 2))
            .add_fn(three)
            .add(head(vs, flat))
    }

    fn stage(xs: &tch::Tensor) -> tch::Tensor {
        xs.relu().max_pool2d_default(2)
    }

    fn flat(xs: &tch::Tensor) -> tch::Tensor {
        xs.flatten(1, -1)
    }

    #[test]
    fn the_stages_and_the_head_are_those_of_the_text_or_the_difference_is_named() {
        NETWORK.prove::<fn(&VarStore) -> Sequential>(
            network,
            |_| todo!(),
            |_| panic!("stop"),
            &[
                |vs| built(vs, stage, stage, flat, 512),
                |vs| built(vs, |xs| xs.max_pool2d_default(2).relu(), stage, |xs| xs.flat_view(), 512),
            ],
            &[
                (
                    |vs| built(vs, |xs| xs.max_pool2d_default(2), stage, flat, 512),
                    "a ReLU is missing after the first",
                ),
                (
                    |vs| built(vs, stage, |xs| xs.max_pool2d_default(2), flat, 512),
                    "a ReLU is missing after the second",
                ),
                (
                    |vs| built(vs, |xs| xs.max_pool2d_default(2), |xs| xs.max_pool2d_default(2), flat, 512),
                    "there is no ReLU",
                ),
                (
                    |vs| built(vs, stage, stage, |xs| xs.relu().flatten(1, -1), 512),
                    "a ReLU follows the third convolution",
                ),
                (
                    |vs| built(vs, stage, |xs| xs.relu(), flat, 512),
                    "the max-pooling after the second convolution is missing",
                ),
                (
                    |vs| built(vs, stage, |xs| xs.relu(), flat, 2592),
                    "the max-pooling after the second convolution is missing",
                ),
                (
                    |vs| built(vs, stage, stage, |xs| stage(xs).flatten(1, -1), 128),
                    "a pooling follows the third convolution",
                ),
                (
                    |vs| {
                        let mean = |xs: &tch::Tensor| {
                            xs.relu().avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None::<i64>)
                        };
                        built(vs, mean, stage, flat, 512)
                    },
                    "takes the mean",
                ),
                (|vs| built(vs, stage, stage, |xs| xs.flatten(0, -1), 512), "flattened together"),
                (
                    |vs| built(vs, stage, stage, flat, 512).add_fn(|xs| xs.softmax(-1, Kind::Float)),
                    "one too many",
                ),
                (|vs| built(vs, stage, stage, flat, 512).add_fn(|xs| xs.relu()), "negative logits"),
                (
                    |vs| {
                        let padded = nn::ConvConfig { padding: 2, ..Default::default() };
                        nn::seq()
                            .add(nn::conv2d(vs.root() / "a", 1, 16, 5, padded))
                            .add_fn(stage)
                            .add(conv(vs, "b", 16, 16, 3))
                            .add_fn(stage)
                            .add(conv(vs, "c", 16, 32, 2))
                            .add_fn(flat)
                            .add(head(vs, 800))
                    },
                    "in the first convolution there is a padding",
                ),
                (
                    |vs| nn::seq().add(conv(vs, "a", 1, 32, 5)).add_fn(flat).add(head(vs, 512)),
                    "the first convolution should have a weight of shape [16, 1, 5, 5]",
                ),
                (
                    |vs| {
                        let bare = nn::conv2d(vs.root() / "a", 1, 16, 5, nn::no_bias());
                        nn::seq()
                            .add(bare)
                            .add_fn(stage)
                            .add(conv(vs, "b", 16, 16, 3))
                            .add_fn(stage)
                            .add(conv(vs, "c", 16, 32, 2))
                            .add_fn(flat)
                            .add(head(vs, 512))
                    },
                    "should have a bias of shape [16]",
                ),
                (
                    |vs| {
                        built(vs, stage, stage, flat, 512).add(nn::linear(
                            vs.root() / "more",
                            10,
                            10,
                            Default::default(),
                        ))
                    },
                    "belongs to none of the layers",
                ),
                (|vs| built(vs, stage, stage, flat, 512).add_fn(|xs| xs * 2), "not in the order of the list"),
                (
                    |vs| built(vs, stage, stage, flat, 512).add_fn(|xs| xs.narrow(1, 0, 5)),
                    "ten logits for each",
                ),
            ],
        );
    }
}
