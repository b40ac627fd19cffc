use super::step::{correct, logits, loss};
use crate::datasets::Split;
use crate::display::displayed_as_text;
use crate::{Error, Result, interrupt};
use std::fmt;
use tch::nn::ModuleT;

/// So many images at a time: more do not make it faster, and fit any memory.
const BATCH: i64 = 1000;

/// How well a network does on images it is measured with.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Evaluation {
    /// The mean cross-entropy of an image.
    pub loss: f64,
    /// How many images are classified correctly.
    pub correct: i64,
    /// How many images there are.
    pub total: i64,
}

impl Evaluation {
    /// The fraction of the images that is classified correctly, 0 to 1.
    pub fn accuracy(&self) -> f64 {
        self.correct as f64 / self.total as f64
    }
}

/// The fraction of a split's images that `net` classifies correctly, 0 to 1; nothing is learned.
///
/// # Errors
/// If the network does not fit the images or the labels, or there are no images.
///
/// ```
/// # use convlab::prelude::*;
/// # let xs = Tensor::zeros([4, 1, 1, 2], (Kind::Float, Device::Cpu));
/// # let test = Split::new(xs, Tensor::from_slice(&[0i64, 0, 0, 1]))?;
/// let accuracy = train::accuracy(&nn::func(|xs| xs.flat_view()), &test)?;
/// assert_eq!(accuracy, 0.75);
/// # Ok::<(), Error>(())
/// ```
pub fn accuracy(net: &dyn ModuleT, split: &Split) -> Result<f64> {
    Ok(evaluate(net, split)?.accuracy())
}

/// The mean loss of an image and the number of images that `net` classifies correctly; nothing is learned.
///
/// # Errors
/// As [`accuracy`].
pub fn evaluate(net: &dyn ModuleT, split: &Split) -> Result<Evaluation> {
    let expected = format!("to measure with all {} images", split.len());
    measure(net, split)?.ok_or_else(|| interrupt::error(&expected))
}

/// As [`evaluate`]; `None` if the learner interrupts it.
pub(super) fn measure(net: &dyn ModuleT, split: &Split) -> Result<Option<Evaluation>> {
    let _no_grad = tch::no_grad_guard();
    let mut sum = Evaluation { loss: 0.0, correct: 0, total: 0 };
    for (xs, labels) in split.batches_in_order(BATCH)?.quietly() {
        let logits = logits(net, &xs, false)?;
        let count = labels.size()[0];
        sum.loss += loss(&logits, &labels)?.double_value(&[]) * count as f64;
        sum.correct += correct(&logits, &labels);
        sum.total += count;
    }
    if interrupt::take() {
        return Ok(None);
    }
    if sum.total == 0 {
        return Err(Error::new("images to measure with", "none", "look at `split.len()`"));
    }
    Ok(Some(Evaluation { loss: sum.loss / sum.total as f64, ..sum }))
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { loss, correct, total } = self;
        write!(f, "mean loss {loss:.4}, {correct}/{total} correct ({:.1} %)", 100.0 * self.accuracy())
    }
}

displayed_as_text!(Evaluation);
