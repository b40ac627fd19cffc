use super::*;
use tch::nn::{self, Module, Optimizer, OptimizerConfig};
use tch::{Kind, Tensor};

/// What is reported of an epoch's losses, each with its number of images, and of the accuracy after it.
type Report = fn(&[(f64, f64)], f64) -> [f64; 2];
type Found = Result<Vec<[f64; 2]>, crate::Error>;

fn adam(vs: &VarStore, lr: f64) -> Optimizer {
    nn::Adam::default().build(vs, lr).unwrap()
}

fn entropy(logits: &Tensor, labels: &Tensor) -> Tensor {
    logits.cross_entropy_for_logits(labels)
}

fn accuracy(net: &Sequential, split: &Split) -> f64 {
    crate::train::accuracy(net, split).unwrap()
}

fn back(opt: &mut Optimizer, loss: &Tensor) {
    opt.backward_step(loss);
}

/// One epoch; each batch's loss with its number of images.
fn epoch(
    net: &Sequential,
    opt: &mut Optimizer,
    batches: impl Iterator<Item = (Tensor, Tensor)>,
    loss: fn(&Tensor, &Tensor) -> Tensor,
    step: fn(&mut Optimizer, &Tensor),
) -> Vec<(f64, f64)> {
    let mut all = Vec::new();
    for (xs, labels) in batches {
        let loss = loss(&net.forward(&xs), &labels);
        step(opt, &loss);
        all.push((loss.double_value(&[]), labels.size()[0] as f64));
    }
    all
}

fn mean(of: &[(f64, f64)]) -> f64 {
    of.iter().map(|(loss, n)| loss * n).sum::<f64>() / 300.0
}

/// A whole training with this loss, this step, and `report` of each epoch's losses and accuracy.
fn with(
    (vs, net, split, lr, epochs): (&VarStore, &Sequential, &Split, f64, i64),
    loss: fn(&Tensor, &Tensor) -> Tensor,
    step: fn(&mut Optimizer, &Tensor),
    report: Report,
) -> Found {
    let mut opt = adam(vs, lr);
    let each = |_| {
        let losses = epoch(net, &mut opt, split.batches(256).unwrap(), loss, step);
        report(&losses, accuracy(net, split))
    };
    Ok((0..epochs).map(each).collect())
}

fn both(losses: &[(f64, f64)], accuracy: f64) -> [f64; 2] {
    [mean(losses), accuracy]
}

fn reported(all: (&VarStore, &Sequential, &Split, f64, i64), report: Report) -> Found {
    with(all, entropy, back, report)
}

