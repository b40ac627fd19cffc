use crate::check::cases::random;
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use crate::datasets::Split;
use tch::nn::{self, Module};
use tch::{Kind, Tensor};

pub const VALIDATE: Exercise = Exercise {
    name: "validate",
    lab: "05",
    hints: &[
        "begin with `let (mut sum, mut right) = (0., 0);` and a loop `for (xs, labels) in images.batches_in_order(256).unwrap() { … }`",
        "in the loop: `let scores = tch::no_grad(|| net.forward(&xs));`, then `scores.cross_entropy_for_logits(&labels).double_value(&[])`",
        "add `loss * labels.size()[0] as f64` to `sum`, and what `eq_tensor` counts to `right`",
        "after the loop: `(sum / images.len() as f64, right)`",
    ],
};

/// So many images: two batches of 256 and a smaller one.
const IMAGES: i64 = 600;

/// Judges a function that returns the mean loss of an image and how many images a network gets right.
pub fn validate(yours: impl Fn(&dyn Module, &Split) -> (f64, i64)) -> Answer {
    VALIDATE.judge(|| {
        let (net, images) = (nn::func(|xs| xs.flat_view()), scored());
        let (loss, right) = yours(&net, &images);
        loss_mistake(&images, loss)
            .or_else(|| count_mistake(&images, right))
            .map_or_else(|| Verdict::right("The mean over images, whatever the batches are."), Verdict::wrong)
    })
}

/// Images [600, 1, 1, 10] that are their own scores; the last 88 of them, a batch of their own, are worse than the rest.
fn scored() -> Split {
    let labels = (random(&[IMAGES], 1) * 5 + 5).to_kind(Kind::Int64).clamp(0, 9);
    let scores = random(&[IMAGES, 10], 2) * 2 + labels.one_hot(10) * 2;
    scores.narrow(0, 512, 88).copy_(&(random(&[88, 10], 3) * 6));
    match Split::new(scores.view([IMAGES, 1, 1, 10]), labels) {
        Ok(split) => split,
        Err(error) => unreachable!("600 images of one row: {error}"),
    }
}

fn scores(images: &Split) -> Tensor {
    images.images.flatten(1, -1)
}

fn loss_mistake(images: &Split, found: f64) -> Option<String> {
    let is = |value: f64| (found - value).abs() < 1e-4;
    let mean = |xs: &Tensor, labels: &Tensor| xs.cross_entropy_for_logits(labels).double_value(&[]);
    let (scores, labels) = (scores(images), &images.labels);
    let right = mean(&scores, labels);
    let batches: Vec<f64> = [(0, 256), (256, 256), (512, 88)]
        .map(|(start, size)| mean(&scores.narrow(0, start, size), &labels.narrow(0, start, size)))
        .into();
    let sum: f64 = batches.iter().sum();
    let n = IMAGES as f64;
    let why = if is(right) {
        return None;
    } else if is(sum / n) {
        "a batch's loss is a mean already: the sum of three means is divided by 600 here, so it is far too small"
    } else if is(sum / 3.0) {
        "the small last batch counts as much as the others: weigh each loss with the size of its batch"
    } else if is(sum) || is(right * n) {
        "that is a sum; divide by the number of images at the end"
    } else if is(right * n / 3.0) {
        "you divide by the number of batches; the sum is one over images"
    } else if batches.iter().any(|&batch| is(batch)) {
        "that is the loss of one batch; add up over all of them"
    } else if is(mean(&scores.softmax(-1, Kind::Float), labels)) {
        "there is a soft-max before the cross-entropy, which has one inside"
    } else {
        "weigh each batch's loss with its size, add up, and divide by the number of images"
    };
    Some(format!(
        "for 600 images, in batches of 256, 256 and 88, the loss is {right:.4}, and yours is {found:.4}: {why}"
    ))
}

