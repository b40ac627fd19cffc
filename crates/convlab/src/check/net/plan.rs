//! The layers of a network, what they compute with known weights, and all plans with one layer changed.

use crate::check::cases::random;
use tch::{Kind, Tensor};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Layer {
    /// Input channels, filters, kernel size, padding; with a bias.
    Conv(i64, i64, i64, i64),
    Relu,
    /// The largest of 2 by 2.
    Pool,
    /// The mean of 2 by 2, which no plan has.
    MeanPool,
    Flatten,
    /// Inputs and outputs; with a bias.
    Linear(i64, i64),
    /// Soft-max over the last axis, and its logarithm, which no plan has.
    SoftMax,
    LogSoftMax,
}

use Layer::{Conv, Flatten, Linear, LogSoftMax, MeanPool, Pool, Relu, SoftMax};

/// What a lab's text lists.
pub struct Plan {
    /// An image's shape [channels, rows, columns].
    pub image: [i64; 3],
    pub layers: &'static [Layer],
    /// What the first layer must be called, if later cells look for it.
    pub first_name: Option<&'static str>,
}

/// A plan with one mistake, and how to say it.
pub struct Mistake {
    pub why: String,
    pub layers: Vec<Layer>,
}

impl Mistake {
    /// Whether it lets images through, so that only numbers tell it from the plan.
    pub fn runs(&self, plan: &Plan) -> bool {
        flattened(plan.image, &self.layers) == plan.flattened()
    }
}

impl Plan {
    /// How many numbers of an image come to the first linear layer.
    pub fn flattened(&self) -> i64 {
        flattened(self.image, self.layers)
    }

    /// Each layer's name with the shapes of its weight and its bias.
    pub fn variables(&self) -> Vec<(String, [Vec<i64>; 2])> {
        let named = (0..self.layers.len()).map(|at| (name(self.layers, at), self.layers[at]));
        named.filter_map(|(name, layer)| Some((name, shapes(layer)?))).collect()
    }

    /// The mistake that would bring so many numbers of an image to the linear layer.
    pub fn reason_of_size(&self, mistakes: &[Mistake], size: i64) -> Option<String> {
        let with_size = |mistake: &&Mistake| flattened(self.image, &mistake.layers) == size;
        let is_other = size != self.flattened();
        let found = mistakes.iter().filter(|_| is_other).find(with_size);
        found.map(|mistake| mistake.why.clone())
    }

    /// Every plan with one layer changed, left out or added; and without any padding, ReLU or pooling.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let layers = self.layers;
        let mut all = Vec::new();
        let mut add = |why: String, layers: Vec<Layer>| all.push(Mistake { why, layers });
        for (at, layer) in layers.iter().enumerate() {
            let (name, next) = (name(layers, at), layers.get(at + 1));
            let with = |new: &[Layer]| [&layers[..at], new, &layers[at + 1..]].concat();
            match *layer {
                Conv(inputs, filters, kernel, padding) => {
                    let new = [Conv(inputs, filters, kernel, (kernel - 1) / 2 * i64::from(padding == 0))];
                    let why = if padding == 0 {
                        "there is a padding where the list has none"
                    } else {
                        "the padding is missing, so the maps become smaller"
                    };
                    add(format!("in {name} {why}"), with(&new));
                }
                Relu => add(format!("a ReLU is missing after {name}"), with(&[])),
                Pool => {
                    add(format!("the max-pooling after {name} is missing"), with(&[]));
                    add(
                        format!(
                            "the pooling after {name} takes the mean of each window: take the largest, `max_pool2d_default(2)`"
                        ),
                        with(&[MeanPool]),
                    );
                }
                _ => {}
            }
            if matches!(layer, Conv(..) | Linear(..)) && next != Some(&Relu) {
                let why = match next {
                    None => {
                        "a ReLU after the last layer cuts off the negative logits: scores may be negative"
                            .to_owned()
                    }
                    Some(_) => format!("a ReLU follows {name}, where the list has none"),
                };
                add(why, with(&[*layer, Relu]));
            }
            if matches!((layer, next), (Relu, Some(Conv(..))) | (Conv(..), Some(Flatten))) {
                add(format!("a pooling follows {name}, where the list has none"), with(&[*layer, Pool]));
            }
        }
        let ends = "the soft-max at the end is one too many: the loss has it inside, so the network ends with logits";
        add(ends.into(), [layers, &[SoftMax]].concat());
        add(ends.into(), [layers, &[LogSoftMax]].concat());
        let without = |gone: Layer| layers.iter().copied().filter(|layer| *layer != gone).collect();
        add(
            "there is no ReLU: without them the convolutions are together no more than a single one".into(),
            without(Relu),
        );
        add("all max-poolings are missing".into(), without(Pool));
        let unpadded = |layer: &Layer| if let Conv(c, f, k, _) = *layer { Conv(c, f, k, 0) } else { *layer };
        add(
            "the convolutions have no padding, so their maps become smaller".into(),
            layers.iter().map(unpadded).collect(),
        );
        all
    }
}

