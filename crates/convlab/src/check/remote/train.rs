//! Trainings: the learner's process trains a network that notes its batches, and the judge repeats what it noted.

use super::calls::{answer_calls, next};
use super::link::Remote;
use super::net::set;
use super::wire::{Pack, Unpack, unfit};
use crate::check::cases::RATE;
use crate::check::recorder::{Batch, Recorder};
use crate::datasets::Split;
use serde_json::{Value, json};
use std::fmt::Display;
use std::slice::Iter;
use tch::Tensor;
use tch::nn::{Module, Optimizer, OptimizerConfig, Sequential, Sgd, VarStore};

/// More than any check's training has.
const MAX_BATCHES: usize = 1000;

impl Pack for Batch {
    fn pack(&self) -> Value {
        (self.images.clone(), self.training).pack()
    }
}

impl Unpack for Batch {
    fn unpack(value: &Value) -> Result<Self, String> {
        let (images, training) = Unpack::unpack(value)?;
        Ok(Self { images, training })
    }
}

/// What a training leaves: the batches that the network was given, and its weights.
struct Training {
    batches: Vec<Batch>,
    weights: Vec<Tensor>,
}

impl Pack for Training {
    fn pack(&self) -> Value {
        json!([self.batches.pack(), self.weights.pack()])
    }
}

impl Unpack for Training {
    fn unpack(value: &Value) -> Result<Self, String> {
        let (batches, weights) = <(Vec<Batch>, Vec<Tensor>)>::unpack(value)?;
        if batches.len() > MAX_BATCHES {
            unfit("training of a few steps")
        } else {
            Ok(Self { batches, weights })
        }
    }
}

impl Training {
    fn of(recorder: &Recorder) -> Self {
        Self { batches: recorder.seen(), weights: recorder.vs.trainable_variables() }
    }

    /// Gives the network the same batches, and its variables the weights.
    fn repeat(&self, net: &Sequential, variables: &[Tensor]) {
        for batch in &self.batches {
            let forward = || drop(net.forward(&batch.pixels()));
            if batch.training { forward() } else { tch::no_grad(forward) }
        }
        set(variables, &self.weights);
    }
}

/// A network like the judge's, from what [`packed`] has sent.
fn recorder(args: &mut Iter<Value>) -> Result<Recorder, String> {
    let (weights, count) = (Vec::<Tensor>::unpack(next(args)?)?, i64::unpack(next(args)?)?);
    let recorder = Recorder::new(count, 0.0).map_err(|error| error.to_string())?;
    set(&recorder.vs.trainable_variables(), &weights);
    Ok(recorder)
}

/// The weights that a network begins with, and how many images there are.
fn packed(variables: &[Tensor], split: &Split) -> [Value; 2] {
    [variables.pack(), split.len().pack()]
}

/// The losses that the learner's `train_net` returns; `net` and `opt` have gone through the same training.
pub fn train_net(remote: &Remote, net: &Sequential, opt: &Optimizer, split: &Split, steps: i64) -> Vec<f64> {
    let variables = opt.trainable_variables();
    let [weights, count] = packed(&variables, split);
    let (losses, training): (_, Training) = remote.call(&[weights, count, steps.pack()]);
    training.repeat(net, &variables);
    losses
}

/// Serves the learner's `train_net`.
pub fn serve_train_net(socket: &str, yours: impl Fn(&Sequential, &mut Optimizer, &Split, i64) -> Vec<f64>) {
    answer_calls(socket, "train_net", |args| {
        let mut args = args.iter();
        let recorder = recorder(&mut args)?;
        let mut opt = Sgd::default().build(&recorder.vs, RATE).map_err(|error| error.to_string())?;
        let losses = yours(&recorder.net, &mut opt, &recorder.split, i64::unpack(next(&mut args)?)?);
        Ok((losses, Training::of(&recorder)).pack())
    });
}

/// The history that the learner's `learn` returns, or its error; `net` has gone through the same training.
pub fn learn(
    remote: &Remote,
    vs: &VarStore,
    net: &Sequential,
    split: &Split,
    lr: f64,
    epochs: i64,
) -> Result<Vec<[f64; 2]>, String> {
    let variables = vs.trainable_variables();
    let [weights, count] = packed(&variables, split);
    let (history, training): (_, Training) = remote.call(&[weights, count, lr.pack(), epochs.pack()]);
    training.repeat(net, &variables);
    history
}

/// Serves the learner's `learn`.
pub fn serve_learn<E: Display>(
    socket: &str,
    yours: impl Fn(&VarStore, &Sequential, &Split, f64, i64) -> Result<Vec<[f64; 2]>, E>,
) {
    answer_calls(socket, "learn", |args| {
        let mut args = args.iter();
        let recorder = recorder(&mut args)?;
        let (lr, epochs) = (f64::unpack(next(&mut args)?)?, i64::unpack(next(&mut args)?)?);
        let history = yours(&recorder.vs, &recorder.net, &recorder.split, lr, epochs);
        Ok((history.map_err(|error| error.to_string()), Training::of(&recorder)).pack())
    });
}
