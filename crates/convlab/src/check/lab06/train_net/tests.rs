use super::*;
use tch::nn::Module;

type Step = fn(&Sequential, &mut Optimizer, &Tensor, &Tensor) -> f64;

fn draw(split: &Split, n: i64) -> (Tensor, Tensor) {
    let at = Tensor::randint(split.len(), [n], (Kind::Int64, tch::Device::Cpu));
    (split.images.index_select(0, &at), split.labels.index_select(0, &at))
}

fn each(net: &Sequential, opt: &mut Optimizer, split: &Split, steps: i64, step: Step) -> Vec<f64> {
    (0..steps).map(|_| draw(split, SIZE)).map(|(xs, labels)| step(net, opt, &xs, &labels)).collect()
}

fn forward(net: &Sequential, xs: &Tensor, labels: &Tensor) -> Tensor {
    net.forward(xs).cross_entropy_for_logits(labels)
}

fn good(net: &Sequential, opt: &mut Optimizer, xs: &Tensor, labels: &Tensor) -> f64 {
    let loss = forward(net, xs, labels);
    opt.backward_step(&loss);
    loss.double_value(&[])
}

fn by(
    net: &Sequential,
    opt: &mut Optimizer,
    xs: &Tensor,
    labels: &Tensor,
    loss: fn(&Tensor, &Tensor) -> Tensor,
) -> f64 {
    let loss = loss(&net.forward(xs), labels);
    opt.backward_step(&loss);
    loss.double_value(&[])
}

#[test]
fn a_training_draws_goes_back_and_moves_in_every_step_and_whoever_leaves_one_out_is_named() {
    TRAIN_NET.prove::<fn(&Sequential, &mut Optimizer, &Split, i64) -> Vec<f64>>(
        train_net,
        |_, _, _, _| todo!(),
        |net, _, split, _| vec![net.forward(&split.images.narrow(3, 0, 9)).double_value(&[])],
        &[
            |net, opt, split, steps| each(net, opt, split, steps, good),
            |net, opt, split, steps| {
                let mut losses = Vec::new();
                for _ in 0..steps {
                    let (xs, labels) = draw(split, SIZE);
                    opt.zero_grad();
                    let loss = forward(net, &xs, &labels);
                    loss.backward();
                    opt.step();
                    losses.push(loss.double_value(&[]));
                }
                losses
            },
        ],
        &[
            (|_, _, _, _| Vec::new(), "no batch went through"),
            (
                |net, opt, split, steps| {
                    (0..steps)
                        .map(|_| draw(split, 30))
                        .map(|(xs, labels)| good(net, opt, &xs, &labels))
                        .collect()
                },
                "a batch of 30 images",
            ),
            (
                |net, opt, split, steps| {
                    let (xs, labels) = draw(split, SIZE);
                    (0..steps).map(|_| good(net, opt, &xs, &labels)).collect()
                },
                "inside the loop",
            ),
            (|net, opt, split, _| each(net, opt, split, 1, good), "1 batches went through"),
            (
                |net, opt, split, steps| {
                    each(net, opt, split, steps, |net, opt, xs, labels| {
                        opt.backward_step(&forward(net, xs, labels));
                        forward(net, xs, labels).double_value(&[])
                    })
                },
                "one forward pass a step",
            ),
            (
                |net, opt, split, steps| {
                    each(net, opt, split, steps, |net, _, xs, labels| {
                        forward(net, xs, labels).double_value(&[])
                    })
                },
                "have not moved",
            ),
            (
                |net, opt, split, steps| {
                    each(net, opt, split, steps, |net, opt, xs, labels| {
                        let loss = forward(net, xs, labels);
                        loss.backward();
                        opt.step();
                        loss.double_value(&[])
                    })
                },
                "forgets them",
            ),
            (
                |net, opt, split, steps| {
                    each(net, opt, split, steps, |net, opt, xs, labels| {
                        by(net, opt, xs, labels, |logits, labels| {
                            logits.softmax(-1, Kind::Float).cross_entropy_for_logits(labels)
                        })
                    })
                },
                "applied twice",
            ),
            (
                |net, opt, split, steps| {
                    each(net, opt, split, steps, |net, opt, xs, labels| {
                        by(net, opt, xs, labels, |logits, labels| -mean_loss(logits, labels))
                    })
                },
                "uphill",
            ),
            (
                |net, opt, split, steps| {
                    each(net, opt, split, steps, |net, opt, xs, labels| {
                        by(net, opt, xs, labels, |logits, labels| mean_loss(logits, labels) * SIZE)
                    })
                },
                "too long",
            ),
            (
                |net, opt, split, steps| {
                    each(net, opt, split, steps, |net, opt, xs, labels| {
                        by(net, opt, xs, labels, |logits, _| logits.square().mean(Kind::Float))
                    })
                },
                "three weights should be",
            ),
            (|net, opt, split, steps| each(net, opt, split, steps, good).split_off(2), "you return 1 losses"),
            (
                |net, opt, split, steps| {
                    each(net, opt, split, steps, good).into_iter().map(|loss| loss * 300.0).collect()
                },
                "not their sum",
            ),
        ],
    );
}
