//! The exercises of lab 07.

use super::cases::{choice, close, counting, random, rendered};
use super::exercise::Exercise;
use super::{Answer, Verdict};
use crate::catch_panic::{catch_panic, in_words};
use tch::nn::{self, Module};
use tch::{Device, Kind, Tensor};

pub(super) const EXERCISES: &[Exercise] = &[
    FRAME_WIDTH,
    DIGIT_FEATURES,
    DIGIT_NET,
    VECTOR_TO_CLASS,
    CLASS_ACCURACY,
    GAP,
    MIRROR,
    FIRST_CHANNEL,
    OCCLUDE,
];

const FRAME_WIDTH: Exercise = Exercise {
    name: "frame_width",
    lab: "07",
    hints: &[
        "a window of 3 by 3 cuts off 2 rows: one above and one below",
        "a window of `kernel` rows cuts off `kernel - 1` of them, and the padding stands on both sides",
    ],
};

/// Judges a function that gives the padding with which an odd kernel keeps the size of a map, at stride 1.
pub fn frame_width(yours: impl Fn(i64) -> i64) -> Answer {
    FRAME_WIDTH.judge(|| {
        for kernel in [3, 5, 1, 7, 11] {
            let (found, right) = (yours(kernel), (kernel - 1) / 2);
            if found == right {
                continue;
            }
            let why = match found {
                0 => "without zeros a map shrinks, and 'same' is the padding that prevents it",
                _ if found == kernel - 1 => {
                    "that many rows are missing in all, and the padding makes up for them on *both* sides"
                }
                1 => "one row on each side is right for a window of 3; a larger window cuts off more",
                _ if found == kernel => {
                    "the window cuts off fewer rows than it has: it can start in the first one"
                }
                _ => "a side becomes side + 2·padding - kernel + 1, and that should be the side again",
            };
            return Verdict::wrong(format!("for a kernel of {kernel} by {kernel} yours is {found}: {why}"));
        }
        Verdict::right(
            "'Same' adds zeros, half a window on each side, so that each pixel gets a window of its own.",
        )
    })
}

const DIGIT_FEATURES: Exercise = Exercise {
    name: "digit_features",
    lab: "07",
    hints: &[
        "the two convolutions leave 28 by 28, the pooling halves each side",
        "multiply: 32 channels, 14 rows, 14 columns",
    ],
};

/// Judges how many numbers the linear layer of the lab's network for digits takes for an image [1, 28, 28].
pub fn digit_features(yours: impl Fn() -> i64) -> Answer {
    DIGIT_FEATURES.judge(|| {
        Verdict::wrong(match yours() {
            6272 => {
                return Verdict::right(
                    "32 maps of 14 by 14. The linear layer has ten weights for each of them.",
                );
            }
            25_088 => "25,088 is 32·28·28: the pooling halves rows and columns",
            12_544 => "the pooling halves the rows *and* the columns: 14 by 14",
            4608 => "4,608 is 32·12·12: with padding 'same' the convolutions cut nothing off",
            1568 => "1,568 is 32·7·7: there is only one pooling",
            196 => "196 are the numbers of one map; there are 32",
            32 => "32 are the maps; each has many numbers",
            _ => "it is channels · rows · columns of what the pooling gives",
        })
    })
}

