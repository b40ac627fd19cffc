use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::nn::{Conv2D, Module, VarStore};
use tch::{Device, IndexOp, Tensor};

pub(super) const EDGE_LAYER: Exercise = Exercise {
    name: "edge_layer",
    lab: "04",
    hints: &[
        "`nn::conv2d(vs.root(), 1, 2, 3, nn::ConvConfig { bias: false, ..Default::default() })` makes the layer",
        "a vertical edge is a step from left to right: minus on the left, plus on the right, nothing in the middle; `k.transpose(0, 1)` lays it on its side",
        "`Tensor::stack(&[&vertical, &horizontal], 0)` is [2, 3, 3]; `.unsqueeze(1)` adds the axis of the one input channel",
        "write it into the layer with `tch::no_grad(|| layer.ws.copy_(&ws));`, where the layer is a `let mut layer`; its last line returns `layer`",
    ],
};

/// Judges a function that makes a convolution from 1 to 2 channels, kernels 3×3 without bias, whose channel 0 answers to
/// vertical edges and channel 1 to horizontal ones.
pub fn edge_layer(yours: impl Fn(&VarStore) -> Conv2D) -> Answer {
    edge_layer_made(|| {
        let vs = VarStore::new(Device::Cpu);
        let layer = yours(&vs);
        Made {
            shape: layer.ws.size(),
            is_kept: is_kept(&vs, &layer),
            has_bias: layer.bs.is_some(),
            forward: Box::new(move |x| layer.forward(x)),
        }
    })
}

/// What is seen of a layer.
pub(in crate::check) struct Made {
    /// Its weight's shape.
    pub shape: Vec<i64>,
    /// Whether its weight is one of the variables.
    pub is_kept: bool,
    pub has_bias: bool,
    /// What it makes of a picture [1, 1, h, w].
    pub forward: Box<dyn Fn(&Tensor) -> Tensor>,
}

/// Judges what is seen of the layer.
pub(in crate::check) fn edge_layer_made(yours: impl Fn() -> Made) -> Answer {
    EDGE_LAYER.judge(|| {
        let made = yours();
        let wrong = made_otherwise(&made).or_else(|| tch::no_grad(|| edge_mistake(&made.forward)));
        let right = "Each channel is blind to the other's edges, and both are blind to what is flat.";
        wrong.map_or_else(|| Verdict::right(right), Verdict::wrong)
    })
}

/// Whether the layer's weight is one of the variables in `vs`.
pub(in crate::check) fn is_kept(vs: &VarStore, layer: &Conv2D) -> bool {
    vs.trainable_variables().iter().any(|variable| variable.data_ptr() == layer.ws.data_ptr())
}

fn made_otherwise(made: &Made) -> Option<String> {
    let shape = &made.shape;
    if *shape != [2, 1, 3, 3] {
        return Some(format!(
            "a layer from 1 to 2 channels with kernels of 3 by 3 has a weight of shape [2, 1, 3, 3], and yours is {shape:?}"
        ));
    }
    if !made.is_kept {
        return Some("your layer's weight is not in `vs`: make it with `vs.root()`, and write into the weight that is there".into());
    }
    made.has_bias.then(|| "your layer has a bias: make it with `bias: false`".into())
}

fn edge_mistake(forward: &dyn Fn(&Tensor) -> Tensor) -> Option<String> {
    let to_the_right = Tensor::from_slice(&[0f32, 0., 0., 1., 1., 1.]).expand([6, 6], false);
    let maps = |x: &Tensor| forward(&x.reshape([1, 1, 6, 6])); // [1, 2, 4, 4]
    let shape = maps(&to_the_right).size();
    if shape != [1, 2, 4, 4] {
        return Some(format!(
            "a picture of 6 by 6 becomes {shape:?} in your layer, and it should be [1, 2, 4, 4]: leave padding and stride as they are"
        ));
    }
    // The answer that is furthest from 0, with its sign.
    let strongest = |x: &Tensor| {
        let maps = maps(x);
        [0, 1].map(|c| {
            let map = maps.i((0, c));
            let [low, high] = [map.min(), map.max()].map(|value| value.double_value(&[]));
            if -low > high { low } else { high }
        })
    };
    let flat = strongest(&to_the_right.ones_like());
    if let Some(c) = flat.iter().position(|answer| answer.abs() > 1e-4) {
        return Some(format!(
            "on a flat grey picture channel {c} answers {:.2}: the numbers of its kernel should add up to 0",
            flat[c]
        ));
    }
    between_the_two(strongest(&to_the_right), strongest(&to_the_right.transpose(0, 1)))
}

