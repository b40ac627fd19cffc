//! The exercises of lab 06.

use super::cases::{choice, close, counting, random, rendered};
use super::exercise::Exercise;
use super::{Answer, Verdict};
use crate::catch_panic::catch_panic;
use crate::datasets::Split;
use tch::nn::{self, OptimizerConfig};
use tch::{Device, Kind, Tensor};

pub(super) const EXERCISES: &[Exercise] = &[
    MAKE_BATCH,
    STAGE_SHAPES,
    FLATTENED,
    FIRST_LOSS,
    CROSS_ENTROPY,
    TRAIN_STEP,
    SURE_AND_WRONG,
    CONFUSION_COUNTS,
];

const MAKE_BATCH: Exercise = Exercise {
    name: "make_batch",
    lab: "06",
    hints: &[
        "draw the places once, and use them twice: for the images and for their labels",
        "`Tensor::randint(split.len(), [n], (Kind::Int64, Device::Cpu))` draws the places; the upper end itself never comes",
        "a pair is written `(xs, labels)`, and its parts are `split.images.index_select(0, &places)` and the same of `split.labels`",
    ],
};

/// Judges a function that draws `n` images of a split with replacement: images [n, c, h, w] and their labels [n].
pub fn make_batch(yours: impl Fn(i64, &Split) -> (Tensor, Tensor)) -> Answer {
    MAKE_BATCH.judge(|| {
        // Image i holds nothing but i, and its label is i too.
        let labels = Tensor::arange(7, (Kind::Int64, Device::Cpu));
        let images = labels.to_kind(Kind::Float).view([7, 1, 1, 1]).repeat([1, 1, 3, 2]);
        let Ok(split) = Split::new(images, labels) else {
            return Verdict::wrong("the check's own images cannot be made");
        };
        let (xs, labels) = yours(5, &split);
        if let Some(because) = batch_mistake(&xs, &labels) {
            return Verdict::wrong(because);
        }
        let Ok((many, their)) = catch_panic(|| yours(2000, &split)) else {
            return Verdict::wrong(
                "a batch of 2000 from a split of 7 images cannot be drawn: with replacement an image may come again, so a batch may be larger than the split",
            );
        };
        let Ok((again, _)) = catch_panic(|| yours(2000, &split)) else {
            return Verdict::wrong("a second batch could not be drawn");
        };
        let came = |label: i64| their.eq(label).any().int64_value(&[]) == 1;
        Verdict::wrong(match (0..7).find(|&label| !came(label)) {
            _ if many.equal(&again) => "two batches hold the same images: draw new places in each call".to_owned(),
            Some(6) => "the last image never comes: `randint` never draws its upper end, so give it `split.len()`".to_owned(),
            Some(label) => format!("in 2000 draws from 7 images, image {label} never came: draw from 0 to the last one"),
            None => {
                return Verdict::right("Each image is as likely as any other, and brings its own label.");
            }
        })
    })
}

/// What is wrong with a batch of five images that hold their own labels.
fn batch_mistake(xs: &Tensor, labels: &Tensor) -> Option<String> {
    if xs.size() != [5, 1, 3, 2] {
        let (shape, right) = (xs.size(), [5, 1, 3, 2]);
        let why = if shape == [5, 3, 2] {
            "the channel axis is missing"
        } else {
            "n comes first, then an image's own shape"
        };
        return Some(format!("your images have shape {shape:?} and should have {right:?}: {why}"));
    }
    if labels.size() != [5] || labels.kind() != Kind::Int64 {
        return Some(format!(
            "your labels are a tensor of shape {:?} and kind {:?}; they should be five whole numbers, [5]",
            labels.size(),
            labels.kind()
        ));
    }
    let first = xs.select(1, 0).select(1, 0).select(1, 0); // [5], each image's number
    (!close(&first, labels)).then(|| {
        "images and labels do not belong together: draw the places once and pick both at the same ones"
            .to_owned()
    })
}

