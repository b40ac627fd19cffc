//! The exercises of lab 01.

use super::cases::{choice, close, counting, random, rendered};
use super::exercise::Exercise;
use super::{Answer, Verdict};
use tch::nn::{self, Module, OptimizerConfig};
use tch::{Device, Kind, Tensor};

pub(super) const EXERCISES: &[Exercise] = &[
    SCRAMBLED,
    WHO_SUFFERS,
    ONE_STEP,
    MIDDLE_VALUE,
    X_FILTER,
    SEEN_BY_SECOND,
    BATCHES_PER_EPOCH,
    LINEAR_INPUTS,
    WITH_ACTIVATIONS,
    MENDED_LOSS,
    FAULTY_LINE,
];

const SCRAMBLED: Exercise = Exercise {
    name: "scrambled",
    lab: "01",
    hints: &[
        "flatten first, so that each image is one row of 784 pixels: `images.flatten(1, -1)`",
        "axis 0 counts the images, axis 1 the pixels: it is the pixels that get a new order",
        "the last call makes images of the rows: `.view([-1, 1, 28, 28])`",
    ],
};

/// Judges a function that puts the pixels of `images` [n, 1, 28, 28] into the order [784].
pub fn scrambled(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    SCRAMBLED.judge(|| {
        let images = counting(&[2, 1, 28, 28]);
        // Pixel p comes from 5p + 3: an order that is not its own reverse.
        let order = (Tensor::arange(784, (Kind::Int64, Device::Cpu)) * 5 + 3).remainder(784);
        let found = yours(&images, &order);
        let reordered = |order: &Tensor| images.view([2, 784]).index_select(1, order).view([2, 1, 28, 28]);
        if close(&found, &reordered(&order)) {
            return Verdict::right(
                "One order for all images: what was pixel `order[p]` is pixel p now, in each of them.",
            );
        }
        Verdict::wrong(match found.size().as_slice() {
            [2, 1, 28, 28] if close(&found, &images) => "the pixels are where they were".into(),
            [2, 1, 28, 28] if close(&found, &reordered(&order.argsort(0, false))) => {
                "that is the way back: pixel p goes to place `order[p]`, and pixel `order[p]` shall come to place p".into()
            }
            [2, 1, 28, 28] => "the pixels are in another order than `order` says, or not each image keeps its own".into(),
            [2, 784] => "the rows of 784 pixels are no images yet: end with `.view([-1, 1, 28, 28])`".into(),
            [784, ..] => "axis 0 counts the images; the pixels are on axis 1".into(),
            other => format!("two images came in, [2, 1, 28, 28], and {other:?} came out"),
        })
    })
}

const WHO_SUFFERS: Exercise = Exercise {
    name: "who_suffers",
    lab: "01",
    hints: &[
        "does a fully connected layer know which of its 784 inputs were neighbours?",
        "the order is the same in training and in the test: a layer with a weight for each place can learn any order",
        "what does a small patch of a scrambled image show?",
    ],
};

/// Judges the choice of whose accuracy suffers from scrambled pixels.
pub fn who_suffers(yours: impl Fn() -> char) -> Answer {
    let options = [
        (
            'a',
            Err(
                "one of them looks at small patches: what is in a patch when no two of its pixels were neighbours?",
            ),
        ),
        (
            'b',
            Err(
                "it has a weight for each place and never knew which were neighbours: any order is as good to it",
            ),
        ),
        ('c', Ok("It relies on neighbours, and they are gone. You will measure it below.")),
        (
            'd',
            Err(
                "*you* cannot read them, but a row of 784 weights does not look at shapes, so it loses nothing",
            ),
        ),
    ];
    WHO_SUFFERS.judge(|| choice(yours(), &options))
}

