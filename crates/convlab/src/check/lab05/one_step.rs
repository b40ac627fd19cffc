use crate::check::cases::{RATE, close, random};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::nn::{self, Module, OptimizerConfig};
use tch::{Device, Kind, Tensor};

pub const ONE_STEP: Exercise = Exercise {
    name: "one_step",
    lab: "05",
    hints: &[
        "`let scores = net.forward(xs);`, then `let loss = scores.cross_entropy_for_logits(labels);`",
        "then three calls: `opt.zero_grad();`, `loss.backward();`, `opt.step();`",
        "the last line has no semicolon: `loss.double_value(&[])`",
    ],
};

type Step<'a> = &'a dyn Fn(&dyn Module, &mut nn::Optimizer, &Tensor, &Tensor) -> f64;

/// Judges a function that trains a network by one batch and returns the loss.
pub fn one_step(yours: impl Fn(&dyn Module, &mut nn::Optimizer, &Tensor, &Tensor) -> f64) -> Answer {
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
            "the weights have not moved: `loss.backward()` computes the gradients, and `opt.step()` moves the weights against them"
        } else if is(&without_zero_grad) {
            "the gradients of one step are added to those of the steps before: `opt.zero_grad()` must come before `loss.backward()`"
        } else if is(&with_softmax) {
            "there is a soft-max before the cross-entropy, which has one inside: give it the scores as they are"
        } else if losses.iter().any(|loss| !loss.is_finite()) {
            "the loss is not a number (NaN)"
        } else {
            "after three steps the weights are not where they should be: forward, cross-entropy, `zero_grad`, `backward`, `step`, once each and in this order"
        })
    })
}

/// The losses and the weights of a small network after three steps with the same batch.
fn three_steps(step: Step) -> (Vec<f64>, Tensor) {
    let vs = nn::VarStore::new(Device::Cpu);
    let config = nn::LinearConfig { ws_init: nn::Init::Const(0.0), bias: false, ..Default::default() };
    let net = nn::seq().add_fn(|xs| xs.flat_view()).add(nn::linear(vs.root(), 4, 3, config));
    let mut opt = match nn::Sgd::default().build(&vs, RATE) {
        Ok(opt) => opt,
        Err(error) => unreachable!("an optimiser for 12 weights: {error}"),
    };
    let (xs, labels) = (random(&[6, 1, 2, 2], 1), Tensor::from_slice(&[0i64, 1, 2, 0, 1, 1]));
    let losses = (0..3).map(|_| step(&net, &mut opt, &xs, &labels)).collect();
    (losses, vs.trainable_variables()[0].detach())
}

fn step_by_the_book(net: &dyn Module, opt: &mut nn::Optimizer, xs: &Tensor, labels: &Tensor) -> f64 {
    opt.zero_grad();
    without_zero_grad(net, opt, xs, labels)
}

fn without_zero_grad(net: &dyn Module, opt: &mut nn::Optimizer, xs: &Tensor, labels: &Tensor) -> f64 {
    let loss = net.forward(xs).cross_entropy_for_logits(labels);
    loss.backward();
    opt.step();
    loss.double_value(&[])
}

fn with_softmax(net: &dyn Module, opt: &mut nn::Optimizer, xs: &Tensor, labels: &Tensor) -> f64 {
    let loss = net.forward(xs).softmax(-1, Kind::Float).cross_entropy_for_logits(labels);
    opt.backward_step(&loss);
    loss.double_value(&[])
}

#[cfg(test)]
mod tests {
    use super::*;

    type YourStep = fn(&dyn Module, &mut nn::Optimizer, &Tensor, &Tensor) -> f64;

    #[test]
    fn a_step_is_judged_by_where_the_weights_are_after_three_of_them() {
        ONE_STEP.prove::<YourStep>(
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
                    "not a number",
                ),
            ],
        );
    }
}