const STAGE_SHAPES: Exercise = Exercise {
    name: "stage_shapes",
    lab: "06",
    hints: &[
        "a convolution changes the number of channels to its number of filters; pooling leaves it as it is",
        "along a side of 28 there are 28 - 5 + 1 places for a window of 5",
        "pooling by 2 halves a side: 24 becomes 12",
    ],
};

const SHAPES: [[i64; 3]; 5] = [[16, 24, 24], [16, 12, 12], [16, 10, 10], [16, 5, 5], [32, 4, 4]];
const LAYERS: [&str; 5] = [
    "the first convolution",
    "the first pooling",
    "the second convolution",
    "the second pooling",
    "the third convolution",
];

/// Judges the foreseen shapes [channels, rows, columns] after each convolution and pooling of the lab's network.
pub fn stage_shapes(yours: impl Fn() -> [[i64; 3]; 5]) -> Answer {
    STAGE_SHAPES.judge(|| {
        let found = yours();
        let Some(at) = (0..5).find(|&at| found[at] != SHAPES[at]) else {
            return Verdict::right("28 → 24 → 12 → 10 → 5 → 4: two numbers less for a window of 3, half for a pooling.");
        };
        let before = if at == 0 { [1, 28, 28] } else { SHAPES[at - 1] };
        let (layer, shape, right) = (LAYERS[at], found[at], SHAPES[at]);
        let why = match shape {
            [h, w, c] if [c, h, w] == right => "channels come first: [channels, rows, columns]".to_owned(),
            [_, h, w] if [h, w] == before[1..] && at % 2 == 0 => {
                "without padding a map is smaller than what the window slides over".to_owned()
            }
            [_, h, w] if [h + 1, w + 1] == right[1..] => {
                "count the places where the window can start, the last one included".to_owned()
            }
            [c, ..] if c != right[0] => {
                format!("{c} are not its channels: a convolution has one for each of its filters, pooling leaves them")
            }
            _ if at % 2 == 0 => "a side shrinks to side - window + 1".to_owned(),
            _ => "a pooling of 2 by 2 halves both sides".to_owned(),
        };
        Verdict::wrong(format!("after {layer}, {before:?} does not become {shape:?}: {why}"))
    })
}

const FLATTENED: Exercise = Exercise {
    name: "flattened",
    lab: "06",
    hints: &[
        "an image is [32, 4, 4] after the third stage",
        "flattening forgets the axes and keeps every number: multiply",
    ],
};

/// Judges how many numbers represent an image after the three stages.
pub fn flattened(yours: impl Fn() -> i64) -> Answer {
    FLATTENED.judge(|| {
        Verdict::wrong(match yours() {
            512 => {
                return Verdict::right(
                    "32 channels of 4 by 4 numbers; every image of the batch has as many.",
                );
            }
            32 => "32 are the channels; each of them has 4 by 4 numbers",
            16 => "16 is one channel's 4 by 4 numbers; there are 32 channels",
            62_976 => "62,976 is the whole batch of 123: flattening leaves the axis of the images alone",
            784 => "784 pixels went in; what comes out has another shape, [32, 4, 4]",
            800 => "800 is 32·5·5, but the third convolution leaves 4 by 4 of 5 by 5",
            _ => "it is channels · rows · columns of what the third stage gives",
        })
    })
}

const FIRST_LOSS: Exercise = Exercise {
    name: "first_loss",
    lab: "06",
    hints: &[
        "each of ten digits gets the probability 0.1, also the right one",
        "cross-entropy is the negative natural logarithm of that: `-(0.1f64).ln()`",
    ],
};

