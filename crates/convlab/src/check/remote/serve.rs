//! In the learner's process: the learner's function answers calls with values.
//!
//! One function for each exercise, of the exercise's name.

use super::calls::{Judge, answer_calls, answer_calls_with, next};
use super::net::{found_for, layer, set, variable};
use super::wire::{Pack, Unpack};
use crate::check::cases::RATE;
use crate::check::lab04::is_kept;
use crate::datasets::{Served, Split};
use serde_json::json;
use std::collections::HashMap;
use std::fmt::Display;
use tch::nn::{self, Module, OptimizerConfig};
use tch::{Device, Kind, Tensor};

pub use super::exercises::plain::*;
pub use super::train::{serve_learn as learn, serve_train_net as train_net};

/// Serves the learner's `output_shape`.
pub fn output_shape<T: AsRef<[i64]>>(socket: &str, yours: impl Fn() -> T) {
    answer_calls(socket, "output_shape", |_| Ok(yours().as_ref().pack()));
}

/// Serves the learner's `grey_picture`: each page comes with its call and is served here, where it can be reached.
pub fn grey_picture<E: Display>(socket: &str, yours: impl Fn(&str) -> Result<Tensor, E>) {
    answer_calls(socket, "grey_picture", |args| {
        let (mut args, leak) = (args.iter(), |text: String| -> &'static str { text.leak() });
        let name = leak(String::unpack(next(&mut args)?)?);
        let status = leak(String::unpack(next(&mut args)?)?);
        let bytes =
            Vec::<u8>::try_from(Tensor::unpack(next(&mut args)?)?).map_err(|error| error.to_string())?;
        let server = Served::pages(vec![(name, status, bytes)]).map_err(|error| error.to_string())?;
        Ok(yours(&server.url).map_err(|error| error.to_string()).pack())
    });
}

/// Answers `build` with the new network's variables, and `forward` with what comes out for given ones.
fn answer_net<N: nn::Module>(socket: &str, exercise: &str, yours: impl Fn(&nn::VarStore) -> N) {
    let mut built: Option<(nn::VarStore, N)> = None;
    answer_calls(socket, exercise, |args| {
        let mut args = args.iter();
        if String::unpack(next(&mut args)?)? == "build" {
            let vs = nn::VarStore::new(Device::Cpu);
            let net = yours(&vs);
            let variables = named(&vs).pack();
            built = Some((vs, net));
            return Ok(variables);
        }
        let (vs, net) = built.as_ref().ok_or("there is no network yet")?;
        set(&vs.trainable_variables(), &Vec::unpack(next(&mut args)?)?);
        let xs = Tensor::unpack(next(&mut args)?)?;
        Ok(tch::no_grad(|| nn::Module::forward(net, &xs)).pack())
    });
}

/// Serves the learner's `activated`.
pub fn activated<N: nn::Module>(socket: &str, yours: impl Fn(&nn::VarStore) -> N) {
    answer_net(socket, "activated", yours);
}

/// Serves the learner's `deeper`.
pub fn deeper(socket: &str, yours: impl Fn(&nn::VarStore) -> nn::Sequential) {
    answer_net(socket, "deeper", yours);
}

/// The trainable variables in their order, each with its name.
fn named(vs: &nn::VarStore) -> Vec<(String, Tensor)> {
    let names = vs.variables();
    let name = |one: &Tensor| names.iter().find(|(_, other)| other.data_ptr() == one.data_ptr());
    let variables = vs.trainable_variables().into_iter();
    variables.map(|one| (name(&one).map(|(name, _)| name.clone()).unwrap_or_default(), one)).collect()
}

/// Serves the learner's `network`.
pub fn network(socket: &str, yours: impl Fn(&nn::VarStore) -> nn::Sequential) {
    answer_net(socket, "network", yours);
}

/// Serves the learner's `photo_net`.
pub fn photo_net(socket: &str, yours: impl Fn(&nn::VarStore) -> nn::Sequential) {
    answer_net(socket, "photo_net", yours);
}

/// Serves the learner's `digit_net`.
pub fn digit_net(socket: &str, yours: impl Fn(&nn::VarStore) -> nn::Sequential) {
    answer_net(socket, "digit_net", yours);
}

type Step = (nn::VarStore, nn::Sequential, nn::Optimizer);

fn linear_step(weights: &[Tensor]) -> Result<Step, String> {
    let [weight] = weights else { return Err("one weight is wanted".to_owned()) };
    let (outputs, inputs) = weight.size2().map_err(|error| error.to_string())?;
    let vs = nn::VarStore::new(Device::Cpu);
    let config = nn::LinearConfig { bias: false, ..Default::default() };
    let net = nn::seq().add_fn(|xs| xs.flat_view()).add(nn::linear(vs.root(), inputs, outputs, config));
    let opt = nn::Sgd::default().build(&vs, RATE).map_err(|error| error.to_string())?;
    Ok((vs, net, opt))
}

/// Serves the learner's `one_step`: answers with the loss and the weights after a step of a linear layer without bias,
/// whose gradients are kept from call to call.
pub fn one_step(socket: &str, yours: impl Fn(&dyn nn::Module, &mut nn::Optimizer, &Tensor, &Tensor) -> f64) {
    let mut kept: Option<Step> = None;
    answer_calls(socket, "one_step", |args| {
        let mut args = args.iter();
        let weights = Vec::<Tensor>::unpack(next(&mut args)?)?;
        let (xs, labels) = (Tensor::unpack(next(&mut args)?)?, Tensor::unpack(next(&mut args)?)?);
        let (vs, net, opt) = match &mut kept {
            Some(kept) => kept,
            None => kept.insert(linear_step(&weights)?),
        };
        set(&vs.trainable_variables(), &weights);
        let loss = yours(net, opt, &xs, &labels);
        Ok((loss, vs.trainable_variables()).pack())
    });
}

/// A network in the judge's process.
#[derive(Debug)]
struct JudgesNet(Judge);

impl JudgesNet {
    fn ask(&self, xs: &Tensor, train: bool) -> Tensor {
        let grad =
            (Tensor::ones([1], (Kind::Float, Device::Cpu)).set_requires_grad(true) * 1).requires_grad();
        let answer = self.0.ask(&json!({"xs": xs.pack(), "train": train, "grad": grad}));
        match found_for(xs, &answer) {
            Ok(tensor) => tensor,
            Err(error) => panic!("the network of the check has failed: {error}"),
        }
    }
}

impl nn::Module for JudgesNet {
    fn forward(&self, xs: &Tensor) -> Tensor {
        self.ask(xs, false)
    }
}

/// Serves the learner's `validate`, whose network is the judge's.
pub fn validate(socket: &str, yours: impl Fn(&dyn nn::Module, &Split) -> (f64, i64)) {
    answer_calls_with(socket, "validate", |args, judge| {
        let images = Split::unpack(next(&mut args.iter())?)?;
        Ok(yours(&JudgesNet(judge.clone()), &images).pack())
    });
}

/// The same where it matters whether something is trained.
#[derive(Debug)]
struct JudgesNetT(JudgesNet);

impl nn::ModuleT for JudgesNetT {
    fn forward_t(&self, xs: &Tensor, train: bool) -> Tensor {
        self.0.ask(xs, train)
    }
}

/// Serves the learner's `accuracy_on`, whose network is the judge's.
pub fn accuracy_on<E: Display>(socket: &str, yours: impl Fn(&dyn nn::ModuleT, &Split) -> Result<f64, E>) {
    answer_calls_with(socket, "accuracy_on", |args, judge| {
        let images = Split::unpack(next(&mut args.iter())?)?;
        let net = JudgesNetT(JudgesNet(judge.clone()));
        Ok(yours(&net, &images).map_err(|error| error.to_string()).pack())
    });
}

/// Serves the learner's `residual`, whose layers are the judge's.
pub fn residual(socket: &str, yours: impl Fn(&nn::SequentialT, &Tensor, bool) -> Tensor) {
    answer_calls_with(socket, "residual", |args, judge| {
        let mut args = args.iter();
        let (xs, train) = (Tensor::unpack(next(&mut args)?)?, bool::unpack(next(&mut args)?)?);
        let net = JudgesNet(judge.clone());
        Ok(yours(&nn::seq_t().add_fn_t(move |xs, train| net.ask(xs, train)), &xs, train).pack())
    });
}

/// Serves the learner's `frozen`, whose network is the judge's.
pub fn frozen(socket: &str, yours: impl Fn(&dyn nn::ModuleT, &Tensor) -> Tensor) {
    answer_calls_with(socket, "frozen", |args, judge| {
        let xs = Tensor::unpack(next(&mut args.iter())?)?;
        Ok(yours(&JudgesNetT(JudgesNet(judge.clone())), &xs).pack())
    });
}

/// Serves the learner's `fooled`, whose network is the judge's; answers also with what the images have become.
pub fn fooled(socket: &str, yours: impl Fn(&dyn nn::ModuleT, &Tensor, &Tensor, f64) -> Tensor) {
    answer_calls_with(socket, "fooled", |args, judge| {
        let mut args = args.iter();
        let (x, labels) = (Tensor::unpack(next(&mut args)?)?, Tensor::unpack(next(&mut args)?)?);
        let net = JudgesNetT(JudgesNet(judge.clone()));
        let found = yours(&net, &x, &labels, f64::unpack(next(&mut args)?)?);
        Ok((found, x).pack())
    });
}

/// Serves the learner's `grad_cam`: the score has the value and the gradient that the judge's has.
pub fn grad_cam(socket: &str, yours: impl Fn(&Tensor, &Tensor) -> Tensor) {
    answer_calls(socket, "grad_cam", |args| {
        let mut args = args.iter();
        let mut next = || Tensor::unpack(next(&mut args)?);
        let (maps, score, slope) = (next()?.detach().set_requires_grad(true) * 1, next()?.detach(), next()?);
        // What is added is zero, and has the gradient.
        let score = score + ((&maps - maps.detach()) * slope).sum(Kind::Float);
        Ok(yours(&maps, &score).pack())
    });
}

/// Serves the learner's `edge_layer`: answers `build` with what is seen of the layer, `forward` with what it makes.
pub fn edge_layer(socket: &str, yours: impl Fn(&nn::VarStore) -> nn::Conv2D) {
    let mut built = None;
    answer_calls(socket, "edge_layer", |args| {
        let mut args = args.iter();
        if String::unpack(next(&mut args)?)? == "build" {
            let vs = nn::VarStore::new(Device::Cpu);
            let layer = built.insert(yours(&vs));
            return Ok((layer.ws.size(), [is_kept(&vs, layer), layer.bs.is_some()]).pack());
        }
        let layer = built.as_ref().ok_or("there is no layer yet")?;
        let x = Tensor::unpack(next(&mut args)?)?;
        Ok(tch::no_grad(|| layer.forward(&x)).pack())
    });
}

/// Serves the learner's `describe_layer`.
pub fn describe_layer(socket: &str, yours: impl Fn(&nn::Conv2D) -> ([i64; 4], bool)) {
    answer_calls(socket, "describe_layer", |args| Ok(yours(&layer(&mut args.iter())?).pack()));
}

/// Serves the learner's `edge_maps`.
pub fn edge_maps(socket: &str, yours: impl Fn(&nn::Conv2D, &Tensor) -> Tensor) {
    answer_calls(socket, "edge_maps", |args| {
        let mut args = args.iter();
        let layer = layer(&mut args)?;
        Ok(yours(&layer, &Tensor::unpack(next(&mut args)?)?).pack())
    });
}

/// Serves the learner's `red_kernels`, whose variables have the names that they have at the judge's.
pub fn red_kernels(socket: &str, yours: impl Fn(&nn::VarStore) -> Tensor) {
    answer_calls(socket, "red_kernels", |args| {
        let vs = nn::VarStore::new(Device::Cpu);
        for (name, value) in HashMap::<String, Tensor>::unpack(next(&mut args.iter())?)? {
            let _ = variable(&vs, &name, &value);
        }
        Ok(yours(&vs).pack())
    });
}

/// Serves the learner's `top_five`.
pub fn top_five<S: AsRef<str>>(socket: &str, yours: impl Fn(&Tensor, &[String]) -> Vec<(S, f64)>) {
    answer_calls(socket, "top_five", |args| {
        let mut args = args.iter();
        let (logits, classes) = (Tensor::unpack(next(&mut args)?)?, Vec::<String>::unpack(next(&mut args)?)?);
        let found = yours(&logits, &classes);
        Ok(found.iter().map(|(name, p)| (name.as_ref().to_owned(), *p)).collect::<Vec<_>>().pack())
    });
}

/// Serves the learner's `add_row`, which answers with what the row has become.
pub fn add_row(socket: &str, yours: impl Fn(&mut [f32], &[f32], f32)) {
    answer_calls(socket, "add_row", |args| {
        let mut args = args.iter();
        let (mut out, x) = (Vec::<f32>::unpack(next(&mut args)?)?, Vec::<f32>::unpack(next(&mut args)?)?);
        yours(&mut out, &x, f32::unpack(next(&mut args)?)?);
        Ok(out.pack())
    });
}

/// Serves the learner's `three_rows`, which answers with what the row has become.
pub fn three_rows(socket: &str, yours: impl Fn(&mut [f32], [&[f32]; 3], &[f32; 9])) {
    answer_calls(socket, "three_rows", |args| {
        let mut args = args.iter();
        let (mut out, rows) =
            (Vec::<f32>::unpack(next(&mut args)?)?, <[Vec<f32>; 3]>::unpack(next(&mut args)?)?);
        yours(&mut out, rows.each_ref().map(Vec::as_slice), &<[f32; 9]>::unpack(next(&mut args)?)?);
        Ok(out.pack())
    });
}