#[test]
fn a_training_has_its_loss_its_optimiser_its_batches_and_its_numbers() {
    LEARN.prove::<fn(&VarStore, &Sequential, &Split, f64, i64) -> Found>(
        learn,
        |_, _, _, _, _| todo!(),
        |_, net, split, _, _| Ok(vec![[net.forward(&split.images).double_value(&[0, 99]), 0.0]]),
        &[
            |vs, net, split, lr, epochs| reported((vs, net, split, lr, epochs), both),
            |vs, net, split, lr, epochs| {
                let mut opt = adam(vs, lr);
                let mut history = Vec::new();
                for _ in 0..epochs {
                    let mut sum = 0.0;
                    for (xs, labels) in split.batches(256)? {
                        opt.zero_grad();
                        let loss = entropy(&net.forward(&xs), &labels);
                        loss.backward();
                        opt.step();
                        sum += loss.double_value(&[]) * labels.size()[0] as f64;
                    }
                    history.push([sum / split.len() as f64, accuracy(net, split)]);
                }
                Ok(history)
            },
        ],
        &[
            (|_, _, _, _, _| Ok(Vec::new()), "4 steps are needed"),
            (
                |vs, net, split, lr, epochs| {
                    let mut opt = adam(vs, lr);
                    Ok((0..epochs)
                        .map(|_| both(&epoch(net, &mut opt, split.batches(150).unwrap(), entropy, back), 1.0))
                        .collect())
                },
                "256 and 44",
            ),
            (
                |vs, net, split, lr, epochs| {
                    let mut opt = adam(vs, lr);
                    let batches = || split.batches_in_order(256).unwrap();
                    Ok((0..epochs)
                        .map(|_| both(&epoch(net, &mut opt, batches(), entropy, back), 1.0))
                        .collect())
                },
                "the same order: `split.batches(256)?` shuffles",
            ),
            (
                |vs, net, split, lr, epochs| {
                    let mut opt = adam(vs, lr);
                    let same: Vec<_> = split.batches(256)?.collect();
                    let again =
                        || same.iter().map(|(xs, labels)| (xs.shallow_clone(), labels.shallow_clone()));
                    Ok((0..epochs)
                        .map(|_| both(&epoch(net, &mut opt, again(), entropy, back), 1.0))
                        .collect())
                },
                "inside the loop over the epochs",
            ),
            (
                |vs, net, split, lr, epochs| {
                    let mut opt = adam(vs, lr);
                    let draw = |n| Tensor::randint(300, [n], (Kind::Int64, tch::Device::Cpu));
                    let drawn = || {
                        SIZES.map(|n| (split.images.index_select(0, &draw(n)), split.labels.narrow(0, 0, n)))
                    };
                    Ok((0..epochs)
                        .map(|_| both(&epoch(net, &mut opt, drawn().into_iter(), entropy, back), 1.0))
                        .collect())
                },
                "some come twice",
            ),
            (
                |vs, net, split, lr, epochs| with((vs, net, split, lr, epochs), entropy, |_, _| (), both),
                "have not moved",
            ),
            (
                |vs, net, split, lr, epochs| {
                    let step = |opt: &mut Optimizer, loss: &Tensor| {
                        loss.backward();
                        opt.step();
                    };
                    with((vs, net, split, lr, epochs), entropy, step, both)
                },
                "gradients of earlier steps",
            ),
            (
                |vs, net, split, lr, epochs| {
                    let twice =
                        |logits: &Tensor, labels: &Tensor| entropy(&logits.softmax(-1, Kind::Float), labels);
                    with((vs, net, split, lr, epochs), twice, back, both)
                },
                "applied twice",
            ),
            (
                |vs, net, split, lr, epochs| {
                    let binary = |logits: &Tensor, labels: &Tensor| {
                        let ones = labels.one_hot(3).to_kind(Kind::Float);
                        logits.binary_cross_entropy_with_logits::<Tensor>(
                            &ones,
                            None,
                            None,
                            tch::Reduction::Mean,
                        )
                    };
                    with((vs, net, split, lr, epochs), binary, back, both)
                },
                "the binary loss",
            ),
            (
                |vs, net, split, lr, epochs| {
                    let mut opt = nn::Sgd::default().build(vs, lr).unwrap();
                    Ok((0..epochs)
                        .map(|_| both(&epoch(net, &mut opt, split.batches(256).unwrap(), entropy, back), 1.0))
                        .collect())
                },
                "plain SGD",
            ),
            (
                |vs, net, split, lr, epochs| {
                    Ok((0..epochs)
                        .map(|_| {
                            both(
                                &epoch(net, &mut adam(vs, lr), split.batches(256).unwrap(), entropy, back),
                                1.0,
                            )
                        })
                        .collect())
                },
                "make it once",
            ),
            (|vs, net, split, _, epochs| reported((vs, net, split, 0.01, epochs), both), "pass `lr` on"),
            (|vs, net, split, _, epochs| reported((vs, net, split, 0.05, epochs), both), "not Adam's"),
            (
                |vs, net, split, lr, epochs| {
                    reported((vs, net, split, lr, epochs), both).map(|all| all[..1].to_vec())
                },
                "one for each epoch",
            ),
            (
                |vs, net, split, lr, epochs| {
                    reported((vs, net, split, lr, epochs), |of, accuracy| [accuracy, mean(of)])
                },
                "the loss comes first",
            ),
            (
                |vs, net, split, lr, epochs| {
                    reported((vs, net, split, lr, epochs), |of, accuracy| [of[1].0, accuracy])
                },
                "the loss of the last batch",
            ),
            (
                |vs, net, split, lr, epochs| {
                    reported((vs, net, split, lr, epochs), |of, accuracy| {
                        [(of[0].0 + of[1].0) / 2.0, accuracy]
                    })
                },
                "the mean over the batches",
            ),
            (
                |vs, net, split, lr, epochs| {
                    reported((vs, net, split, lr, epochs), |of, accuracy| [of[0].0 + of[1].0, accuracy])
                },
                "the losses of the batches are added up",
            ),
            (
                |vs, net, split, lr, epochs| {
                    reported((vs, net, split, lr, epochs), |of, accuracy| {
                        [(of[0].0 + of[1].0) / 300.0, accuracy]
                    })
                },
                "a sum of *means*",
            ),
            (
                |vs, net, split, lr, epochs| {
                    reported((vs, net, split, lr, epochs), |of, accuracy| [mean(of) * 300.0, accuracy])
                },
                "divide by their number",
            ),
            (
                |vs, net, split, lr, epochs| {
                    reported((vs, net, split, lr, epochs), |of, accuracy| [mean(of) + 1.0, accuracy])
                },
                "the mean over all images of the epoch is wanted",
            ),
            (
                |vs, net, split, lr, epochs| {
                    reported((vs, net, split, lr, epochs), |of, accuracy| [mean(of), 100.0 * accuracy])
                },
                "that is per cent",
            ),
            (
                |vs, net, split, lr, epochs| {
                    let mut opt = adam(vs, lr);
                    let each = |_| {
                        let before = accuracy(net, split);
                        [mean(&epoch(net, &mut opt, split.batches(256).unwrap(), entropy, back)), before]
                    };
                    Ok((0..epochs).map(each).collect())
                },
                "*after* the epoch's last step",
            ),
            (
                |vs, net, split, lr, epochs| reported((vs, net, split, lr, epochs), |of, _| [mean(of), 0.5]),
                "measures it, after the inner loop",
            ),
            (|_, _, split, _, _| split.take(-1).map(|_| Vec::new()), "returns an error"),
        ],
    );
}