/// Judges the foreseen cross-entropy of a network that gives ten classes the same probability.
pub fn first_loss(yours: impl Fn() -> f64) -> Answer {
    FIRST_LOSS.judge(|| {
        let found = yours();
        let is = |value: f64| (found - value).abs() < 0.01;
        Verdict::wrong(if is(10f64.ln()) {
            return Verdict::right("-ln 0.1 = ln 10 = 2.30: remember it, a first loss far above it tells of a bad start.");
        } else if is(-(10f64.ln())) {
            "the logarithm of a probability is negative, and the loss is its negative: a positive number"
        } else if is(0.1) {
            "0.1 is the probability; the loss is the negative logarithm of it"
        } else if is(1.0) || is(10f64.log2()) {
            "it is the natural logarithm, with base e: `.ln()`"
        } else if is(0.0) {
            "a loss of 0 belongs to a network that gives the right class the probability 1"
        } else if is(0.9) {
            "0.9 is the probability of being wrong; the loss is the negative logarithm of the right class's probability"
        } else {
            "the right class has the probability 1/10, and the loss is the negative natural logarithm of that"
        })
    })
}

const CROSS_ENTROPY: Exercise = Exercise {
    name: "cross_entropy",
    lab: "06",
    hints: &[
        "work on the logarithms: `logits.log_softmax(-1, Kind::Float)` has the shape of the logits",
        "of each row pick the number at the label: `logs.gather(1, &labels.unsqueeze(1), false)`",
        "the loss is the negative mean of what was picked: `-own.mean(Kind::Float)`",
    ],
};

/// Judges a function of logits [n, classes] and labels [n] that returns the mean cross-entropy, one number.
pub fn cross_entropy(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    CROSS_ENTROPY.judge(|| {
        let cases = [(1, 2), (2, 3), (4, 3), (5, 10)];
        for (n, classes) in cases {
            let logits = (random(&[n, classes], n as u32) * 3).set_requires_grad(true);
            let labels = (counting(&[n]).to_kind(Kind::Int64) * 2).remainder(classes);
            if let Some(because) = entropy_mistake(&logits, &labels, &yours(&logits, &labels)) {
                return Verdict::wrong(format!("for logits [{n}, {classes}] {because}"));
            }
        }
        Verdict::right("It is `logits.cross_entropy_for_logits(&labels)`, number for number.")
    })
}

fn entropy_mistake(logits: &Tensor, labels: &Tensor, found: &Tensor) -> Option<String> {
    let (n, classes) = (logits.size()[0] as f64, logits.size()[1] as f64);
    let right = logits.cross_entropy_for_logits(labels);
    if found.numel() != 1 {
        let shape = found.size();
        return Some(format!(
            "your loss has shape {shape:?}: the loss of a batch is one number, the mean over its images"
        ));
    }
    let found = found.flatten(0, -1).get(0);
    if close(&found, &right) {
        return (!found.requires_grad()).then(|| {
            "the number is right, but it does not know how it came about, so nothing could be learned from it: keep it a tensor all the way".to_owned()
        });
    }
    let own = |of: &Tensor| of.gather(1, &labels.unsqueeze(1), false).mean(Kind::Float);
    let probabilities = logits.softmax(-1, Kind::Float);
    Some(if close(&-&found, &right) {
        "the sign is lost: the logarithm of a probability is negative, the loss is not".into()
    } else if close(&(&found / n), &right) {
        "the images' losses are added up: take their mean".into()
    } else if close(&(&found * classes), &right) {
        "the mean is taken over n · classes numbers, and only n of them count: one for each image".into()
    } else if close(&found, &probabilities.cross_entropy_for_logits(labels)) {
        "soft-max is applied twice: the logarithm's soft-max has it inside".into()
    } else if close(&found, &-own(&probabilities)) || close(&found, &own(&probabilities)) {
        "the logarithm is missing: it is the mean probability that you have".into()
    } else if close(&found, &-own(&logits.log_softmax(0, Kind::Float))) {
        "soft-max goes along the wrong axis: the scores of *one image* make probabilities, so along the last axis".into()
    } else if close(&found, &-logits.log_softmax(-1, Kind::Float).amax([-1], false).mean(Kind::Float)) {
        "the highest score of each image counts in yours: it is the score at the *label* that counts".into()
    } else {
        format!(
            "logits\n{}\nand labels {} should give {}, and yours is {}",
            rendered(logits),
            rendered(labels),
            rendered(&right),
            rendered(&found)
        )
    })
}

