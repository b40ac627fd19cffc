//! In the judge's process: networks, optimisers and addresses that stand for those in the learner's.

use super::calls::next;
use super::link::Remote;
use super::wire::{Pack, Unpack};
use crate::catch_panic::catch_panic;
use crate::check::cases::random;
use crate::check::lab04::Made;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::slice::Iter;
use tch::{Device, Kind, Tensor, nn};

/// Builds in `vs` what the learner's function builds in its own process, and a network that asks that one.
pub fn build(remote: &Remote, vs: &nn::VarStore) -> nn::Sequential {
    let values: Vec<(String, Tensor)> = remote.call(&["build".pack()]);
    let variables: Vec<_> = values.iter().map(|(name, value)| variable(vs, name, value)).collect();
    let remote = remote.clone();
    nn::seq().add_fn(move |xs| forward(&remote, &variables, xs))
}

/// A new variable with this name, `conv1.weight`, and these values.
pub fn variable(vs: &nn::VarStore, name: &str, value: &Tensor) -> Tensor {
    let (folder, name) = name.rsplit_once('.').unwrap_or(("", name));
    let parts = folder.split('.').filter(|part| !part.is_empty());
    parts.fold(vs.root(), |path, part| path / part).var_copy(name, value)
}

/// What the learner's network makes of `xs` with these variables.
///
/// Only values come back. A variable is given a gradient if other values of it are seen to change what comes out.
fn forward(remote: &Remote, variables: &[Tensor], xs: &Tensor) -> Tensor {
    let values: Vec<_> = variables.iter().map(Tensor::detach).collect();
    let with = |values: &[Tensor]| remote.call::<Tensor>(&["forward".pack(), values.pack(), xs.pack()]);
    let found = with(&values);
    let counts = |n: usize| {
        let mut changed: Vec<_> = values.iter().map(Tensor::shallow_clone).collect();
        changed[n] = &values[n] + random(&values[n].size(), n as u32);
        !with(&changed).equal(&found)
    };
    let wired = |(_, variable): &(usize, &Tensor)| variable.neg().requires_grad();
    let counting = variables.iter().enumerate().filter(wired).filter(|(n, _)| counts(*n));
    // What is added is zero, and has a gradient.
    counting.fold(found.shallow_clone(), |total, (_, variable)| {
        let sum = variable.sum(Kind::Float);
        total + &sum - sum.detach()
    })
}

/// The loss that the learner's step returns; the optimiser's variables are moved as it moved its own.
pub fn step(remote: &Remote, opt: &nn::Optimizer, xs: &Tensor, labels: &Tensor) -> f64 {
    let variables = opt.trainable_variables();
    let (loss, moved): (f64, Vec<Tensor>) = remote.call(&[variables.pack(), xs.pack(), labels.pack()]);
    set(&variables, &moved);
    loss
}

/// A layer's weight and whether it has a bias.
pub fn packed(layer: &nn::Conv2D) -> [Value; 2] {
    [layer.ws.pack(), layer.bs.is_some().pack()]
}

/// In the learner's process: a layer like the one that was [packed].
pub fn layer(args: &mut Iter<Value>) -> Result<nn::Conv2D, String> {
    let (ws, bias) = (Tensor::unpack(next(args)?)?, bool::unpack(next(args)?)?);
    let (outputs, inputs, rows, columns) = ws.size4().map_err(|error| error.to_string())?;
    let vs = nn::VarStore::new(Device::Cpu);
    let config = nn::ConvConfigND::<[i64; 2]> { bias, ..Default::default() };
    let layer = nn::conv(vs.root(), inputs, outputs, [rows, columns], config);
    set(std::slice::from_ref(&layer.ws), &[ws]);
    Ok(layer)
}

/// What is seen of the layer that the learner's function makes.
pub fn edge_layer(remote: &Remote) -> Made {
    let (shape, [is_kept, has_bias]) = remote.call(&["build".pack()]);
    let remote = remote.clone();
    let forward = Box::new(move |x: &Tensor| remote.call(&["forward".pack(), x.pack()]));
    Made { shape, is_kept, has_bias, forward }
}

/// What a network here makes of the images that the learner's process sends; where that wants gradients with respect to
/// the images, also the gradient of each class's output.
pub fn forward_for(question: &Value, net: impl Fn(&Tensor, bool) -> Tensor) -> Result<Value, String> {
    let (xs, train) = (Tensor::unpack(&question["xs"])?, question["train"] == true);
    let found = catch_panic(|| {
        let found = if question["grad"] == true { net(&xs, train) } else { tch::no_grad(|| net(&xs, train)) };
        let classes = if xs.requires_grad() && found.requires_grad() { found.size()[1] } else { 0 };
        let slope = |class| {
            let total = found.select(1, class).sum(Kind::Float);
            Tensor::run_backward(&[&total], &[&xs], true, false).remove(0)
        };
        let slopes: Vec<_> = (0..classes).map(slope).collect();
        (found, slopes)
    });
    found.map(|found| found.pack())
}

/// Answers for a network here whose result depends on whether it is trained.
pub fn answers(net: &dyn nn::ModuleT) -> impl Fn(&Value) -> Result<Value, String> {
    move |question| forward_for(question, |xs, train| net.forward_t(xs, train))
}

/// In the learner's process: what [`forward_for`] has found for `xs`, with its gradient with respect to `xs`.
pub fn found_for(xs: &Tensor, answer: &Value) -> Result<Tensor, String> {
    let (found, slopes) = <(Tensor, Vec<Tensor>)>::unpack(answer)?;
    if slopes.is_empty() {
        return Ok(found);
    }
    // What is added is zero, and has the gradient.
    let moved = (xs - xs.detach()) * Tensor::stack(&slopes, 0); // [classes, n, …]
    let sums = moved.flatten(2, -1).sum_dim_intlist([-1i64].as_slice(), false, Kind::Float);
    Ok(found.detach() + sums.transpose(0, 1))
}

/// The learner's picture of the page at `url`, which is fetched here and served there.
pub fn picture(remote: &Remote, url: &str) -> Result<Tensor, String> {
    let (name, status, bytes) = page(url).unwrap_or_default();
    remote.call(&[name.pack(), status.pack(), Tensor::from_slice(&bytes).pack()])
}

/// Gives variables the values, one by one.
pub fn set(variables: &[Tensor], values: &[Tensor]) {
    for (variable, value) in variables.iter().zip(values) {
        tch::no_grad(|| variable.shallow_clone().copy_(value));
    }
}

/// Its name, status and bytes.
fn page(url: &str) -> Option<(String, String, Vec<u8>)> {
    let (host, name) = url.strip_prefix("http://")?.split_once('/')?;
    let mut stream = TcpStream::connect(host).ok()?;
    write!(stream, "GET /{name} HTTP/1.1\r\n\r\n").ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let end = bytes.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let body = bytes.split_off(end);
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let status = head.lines().next()?.strip_prefix("HTTP/1.1 ")?.to_owned();
    Some((name.to_owned(), status, body))
}