/// What a layer is called in a sentence: that of a function is the name of the layer before it.
fn name(layers: &[Layer], at: usize) -> String {
    let before = &layers[..=at];
    let is_conv = |layer: &&Layer| matches!(layer, Conv(..));
    let is_linear = |layer: &&Layer| matches!(layer, Linear(..));
    let (count, kind, all) = match before.iter().filter(is_linear).count() {
        0 => (before.iter().filter(is_conv).count(), "convolution", layers.iter().filter(is_conv).count()),
        count => (count, "linear layer", layers.iter().filter(is_linear).count()),
    };
    match (count, all) {
        (_, 1) => format!("the {kind}"),
        (1..=4, _) => format!("the {} {kind}", ["first", "second", "third", "fourth"][count - 1]),
        _ => format!("{kind} {count}"),
    }
}

fn shapes(layer: Layer) -> Option<[Vec<i64>; 2]> {
    match layer {
        Conv(inputs, filters, kernel, _) => Some([vec![filters, inputs, kernel, kernel], vec![filters]]),
        Linear(inputs, outputs) => Some([vec![outputs, inputs], vec![outputs]]),
        _ => None,
    }
}

fn flattened([mut c, mut h, mut w]: [i64; 3], layers: &[Layer]) -> i64 {
    for layer in layers.iter().take_while(|layer| **layer != Flatten) {
        match *layer {
            Conv(_, filters, kernel, padding) => {
                [c, h, w] = [filters, h + 2 * padding - kernel + 1, w + 2 * padding - kernel + 1];
            }
            Pool | MeanPool => [h, w] = [h / 2, w / 2],
            _ => {}
        }
    }
    c * h * w
}

/// The numbers of a variable of this shape, the same for the same shape: then it does not matter which of several
/// alike is which.
pub fn known(shape: &[i64]) -> Tensor {
    let inputs: i64 = shape[1..].iter().product();
    random(shape, shape.iter().sum::<i64>() as u32) * (3.0 / inputs as f64).sqrt()
}

/// What the layers make of images [n, c, h, w].
pub fn run(layers: &[Layer], xs: &Tensor) -> Tensor {
    layers.iter().fold(xs.shallow_clone(), |xs, layer| {
        let [weight, bias] = shapes(*layer).unwrap_or([vec![1], vec![1]]).map(|shape| known(&shape));
        match *layer {
            Conv(.., padding) => xs.conv2d(&weight, Some(&bias), [1, 1], [padding; 2], [1, 1], 1),
            Relu => xs.relu(),
            Pool => xs.max_pool2d_default(2),
            MeanPool => xs.avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None::<i64>),
            Flatten => xs.flatten(1, -1),
            Linear(..) => xs.linear(&weight, Some(&bias)),
            SoftMax => xs.softmax(-1, Kind::Float),
            LogSoftMax => xs.log_softmax(-1, Kind::Float),
        }
    })
}