/// What is wrong with the answers of both channels to a step to the right, and to a step downwards.
fn between_the_two(right: [f64; 2], down: [f64; 2]) -> Option<String> {
    let hears = |answer: f64| answer.abs() > 1e-4;
    Some(match (right.map(hears), down.map(hears)) {
        ([false, true], [true, false]) => {
            "the two are swapped: a vertical edge is where left and right differ".into()
        }
        ([true, true], [true, true]) if right == down => "both channels answer to both kinds of edges".into(),
        ([_, true], _) => {
            "channel 1 answers to vertical edges too: it should only compare above and below".into()
        }
        (_, [true, _]) => {
            "channel 0 answers to horizontal edges too: it should only compare left and right".into()
        }
        ([false, _], _) => {
            "channel 0 does not see a vertical edge, a step from 0 to 1 from left to right".into()
        }
        (_, [_, false]) => {
            "channel 1 does not see a horizontal edge, a step from 0 to 1 from top to bottom".into()
        }
        _ => {
            return [("to the right", 0, right[0]), ("downwards", 1, down[1])].into_iter().find_map(too_weak);
        }
    })
}

fn too_weak((way, channel, answer): (&str, i64, f64)) -> Option<String> {
    if answer < 0.0 {
        return Some(format!(
            "channel {channel} answers {answer:.2} where it becomes brighter {way}: there it should be positive, so turn the signs round"
        ));
    }
    (answer < 0.999).then(|| {
        format!("channel {channel} answers {answer:.2} to a step from 0 to 1, and at least 1 is wanted: use larger numbers")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::nn::{self, ConvConfig};

    fn floats<const N: usize>(rows: &[[f32; N]]) -> Tensor {
        Tensor::from_slice2(rows)
    }

    fn sobel() -> Tensor {
        floats(&[[-1., 0., 1.], [-2., 0., 2.], [-1., 0., 1.]])
    }

    fn with(vs: &VarStore, config: ConvConfig, vertical: &Tensor, horizontal: &Tensor) -> Conv2D {
        let mut layer = nn::conv2d(vs.root(), 1, 2, 3, config);
        tch::no_grad(|| layer.ws.copy_(&Tensor::stack(&[vertical, horizontal], 0).unsqueeze(1)));
        layer
    }

    fn both(vs: &VarStore, vertical: &Tensor, horizontal: &Tensor) -> Conv2D {
        with(vs, nn::no_bias(), vertical, horizontal)
    }

    fn lying() -> Tensor {
        sobel().transpose(0, 1)
    }

    #[test]
    fn any_pair_of_edge_detectors_is_right_and_each_confusion_has_its_own_words() {
        EDGE_LAYER.prove::<fn(&VarStore) -> Conv2D>(
            edge_layer,
            |_| todo!(),
            |_| panic!("stop"),
            &[
                |vs| both(vs, &sobel(), &lying()),
                |vs| both(vs, &floats(&[[0., 0., 0.], [0., -1., 1.], [0., 0., 0.]]), &(lying() * 3)),
            ],
            &[
                (|vs| both(vs, &lying(), &sobel()), "swapped"),
                (|vs| nn::conv2d(vs.root(), 1, 2, 5, nn::no_bias()), "has a weight of shape [2, 1, 3, 3]"),
                (|_| both(&VarStore::new(Device::Cpu), &sobel(), &lying()), "is not in `vs`"),
                (|vs| with(vs, Default::default(), &sobel(), &lying()), "has a bias"),
                (
                    |vs| {
                        let config = ConvConfig { padding: 1, bias: false, ..Default::default() };
                        with(vs, config, &sobel(), &lying())
                    },
                    "leave padding and stride",
                ),
                (|vs| both(vs, &sobel(), &(lying() + 1)), "on a flat grey picture channel 1"),
                (|vs| both(vs, &sobel(), &sobel()), "channel 1 answers to vertical edges too"),
                (
                    |vs| both(vs, &floats(&[[-1., 0., 0.], [0., 0., 0.], [0., 0., 1.]]), &lying()),
                    "channel 0 answers to horizontal edges too",
                ),
                (
                    |vs| {
                        let slanted = floats(&[[-1., 0., 0.], [0., 0., 0.], [0., 0., 1.]]);
                        both(vs, &slanted, &slanted)
                    },
                    "both kinds of edges",
                ),
                (|vs| both(vs, &sobel().zeros_like(), &lying()), "channel 0 does not see"),
                (|vs| both(vs, &sobel(), &sobel().zeros_like()), "channel 1 does not see"),
                (
                    |vs| both(vs, &-sobel(), &lying()),
                    "channel 0 answers -4.00 where it becomes brighter to the right",
                ),
                (|vs| both(vs, &sobel(), &-lying()), "brighter downwards"),
                (|vs| both(vs, &(sobel() / 10), &lying()), "at least 1"),
            ],
        );
    }
}
