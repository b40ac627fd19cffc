use crate::catch_panic::{catch_panic, in_words};
use crate::check::cases::random;
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::nn::{self, Module};
use tch::{Device, Kind, Tensor};

pub(super) const DIGIT_NET: Exercise = Exercise {
    name: "digit_net",
    lab: "07",
    hints: &[
        "compare it with *The model* from top to bottom: what comes after each convolution, and what does `conv` add to `nn::conv2d`?",
        "`flatten(0, -1)` throws the images of the batch together; the axis of the images, 0, must stay",
        "two ReLUs are missing, the first convolution has no padding, flatten starts at the wrong axis, and the soft-max is one too many: repair these",
    ],
};

/// Judges a function that builds the lab's network for digits from a `VarStore`.
pub fn digit_net(yours: impl Fn(&nn::VarStore) -> nn::Sequential) -> Answer {
    DIGIT_NET.judge(|| {
        let vs = nn::VarStore::new(Device::Cpu);
        let net = yours(&vs);
        let weights = match known_weights(&vs) {
            Ok(weights) => weights,
            Err(because) => return Verdict::wrong(because),
        };
        let xs = random(&[2, 1, 28, 28], 1);
        match catch_panic(|| tch::no_grad(|| net.forward(&xs))) {
            Err(rendered) => Verdict::wrong(not_through(&in_words(&rendered))),
            Ok(found) => net_mistake(&xs, &weights, &found).map_or_else(
                || Verdict::right("72,298 parameters, nearly all of them in the last layer."),
                Verdict::wrong,
            ),
        }
    })
}

/// Gives the variables numbers that are known, biases zero: the weights of both convolutions and of the linear layer.
fn known_weights(vs: &nn::VarStore) -> Result<[Tensor; 3], String> {
    let shapes: [&[i64]; 3] = [&[32, 1, 3, 3], &[32, 32, 3, 3], &[10, 6272]];
    let mut all = vs.trainable_variables();
    all.iter_mut().for_each(|variable| tch::no_grad(|| variable.copy_(&(random(&variable.size(), 7) * 0.2))));
    let mut biases = all.iter_mut().filter(|variable| variable.dim() == 1);
    biases.by_ref().for_each(|bias| tch::no_grad(|| bias.copy_(&bias.zeros_like())));
    let found: Vec<Vec<i64>> = all.iter().map(Tensor::size).filter(|size| size.len() > 1).collect();
    if found.len() != 3 {
        return Err(format!(
            "your network has {} weights and should have three, of shapes {shapes:?}: two convolutions and a linear layer, all made from `vs`",
            found.len()
        ));
    }
    let take = |shape: &&[i64]| {
        let weight = all.iter().find(|variable| variable.size() == *shape);
        weight
            .map(Tensor::shallow_clone)
            .ok_or_else(|| format!("there is no weight of shape {shape:?}; yours are {found:?}"))
    };
    let weights: Result<Vec<_>, _> = shapes.iter().map(take).collect();
    weights?.try_into().map_err(|_| "three weights are wanted".to_owned())
}

fn not_through(rendered: &str) -> String {
    let why = if rendered.contains("12544 numbers") || rendered.contains("1x12544") {
        "`flatten(0, -1)` throws the two images together: start at axis 1"
    } else if rendered.contains("5408") || rendered.contains("4608") {
        "a convolution without padding makes its maps smaller"
    } else if rendered.contains("25088") {
        "the pooling is missing"
    } else {
        "follow the shapes, layer by layer, with `show::summary`"
    };
    format!("two images [2, 1, 28, 28] do not get through: {rendered}. {why}")
}

