//! The parameters of a network: whose they are, and how their number comes about.

use crate::text::grouped;
use tch::nn::VarStore;
use tch::{Kind, Tensor};

/// A parameter of the network with its name in the `VarStore`.
pub struct Variable {
    name: String,
    /// Its numbers.
    pub tensor: Tensor,
    trained: bool,
}

impl Variable {
    fn shape(&self) -> Vec<i64> {
        self.tensor.size()
    }

    /// The name of its layer: all before the last point.
    fn layer(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(layer, _)| layer)
    }
}

/// All that can be trained, in the order in which it was made; while it lives, all have gradients.
pub struct Variables(pub Vec<Variable>, /** The layers that normalise batches. */ pub Vec<String>);

impl Variables {
    /// Those of `vs`.
    pub fn of(vs: &VarStore) -> Self {
        let named = vs.variables();
        let name = |tensor: &Tensor| {
            let same = named.iter().find(|(_, other)| other.data_ptr() == tensor.data_ptr());
            same.map_or(String::new(), |(name, _)| name.clone())
        };
        let all = vs.trainable_variables().into_iter();
        let all = all.map(|tensor| Variable { name: name(&tensor), trained: tensor.requires_grad(), tensor });
        let normalised = named.keys().filter_map(|name| name.strip_suffix(".running_mean"));
        let all = Self(all.collect(), normalised.map(str::to_owned).collect());
        all.0.iter().for_each(|variable| drop(variable.tensor.set_requires_grad(true)));
        all
    }
}

impl Drop for Variables {
    fn drop(&mut self) {
        // A frozen network stays frozen.
        self.0.iter().for_each(|variable| drop(variable.tensor.set_requires_grad(variable.trained)));
    }
}

/// Parts `variables` into those that `output` depends on and the others.
pub fn reached<'a>(output: &Tensor, variables: Vec<&'a Variable>) -> (Vec<&'a Variable>, Vec<&'a Variable>) {
    if !output.requires_grad() || variables.is_empty() {
        return (Vec::new(), variables);
    }
    let tensors: Vec<&Tensor> = variables.iter().map(|variable| &variable.tensor).collect();
    let gradients = Tensor::f_run_backward(&[output.sum(Kind::Float)], &tensors, true, false);
    let reached = |index: usize| gradients.as_ref().is_ok_and(|gradients| gradients[index].defined());
    let (own, others): (Vec<_>, Vec<_>) =
        variables.iter().enumerate().partition(|(index, _)| reached(*index));
    let plain = |part: Vec<(usize, &&'a Variable)>| part.into_iter().map(|(_, variable)| *variable).collect();
    (plain(own), plain(others))
}

/// What kind of layer has parameters of these shapes.
pub fn kind(variables: &[&Variable], all: &Variables) -> String {
    let normalises = variables.iter().any(|variable| all.1.iter().any(|layer| layer == variable.layer()));
    match weight_first(variables).first().map(Vec::as_slice) {
        Some([channels]) if normalises => format!("batch norm, {channels} channels"),
        Some([out, channels, h, w]) => format!("convolution {h}×{w}, {channels} → {out}"),
        Some([out, inputs]) => format!("linear, {inputs} → {out}"),
        Some([channels]) => format!("{channels} channels, one by one"),
        _ => "layer".to_owned(),
    }
}

/// For each layer `20·(10·5·5) + 20 = 5,020`, with its name where there are several.
pub fn formulas(variables: &[&Variable]) -> Vec<String> {
    let groups = grouped_by_layer(variables);
    let several = groups.len() > 1;
    let line = |(name, variables): &(&str, Vec<&Variable>)| match several {
        true => format!("{name}: {}", formula(variables)),
        false => formula(variables),
    };
    groups.iter().map(line).collect()
}

fn formula(variables: &[&Variable]) -> String {
    let shapes = weight_first(variables);
    let product = |sizes: &[i64]| sizes.iter().map(i64::to_string).collect::<Vec<_>>().join("·");
    let term = |shape: &Vec<i64>| match shape.as_slice() {
        [out, rest @ ..] if rest.len() > 1 => format!("{out}·({})", product(rest)),
        shape => product(shape),
    };
    let sum = grouped(shapes.iter().map(|shape| count(shape)).sum());
    format!("{} = {sum}", shapes.iter().map(term).collect::<Vec<_>>().join(" + "))
}

/// Neighbours of one layer, with the layer's name.
pub fn grouped_by_layer<'a>(variables: &[&'a Variable]) -> Vec<(&'a str, Vec<&'a Variable>)> {
    let groups = variables.chunk_by(|a, b| a.layer() == b.layer());
    groups.map(|group| (group[0].layer(), group.to_vec())).collect()
}

/// The shapes of a layer's parameters, the weight before the bias.
fn weight_first(variables: &[&Variable]) -> Vec<Vec<i64>> {
    let mut shapes: Vec<_> = variables.iter().map(|variable| variable.shape()).collect();
    shapes.sort_by_key(|shape| std::cmp::Reverse(shape.len()));
    shapes
}

fn count(shape: &[i64]) -> i64 {
    shape.iter().product()
}