const TRAIN_STEP: Exercise = Exercise {
    name: "train_step",
    lab: "06",
    hints: &[
        "`let loss = net.forward(xs).cross_entropy_for_logits(labels);` goes forward",
        "then, in this order: `opt.zero_grad();`, `loss.backward();`, `opt.step();`",
        "the last line, without a semicolon: `loss.double_value(&[])`",
    ],
};

/// How far the check's optimiser goes against a gradient.
const RATE: f64 = 0.5;

/// Judges a function that takes one step of training and returns the loss before it.
pub fn train_step(yours: impl Fn(&nn::Sequential, &mut nn::Optimizer, &Tensor, &Tensor) -> f64) -> Answer {
    TRAIN_STEP.judge(|| {
        let vs = nn::VarStore::new(Device::Cpu);
        let config = nn::LinearConfig { bias: false, ..Default::default() };
        let linear = nn::linear(vs.root(), 2, 3, config);
        let mut ws = vs.trainable_variables().remove(0); // [3, 2]
        tch::no_grad(|| ws.copy_(&random(&[3, 2], 1)));
        let net = nn::seq().add_fn(|xs| xs.flatten(1, -1)).add(linear);
        let mut opt = match nn::Sgd::default().build(&vs, RATE) {
            Ok(opt) => opt,
            Err(error) => {
                return Verdict::wrong(format!("the check's own optimiser cannot be made: {error}"));
            }
        };
        let labels = Tensor::from_slice(&[0i64, 2, 1, 0]);
        let mut before = Gradient::default();
        for step in 1..=2 {
            let xs = random(&[4, 1, 1, 2], 10 + step) * 2;
            let start = ws.detach().copy();
            let gradient = Gradient::of(&start, &xs, &labels);
            let loss = yours(&net, &mut opt, &xs, &labels);
            if let Some(because) = step_mistake(&start, &ws, &gradient, &before, loss) {
                return Verdict::wrong(because);
            }
            before = gradient;
        }
        Verdict::right(
            "Forward, forget, backward, move: every network of this course is trained by this step.",
        )
    })
}

/// What libtorch says of a linear layer and a batch.
#[derive(Default)]
struct Gradient {
    loss: f64,
    /// Of the loss by the weights; nothing before the first step.
    own: Option<Tensor>,
    /// The same where a soft-max stands before the loss, which has it inside.
    twice: Option<Tensor>,
}

impl Gradient {
    fn of(start: &Tensor, xs: &Tensor, labels: &Tensor) -> Self {
        let by = |loss: &dyn Fn(&Tensor) -> Tensor| {
            let ws = start.copy().set_requires_grad(true);
            let loss = loss(&xs.flatten(1, -1).matmul(&ws.tr()));
            loss.backward();
            (loss.double_value(&[]), ws.grad())
        };
        let (loss, own) = by(&|logits| logits.cross_entropy_for_logits(labels));
        let (_, twice) = by(&|logits| logits.softmax(-1, Kind::Float).cross_entropy_for_logits(labels));
        Self { loss, own: Some(own), twice: Some(twice) }
    }
}

fn step_mistake(
    start: &Tensor,
    end: &Tensor,
    here: &Gradient,
    before: &Gradient,
    loss: f64,
) -> Option<String> {
    let (own, twice) = (here.own.as_ref()?, here.twice.as_ref()?);
    let moved = end.detach() - start;
    if close(&moved, &(own * -RATE)) {
        let is = |value: f64| (loss - value).abs() < 1e-4;
        return (!is(here.loss)).then(|| {
            let why = if is(4.0 * here.loss) {
                "the mean over the images is wanted, not their sum"
            } else {
                "return the loss of this batch before the step, `loss.double_value(&[])`"
            };
            format!(
                "the weights move as they should, but you return {loss:.4} and the loss is {:.4}: {why}",
                here.loss
            )
        });
    }
    let is = |by: &Tensor| close(&moved, by);
    Some(if is(&moved.zeros_like()) {
        "the weights have not moved: `loss.backward()` comes after `opt.zero_grad()`, and `opt.step()` after both".into()
    } else if is(&(own * RATE)) {
        "the weights move uphill, with the gradient: is the sign of the loss right?".into()
    } else if before.own.as_ref().is_some_and(|old| is(&((own + old) * -RATE))) {
        "the second step goes wrong: the gradient of the first is still in it, and the two add up; `opt.zero_grad()` forgets it".into()
    } else if is(&(twice * -RATE)) {
        "soft-max is applied twice: the loss has it inside, so it wants the logits as the network gives them"
            .into()
    } else if is(&(own * (-4.0 * RATE))) {
        "the step is as many times too long as the batch has images: take the mean of their losses, not the sum".into()
    } else if is(&(own * (-2.0 * RATE))) {
        "the weights move twice in one call: one `opt.step()` is enough, and `opt.backward_step` has one inside".into()
    } else {
        format!(
            "the weights should change by\n{}\nand change by\n{}",
            rendered(&(own * -RATE)),
            rendered(&moved)
        )
    })
}

