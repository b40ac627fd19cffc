use crate::check::cases::{close, random};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use std::collections::HashMap;
use tch::Tensor;

pub(super) const FIRE: Exercise = Exercise {
    name: "fire",
    lab: "04",
    hints: &[
        "three calls of `conv`: squeeze takes `xs`, and both expand1x1 and expand3x3 take what squeeze gives",
        "the names begin with `format!(\"features.{index}.\")`; only the 3×3 kernels need a padding of 1",
        "`Tensor::cat(&[one, three], 1)` joins the maps of both along the channels",
    ],
};

/// The weights of a net by name.
type Weights = HashMap<String, Tensor>;

/// Judges a function that lets `xs` [n, c, h, w] through the fire module `features.PLACE` of a SqueezeNet.
pub fn fire(yours: impl Fn(&Weights, i64, &Tensor) -> Tensor) -> Answer {
    FIRE.judge(|| {
        for (place, xs) in [(3, random(&[1, 4, 5, 6], 1)), (12, random(&[2, 4, 3, 3], 2))] {
            let weights = module(place);
            if let Some(why) = fire_mistake(&weights, place, &xs, &yours(&weights, place, &xs)) {
                return Verdict::wrong(format!("for input {:?} through features.{place}: {why}", xs.size()));
            }
        }
        Verdict::right("Few channels in the middle, many at the end: that is how the net stays so small.")
    })
}

/// A module from 4 channels to 2 and on to 3 and 3.
fn module(place: i64) -> Weights {
    let layers = [("squeeze", [2, 4, 1, 1]), ("expand1x1", [3, 2, 1, 1]), ("expand3x3", [3, 2, 3, 3])];
    let tensors = layers.into_iter().zip(1..).flat_map(|((layer, shape), seed)| {
        let name = |part: &str| format!("features.{place}.{layer}.{part}");
        [(name("weight"), random(&shape, seed)), (name("bias"), random(&shape[..1], seed + 9) / 4)]
    });
    tensors.collect()
}

fn fire_mistake(weights: &Weights, place: i64, xs: &Tensor, found: &Tensor) -> Option<String> {
    let layer = |name: &str, xs: &Tensor, padding: i64| {
        let of = |part: &str| &weights[&format!("features.{place}.{name}.{part}")];
        xs.conv2d(of("weight"), Some(of("bias")), [1, 1], [padding; 2], [1, 1], 1)
    };
    let [one, three] = {
        let squeezed = layer("squeeze", xs, 0).relu();
        [layer("expand1x1", &squeezed, 0), layer("expand3x3", &squeezed, 1)]
    };
    let expected = Tensor::cat(&[one.relu(), three.relu()], 1);
    if close(found, &expected) {
        return None;
    }
    let unrectified = layer("squeeze", xs, 0);
    let linear = [layer("expand1x1", &unrectified, 0), layer("expand3x3", &unrectified, 1)];
    Some(if found.size() != expected.size() {
        let (shape, right) = (found.size(), expected.size());
        let why = if shape.get(1) == Some(&3) {
            ": both kinds of maps are joined along the channels, not added"
        } else {
            ""
        };
        format!("the output has shape {right:?}, and yours has {shape:?}{why}")
    } else if close(found, &Tensor::cat(&[three.relu(), one.relu()], 1)) {
        "the maps of the 1×1 kernels come first".to_owned()
    } else if close(found, &Tensor::cat(&[&one, &three], 1)) {
        "a ReLU is missing after the expanding layers".to_owned()
    } else if close(found, &Tensor::cat(&linear.map(|maps| maps.relu()), 1)) {
        "a ReLU is missing after the squeezing layer".to_owned()
    } else {
        format!("the first number should be {:.4}, and yours is {:.4}", first(&expected), first(found))
    })
}

fn first(x: &Tensor) -> f64 {
    x.flatten(0, -1).double_value(&[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conv(weights: &Weights, name: &str, xs: &Tensor, padding: i64) -> Tensor {
        let of = |part: &str| &weights[&format!("{name}.{part}")];
        xs.conv2d(of("weight"), Some(of("bias")), [1, 1], [padding; 2], [1, 1], 1)
    }

    /// The three layers' outputs before their ReLU; `squeeze` is what stands between.
    fn layers(weights: &Weights, place: i64, xs: &Tensor, between: fn(&Tensor) -> Tensor) -> [Tensor; 2] {
        let name = |layer: &str| format!("features.{place}.{layer}");
        let squeezed = between(&conv(weights, &name("squeeze"), xs, 0));
        [conv(weights, &name("expand1x1"), &squeezed, 0), conv(weights, &name("expand3x3"), &squeezed, 1)]
    }

    #[test]
    fn a_fire_module_squeezes_expands_twice_and_joins() {
        FIRE.prove::<fn(&Weights, i64, &Tensor) -> Tensor>(
            fire,
            |_, _, _| todo!(),
            |_, _, _| panic!("stop"),
            &[|ws, at, xs| Tensor::cat(&layers(ws, at, xs, Tensor::relu).map(|maps| maps.relu()), 1)],
            &[
                (
                    |ws, at, xs| {
                        let [one, three] = layers(ws, at, xs, Tensor::relu);
                        Tensor::cat(&[three.relu(), one.relu()], 1)
                    },
                    "come first",
                ),
                (
                    |ws, at, xs| Tensor::cat(&layers(ws, at, xs, Tensor::relu), 1),
                    "after the expanding layers",
                ),
                (
                    |ws, at, xs| {
                        let expanded = layers(ws, at, xs, Tensor::shallow_clone);
                        Tensor::cat(&expanded.map(|maps| maps.relu()), 1)
                    },
                    "after the squeezing layer",
                ),
                (
                    |ws, at, xs| {
                        let [one, three] = layers(ws, at, xs, Tensor::relu);
                        one.relu() + three.relu()
                    },
                    "not added",
                ),
                (
                    |ws, at, xs| {
                        Tensor::cat(&layers(ws, at, xs, Tensor::relu).map(|maps| maps.relu() * 2), 1)
                    },
                    "the first number",
                ),
            ],
        );
    }
}
