use crate::check::cases::random;
use crate::check::exercise::Exercise;
use crate::check::recorder::Recorder;
use crate::check::{Answer, Verdict};
use crate::datasets::Split;
use std::fmt::Display;
use tch::nn::ModuleT;
use tch::{Kind, Tensor};

pub(super) const ACCURACY_ON: Exercise = Exercise {
    name: "accuracy_on",
    lab: "07",
    hints: &[
        "the loop is `for (xs, labels) in split.batches_in_order(1000)? { … }`, with a count before it: `let mut right = 0;`",
        "in the loop, `let logits = tch::no_grad(|| net.forward_t(&xs, false));` and then your `vector_to_class(&logits)`",
        "`predicted.eq_tensor(&labels).sum(Kind::Int64).int64_value(&[])` counts what is right in a batch",
        "divide once, at the end, both as `f64`: `Ok(right as f64 / split.len() as f64)`",
    ],
};

/// How many images the check's split has: two full batches of 1,000 and one that is not.
const COUNT: i64 = 2250;
const SIZE: i64 = 1000;

/// A network whose logits are the images themselves.
#[derive(Debug)]
struct AsTheyAre;

impl ModuleT for AsTheyAre {
    /// In training everything is turned round: whoever forgets to say that nothing is trained measures that.
    fn forward_t(&self, xs: &Tensor, train: bool) -> Tensor {
        let xs = xs.flatten(1, -1);
        if train { -xs } else { xs }
    }
}

/// Judges a function that gives the fraction of a split's images that a network classifies correctly, 0 to 1.
pub fn accuracy_on<E: Display>(yours: impl Fn(&dyn ModuleT, &Split) -> Result<f64, E>) -> Answer {
    ACCURACY_ON.judge(|| {
        let wrong = match (split(), Recorder::new(COUNT, 1.0)) {
            (Ok(split), Ok(recorder)) => mistake(&split, yours(&AsTheyAre, &split))
                .or_else(|| keeps_gradients(&recorder, yours(&recorder.net, &recorder.split))),
            _ => Some("this cannot be judged here: the check's own images cannot be made".into()),
        };
        wrong.map_or_else(
            || Verdict::right("Each image counts once, in whatever batch it comes."),
            Verdict::wrong,
        )
    })
}

/// Images of five classes; in the first batch nearly all is right, in the last one hardly anything.
fn split() -> crate::Result<Split> {
    let images = random(&[COUNT, 5, 1, 1], 3);
    let best = images.flatten(1, -1).argmax(-1, false);
    let other = (&best + 1).remainder(5);
    let at = Tensor::arange(COUNT, (Kind::Int64, tch::Device::Cpu));
    // Wrong are every tenth of the first 1,000, every second of the next, nine of ten of the last.
    let wrong = at.remainder(10).eq(0).logical_and(&at.lt(1000));
    let wrong = wrong.logical_or(&at.remainder(2).eq(0).logical_and(&at.ge(1000)).logical_and(&at.lt(2000)));
    let wrong = wrong.logical_or(&at.remainder(10).ne(0).logical_and(&at.ge(2000)));
    Split::new(images, other.where_self(&wrong, &best))
}

fn mistake<E: Display>(split: &Split, found: Result<f64, E>) -> Option<String> {
    let found = match found {
        Ok(found) => found,
        Err(error) => return Some(format!("your function returns an error: {error}")),
    };
    let logits = split.images.flatten(1, -1);
    let count = |classes: &Tensor| classes.eq_tensor(&split.labels).sum(Kind::Int64).int64_value(&[]) as f64;
    let right = count(&logits.argmax(-1, false));
    let all = COUNT as f64;
    let is = |value: f64| (found - value).abs() < 1e-6;
    if is(right / all) {
        return None;
    }
    // 900 of 1,000, 500 of 1,000 and 25 of 250.
    let batches = [0.9, 0.5, 0.1];
    let why = if is(right) {
        "that is a count: divide it by the number of images"
    } else if is(batches.iter().sum::<f64>() / 3.0) {
        "that is the mean over the batches, but the last batch is smaller than the others: count over all batches and divide once"
    } else if is(batches.iter().sum()) {
        "the batches' accuracies are added up: count over all batches and divide once by the number of images"
    } else if batches.iter().any(|batch| is(*batch)) {
        "that is the accuracy of a single batch: all of them count"
    } else if is(right / SIZE as f64) {
        "you divide by the size of a batch: divide by the number of all images, `split.len()`"
    } else if is(100.0 * right / all) {
        "that is per cent: a fraction from 0 to 1 is wanted"
    } else if is(1.0 - right / all) {
        "that is the fraction that is wrong"
    } else if is(0.0) {
        "whole numbers were divided, which cuts the fraction off: turn them into `f64` first"
    } else if is(count(&logits.argmin(-1, false)) / all) {
        "nothing is trained here: `net.forward_t(&xs, false)`"
    } else {
        "an image is right when its likeliest class is its label"
    };
    Some(format!(
        "of {COUNT} images {right} are right, which is {:.4}, and yours is {found:.4}: {why}",
        right / all
    ))
}