const SURE_AND_WRONG: Exercise = Exercise {
    name: "sure_and_wrong",
    lab: "06",
    hints: &[
        "soft-max only compares the ten scores of one image with each other",
        "was the network ever told, in training, how often its probabilities come true?",
    ],
};

/// Judges the choice of what a probability of more than 90 % for a wrong class says.
pub fn sure_and_wrong(yours: impl Fn() -> char) -> Answer {
    let options = [
        (
            'a',
            Err(
                "that would have to be measured: a network's 90 % need not come true nine times in ten, and often do not",
            ),
        ),
        (
            'b',
            Ok("It compares scores. Whether 90 % means 90 % is a question of its own, called calibration."),
        ),
        (
            'c',
            Err(
                "labels can be wrong, and some of these are hard to read; but the number is about the scores alone",
            ),
        ),
        ('d', Err("a second soft-max would make the probabilities more equal, not more sure")),
    ];
    SURE_AND_WRONG.judge(|| choice(yours(), &options))
}

const CONFUSION_COUNTS: Exercise = Exercise {
    name: "confusion_counts",
    lab: "06",
    hints: &[
        "the row is the true class, the column the predicted one",
        "`labels.one_hot(10)` is [n, 10]; its transpose times `predicted.one_hot(10)` is [10, 10]",
        "one_hot gives whole numbers, and a product wants floats: `.to_kind(Kind::Float)` on both",
    ],
};

/// Judges a function of labels [n] and predicted classes [n] that counts in [10, 10] which class is taken for which.
pub fn confusion_counts(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    CONFUSION_COUNTS.judge(|| {
        let cases: [(&[i64], &[i64]); 3] =
            [(&[3], &[3]), (&[3, 3], &[3, 5]), (&[0, 1, 2, 9, 9, 9, 4, 4], &[0, 2, 2, 4, 4, 9, 9, 4])];
        for (labels, predicted) in cases {
            let (truth, said) = (Tensor::from_slice(labels), Tensor::from_slice(predicted));
            let mut right = vec![0f32; 100];
            labels.iter().zip(predicted).for_each(|(row, column)| right[(row * 10 + column) as usize] += 1.0);
            let right = Tensor::from_slice(&right).view([10, 10]);
            if let Some(because) = count_mistake(&yours(&truth, &said), &right, labels.len()) {
                return Verdict::wrong(format!(
                    "for labels {labels:?} and predictions {predicted:?} {because}"
                ));
            }
        }
        Verdict::right("The diagonal holds what is right; its sum over the number of images is the accuracy.")
    })
}

