use crate::check::cases::close;
use crate::check::exercise::Exercise;
use crate::check::recorder::{Batch, Recorder};
use crate::check::{Answer, Verdict};
use crate::datasets::Split;
use std::fmt::Display;
use tch::nn::{Sequential, VarStore};

mod reference;
#[cfg(test)]
mod tests;

use reference::{Course, SIZES, Variant, course};

pub(super) const LEARN: Exercise = Exercise {
    name: "learn",
    lab: "07",
    hints: &[
        "one of ten classes is right: the loss is `net.forward(&xs).cross_entropy_for_logits(&labels)`; the optimiser is `nn::Adam::default().build(vs, lr)?`, made once, before the loops",
        "two loops, one in the other: `for _ in 0..epochs` and in it `for (xs, labels) in split.batches(256)?`; a step is `opt.backward_step(&loss)`",
        "the epoch's mean loss: add up `loss.double_value(&[]) * labels.size()[0] as f64` over its batches and divide by `split.len() as f64`",
        "after the inner loop: `let accuracy = accuracy_on(net, split)?;`, then `history.push([mean, accuracy]);`, and `Ok(history)` at the very end",
    ],
};

/// Judges a function that trains a network with Adam on batches of 256 and returns for each epoch the mean loss of its
/// images and the accuracy on them after it.
pub fn learn<E: Display>(
    yours: impl Fn(&VarStore, &Sequential, &Split, f64, i64) -> Result<Vec<[f64; 2]>, E>,
) -> Answer {
    LEARN.judge(|| {
        for (lr, epochs) in [(0.01, 2), (0.02, 3)] {
            let recorder = match Recorder::new(SIZES.iter().sum(), reference::margin(lr)) {
                Ok(recorder) => recorder,
                Err(error) => return Verdict::wrong(format!("this cannot be judged here: {error}")),
            };
            let history = match yours(&recorder.vs, &recorder.net, &recorder.split, lr, epochs) {
                Ok(history) => history,
                Err(error) => return Verdict::wrong(format!("your function returns an error: {error}")),
            };
            let wrong = batches_differ(&recorder.trained(), epochs)
                .or_else(|| weights_differ(&recorder, lr, epochs))
                .or_else(|| {
                    history_differs(
                        [Variant::Right, Variant::Binary].map(|which| course(which, lr, epochs)),
                        &history,
                    )
                });
            if let Some(why) = wrong {
                return Verdict::wrong(format!(
                    "for 300 images, a learning rate of {lr} and {epochs} epochs {why}"
                ));
            }
        }
        Verdict::right("It trains any network of this lab: digits first, photos later.")
    })
}

fn batches_differ(batches: &[Batch], epochs: i64) -> Option<String> {
    let wanted = SIZES.len() * epochs as usize;
    let sizes: Vec<_> = batches.iter().map(|batch| batch.images.len() as i64).collect();
    if sizes.len() != wanted {
        return Some(format!("{wanted} steps are needed, two in each epoch, and yours are {}", sizes.len()));
    }
    if sizes.chunks(2).any(|epoch| epoch != SIZES) {
        return Some(format!("the batches of an epoch have 256 and 44 images, and yours have {sizes:?}"));
    }
    let in_order: Vec<i64> = (0..SIZES.iter().sum()).collect();
    for epoch in batches.chunks(2) {
        let mut images = [&epoch[0].images[..], &epoch[1].images[..]].concat();
        if images == in_order {
            return Some(
                "each epoch takes the images in the same order: `split.batches(256)?` shuffles them".into(),
            );
        }
        images.sort_unstable();
        if images != in_order {
            return Some(
                "an epoch sees each image once, and in yours some come twice and others never".into(),
            );
        }
    }
    (batches[0] == batches[2]).then(|| {
        "every epoch has the same order: call `split.batches(256)?` inside the loop over the epochs".into()
    })
}

