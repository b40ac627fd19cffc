//! One batch through a learner's network, which may not fit the images or the labels.

use crate::catch_panic::{catch_panic, in_words};
use crate::{Error, Result, modes};
use tch::nn::{ModuleT, Optimizer};
use tch::{Kind, Tensor};

/// Runs `net` on `xs` [n, c, h, w] and returns its logits [n, classes].
///
/// # Errors
/// If libtorch refuses, or the output has another shape: names the shapes that met.
pub fn logits(net: &dyn ModuleT, xs: &Tensor, train: bool) -> Result<Tensor> {
    let shape = xs.size();
    let fits = format!("a network that takes images of shape {shape:?} and gives [{}, classes]", shape[0]);
    let logits = catch_panic(|| net.forward_t(xs, train)).map_err(|message| {
        let one: Vec<i64> = [&[1], &shape[1..]].concat();
        let remedy = format!("follow the shapes, layer by layer: `show::summary(&vs, &net, &{one:?})?`");
        Error::new(&fits, in_words(&message), remedy)
    })?;
    if logits.dim() != 2 || logits.size()[0] != shape[0] || !logits.is_floating_point() {
        let found = format!("an output of shape {:?} and kind {:?}", logits.size(), logits.kind());
        let remedy =
            "let the network end with `flat_view()` and a linear layer with one output for each class";
        return Err(Error::new(&fits, found, remedy));
    }
    Ok(logits)
}

/// The mean cross-entropy of `logits` [n, classes] and `labels` [n].
///
/// # Errors
/// If a label has no output of its own.
pub fn loss(logits: &Tensor, labels: &Tensor) -> Result<Tensor> {
    catch_panic(|| logits.cross_entropy_for_logits(labels)).map_err(|message| {
        let classes = logits.size()[1];
        let expected = format!("labels from 0 to {}, one for each of the {classes} outputs", classes - 1);
        let found = match catch_panic(|| labels.max().int64_value(&[])) {
            Ok(largest) if largest >= classes => format!("label {largest}"),
            _ => message,
        };
        Error::new(expected, found, "give the last layer as many outputs as there are classes")
    })
}

/// How many of the `logits` [n, classes] are highest at the image's own label.
pub fn correct(logits: &Tensor, labels: &Tensor) -> i64 {
    logits.argmax(-1, false).eq_tensor(labels).sum(Kind::Int64).int64_value(&[])
}

/// Moves the weights one step against the gradient of the loss on a batch, and returns that loss.
///
/// # Errors
/// As [`logits`] and [`loss`], or if gradients are off or there is nothing to train.
pub fn step(net: &dyn ModuleT, opt: &mut Optimizer, xs: &Tensor, labels: &Tensor) -> Result<f64> {
    if !modes::gradients() {
        let remedy =
            "train outside of `tch::no_grad`, and drop what `tch::no_grad_guard()` gave: `drop(guard)`";
        return Err(Error::new(
            "gradients to be recorded",
            "a thread in which they are switched off",
            remedy,
        ));
    }
    let loss = loss(&logits(net, xs, true)?, labels)?;
    catch_panic(|| opt.backward_step(&loss)).map_err(|message| {
        let remedy = "make the layers from the `vs` that the optimiser is built with, and undo `vs.freeze()`";
        Error::new("a loss that depends on the network's weights", message, remedy)
    })?;
    Ok(loss.double_value(&[]))
}