const ONE_STEP: Exercise = Exercise {
    name: "one_step",
    lab: "01",
    hints: &[
        "`let scores = net.forward(xs);` and `let loss = scores.cross_entropy_for_logits(labels);`",
        "then three calls: `opt.zero_grad();`, `loss.backward();`, `opt.step();`",
        "the last line has no semicolon: `loss.double_value(&[])`",
    ],
};

type Step<'a> = &'a dyn Fn(&nn::Sequential, &mut nn::Optimizer, &Tensor, &Tensor) -> f64;

/// Judges a function that trains a network by one batch and returns the loss.
pub fn one_step(yours: impl Fn(&nn::Sequential, &mut nn::Optimizer, &Tensor, &Tensor) -> f64) -> Answer {
    ONE_STEP.judge(|| {
        let (losses, weights) = three_steps(&yours);
        let (right_losses, right_weights) = three_steps(&step_by_the_book);
        let agree = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
        if close(&weights, &right_weights) {
            return if agree(&losses, &right_losses) {
                Verdict::right("Three steps of yours, and the weights are where they should be.")
            } else {
                let [found, right] = [losses[0], right_losses[0]];
                Verdict::wrong(format!("the weights move as they should, but the loss that you return is {found:.4}, and that of the batch before the step is {right:.4}"))
            };
        }
        let is = |wrong: Step| close(&weights, &three_steps(wrong).1);
        Verdict::wrong(if is(&|_, _, _, _| 0.0) {
            "the weights have not moved: `loss.backward()` works out the gradients, `opt.step()` moves the weights"
        } else if is(&without_zero_grad) {
            "the gradients of one step are added to those of the steps before: `opt.zero_grad()` must come before `loss.backward()`"
        } else if is(&with_softmax) {
            "there is a soft-max before the cross-entropy, which has one inside: give it the scores as they are"
        } else if losses.iter().any(|loss| !loss.is_finite()) {
            "the loss is no number"
        } else {
            "after three steps the weights are not where forward, cross-entropy, `zero_grad`, `backward`, `step`, once each and in this order, take them"
        })
    })
}

/// The losses and the weights of a small network after three steps with the same batch.
fn three_steps(step: Step) -> (Vec<f64>, Tensor) {
    let vs = nn::VarStore::new(Device::Cpu);
    let config = nn::LinearConfig { ws_init: nn::Init::Const(0.0), bias: false, ..Default::default() };
    let net = nn::seq().add_fn(|xs| xs.flat_view()).add(nn::linear(vs.root(), 4, 3, config));
    let mut opt = match nn::Sgd::default().build(&vs, 0.5) {
        Ok(opt) => opt,
        Err(error) => unreachable!("an optimiser for 12 weights: {error}"),
    };
    let (xs, labels) = (random(&[6, 1, 2, 2], 1), Tensor::from_slice(&[0i64, 1, 2, 0, 1, 1]));
    let losses = (0..3).map(|_| step(&net, &mut opt, &xs, &labels)).collect();
    (losses, vs.trainable_variables()[0].detach())
}

fn step_by_the_book(net: &nn::Sequential, opt: &mut nn::Optimizer, xs: &Tensor, labels: &Tensor) -> f64 {
    opt.zero_grad();
    without_zero_grad(net, opt, xs, labels)
}

fn without_zero_grad(net: &nn::Sequential, opt: &mut nn::Optimizer, xs: &Tensor, labels: &Tensor) -> f64 {
    let loss = net.forward(xs).cross_entropy_for_logits(labels);
    loss.backward();
    opt.step();
    loss.double_value(&[])
}

fn with_softmax(net: &nn::Sequential, opt: &mut nn::Optimizer, xs: &Tensor, labels: &Tensor) -> f64 {
    let loss = net.forward(xs).softmax(-1, Kind::Float).cross_entropy_for_logits(labels);
    opt.backward_step(&loss);
    loss.double_value(&[])
}

