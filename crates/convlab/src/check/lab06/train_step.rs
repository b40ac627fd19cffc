use crate::check::cases::{close, random, rendered};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::nn::{self, OptimizerConfig};
use tch::{Device, Kind, Tensor};

pub(super) const TRAIN_STEP: Exercise = Exercise {
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

#[cfg(test)]
mod tests {
    use super::*;
    use tch::nn::Module;

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
}
