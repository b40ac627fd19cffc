use crate::check::cases::{RATE, close};
use crate::check::exercise::Exercise;
use crate::check::recorder::Recorder;
use crate::check::{Answer, Verdict};
use crate::datasets::Split;
use tch::nn::{self, Optimizer, OptimizerConfig, Sequential};
use tch::{Kind, Tensor};

pub(super) const TRAIN_NET: Exercise = Exercise {
    name: "train_net",
    lab: "06",
    hints: &[
        "the loop's first line is `let (xs, labels) = make_batch(300, split);`",
        "`let loss = net.forward(&xs).cross_entropy_for_logits(&labels);` goes forward",
        "then, in this order: `opt.zero_grad();`, `loss.backward();`, `opt.step();`, or `opt.backward_step(&loss);` for all three",
        "`losses.push(loss.double_value(&[]));` ends the loop's body; the vector begins as `let mut losses = Vec::new();`",
    ],
};

const MARGIN: f64 = 2.0;
const STEPS: i64 = 3;
const SIZE: i64 = 300;

/// Judges a function that trains a network for so many steps with batches of 300 images and returns each step's loss.
pub fn train_net(yours: impl Fn(&Sequential, &mut Optimizer, &Split, i64) -> Vec<f64>) -> Answer {
    TRAIN_NET.judge(|| {
        let made = Recorder::new(40, MARGIN).map_err(|error| error.to_string());
        let made = made.and_then(|all| {
            let opt = nn::Sgd::default().build(&all.vs, RATE).map_err(|error| error.to_string())?;
            Ok((all, opt))
        });
        let (recorder, mut opt) = match made {
            Ok(made) => made,
            Err(error) => return Verdict::wrong(format!("this cannot be judged here: {error}")),
        };
        let losses = yours(&recorder.net, &mut opt, &recorder.split, STEPS);
        let wrong = batches_differ(&recorder)
            .or_else(|| weights_differ(&recorder))
            .or_else(|| losses_differ(&losses));
        let right =
            "Draw, forward, forget, backward, move: every network of this course is trained by this loop.";
        wrong.map_or_else(|| Verdict::right(right), Verdict::wrong)
    })
}

fn batches_differ(recorder: &Recorder) -> Option<String> {
    let batches = recorder.trained();
    if batches.is_empty() {
        return Some(format!("no batch went through the network in a training of {STEPS} steps"));
    }
    if let Some(batch) = batches.iter().find(|batch| batch.images.len() as i64 != SIZE) {
        return Some(format!(
            "your network was given a batch of {} images, and {SIZE} are wanted",
            batch.images.len()
        ));
    }
    if batches.len() as i64 != STEPS {
        return Some(format!(
            "in a training of {STEPS} steps {} batches went through your network: one forward pass a step is enough",
            batches.len()
        ));
    }
    (batches[0] == batches[1])
        .then(|| "every step sees the same batch: draw a new one inside the loop".into())
}

/// What `STEPS` steps do to the weights, each moving against what `gradient` makes of this step's gradient and the
/// earlier ones' sum.
fn trained(loss: fn(&Tensor, &Tensor) -> Tensor, keep: bool) -> (Tensor, Vec<f64>) {
    let (mut ws, mut kept) = (Recorder::start(MARGIN), Recorder::start(0.0));
    let labels = Tensor::ones([SIZE], (Kind::Int64, tch::Device::Cpu));
    let losses = (0..STEPS).map(|_| {
        let leaf = ws.copy().set_requires_grad(true);
        let loss = loss(&leaf.tr().expand([SIZE, 3], false), &labels);
        loss.backward();
        let gradient = leaf.grad() + &kept;
        if keep {
            kept = gradient.copy();
        }
        ws = &ws - gradient * RATE;
        loss.double_value(&[])
    });
    let losses = losses.collect();
    (ws, losses)
}

fn mean_loss(logits: &Tensor, labels: &Tensor) -> Tensor {
    logits.cross_entropy_for_logits(labels)
}

fn weights_differ(recorder: &Recorder) -> Option<String> {
    let ws = recorder.weights();
    let is = |loss: fn(&Tensor, &Tensor) -> Tensor, keep: bool| close(&ws, &trained(loss, keep).0);
    if is(mean_loss, false) {
        return None;
    }
    Some(if close(&ws, &Recorder::start(MARGIN)) {
        "the weights have not moved: `loss.backward()` comes after `opt.zero_grad()`, and `opt.step()` after both".into()
    } else if is(mean_loss, true) {
        "the gradients of earlier steps are still there, and all add up: `opt.zero_grad()` forgets them"
            .into()
    } else if is(|logits, labels| logits.softmax(-1, Kind::Float).cross_entropy_for_logits(labels), false) {
        "soft-max is applied twice: the loss has it inside, so it wants the logits as the network gives them"
            .into()
    } else if is(|logits, labels| -mean_loss(logits, labels), false) {
        "the weights move uphill, with the gradient: is the sign of the loss right?".into()
    } else if is(|logits, labels| mean_loss(logits, labels) * SIZE, false) {
        "each step is as many times too long as the batch has images: take the mean of their losses, not the sum".into()
    } else {
        let right = trained(mean_loss, false).0;
        let numbers =
            |x: &Tensor| Vec::<f64>::try_from(x.view([-1]).to_kind(Kind::Double)).unwrap_or_default();
        format!(
            "after {STEPS} steps three weights should be {:.3?}, and yours are {:.3?}",
            numbers(&right),
            numbers(&ws)
        )
    })
}

fn losses_differ(found: &[f64]) -> Option<String> {
    let right = trained(mean_loss, false).1;
    if found.len() as i64 != STEPS {
        return Some(format!(
            "the network learns as it should, but you return {} losses for {STEPS} steps",
            found.len()
        ));
    }
    let is = |factor: f64| {
        right.iter().zip(found).all(|(right, found)| (right * factor - found).abs() < 1e-4 * factor)
    };
    if is(1.0) {
        return None;
    }
    let why = if is(SIZE as f64) { ": the mean over the images is wanted, not their sum" } else { "" };
    Some(format!(
        "the network learns as it should, but the losses are {right:.4?}, and you return {found:.4?}{why}"
    ))
}

#[cfg(test)]
mod tests;