const MIDDLE_VALUE: Exercise = Exercise {
    name: "middle_value",
    lab: "01",
    hints: &[
        "the window on rows 1 to 3, columns 1 to 3 holds 1 0 0 / 0 1 0 / 0 0 1",
        "of its nine products only those count where the filter has a 1 as well: the four corners and the middle",
    ],
};

/// Judges the middle value of the map that the X filter makes of the lab's image of two X.
pub fn middle_value(yours: impl Fn() -> f64) -> Answer {
    MIDDLE_VALUE.judge(|| {
        let found = yours();
        let is = |value: f64| (found - value).abs() < 1e-6;
        Verdict::wrong(if is(3.0) {
            return Verdict::right(
                "Two corners and the middle meet a 1: three fifths of an X, and the output says so.",
            );
        } else if is(5.0) {
            "5 is a whole X, all five 1s of the filter on a 1; in the middle of the image only a slanting line is below it"
        } else if is(1.0) {
            "1 is the middle pixel alone; the corners of the window are multiplied and added too"
        } else if is(2.0) {
            "2 are the corners; the pixel in the middle of the window counts as well"
        } else if is(3.0 / 9.0) || is(0.6) {
            "the products are summed, not averaged"
        } else {
            "the window is 1 0 0 / 0 1 0 / 0 0 1 and the filter 1 0 1 / 0 1 0 / 1 0 1: multiply place by place and add up"
        })
    })
}

const X_FILTER: Exercise = Exercise {
    name: "x_filter",
    lab: "01",
    hints: &[
        "the five weights on the X may stay 1",
        "a full patch has four pixels more than an X: what must their weights be, so that they lower the sum?",
        "put -1 where the X has nothing",
    ],
};

/// The patches that a filter for X is tried on, each with its name.
const PATCHES: [(&str, [f32; 9]); 4] = [
    ("an X", [1., 0., 1., 0., 1., 0., 1., 0., 1.]),
    ("a full patch", [1.; 9]),
    ("a plus", [0., 1., 0., 1., 1., 1., 0., 1., 0.]),
    ("an empty square", [1., 1., 1., 1., 0., 1., 1., 1., 1.]),
];

/// Judges a filter [3, 3] that shall answer to an X more than to a full patch, a plus and an empty square.
pub fn x_filter(yours: impl Fn() -> Tensor) -> Answer {
    X_FILTER.judge(|| {
        let filter = yours();
        if filter.size() != [3, 3] {
            return Verdict::wrong(format!("your filter has shape {:?}; it shall be [3, 3]", filter.size()));
        }
        let weights = filter.detach().to_kind(Kind::Float);
        let answers = PATCHES.map(|(name, patch)| {
            let patch = Tensor::from_slice(&patch).view([3, 3]);
            (name, (patch * &weights).sum(Kind::Double).double_value(&[]))
        });
        let x = answers[0].1;
        // Not `answer >= x`: no number at all must not pass.
        match answers[1..]
            .iter()
            .find(|(_, answer)| !matches!(answer.partial_cmp(&x), Some(std::cmp::Ordering::Less)))
        {
            None => Verdict::right(format!(
                "It says {x} to an X, and less to the other three. That is how engineers made filters."
            )),
            Some((name, answer)) => Verdict::wrong(format!(
                "it says {x} to an X and {answer} to {name}; your filter is\n{}",
                rendered(&weights)
            )),
        }
    })
}

const SEEN_BY_SECOND: Exercise = Exercise {
    name: "seen_by_second",
    lab: "01",
    hints: &[
        "take one row: five numbers in a row of the first map, each of which sees five pixels of the image",
        "the first of them sees pixels 0 to 4, the second pixels 1 to 5: what does the fifth see?",
    ],
};