fn count_mistake(images: &Split, found: i64) -> Option<String> {
    let hits = scores(images).argmax(-1, false).eq_tensor(&images.labels);
    let of = |hits: Tensor| hits.sum(Kind::Int64).int64_value(&[]);
    let right = of(hits.shallow_clone());
    let why = if found == right {
        return None;
    } else if found == IMAGES - right {
        "you count the mistakes"
    } else if found == of(hits.narrow(0, 512, 88)) {
        "only the last batch is counted: add up over all of them with `+=`"
    } else if found == IMAGES {
        "that is how many images there are"
    } else {
        "an image is right when the index of its highest score, along the last axis, is its label"
    };
    Some(format!("the loss is right, but of 600 images {right} are right and you count {found}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sum of the losses weighed by `weight` and the number of hits, over batches of 256.
    fn over(
        net: &dyn Module,
        images: &Split,
        weight: fn(&Tensor) -> f64,
        hits: fn(&Tensor, &Tensor) -> i64,
    ) -> (f64, i64) {
        let (mut sum, mut right) = (0.0, 0);
        for (xs, labels) in images.batches_in_order(256).unwrap() {
            let scores = net.forward(&xs);
            sum += scores.cross_entropy_for_logits(&labels).double_value(&[]) * weight(&labels);
            right += hits(&scores, &labels);
        }
        (sum, right)
    }

    fn size(labels: &Tensor) -> f64 {
        labels.size()[0] as f64
    }

    fn hits(scores: &Tensor, labels: &Tensor) -> i64 {
        scores.argmax(-1, false).eq_tensor(labels).sum(Kind::Int64).int64_value(&[])
    }

    fn by_the_book(net: &dyn Module, images: &Split) -> (f64, i64) {
        let (sum, right) = over(net, images, size, hits);
        (sum / images.len() as f64, right)
    }

    #[test]
    fn the_loss_is_a_mean_over_images_and_the_hits_are_counted() {
        VALIDATE.prove::<fn(&dyn Module, &Split) -> (f64, i64)>(
            validate,
            |_, _| todo!(),
            |net, images| (net.forward(&images.images).view([3, 3]).double_value(&[]), 0),
            &[by_the_book, |net, images| {
                let scores = net.forward(&images.images);
                (
                    scores.cross_entropy_for_logits(&images.labels).double_value(&[]),
                    hits(&scores, &images.labels),
                )
            }],
            &[
                (|net, images| (over(net, images, |_| 1.0, hits).0 / 600.0, 0), "far too small"),
                (|net, images| (over(net, images, |_| 1.0, hits).0 / 3.0, 0), "the small last batch"),
                (|net, images| over(net, images, size, hits), "that is a sum"),
                (|net, images| (over(net, images, size, hits).0 / 3.0, 0), "the number of batches"),
                (
                    |net, images| {
                        let first = images.take(256).unwrap();
                        (
                            net.forward(&first.images)
                                .cross_entropy_for_logits(&first.labels)
                                .double_value(&[]),
                            0,
                        )
                    },
                    "the loss of one batch",
                ),
                (
                    |net, images| {
                        let scores = net.forward(&images.images).softmax(-1, Kind::Float);
                        (scores.cross_entropy_for_logits(&images.labels).double_value(&[]), 0)
                    },
                    "a soft-max before",
                ),
                (|_, _| (f64::NAN, 0), "weigh each batch's loss"),
                (
                    |net, images| (by_the_book(net, images).0, 600 - by_the_book(net, images).1),
                    "the mistakes",
                ),
                (
                    |net, images| {
                        let right = hits(
                            &net.forward(&images.images.narrow(0, 512, 88)),
                            &images.labels.narrow(0, 512, 88),
                        );
                        (by_the_book(net, images).0, right)
                    },
                    "only the last batch",
                ),
                (|net, images| (by_the_book(net, images).0, 600), "how many images there are"),
                (|net, images| (by_the_book(net, images).0, 0), "the index of its highest score"),
            ],
        );
    }
}
