use crate::check::Answer;
use crate::check::exercise::Exercise;
use crate::check::net::Layer::{Conv, Flatten, Linear, Pool, Relu};
use crate::check::net::{Plan, judge_net};
use tch::nn::{Sequential, VarStore};

pub(super) const DIGIT_NET: Exercise = Exercise {
    name: "digit_net",
    lab: "07",
    hints: &[
        "compare it with the list from top to bottom: what comes after each convolution, and what does `conv` add to `nn::conv2d`?",
        "`flatten(0, -1)` throws the images of the batch together; the axis of the images, 0, must stay",
        "two ReLUs are missing, the first convolution has no padding, flatten starts at the wrong axis, and the soft-max is one too many",
    ],
};

const PLAN: Plan = Plan {
    image: [1, 28, 28],
    layers: &[Conv(1, 32, 3, 1), Relu, Conv(32, 32, 3, 1), Relu, Pool, Flatten, Linear(6272, 10)],
    first_name: None,
};

/// Judges a function that builds the lab's network for digits from a `VarStore`.
pub fn digit_net(yours: impl Fn(&VarStore) -> Sequential) -> Answer {
    DIGIT_NET.judge(|| judge_net(&PLAN, "72,298 parameters, nearly all of them in the linear layer.", yours))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::nn::{self, Conv2D};
    use tch::{Kind, Tensor};

    fn conv(vs: &VarStore, name: &str, channels: i64, padding: i64) -> Conv2D {
        let config = nn::ConvConfig { padding, ..Default::default() };
        nn::conv2d(vs.root() / name, channels, 32, 3, config)
    }

    /// Two convolutions, with or without ReLU, a pooling, and a linear layer of so many inputs.
    fn built(
        vs: &VarStore,
        relu: [bool; 2],
        paddings: [i64; 2],
        [pool, start]: [i64; 2],
        inputs: i64,
    ) -> Sequential {
        let relu = relu.map(|on| move |xs: &Tensor| if on { xs.relu() } else { xs.shallow_clone() });
        nn::seq()
            .add(conv(vs, "conv1", 1, paddings[0]))
            .add_fn(relu[0])
            .add(conv(vs, "conv2", 32, paddings[1]))
            .add_fn(relu[1])
            .add_fn(move |xs| xs.max_pool2d_default(pool))
            .add_fn(move |xs| xs.flatten(start, -1))
            .add(nn::linear(vs.root() / "head", inputs, 10, Default::default()))
    }

    fn good(vs: &VarStore) -> Sequential {
        built(vs, BOTH, [1, 1], [2, 1], 6272)
    }

    const BOTH: [bool; 2] = [true; 2];

    #[test]
    fn a_network_that_is_not_repaired_gets_what_is_still_wrong() {
        DIGIT_NET.prove::<fn(&VarStore) -> Sequential>(
            digit_net,
            |_| todo!(),
            |_| panic!("stop"),
            &[
                good,
                // A ReLU after the pooling gives the same numbers.
                |vs| {
                    nn::seq()
                        .add(conv(vs, "a", 1, 1))
                        .add_fn(|xs| xs.relu())
                        .add(conv(vs, "b", 32, 1))
                        .add_fn(|xs| xs.max_pool2d_default(2).relu().flat_view())
                        .add(nn::linear(vs.root() / "c", 6272, 10, Default::default()))
                },
            ],
            &[
                (|vs| built(vs, [false, true], [1, 1], [2, 1], 6272), "missing after the first convolution"),
                (|vs| built(vs, [true, false], [1, 1], [2, 1], 6272), "missing after the second convolution"),
                (|vs| built(vs, [false, false], [1, 1], [2, 1], 6272), "there is no ReLU"),
                (
                    |vs| built(vs, BOTH, [0, 1], [2, 1], 6272),
                    "in the first convolution the padding is missing",
                ),
                (|vs| built(vs, BOTH, [0, 1], [2, 1], 32 * 13 * 13), "the padding is missing"),
                (|vs| built(vs, BOTH, [0, 0], [2, 1], 6272), "the convolutions have no padding"),
                (
                    |vs| built(vs, BOTH, [1, 1], [1, 1], 6272),
                    "the max-pooling after the second convolution is missing",
                ),
                (|vs| built(vs, BOTH, [1, 1], [2, 0], 6272), "flattened together"),
                (|vs| good(vs).add_fn(|xs| xs.softmax(-1, Kind::Float)), "one too many"),
                (|vs| good(vs).add_fn(|xs| xs.relu()), "negative logits"),
                (|vs| good(vs).add_fn(|xs| xs.narrow(1, 0, 5)), "ten logits for each"),
                (|vs| good(vs).add_fn(|xs| xs * 2), "not in the order"),
                (
                    |vs| nn::seq().add(nn::linear(vs.root(), 784, 10, Default::default())),
                    "the first convolution should have a weight of shape [32, 1, 3, 3]",
                ),
                (|vs| built(vs, BOTH, [1, 1], [2, 1], 100), "of shape [10, 6272], and yours is [10, 100]"),
            ],
        );
    }
}