/// Judges how many pixels along each side a value of the second of two 5 by 5 convolutions depends on.
pub fn seen_by_second(yours: impl Fn() -> i64) -> Answer {
    SEEN_BY_SECOND.judge(|| {
        Verdict::wrong(match yours() {
            9 => return Verdict::right("5 + 5 - 1: five neighbouring windows of five, pixels 0 to 8."),
            5 => {
                "5 are the numbers of the first *map* that it sees; each of those sees 5 pixels of the image"
            }
            10 => "neighbouring windows overlap: the fifth begins at pixel 4, not at pixel 5",
            25 => "the five windows of five lie one pixel apart, not side by side, so they overlap",
            81 => "81 are all the pixels; how many are there along one side?",
            _ => "the five windows begin at the pixels 0 to 4 and are 5 wide: which is the last pixel?",
        })
    })
}

const BATCHES_PER_EPOCH: Exercise = Exercise {
    name: "batches_per_epoch",
    lab: "01",
    hints: &["divide 50,000 by 256", "195 whole batches are 49,920 images: what becomes of the other 80?"],
};

/// Judges the number of batches of 256 that 50,000 images make.
pub fn batches_per_epoch(yours: impl Fn() -> i64) -> Answer {
    BATCHES_PER_EPOCH.judge(|| {
        Verdict::wrong(match yours() {
            196 => return Verdict::right("195 whole ones, and one of the 80 images that are left."),
            195 => "195 batches are 49,920 images; the last 80 make a batch too",
            235 | 234 => "those would be the batches of all 60,000 images; 10,000 were put aside",
            256 => "256 is the number of images in a batch",
            _ => "it is 50,000 / 256, rounded up",
        })
    })
}

const LINEAR_INPUTS: Exercise = Exercise {
    name: "linear_inputs",
    lab: "01",
    hints: &[
        "a filter of 5 has 28 - 5 + 1 places along a side of 28",
        "the second convolution starts from 24 by 24",
        "flattening counts all numbers: channels times rows times columns",
    ],
};

/// Judges the number of inputs of the linear layer after two 5 by 5 convolutions to 16 and 32 channels, on 28 by 28.
pub fn linear_inputs(yours: impl Fn() -> i64) -> Answer {
    LINEAR_INPUTS.judge(|| {
        Verdict::wrong(match yours() {
            12_800 => return Verdict::right("28 → 24 → 20, and 32 channels of 20 by 20 are 12,800 numbers."),
            25_088 => "a filter of 5 by 5 without padding has no room to start in the last four rows and columns: the map shrinks",
            18_432 => "24 by 24 is what the first convolution leaves; the second takes another four rows and columns",
            400 => "400 are the numbers of one channel; there are 32",
            6_400 => "16 channels leave the first convolution; the linear layer stands after the second",
            512 => "that is with pooling after each convolution; there is none in this network",
            20 => "20 is the side of a map: rows, columns and channels all count",
            _ => "it is 32 channels of (28 - 4 - 4) by (28 - 4 - 4) numbers",
        })
    })
}

const WITH_ACTIVATIONS: Exercise = Exercise {
    name: "with_activations",
    lab: "01",
    hints: &[
        "copy the body of `first_network`",
        "put `.add_fn(|xs| xs.relu())` behind each of the two convolutions",
        "nothing comes behind the linear layer: its scores may be negative",
    ],
};