fn weights_differ(recorder: &Recorder, lr: f64, epochs: i64) -> Option<String> {
    let ws = recorder.weights();
    let is = |variant: Variant| close(&ws, &course(variant, lr, epochs).weights);
    if is(Variant::Right) {
        return None;
    }
    Some(if close(&ws, &Recorder::start(reference::margin(lr))) {
        "the weights have not moved: is there a step in the inner loop?".into()
    } else if is(Variant::KeepsGradients) {
        "the gradients of earlier steps are still there, and all add up: `opt.backward_step(&loss)` forgets them, and so does `opt.zero_grad()`".into()
    } else if is(Variant::SoftMaxTwice) {
        "soft-max is applied twice: cross-entropy has it inside".into()
    } else if is(Variant::Sgd) {
        "the optimiser is plain SGD, and Adam is wanted".into()
    } else if is(Variant::NewOptimizer) {
        "a new optimiser in every epoch has forgotten what Adam remembers of earlier steps: make it once, before the loops".into()
    } else if [1e-4, 1e-3, 0.01, 0.1]
        .iter()
        .any(|&other| other != lr && close(&ws, &reference::course_from(lr, other, epochs)))
    {
        format!("the steps are not of the length that {lr} gives: pass `lr` on to the optimiser")
    } else {
        "the steps are not Adam's on the cross-entropy of the batches".into()
    })
}

/// What is wrong with the numbers of a training that moved the weights as it should; the binary loss moves them alike.
fn history_differs([right, binary]: [Course; 2], found: &[[f64; 2]]) -> Option<String> {
    let epochs = right.losses.len();
    if found.len() != epochs {
        return Some(format!(
            "the network learns as it should, but you return {} pairs of numbers: one for each epoch is wanted",
            found.len()
        ));
    }
    let all: f64 = SIZES.iter().sum::<i64>() as f64;
    let weighted = |of: &[f64; 2]| of[0] * SIZES[0] as f64 + of[1] * SIZES[1] as f64;
    let are = |column: usize, of: &dyn Fn(usize) -> f64| {
        (0..epochs).all(|at| (found[at][column] - of(at)).abs() < 1e-5)
    };
    let loss = |of: &dyn Fn(&[f64; 2]) -> f64| are(0, &|at| of(&right.losses[at]));
    if !loss(&|of| weighted(of) / all) {
        let why = if are(1, &|at| weighted(&right.losses[at]) / all) {
            "the loss comes first in each pair, and then the accuracy"
        } else if are(0, &|at| weighted(&binary.losses[at]) / all) {
            "that is the binary loss, which asks of each class by itself whether it is there; of ten classes exactly one is right: `cross_entropy_for_logits`"
        } else if loss(&|of| of[1]) {
            "that is the loss of the last batch: the mean over all images of the epoch is wanted"
        } else if loss(&|of| (of[0] + of[1]) / 2.0) {
            "that is the mean over the batches, but the last batch is smaller: weigh each loss with its number of images"
        } else if loss(&|of| of[0] + of[1]) {
            "the losses of the batches are added up: weigh each with its number of images and divide by all images"
        } else if loss(&|of| (of[0] + of[1]) / all) {
            "that is a sum of *means* over the number of images: weigh each loss with its number of images first"
        } else if loss(&|of| weighted(of)) {
            "that is the sum over the images: divide by their number"
        } else {
            "the mean over all images of the epoch is wanted"
        };
        let [one, other] = [found[0][0], weighted(&right.losses[0]) / all];
        return Some(format!("the first epoch's loss should be {other:.4}, and yours is {one:.4}: {why}"));
    }
    accuracies_differ(|of| are(1, of), &right, found)
}

fn accuracies_differ(
    are: impl Fn(&dyn Fn(usize) -> f64) -> bool,
    right: &Course,
    found: &[[f64; 2]],
) -> Option<String> {
    if are(&|at| right.accuracies[at]) {
        return None;
    }
    let before = |at: usize| if at == 0 { 0.0 } else { right.accuracies[at - 1] };
    let why = if are(&|at| 100.0 * right.accuracies[at]) {
        "that is per cent"
    } else if are(&before) {
        "measure it on all images *after* the epoch's last step"
    } else {
        "`accuracy_on(net, split)?` measures it, after the inner loop"
    };
    let at = (0..found.len()).find(|&at| (found[at][1] - right.accuracies[at]).abs() > 1e-5).unwrap_or(0);
    Some(format!(
        "the accuracy after epoch {} should be {}, and yours is {}: {why}",
        at + 1,
        right.accuracies[at],
        found[at][1]
    ))
}
