//! A network's layers in the order in which they run: what each is, what it puts out, which parameters it has.

use super::pass::Pass;
use super::seen::operation;
use super::variables::{Variable, Variables, formulas, grouped_by_layer, kind, reached};
use crate::rng::Rng;
use crate::{Error, Result};
use tch::Tensor;
use tch::nn::{ModuleT, VarStore};

/// A layer of a network, or its input, or what was left over.
#[derive(Debug, Default)]
pub struct Layer {
    /// Its position among the layers; `None` for the input and for what is no layer.
    pub index: Option<usize>,
    /// Its name in the `VarStore`, such as `c1`; may be empty.
    pub name: String,
    /// What it does, such as `max pool 2×2, ReLU`.
    pub what: String,
    /// The shape of its output; empty where there is none.
    pub shape: Vec<i64>,
    /// What else is to be said of its output: how a flattened length comes about, or why the layer does not fit.
    pub remark: String,
    /// One line for each layer within this one.
    pub parameters: Vec<String>,
    /// How many there are in all.
    pub count: i64,
    /// Whether it refused what came before it.
    pub refused: bool,
}

/// The layers of a network, and its number of parameters that can be trained.
///
/// # Errors
/// If `input` is no shape of a batch.
pub fn layers<N: ModuleT + 'static>(vs: &VarStore, net: &N, input: &[i64]) -> Result<(Vec<Layer>, i64)> {
    if input.is_empty() || input.iter().any(|&size| size < 1) {
        let remedy = "write for instance `&[1, 1, 28, 28]`: one image, one channel, 28 by 28";
        return Err(Error::new("the shape of a batch", format!("{input:?}"), remedy));
    }
    let variables = Variables::of(vs);
    // Random numbers, so that no two operations put out the same; from a source of our own, so that a seed stays as it is.
    let numbers = Rng::new(0).normals(input.iter().product::<i64>() as usize);
    let xs = numbers.view(input).to_device(vs.device()).to_kind(vs.kind());
    let pass = tch::with_grad(|| Pass::through(net, &xs));
    let layers = walk(&pass, &variables, &xs);
    let total = layers.iter().map(|layer| layer.count).sum();
    Ok((layers, total))
}

fn walk(pass: &Pass, variables: &Variables, xs: &Tensor) -> Vec<Layer> {
    let mut rest: Vec<&Variable> = variables.0.iter().collect();
    let mut before = xs;
    let mut layers = vec![Layer { what: "input".into(), shape: xs.size(), ..Layer::default() }];
    for (index, output) in pass.outputs.iter().enumerate() {
        let (own, others) = tch::with_grad(|| reached(output, rest));
        rest = others;
        let (name, what) = match pass.layers {
            true => named(before, output, &own, variables),
            false => (String::new(), "the whole network".to_owned()),
        };
        layers.push(Layer {
            index: pass.layers.then_some(index),
            name,
            what,
            shape: output.size(),
            remark: flattened(&before.size(), &output.size()),
            parameters: formulas(&own),
            count: count(&own),
            refused: false,
        });
        before = output;
    }
    if let Some(message) = &pass.refusal {
        let index = Some(pass.outputs.len());
        let (what, remark) = ("does not fit".to_owned(), message.clone());
        layers.push(Layer { index, what, remark, refused: true, ..Layer::default() });
    }
    if !rest.is_empty() {
        let what = "not reached".to_owned();
        layers.push(Layer { what, parameters: formulas(&rest), count: count(&rest), ..Layer::default() });
    }
    layers
}

/// How many numbers they hold.
fn count(variables: &[&Variable]) -> i64 {
    variables.iter().map(|variable| variable.tensor.numel() as i64).sum()
}

/// A layer's name and what it does.
fn named(before: &Tensor, output: &Tensor, own: &[&Variable], all: &Variables) -> (String, String) {
    let groups = grouped_by_layer(own);
    let (name, otherwise) = match &groups[..] {
        [] => (String::new(), "function".to_owned()),
        [(name, variables)] => ((*name).to_owned(), kind(variables, all)),
        many => return (String::new(), format!("{} layers", many.len())),
    };
    (name, operation(before, output, own).unwrap_or(otherwise))
}

/// How a flattened example's length comes about: `20·4·4 = 320`.
fn flattened(before: &[i64], after: &[i64]) -> String {
    match (before, after) {
        ([_, c, h, w], [_, length]) if c * h * w == *length => format!("{c}·{h}·{w} = {length}"),
        _ => String::new(),
    }
}