/// Judges a function that builds the lab's first network with a ReLU after each convolution.
pub fn with_activations(yours: impl Fn(&nn::VarStore) -> nn::Sequential) -> Answer {
    WITH_ACTIVATIONS.judge(|| {
        let vs = nn::VarStore::new(Device::Cpu);
        let net = yours(&vs);
        let Some(parts) = Parts::of(&vs) else {
            let shapes: Vec<_> = vs.trainable_variables().iter().map(Tensor::size).collect();
            return Verdict::wrong(format!(
                "its weights are not those of the first network, [16, 1, 5, 5], [32, 16, 5, 5] and [10, 12800], each with a bias: {shapes:?}"
            ));
        };
        let found = tch::no_grad(|| net.forward(&random(&[2, 1, 28, 28], 1)));
        let is = |relus: [bool; 3]| close(&found, &tch::no_grad(|| parts.forward(relus)));
        if is([true, true, false]) {
            return Verdict::right("Two functions without a single weight. See what they do.");
        }
        Verdict::wrong(if is([false; 3]) {
            "there is no activation in it yet: it is still one linear function".to_owned()
        } else if is([true, false, false]) {
            "the second convolution has no activation".to_owned()
        } else if is([false, true, false]) {
            "the first convolution has no activation: with the second it is still one linear function".to_owned()
        } else if is([true; 3]) || is([false, false, true]) {
            "the scores go through a ReLU: a network that may not say *less than nothing* about a digit learns badly".to_owned()
        } else {
            format!("for two images its output, of shape {:?}, is not that of convolution, ReLU, convolution, ReLU, linear layer", found.size())
        })
    })
}

/// The weights and biases of the lab's first network.
struct Parts([Tensor; 6]);

impl Parts {
    /// Finds them by their shapes; none if there are others.
    fn of(vs: &nn::VarStore) -> Option<Self> {
        let variables = vs.trainable_variables();
        let shapes: [&[i64]; 6] = [&[16, 1, 5, 5], &[16], &[32, 16, 5, 5], &[32], &[10, 12_800], &[10]];
        let of = |shape: &[i64]| {
            variables.iter().find(|variable| variable.size() == shape).map(Tensor::shallow_clone)
        };
        let parts: Option<Vec<_>> = shapes.into_iter().map(of).collect();
        (variables.len() == 6).then_some(Self(parts?.try_into().ok()?))
    }

    /// What comes out for the two random images, with a ReLU after the layers that are told.
    fn forward(&self, relus: [bool; 3]) -> Tensor {
        let [c1, b1, c2, b2, fc, b] = &self.0;
        let then = |xs: Tensor, relu: bool| if relu { xs.relu() } else { xs };
        let conv = |xs: &Tensor, ws, bias| xs.conv2d(ws, Some(bias), [1, 1], [0, 0], [1, 1], 1);
        let xs = then(conv(&random(&[2, 1, 28, 28], 1), c1, b1), relus[0]); // [2, 16, 24, 24]
        let xs = then(conv(&xs, c2, b2), relus[1]); // [2, 32, 20, 20]
        then(xs.flatten(1, -1).linear(fc, Some(b)), relus[2]) // [2, 10]
    }
}

const MENDED_LOSS: Exercise = Exercise {
    name: "mended_loss",
    lab: "01",
    hints: &[
        "`cross_entropy_for_logits` turns scores into probabilities itself: what comes of it when that has been done before?",
        "it is the loss of your own `one_step`",
    ],
};

/// Judges the loss of `scores` [n, 10] and `labels` [n].
pub fn mended_loss(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    MENDED_LOSS.judge(|| {
        let (scores, labels) = (random(&[5, 10], 3) * 4, Tensor::from_slice(&[3i64, 9, 0, 0, 7]));
        let found = yours(&scores, &labels);
        let right = scores.cross_entropy_for_logits(&labels);
        if close(&found, &right) {
            return Verdict::right("The scores as they are; the soft-max is inside.");
        }
        let probabilities = scores.softmax(-1, Kind::Float);
        let picked = probabilities.gather(1, &labels.unsqueeze(1), false).squeeze_dim(1); // [5]
        Verdict::wrong(if found.numel() != 1 {
            format!("the loss is one number for the whole batch, and yours has shape {:?}", found.size())
        } else if close(&found, &probabilities.cross_entropy_for_logits(&labels)) {
            "that is the old loss: the soft-max is done twice, so that even a perfect answer is told to be poor".into()
        } else if close(&found, &(&right * 5)) {
            "the losses of the images are summed; their mean does not depend on the size of the batch".into()
        } else if close(&found, &-picked.mean(Kind::Float)) {
            "the logarithm is missing: cross-entropy is the mean of -log(probability)".into()
        } else {
            format!("for five images it is {:.4} and should be {:.4}", found.double_value(&[]), right.double_value(&[]))
        })
    })
}