fn count_mistake(found: &Tensor, right: &Tensor, n: usize) -> Option<String> {
    if found.size() != [10, 10] {
        return Some(format!("your counts have shape {:?} and should have [10, 10]", found.size()));
    }
    if close(found, right) {
        return None;
    }
    Some(if close(&found.tr(), right) {
        "rows and columns are swapped: the row is the true class".into()
    } else if close(&(found * n as f64), right) {
        "your counts are divided by the number of images: count, do not average".into()
    } else if close(found, &right.clamp_max(1.0)) {
        "an image is counted once where several are alike: add, do not set".into()
    } else if close(found, &right.diag(0).diag(0)) {
        "only what is right is counted: mistakes stand beside the diagonal".into()
    } else {
        let sum = found.to_kind(Kind::Double).sum(Kind::Double).double_value(&[]);
        format!(
            "your counts add up to {sum} and should add up to {n}, each image in the row of its class and the column of its prediction"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::nn::Module;

    fn at(split: &Split, places: &Tensor) -> (Tensor, Tensor) {
        (split.images.index_select(0, places), split.labels.index_select(0, places))
    }

    fn draw(high: i64, n: i64) -> Tensor {
        Tensor::randint(high, [n], (Kind::Int64, Device::Cpu))
    }

    #[test]
    fn a_batch_is_drawn_with_replacement_and_every_usual_way_to_miss_that_is_reported() {
        MAKE_BATCH.prove::<fn(i64, &Split) -> (Tensor, Tensor)>(
            make_batch,
            |_, _| todo!(),
            |_, split| at(split, &(draw(7, 5) + 100)),
            &[|n, split| at(split, &draw(split.len(), n))],
            &[
                (
                    |n, split| at(split, &Tensor::randperm(7, (Kind::Int64, Device::Cpu)).narrow(0, 0, n)),
                    "may come again",
                ),
                (
                    |n, split| at(split, &Tensor::arange(n, (Kind::Int64, Device::Cpu)).remainder(7)),
                    "the same images",
                ),
                (|n, split| at(split, &draw(split.len() - 1, n)), "the last image never comes"),
                (|n, split| at(split, &(draw(split.len() - 1, n) + 1)), "image 0 never came"),
                (|n, split| (at(split, &draw(7, n)).0, at(split, &draw(7, n)).1), "do not belong together"),
                (
                    |n, split| (at(split, &draw(7, n)).0.squeeze_dim(1), at(split, &draw(7, n)).1),
                    "channel axis",
                ),
                (
                    |n, split| (at(split, &draw(7, n)).0, at(split, &draw(7, n)).1.to_kind(Kind::Float)),
                    "kind Float",
                ),
            ],
        );
    }

    #[test]
    fn the_first_shape_that_is_wrong_is_named_with_its_reason() {
        const fn with(at: usize, shape: [i64; 3]) -> [[i64; 3]; 5] {
            let mut shapes = SHAPES;
            shapes[at] = shape;
            shapes
        }
        STAGE_SHAPES.prove::<fn() -> [[i64; 3]; 5]>(
            stage_shapes,
            || todo!(),
            || panic!("stop"),
            &[|| SHAPES],
            &[
                (|| with(0, [16, 28, 28]), "without padding"),
                (|| with(0, [24, 24, 16]), "channels come first"),
                (|| with(0, [16, 23, 23]), "the last one included"),
                (|| with(1, [8, 12, 12]), "pooling leaves them"),
                (|| with(1, [16, 23, 23]), "halves both sides"),
                (|| with(2, [16, 7, 7]), "side - window + 1"),
                (|| with(4, [16, 4, 4]), "after the third convolution, [16, 5, 5]"),
            ],
        );
    }

    #[test]
    fn the_stages_of_the_lab_give_the_shapes_and_the_size_that_are_judged() {
        let conv = |xs: &Tensor, out: i64, kernel: i64| {
            let ws = random(&[out, xs.size()[1], kernel, kernel], 1);
            xs.conv2d(&ws, None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1)
        };
        let mut xs = random(&[123, 1, 28, 28], 2);
        let mut shapes = Vec::new();
        for (out, kernel) in [(16, 5), (16, 3), (32, 2)] {
            xs = conv(&xs, out, kernel);
            shapes.push(xs.size()[1..].to_vec());
            xs = xs.max_pool2d_default(2);
            shapes.push(xs.size()[1..].to_vec());
        }
        assert_eq!(shapes[..5], SHAPES);
        assert_eq!(SHAPES[4].iter().product::<i64>(), 512);
    }

    #[test]
    fn the_flattened_size_is_all_numbers_of_one_image() {
        FLATTENED.prove::<fn() -> i64>(
            flattened,
            || todo!(),
            || panic!("stop"),
            &[|| 512],
            &[
                (|| 32, "are the channels"),
                (|| 16, "one channel's"),
                (|| 62_976, "whole batch"),
                (|| 784, "went in"),
                (|| 800, "32·5·5"),
                (|| 1, "channels · rows · columns"),
            ],
        );
    }

    #[test]
    fn the_first_loss_is_the_logarithm_of_ten() {
        FIRST_LOSS.prove::<fn() -> f64>(
            first_loss,
            || todo!(),
            || panic!("stop"),
            &[|| 10f64.ln(), || 2.3],
            &[
                (|| -(10f64.ln()), "a positive number"),
                (|| 0.1, "is the probability;"),
                (|| 10f64.log2(), "base e"),
                (|| 1.0, "base e"),
                (|| 0.0, "the probability 1"),
                (|| 0.9, "being wrong"),
                (|| f64::NAN, "1/10"),
            ],
        );
    }

    #[test]
    fn any_way_to_write_cross_entropy_passes_and_a_wrong_one_gets_the_reason_of_its_own() {
        fn own(of: &Tensor, labels: &Tensor) -> Tensor {
            of.gather(1, &labels.unsqueeze(1), false)
        }
        fn logs(logits: &Tensor) -> Tensor {
            logits.log_softmax(-1, Kind::Float)
        }
        CROSS_ENTROPY.prove::<fn(&Tensor, &Tensor) -> Tensor>(
            cross_entropy,
            |_, _| todo!(),
            |logits, labels| own(logits, &(labels + 100)),
            &[
                |logits, labels| logits.cross_entropy_for_logits(labels),
                |logits, labels| -own(&logs(logits), labels).mean(Kind::Float),
                |logits, labels| {
                    let ones = labels.one_hot(logits.size()[1]);
                    -(logs(logits) * ones).sum(Kind::Float) / logits.size()[0]
                },
            ],
            &[
                (|logits, labels| own(&logs(logits), labels).mean(Kind::Float), "sign is lost"),
                (|logits, labels| -own(&logs(logits), labels).sum(Kind::Float), "added up"),
                (
                    |logits, labels| -(logs(logits) * labels.one_hot(logits.size()[1])).mean(Kind::Float),
                    "n · classes",
                ),
                (
                    |logits, labels| logits.softmax(-1, Kind::Float).cross_entropy_for_logits(labels),
                    "applied twice",
                ),
                (
                    |logits, labels| -own(&logits.softmax(-1, Kind::Float), labels).mean(Kind::Float),
                    "logarithm is missing",
                ),
                (
                    |logits, labels| -own(&logits.log_softmax(0, Kind::Float), labels).mean(Kind::Float),
                    "wrong axis",
                ),
                (|logits, _| -logs(logits).amax([-1], false).mean(Kind::Float), "score at the *label*"),
                (|logits, labels| -own(&logs(logits), labels), "one number"),
                (
                    |logits, labels| logits.cross_entropy_for_logits(labels).detach(),
                    "nothing could be learned",
                ),
                (|logits, labels| logits.cross_entropy_for_logits(labels) + 1, "should give"),
            ],
        );
    }

    #[test]
    fn a_step_forgets_goes_back_and_moves_and_whoever_leaves_one_out_is_named() {
        fn loss(net: &nn::Sequential, xs: &Tensor, labels: &Tensor) -> Tensor {
            net.forward(xs).cross_entropy_for_logits(labels)
        }
        fn number(loss: &Tensor) -> f64 {
            loss.double_value(&[])
        }
        fn move_by(opt: &mut nn::Optimizer, loss: &Tensor) {
            opt.backward_step(loss);
        }
        TRAIN_STEP.prove::<fn(&nn::Sequential, &mut nn::Optimizer, &Tensor, &Tensor) -> f64>(
            train_step,
            |_, _, _, _| todo!(),
            |net, _, xs, _| number(&net.forward(&xs.narrow(3, 0, 1))),
            &[
                |net, opt, xs, labels| {
                    let loss = loss(net, xs, labels);
                    opt.zero_grad();
                    loss.backward();
                    opt.step();
                    number(&loss)
                },
                |net, opt, xs, labels| {
                    let loss = loss(net, xs, labels);
                    opt.backward_step(&loss);
                    number(&loss)
                },
            ],
            &[
                (
                    |net, opt, xs, labels| {
                        let loss = loss(net, xs, labels);
                        loss.backward();
                        opt.step();
                        number(&loss)
                    },
                    "still in it",
                ),
                (|net, _, xs, labels| number(&loss(net, xs, labels)), "have not moved"),
                (
                    |net, opt, xs, labels| {
                        let loss = loss(net, xs, labels);
                        move_by(opt, &-&loss);
                        number(&loss)
                    },
                    "uphill",
                ),
                (
                    |net, opt, xs, labels| {
                        let loss = net.forward(xs).softmax(-1, Kind::Float).cross_entropy_for_logits(labels);
                        move_by(opt, &loss);
                        number(&loss)
                    },
                    "applied twice",
                ),
                (
                    |net, opt, xs, labels| {
                        let loss = loss(net, xs, labels) * xs.size()[0];
                        move_by(opt, &loss);
                        number(&loss)
                    },
                    "too long",
                ),
                (
                    |net, opt, xs, labels| {
                        let loss = loss(net, xs, labels);
                        opt.backward_step(&loss);
                        opt.step();
                        number(&loss)
                    },
                    "move twice",
                ),
                (
                    |net, opt, xs, labels| {
                        move_by(opt, &loss(net, xs, labels));
                        number(&loss(net, xs, labels))
                    },
                    "before the step",
                ),
                (
                    |net, opt, xs, labels| {
                        let loss = loss(net, xs, labels);
                        opt.backward_step(&loss);
                        number(&loss) * 4.0
                    },
                    "not their sum",
                ),
                (
                    |net, opt, xs, _| {
                        let loss = net.forward(xs).square().sum(Kind::Float);
                        move_by(opt, &loss);
                        number(&loss)
                    },
                    "should change by",
                ),
            ],
        );
    }

    #[test]
    fn a_probability_of_a_network_is_a_comparison_of_scores() {
        SURE_AND_WRONG.prove::<fn() -> char>(
            sure_and_wrong,
            || todo!(),
            || panic!("stop"),
            &[|| 'b', || 'B'],
            &[
                (|| 'a', "nine times in ten"),
                (|| 'c', "about the scores"),
                (|| 'd', "more equal"),
                (|| 'e', "no choice 'e'"),
            ],
        );
    }

    #[test]
    fn confusion_is_counted_by_true_row_and_predicted_column() {
        fn product(labels: &Tensor, predicted: &Tensor) -> Tensor {
            labels.one_hot(10).to_kind(Kind::Float).tr().matmul(&predicted.one_hot(10).to_kind(Kind::Float))
        }
        CONFUSION_COUNTS.prove::<fn(&Tensor, &Tensor) -> Tensor>(
            confusion_counts,
            |_, _| todo!(),
            |labels, predicted| product(&(labels + 100), &predicted.narrow(0, 0, 0)),
            &[product, |labels, predicted| product(labels, predicted).to_kind(Kind::Int64)],
            &[
                (|labels, predicted| product(predicted, labels), "the row is the true class"),
                (|labels, predicted| product(labels, predicted) / labels.size()[0], "do not average"),
                (|labels, predicted| product(labels, predicted).clamp_max(1.0), "do not set"),
                (|labels, predicted| product(labels, predicted).diag(0).diag(0), "beside the diagonal"),
                (|labels, predicted| product(labels, predicted).narrow(0, 0, 9), "[9, 10]"),
                (|labels, predicted| product(labels, predicted) * 2, "should add up to 1"),
            ],
        );
    }
}