fn keeps_gradients<E>(recorder: &Recorder, _found: Result<f64, E>) -> Option<String> {
    (!recorder.trained().is_empty())
        .then(|| "the number is right, but what would be needed for gradients is kept, which costs memory: call the network inside `tch::no_grad(|| …)`".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found = Result<f64, crate::Error>;

    /// How many are right in each batch, and how many there are.
    fn counts(net: &dyn ModuleT, split: &Split, train: bool) -> Vec<(f64, f64)> {
        let batches = split.batches_in_order(SIZE).unwrap();
        let counted = batches.map(|(xs, labels)| {
            let logits = tch::no_grad(|| net.forward_t(&xs, train));
            let right = logits.argmax(-1, false).eq_tensor(&labels).sum(Kind::Int64).int64_value(&[]);
            (right as f64, labels.size()[0] as f64)
        });
        counted.collect()
    }

    fn sum(net: &dyn ModuleT, split: &Split) -> f64 {
        counts(net, split, false).iter().map(|(right, _)| right).sum()
    }

    #[test]
    fn an_accuracy_counts_every_image_once() {
        ACCURACY_ON.prove::<fn(&dyn ModuleT, &Split) -> Found>(
            accuracy_on,
            |_, _| todo!(),
            |net, split| Ok(net.forward_t(&split.images, false).double_value(&[0, 99])),
            &[
                |net, split| Ok(sum(net, split) / split.len() as f64),
                |net, split| {
                    let weighted =
                        counts(net, split, false).iter().map(|(right, n)| right / n * n).sum::<f64>();
                    Ok(weighted / split.len() as f64)
                },
            ],
            &[
                (|net, split| Ok(sum(net, split)), "that is a count"),
                (
                    |net, split| {
                        Ok(counts(net, split, false).iter().map(|(right, n)| right / n).sum::<f64>() / 3.0)
                    },
                    "the mean over the batches",
                ),
                (
                    |net, split| {
                        Ok(counts(net, split, false).iter().map(|(right, n)| right / n).sum::<f64>())
                    },
                    "added up",
                ),
                (
                    |net, split| Ok(counts(net, split, false).last().map_or(0.0, |(right, n)| right / n)),
                    "a single batch",
                ),
                (|net, split| Ok(sum(net, split) / SIZE as f64), "the size of a batch"),
                (|net, split| Ok(100.0 * sum(net, split) / split.len() as f64), "per cent"),
                (|net, split| Ok(1.0 - sum(net, split) / split.len() as f64), "that is wrong"),
                (|net, split| Ok((sum(net, split) as i64 / split.len()) as f64), "cuts the fraction off"),
                (
                    |net, split| {
                        let right: f64 = counts(net, split, true).iter().map(|(right, _)| right).sum();
                        Ok(right / split.len() as f64)
                    },
                    "nothing is trained here",
                ),
                (
                    |net, split| {
                        let logits = net.forward_t(&split.images, false);
                        Ok(logits
                            .argmax(-1, false)
                            .eq_tensor(&split.labels)
                            .to_kind(Kind::Double)
                            .mean(Kind::Double)
                            .double_value(&[]))
                    },
                    "`tch::no_grad(|| …)`",
                ),
                (|_, _| Ok(0.25), "its likeliest class is its label"),
                (|_, split| split.take(-1).map(|_| 1.0), "returns an error"),
            ],
        );
    }
}