const FAULTY_LINE: Exercise = Exercise {
    name: "faulty_line",
    lab: "01",
    hints: &[
        "the loss comes from one network; whose weights does the optimiser move?",
        "an optimiser knows no network, only the `VarStore` that it was built with",
    ],
};

/// Judges which line of the lab's last program must change for `model` to learn.
pub fn faulty_line(yours: impl Fn() -> i64) -> Answer {
    FAULTY_LINE.judge(|| {
        Verdict::wrong(match yours() {
            5 => return Verdict::right("The optimiser was given the other network's weights: `build(&vs_model, 1e-3)`."),
            2 => return Verdict::right("`fully_connected(&vs_cnn)` would do: then the optimiser moves its weights too. Line 5 is the simpler change."),
            8 => "with `cnn` in line 8 that network would learn, and `model` still would not",
            1 | 3 | 4 => "it is good that each network has a `VarStore` of its own; look where one is used",
            6 => "the list of losses is only for the plot",
            7 => "the images are dealt as in your own loop, which learned",
            _ => "the lines are numbered from 1 to 8",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Images = fn(&Tensor, &Tensor) -> Tensor;
    type Step = fn(&nn::Sequential, &mut nn::Optimizer, &Tensor, &Tensor) -> f64;
    type Build = fn(&nn::VarStore) -> nn::Sequential;

    #[test]
    fn pixels_are_put_into_the_given_order_in_every_image() {
        SCRAMBLED.prove::<Images>(
            scrambled,
            |_, _| todo!(),
            |images, _| images.view([3, 3]),
            &[
                |images, order| images.flatten(1, -1).index_select(1, order).view([-1, 1, 28, 28]),
                |images, order| {
                    images.view([-1, 784]).gather(1, &order.expand([2, 784], true), false).view_as(images)
                },
            ],
            &[
                (|images, _| images.copy(), "where they were"),
                (
                    |images, order| {
                        images.flatten(1, -1).index_select(1, &order.argsort(0, false)).view([-1, 1, 28, 28])
                    },
                    "the way back",
                ),
                (|images, order| images.flatten(1, -1).index_select(1, order), "no images yet"),
                (|images, order| images.flatten(0, -1).index_select(0, order), "axis 0 counts the images"),
                (|images, _| images.flip([3]), "another order"),
                (|images, _| images.narrow(0, 0, 1), "[1, 1, 28, 28] came out"),
            ],
        );
    }

    #[test]
    fn it_is_the_convolutional_network_that_suffers() {
        WHO_SUFFERS.prove::<fn() -> char>(
            who_suffers,
            || todo!(),
            || panic!("stop"),
            &[|| 'c', || 'C'],
            &[
                (|| 'a', "small patches"),
                (|| 'b', "any order is as good"),
                (|| 'd', "it loses nothing"),
                (|| 'x', "there is no choice"),
            ],
        );
    }

    #[test]
    fn a_step_is_judged_by_where_the_weights_are_after_three_of_them() {
        ONE_STEP.prove::<Step>(
            one_step,
            |_, _, _, _| todo!(),
            |_, _, xs, _| xs.get(100).double_value(&[]),
            &[step_by_the_book, |net, opt, xs, labels| {
                let loss = net.forward(xs).log_softmax(-1, Kind::Float).nll_loss(labels);
                opt.backward_step(&loss);
                loss.double_value(&[])
            }],
            &[
                (
                    |net, _, xs, labels| net.forward(xs).cross_entropy_for_logits(labels).double_value(&[]),
                    "have not moved",
                ),
                (without_zero_grad, "added to those"),
                (with_softmax, "a soft-max before"),
                (
                    |net, opt, xs, labels| {
                        step_by_the_book(net, opt, xs, labels);
                        net.forward(xs).cross_entropy_for_logits(labels).double_value(&[])
                    },
                    "the loss that you return",
                ),
                (
                    |net, opt, xs, labels| {
                        step_by_the_book(net, opt, xs, labels);
                        step_by_the_book(net, opt, xs, labels)
                    },
                    "once each",
                ),
                (
                    |net, opt, xs, labels| {
                        let loss = net.forward(xs).cross_entropy_for_logits(labels) * f64::NAN;
                        opt.backward_step(&loss);
                        loss.double_value(&[])
                    },
                    "no number",
                ),
            ],
        );
    }

    #[test]
    fn the_middle_of_two_crosses_is_three() {
        MIDDLE_VALUE.prove::<fn() -> f64>(
            middle_value,
            || todo!(),
            || panic!("stop"),
            &[|| 3.0, || 1. + 1. + 1.],
            &[
                (|| 5.0, "a whole X"),
                (|| 1.0, "the middle pixel alone"),
                (|| 2.0, "2 are the corners"),
                (|| 1.0 / 3.0, "not averaged"),
                (|| f64::NAN, "place by place"),
            ],
        );
    }

    #[test]
    fn a_filter_for_x_must_answer_to_an_x_most() {
        X_FILTER.prove::<fn() -> Tensor>(
            x_filter,
            || todo!(),
            || panic!("stop"),
            &[
                || Tensor::from_slice2(&[[1f32, -1., 1.], [-1., 1., -1.], [1., -1., 1.]]),
                || Tensor::from_slice2(&[[1i64, -2, 1], [-2, 3, -2], [1, -2, 1]]),
            ],
            &[
                (|| Tensor::from_slice2(&[[1f32, 0., 1.], [0., 1., 0.], [1., 0., 1.]]), "5 to a full patch"),
                (
                    || Tensor::from_slice2(&[[-1f32, -1., -1.], [-1., 6., -1.], [-1., -1., -1.]]),
                    "2 to a plus",
                ),
                (
                    || Tensor::from_slice2(&[[1f32, -1., 1.], [-1., -9., -1.], [1., -1., 1.]]),
                    "-5 to an X and 0 to an empty square",
                ),
                (|| Tensor::from_slice2(&[[f32::NAN; 3]; 3]), "NaN to an X"),
                (|| Tensor::from_slice(&[1f32; 9]), "it shall be [3, 3]"),
            ],
        );
    }

    #[test]
    fn two_fives_see_nine() {
        SEEN_BY_SECOND.prove::<fn() -> i64>(
            seen_by_second,
            || todo!(),
            || panic!("stop"),
            &[|| 9, || 5 + 5 - 1],
            &[
                (|| 5, "the first *map*"),
                (|| 10, "not at pixel 5"),
                (|| 25, "not side by side"),
                (|| 81, "along one side"),
                (|| 0, "which is the last pixel"),
            ],
        );
    }

    #[test]
    fn the_last_batch_counts_too() {
        BATCHES_PER_EPOCH.prove::<fn() -> i64>(
            batches_per_epoch,
            || todo!(),
            || panic!("stop"),
            &[|| 196, || (50_000 + 255) / 256],
            &[
                (|| 50_000 / 256, "the last 80"),
                (|| 235, "all 60,000"),
                (|| 256, "in a batch"),
                (|| -1, "rounded up"),
            ],
        );
    }

    #[test]
    fn the_inputs_of_the_linear_layer_are_counted_after_both_convolutions() {
        LINEAR_INPUTS.prove::<fn() -> i64>(
            linear_inputs,
            || todo!(),
            || panic!("stop"),
            &[|| 12_800, || 32 * 20 * 20],
            &[
                (|| 32 * 28 * 28, "the map shrinks"),
                (|| 32 * 24 * 24, "another four rows"),
                (|| 20 * 20, "there are 32"),
                (|| 16 * 20 * 20, "after the second"),
                (|| 32 * 4 * 4, "with pooling"),
                (|| 20, "the side of a map"),
                (|| 0, "(28 - 4 - 4)"),
            ],
        );
    }

    /// The lab's first network with what comes after its convolutions and at its end.
    fn network(vs: &nn::VarStore, after: [fn(&Tensor) -> Tensor; 3]) -> nn::Sequential {
        let [first, second, last] = after;
        nn::seq()
            .add(nn::conv2d(vs.root() / "c1", 1, 16, 5, Default::default()))
            .add_fn(first)
            .add(nn::conv2d(vs.root() / "c2", 16, 32, 5, Default::default()))
            .add_fn(second)
            .add_fn(|xs| xs.flat_view())
            .add(nn::linear(vs.root() / "fc", 12_800, 10, Default::default()))
            .add_fn(last)
    }

    #[test]
    fn activations_are_wanted_after_both_convolutions_and_nowhere_else() {
        WITH_ACTIVATIONS.prove::<Build>(
            with_activations,
            |_| todo!(),
            |_| panic!("stop"),
            &[
                |vs| network(vs, [|xs| xs.relu(), |xs| xs.relu(), |xs| xs.shallow_clone()]),
                |vs| network(vs, [|xs| xs.clamp_min(0), |xs| xs.clamp_min(0), |xs| xs.shallow_clone()]),
            ],
            &[
                (|vs| network(vs, [|xs| xs.shallow_clone(); 3]), "no activation in it yet"),
                (
                    |vs| network(vs, [|xs| xs.relu(), |xs| xs.shallow_clone(), |xs| xs.shallow_clone()]),
                    "the second convolution",
                ),
                (
                    |vs| network(vs, [|xs| xs.shallow_clone(), |xs| xs.relu(), |xs| xs.shallow_clone()]),
                    "the first convolution",
                ),
                (|vs| network(vs, [|xs| xs.relu(); 3]), "less than nothing"),
                (
                    |vs| network(vs, [|xs| xs.sigmoid(), |xs| xs.relu(), |xs| xs.shallow_clone()]),
                    "of shape [2, 10]",
                ),
                (
                    |vs| nn::seq().add(nn::conv2d(vs.root(), 1, 16, 5, Default::default())),
                    "[[16], [16, 1, 5, 5]]",
                ),
            ],
        );
    }

    #[test]
    fn a_loss_takes_the_scores_as_they_are() {
        MENDED_LOSS.prove::<Images>(
            mended_loss,
            |_, _| todo!(),
            |scores, _| scores.view([3, 3]),
            &[
                |scores, labels| scores.cross_entropy_for_logits(labels),
                |scores, labels| scores.log_softmax(-1, Kind::Float).nll_loss(labels),
            ],
            &[
                (
                    |scores, labels| scores.softmax(-1, Kind::Float).cross_entropy_for_logits(labels),
                    "done twice",
                ),
                (|scores, labels| scores.cross_entropy_for_logits(labels) * 5, "are summed"),
                (
                    |scores, labels| scores.softmax(-1, Kind::Float).nll_loss(labels),
                    "the logarithm is missing",
                ),
                (|scores, _| scores.copy(), "[5, 10]"),
                (|scores, _| scores.mean(Kind::Float), "and should be"),
            ],
        );
    }

    #[test]
    fn the_line_that_builds_the_optimiser_is_at_fault() {
        FAULTY_LINE.prove::<fn() -> i64>(
            faulty_line,
            || todo!(),
            || panic!("stop"),
            &[|| 5, || 2],
            &[
                (|| 8, "still would not"),
                (|| 1, "a `VarStore` of its own"),
                (|| 6, "only for the plot"),
                (|| 7, "dealt as in your own loop"),
                (|| 9, "from 1 to 8"),
            ],
        );
    }
}