const DIGIT_NET: Exercise = Exercise {
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

const VECTOR_TO_CLASS: Exercise = Exercise {
    name: "vector_to_class",
    lab: "07",
    hints: &[
        "`argmax` says *where* the largest number is, `max` how large it is",
        "look along the axis of the classes, which is the last one: -1",
        "`logits.argmax(-1, false)`: `false` drops the axis that was looked along",
    ],
};

/// Judges a function that gives for logits [n, classes] the number of each image's likeliest class, [n].
pub fn vector_to_class(yours: impl Fn(&Tensor) -> Tensor) -> Answer {
    VECTOR_TO_CLASS.judge(|| {
        for [n, classes] in [[2, 3], [4, 3], [3, 5], [10, 10]] {
            let logits = random(&[n, classes], (n * classes) as u32) * 4 + counting(&[classes]) * 0.3;
            if let Some(because) = class_mistake(&logits, &yours(&logits)) {
                return Verdict::wrong(format!("for logits [{n}, {classes}] {because}"));
            }
        }
        Verdict::right("Soft-max keeps the order, so the highest logit is the most probable class.")
    })
}

fn class_mistake(logits: &Tensor, found: &Tensor) -> Option<String> {
    let right = logits.argmax(-1, false);
    if close(found, &right) {
        return None;
    }
    let [n, classes] = [0, 1].map(|axis| logits.size()[axis]);
    let is = |other: &Tensor| close(found, other);
    Some(if is(&logits.argmax(0, false)) {
        format!(
            "you look along the wrong axis, 0: that gives for each of the {classes} classes an image, not for each of the {n} images a class"
        )
    } else if is(&logits.argmax(-1, true)) {
        format!("yours has shape [{n}, 1]: drop the axis that was looked along, `argmax(-1, false)`")
    } else if is(&logits.amax([-1], false)) || is(&logits.softmax(-1, Kind::Float).amax([-1], false)) {
        "you return how large the largest number is, and where it stands is wanted".into()
    } else if is(&logits.argmin(-1, false)) {
        "you return the place of the smallest number".into()
    } else if is(&logits.softmax(0, Kind::Float).argmax(-1, false)) {
        "soft-max goes along the wrong axis: the ten scores of one image make probabilities, along the last axis".into()
    } else if found.size() != [n] {
        format!("yours has shape {:?}, and one class for each image is wanted, [{n}]", found.size())
    } else {
        format!(
            "these logits\n{}\nbelong to classes {}, and yours are {}",
            rendered(logits),
            rendered(&right),
            rendered(found)
        )
    })
}

const CLASS_ACCURACY: Exercise = Exercise {
    name: "class_accuracy",
    lab: "07",
    hints: &[
        "`predicted.eq_tensor(labels)` is true where both agree; `.sum(Kind::Int64).int64_value(&[])` counts that",
        "divide the count by the number of labels, both as `f64`: `right as f64 / labels.size()[0] as f64`",
    ],
};

/// Judges a function of predicted classes [n] and labels [n] that gives the part that agrees, 0 to 1.
pub fn class_accuracy(yours: impl Fn(&Tensor, &Tensor) -> f64) -> Answer {
    CLASS_ACCURACY.judge(|| {
        let cases: [(&[i64], &[i64]); 4] = [
            (&[0, 1, 2, 2], &[0, 1, 1, 2]),
            (&[3, 3, 9, 0, 4], &[3, 1, 2, 0, 5]),
            (&[7, 7], &[7, 7]),
            (&[1, 2, 3], &[2, 3, 1]),
        ];
        for (predicted, labels) in cases {
            let found = yours(&Tensor::from_slice(predicted), &Tensor::from_slice(labels));
            let (n, agree) = (labels.len() as f64, predicted.iter().zip(labels).filter(|(a, b)| a == b).count() as f64);
            let is = |value: f64| (found - value).abs() < 1e-6;
            if is(agree / n) {
                continue;
            }
            let why = if is(agree) {
                "you count, and do not divide by the number of images".into()
            } else if is(agree / 10.0) {
                "you divide by the ten classes: the mean is taken over the images".into()
            } else if is(100.0 * agree / n) {
                "that is per cent: a part from 0 to 1 is wanted".into()
            } else if is(1.0 - agree / n) {
                "that is the part that is wrong".into()
            } else if is(0.0) {
                "whole numbers were divided, and what is left of the point was kept: turn them into `f64` first".into()
            } else {
                format!("{agree} of {n} agree")
            };
            return Verdict::wrong(format!("for predictions {predicted:?} and labels {labels:?} yours is {found}: {why}"));
        }
        Verdict::right("The mean over images of 1 for right and 0 for wrong.")
    })
}

const GAP: Exercise = Exercise {
    name: "gap",
    lab: "07",
    hints: &[
        "the network does very well on what it has seen: is it too small, or not trained enough?",
        "there are 72 parameters for each training image: what could they be used for?",
    ],
};

/// Judges the choice of why a network does better on images that it has seen.
pub fn gap(yours: impl Fn() -> char) -> Answer {
    let options = [
        (
            'a',
            Err(
                "it does very well on what it has seen, so it is large enough; more filters could remember even more",
            ),
        ),
        (
            'b',
            Err(
                "all 70,000 digits were shuffled from the same two groups of writers and scaled alike; the test images are new, not harder",
            ),
        ),
        ('c', Ok("That is overfitting. More data, augmentation and regularisation work against it.")),
        (
            'd',
            Err(
                "more epochs bring the first number nearer to 1 and leave the second where it is: the gap grows",
            ),
        ),
    ];
    GAP.judge(|| choice(yours(), &options))
}

const MIRROR: Exercise = Exercise {
    name: "mirror",
    lab: "07",
    hints: &[
        "left for right reverses the columns, and they are the last axis: `xs.flip([3])`",
        "a coin for each image, as a tensor that fits to all of its pixels: `Tensor::rand([n, 1, 1, 1], …).lt(0.5)`",
        "`xs.flip([3]).where_self(&heads, xs)` takes the turned image where the coin says so",
    ],
};

/// Judges a function that turns each of the images [n, c, h, w] left for right with probability one half.
pub fn mirror(yours: impl Fn(&Tensor) -> Tensor) -> Answer {
    MIRROR.judge(|| {
        let xs = random(&[400, 3, 4, 5], 1);
        let before = xs.copy();
        let found = yours(&xs);
        if !close(&xs, &before) {
            return Verdict::wrong("the images that you were given have changed: make new ones");
        }
        mirror_mistake(&xs, &found).map_or_else(
            || Verdict::right("In every epoch the network now sees other versions of the same photos."),
            Verdict::wrong,
        )
    })
}

/// Whether each image of `a` is that of `b`, [n].
fn same_images(a: &Tensor, b: &Tensor) -> Tensor {
    (a - b).abs().flatten(1, -1).amax([1], false).lt(1e-6)
}

fn mirror_mistake(xs: &Tensor, found: &Tensor) -> Option<String> {
    if found.size() != xs.size() {
        return Some(format!("of images {:?} you make {:?}: the shape should stay", xs.size(), found.size()));
    }
    let count = |which: &Tensor| which.sum(Kind::Int64).int64_value(&[]);
    let (kept, turned) = (same_images(found, xs), same_images(found, &xs.flip([3])));
    let (kept, turned, n) = (count(&kept), count(&turned), xs.size()[0]);
    if kept + turned == n {
        let part = turned as f64 / n as f64;
        return match turned {
            0 => Some("no image is turned".into()),
            _ if turned == n => {
                Some("all images are turned, the coin is missing or tossed once for all".into())
            }
            _ if (0.35..0.65).contains(&part) => None,
            _ => Some(format!("{turned} of {n} images are turned, and about half of them should be")),
        };
    }
    let is = |other: &Tensor| count(&same_images(found, other)) + kept == n;
    Some(if is(&xs.flip([2])) {
        "images are turned upside down: the columns are axis 3".into()
    } else if is(&xs.flip([1])) {
        "the colours are reversed, red for blue: the columns are axis 3".into()
    } else if is(&xs.flip([0])) {
        "the order of the images is reversed: the columns of each are axis 3".into()
    } else if is(&xs.flip([2, 3])) {
        "images are turned by half a turn: only the columns are to be reversed".into()
    } else if close(&(found + found.flip([3])), &(xs + xs.flip([3]))) {
        "parts of one image are turned and others not: toss one coin for each image, of shape [n, 1, 1, 1]"
            .into()
    } else {
        "some images come out as none of the two: as they were, or turned left for right".into()
    })
}

const FIRST_CHANNEL: Exercise = Exercise {
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

const OCCLUDE: Exercise = Exercise {
    name: "occlude",
    lab: "07",
    hints: &[
        "begin with `let covered = x.copy();`, so that the photo stays as it is",
        "rows are axis 1 and columns axis 2 of [3, 32, 32]: `covered.narrow(1, top, 8).narrow(2, left, 8)`",
        "`let _ = part.fill_(0.5);` writes through the view; end with `covered`",
    ],
};

/// Judges a function that covers a square of 8 by 8 pixels of an image [3, 32, 32] with grey.
pub fn occlude(yours: impl Fn(&Tensor, i64, i64) -> Tensor) -> Answer {
    OCCLUDE.judge(|| {
        for [top, left] in [[0, 0], [3, 17], [24, 24]] {
            let x = random(&[3, 32, 32], 5) * 0.4;
            let before = x.copy();
            let found = yours(&x, top, left);
            let because = if close(&x, &before) {
                occlude_mistake(&x, [top, left], &found)
            } else {
                Some("the photo itself has changed: cover a copy, `x.copy()`".into())
            };
            if let Some(because) = because {
                return Verdict::wrong(format!("for top = {top} and left = {left}: {because}"));
            }
        }
        Verdict::right("Whatever the network says of the copy, it says without those 64 pixels.")
    })
}

fn occlude_mistake(x: &Tensor, [top, left]: [i64; 2], found: &Tensor) -> Option<String> {
    if found.size() != x.size() {
        return Some(format!(
            "yours has shape {:?}, and the whole image is wanted, {:?}",
            found.size(),
            x.size()
        ));
    }
    let covered = |channels: i64, [row, column]: [i64; 2], value: f64| {
        let copy = x.copy();
        let _ = copy.narrow(0, 0, channels).narrow(1, row, 8).narrow(2, column, 8).fill_(value);
        copy
    };
    let right = covered(3, [top, left], 0.5);
    if close(found, &right) {
        return None;
    }
    let pixels =
        |other: &Tensor| (found - other).abs().amax([0], false).gt(1e-6).sum(Kind::Int64).int64_value(&[]);
    Some(if close(found, &covered(3, [left, top], 0.5)) {
        "rows and columns are swapped: rows are axis 1".into()
    } else if close(found, &covered(1, [top, left], 0.5)) {
        "only the first channel is covered".into()
    } else if [0.0, 1.0].iter().any(|&value| close(found, &covered(3, [top, left], value))) {
        "the square is not grey: fill it with 0.5".into()
    } else if pixels(x) != 64 {
        format!("{} pixels differ from the photo, and a square of 8 by 8 has 64", pixels(x))
    } else {
        format!("{} pixels are not what they should be", pixels(&right))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_padding_that_keeps_a_size_is_half_a_window() {
        for kernel in [1, 3, 5, 7] {
            let padding = (kernel - 1) / 2;
            let (xs, ws) = (random(&[1, 1, 9, 9], 1), random(&[1, 1, kernel, kernel], 2));
            let ys = xs.conv2d(&ws, None::<&Tensor>, [1, 1], [padding, padding], [1, 1], 1);
            assert_eq!(ys.size(), xs.size());
        }
        FRAME_WIDTH.prove::<fn(i64) -> i64>(
            frame_width,
            |_| todo!(),
            |_| panic!("stop"),
            &[|kernel| (kernel - 1) / 2, |kernel| kernel / 2],
            &[
                (|_| 0, "shrinks"),
                (|kernel| kernel - 1, "*both* sides"),
                (|_| 1, "a larger window cuts off more"),
                (|kernel| kernel, "it can start in the first one"),
                (|kernel| kernel + 5, "side + 2·padding"),
            ],
        );
    }

    #[test]
    fn the_linear_layer_takes_all_numbers_after_the_pooling() {
        DIGIT_FEATURES.prove::<fn() -> i64>(
            digit_features,
            || todo!(),
            || panic!("stop"),
            &[|| 6272],
            &[
                (|| 25_088, "32·28·28"),
                (|| 12_544, "*and* the columns"),
                (|| 4608, "cut nothing off"),
                (|| 1568, "only one pooling"),
                (|| 196, "one map"),
                (|| 32, "are the maps"),
                (|| 7, "channels · rows · columns"),
            ],
        );
    }

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

    #[test]
    fn the_class_is_looked_for_along_the_axis_of_the_classes() {
        VECTOR_TO_CLASS.prove::<fn(&Tensor) -> Tensor>(
            vector_to_class,
            |_| todo!(),
            |logits| logits.get(1000),
            &[
                |logits| logits.argmax(-1, false),
                |logits| logits.softmax(-1, Kind::Float).argmax(1, false),
                |logits| logits.max_dim(-1, false).1,
            ],
            &[
                (|logits| logits.argmax(0, false), "wrong axis, 0"),
                (|logits| logits.argmax(-1, true), "drop the axis"),
                (|logits| logits.amax([-1], false), "how large"),
                (|logits| logits.argmin(-1, false), "smallest"),
                (
                    |logits| logits.softmax(0, Kind::Float).argmax(-1, false),
                    "soft-max goes along the wrong axis",
                ),
                (|logits| logits.argmax(None, false), "one class for each image"),
                (|logits| logits.argmax(-1, false) + 1, "belong to classes"),
            ],
        );
    }

    #[test]
    fn an_accuracy_is_a_mean_over_images() {
        fn right(a: &Tensor, b: &Tensor) -> i64 {
            a.eq_tensor(b).sum(Kind::Int64).int64_value(&[])
        }
        CLASS_ACCURACY.prove::<fn(&Tensor, &Tensor) -> f64>(
            class_accuracy,
            |_, _| todo!(),
            |_, labels| labels.double_value(&[1000]),
            &[
                |a, b| right(a, b) as f64 / b.size()[0] as f64,
                |a, b| a.eq_tensor(b).to_kind(Kind::Double).mean(Kind::Double).double_value(&[]),
            ],
            &[
                (|a, b| right(a, b) as f64, "do not divide"),
                (|a, b| right(a, b) as f64 / 10.0, "ten classes"),
                (|a, b| 100.0 * right(a, b) as f64 / b.size()[0] as f64, "per cent"),
                (|a, b| 1.0 - right(a, b) as f64 / b.size()[0] as f64, "part that is wrong"),
                (|a, b| (right(a, b) / b.size()[0]) as f64, "whole numbers were divided"),
                (|_, _| 0.5, "3 of 4 agree"),
            ],
        );
    }

    #[test]
    fn the_gap_is_what_was_remembered() {
        GAP.prove::<fn() -> char>(
            gap,
            || todo!(),
            || panic!("stop"),
            &[|| 'c', || 'C'],
            &[
                (|| 'a', "large enough"),
                (|| 'b', "not harder"),
                (|| 'd', "the gap grows"),
                (|| 'x', "no choice 'x'"),
            ],
        );
    }

    fn coins(shape: &[i64]) -> Tensor {
        Tensor::rand(shape, (Kind::Float, Device::Cpu)).lt(0.5)
    }

    #[test]
    fn each_image_gets_a_coin_of_its_own() {
        MIRROR.prove::<fn(&Tensor) -> Tensor>(
            mirror,
            |_| todo!(),
            |xs| xs.flip([9]),
            &[
                |xs| xs.flip([3]).where_self(&coins(&[xs.size()[0], 1, 1, 1]), xs),
                |xs| xs.where_self(&coins(&[xs.size()[0], 1, 1, 1]), &xs.flip([-1])),
            ],
            &[
                (|xs| xs.flip([2]).where_self(&coins(&[xs.size()[0], 1, 1, 1]), xs), "upside down"),
                (|xs| xs.flip([1]).where_self(&coins(&[xs.size()[0], 1, 1, 1]), xs), "red for blue"),
                (|xs| xs.flip([2, 3]).where_self(&coins(&[xs.size()[0], 1, 1, 1]), xs), "half a turn"),
                (|xs| xs.flip([0]), "order of the images"),
                (|xs| xs.flip([3]), "all images are turned"),
                (|xs| xs.shallow_clone(), "no image is turned"),
                (|xs| xs.flip([3]).where_self(&coins(&[xs.size()[0], 3, 1, 1]), xs), "parts of one image"),
                (
                    |xs| {
                        let few = Tensor::rand([xs.size()[0], 1, 1, 1], (Kind::Float, Device::Cpu)).lt(0.1);
                        xs.flip([3]).where_self(&few, xs)
                    },
                    "about half",
                ),
                (|xs| xs.narrow(0, 0, 10), "the shape should stay"),
                (|xs| xs + 1, "none of the two"),
                (|xs| xs.shallow_clone().g_add_scalar_(1), "that you were given"),
            ],
        );
    }

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

    #[test]
    fn a_part_of_a_copy_is_covered_in_all_channels() {
        fn cover(x: &Tensor, row: i64, column: i64, size: i64, value: f64) -> Tensor {
            let copy = x.copy();
            let _ = copy.narrow(1, row, size).narrow(2, column, size).fill_(value);
            copy
        }
        OCCLUDE.prove::<fn(&Tensor, i64, i64) -> Tensor>(
            occlude,
            |_, _, _| todo!(),
            |x, _, _| x.narrow(1, 30, 8),
            &[|x, top, left| cover(x, top, left, 8, 0.5)],
            &[
                (|x, top, left| cover(x, left, top, 8, 0.5), "swapped"),
                (|x, top, left| cover(x, top, left, 8, 0.0), "not grey"),
                (|x, top, left| cover(x, top, left, 7, 0.5), "49 pixels differ"),
                (|x, top, left| cover(x, top, left, 8, 0.3), "64 pixels are not"),
                (
                    |x, top, left| {
                        let covered = x.shallow_clone();
                        let _ = covered.narrow(1, top, 8).narrow(2, left, 8).fill_(0.5);
                        covered
                    },
                    "photo itself",
                ),
                (
                    |x, top, left| {
                        let covered = x.copy();
                        let _ = covered.get(0).narrow(0, top, 8).narrow(1, left, 8).fill_(0.5);
                        covered
                    },
                    "only the first channel",
                ),
                (|x, top, left| x.narrow(1, top, 8).narrow(2, left, 8), "whole image"),
            ],
        );
    }
}