fn net_mistake(xs: &Tensor, weights: &[Tensor; 3], found: &Tensor) -> Option<String> {
    if found.size() != [2, 10] {
        return Some(format!(
            "of two images [2, 1, 28, 28] your network makes {:?}, and ten logits each are wanted, [2, 10]",
            found.size()
        ));
    }
    let with = |first: bool, second: bool| {
        let conv = |xs: &Tensor, ws: &Tensor| xs.conv2d(ws, None::<&Tensor>, [1, 1], [1, 1], [1, 1], 1);
        let relu = |xs: Tensor, on: bool| if on { xs.relu() } else { xs };
        let maps = relu(conv(&relu(conv(xs, &weights[0]), first), &weights[1]), second);
        maps.max_pool2d_default(2).flatten(1, -1).matmul(&weights[2].tr())
    };
    let right = tch::no_grad(|| with(true, true));
    let is = |other: &Tensor| found.allclose(other, 1e-3, 1e-3, false);
    if is(&right) {
        return None;
    }
    Some(if is(&right.softmax(-1, Kind::Float)) || is(&right.log_softmax(-1, Kind::Float)) {
        "the soft-max at the end is one too many: the loss has it inside, so the network ends with logits"
            .into()
    } else if is(&with(false, true)) {
        "a ReLU is missing after the first convolution: without it the two convolutions are no more than one"
            .into()
    } else if is(&with(true, false)) {
        "a ReLU is missing after the second convolution".into()
    } else if is(&with(false, false)) {
        "both ReLUs are missing: without them the convolutions are no more than one".into()
    } else if is(&right.relu()) {
        "a ReLU after the last layer cuts off the negative logits: scores may be negative".into()
    } else {
        "the layers have the right weights, but not the right order or functions between them: convolution, ReLU, convolution, ReLU, max-pooling, flatten, linear".into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conv(vs: &nn::VarStore, name: &str, channels: i64, padding: i64) -> nn::Conv2D {
        let config = nn::ConvConfig { padding, ..Default::default() };
        nn::conv2d(vs.root() / name, channels, 32, 3, config)
    }

    /// Two convolutions, with or without ReLU, a pooling if wanted, and a linear layer.
    fn built(
        vs: &nn::VarStore,
        relu: [bool; 2],
        paddings: [i64; 2],
        pool: i64,
        start: i64,
    ) -> nn::Sequential {
        let relu = relu.map(|on| move |xs: &Tensor| if on { xs.relu() } else { xs.shallow_clone() });
        nn::seq()
            .add(conv(vs, "conv1", 1, paddings[0]))
            .add_fn(relu[0])
            .add(conv(vs, "conv2", 32, paddings[1]))
            .add_fn(relu[1])
            .add_fn(move |xs| xs.max_pool2d_default(pool))
            .add_fn(move |xs| xs.flatten(start, -1))
            .add(nn::linear(vs.root() / "head", 6272, 10, Default::default()))
    }

    #[test]
    fn a_network_that_is_not_repaired_gets_what_is_still_wrong() {
        const BOTH: [bool; 2] = [true; 2];
        DIGIT_NET.prove::<fn(&nn::VarStore) -> nn::Sequential>(
            digit_net,
            |_| todo!(),
            |_| panic!("stop"),
            &[
                |vs| built(vs, BOTH, [1, 1], 2, 1),
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
                (|vs| built(vs, [false, true], [1, 1], 2, 1), "after the first convolution"),
                (|vs| built(vs, [true, false], [1, 1], 2, 1), "after the second convolution"),
                (|vs| built(vs, [false, false], [1, 1], 2, 1), "both ReLUs"),
                (|vs| built(vs, BOTH, [0, 1], 2, 1), "without padding makes its maps smaller"),
                (|vs| built(vs, BOTH, [0, 0], 2, 1), "without padding makes its maps smaller"),
                (|vs| built(vs, BOTH, [1, 1], 1, 1), "the pooling is missing"),
                (|vs| built(vs, BOTH, [1, 1], 2, 0), "start at axis 1"),
                (|vs| built(vs, BOTH, [1, 1], 2, 1).add_fn(|xs| xs.softmax(-1, Kind::Float)), "one too many"),
                (|vs| built(vs, BOTH, [1, 1], 2, 1).add_fn(|xs| xs.relu()), "negative logits"),
                (|vs| built(vs, BOTH, [1, 1], 2, 1).add_fn(|xs| xs.narrow(1, 0, 5)), "ten logits each"),
                (|vs| built(vs, BOTH, [1, 1], 2, 1).add_fn(|xs| xs * 2), "the right order"),
                (|vs| nn::seq().add(nn::linear(vs.root(), 784, 10, Default::default())), "should have three"),
                (
                    |vs| {
                        nn::seq().add(conv(vs, "a", 1, 1)).add(conv(vs, "b", 32, 1)).add(nn::linear(
                            vs.root() / "c",
                            100,
                            10,
                            Default::default(),
                        ))
                    },
                    "no weight of shape [10, 6272]",
                ),
            ],
        );
    }
}
