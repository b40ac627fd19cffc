//! A network as a table: what each layer puts out, and how many parameters it has.

use super::figure::{Figure, escaped};
use crate::attempt::{attempt, in_words};
use crate::datasets::grouped;
use crate::{Error, Result};
use std::any::Any;
use tch::nn::{ModuleT, Sequential, SequentialT, VarStore};
use tch::{Kind, Tensor};

/// Draws a table of a network: for each layer its output's shape, its number of parameters and how to work it out.
///
/// `input` is the shape of what goes in, such as `[1, 1, 28, 28]` for one grey image. An `nn::seq()` or `nn::seq_t()` is
/// told layer by layer; a layer that does not fit what comes before it ends the table and says why. Any other network
/// is one row. Layers are named as in `vs`: `nn::conv2d(&vs.root() / "c1", …)` is called c1. Which parameters belong to
/// which layer is found by asking which of them its output has a gradient for.
///
/// # Errors
/// If `input` is no shape of a batch.
///
/// ```
/// # use convlab::prelude::*;
/// let vs = nn::VarStore::new(Device::Cpu);
/// let net = nn::seq()
///     .add(nn::conv2d(&vs.root() / "c1", 1, 10, 5, Default::default()))
///     .add_fn(|xs| xs.max_pool2d_default(2).relu().flat_view())
///     .add(nn::linear(&vs.root() / "fc", 1440, 10, Default::default()));
/// let table = show::summary(&vs, &net, &[1, 1, 28, 28])?;
/// # Ok::<(), Error>(())
/// ```
pub fn summary<N: ModuleT + 'static>(vs: &VarStore, net: &N, input: &[i64]) -> Result<Figure> {
    if input.is_empty() || input.iter().any(|&size| size < 1) {
        let remedy = "write for instance `&[1, 1, 28, 28]`: one image, one channel, 28 by 28";
        return Err(Error::new("the shape of a batch", format!("{input:?}"), remedy));
    }
    let variables = Variables::of(vs);
    let xs = Tensor::zeros(input, (vs.kind(), vs.device()));
    let pass = tch::with_grad(|| Pass::through(net, &xs));
    let rows = rows(&pass, &variables, input);
    let total: i64 = variables.0.iter().map(|variable| count(&variable.shape())).sum();
    Ok(Figure::new(html(&rows, total), text(&rows, total)))
}

/// A parameter of the network with its name in the `VarStore`.
struct Variable {
    name: String,
    tensor: Tensor,
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
struct Variables(Vec<Variable>);

impl Variables {
    fn of(vs: &VarStore) -> Self {
        let named = vs.variables();
        let name = |tensor: &Tensor| {
            let same = named.iter().find(|(_, other)| other.data_ptr() == tensor.data_ptr());
            same.map_or(String::new(), |(name, _)| name.clone())
        };
        let all = vs.trainable_variables().into_iter();
        let all = all.map(|tensor| Variable { name: name(&tensor), trained: tensor.requires_grad(), tensor });
        let all = Self(all.collect());
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

/// What came out of each layer, as far as the layers fit.
struct Pass {
    outputs: Vec<Tensor>,
    /// What libtorch said of the layer after the last output.
    refusal: Option<String>,
    layers: bool,
}

impl Pass {
    fn through<N: ModuleT + 'static>(net: &N, xs: &Tensor) -> Self {
        let any: &dyn Any = net;
        if let Some(net) = any.downcast_ref::<Sequential>() {
            Self::layered(net.len(), |layers| net.forward_all(xs, Some(layers)))
        } else if let Some(net) = any.downcast_ref::<SequentialT>() {
            Self::layered(net.len(), |layers| net.forward_all_t(xs, false, Some(layers)))
        } else {
            let whole = Self::layered(1, |_| vec![net.forward_t(xs, false)]);
            Self { layers: false, ..whole }
        }
    }

    /// Runs all layers, or the longest part of them that fits.
    fn layered(layers: i64, run: impl Fn(usize) -> Vec<Tensor>) -> Self {
        let mut refusal = None;
        for first in (1..=layers as usize).rev() {
            match attempt(|| run(first)) {
                Ok(outputs) => return Self { outputs, refusal, layers: true },
                Err(told) => refusal = Some(in_words(&told)),
            }
        }
        Self { outputs: Vec::new(), refusal, layers: true }
    }
}

#[derive(Debug, Default)]
struct Row {
    layer: String,
    output: String,
    /// One line for each layer within this one.
    parameters: Vec<String>,
    refused: bool,
}

fn rows(pass: &Pass, variables: &Variables, input: &[i64]) -> Vec<Row> {
    let mut rest: Vec<&Variable> = variables.0.iter().collect();
    let mut before = input.to_vec();
    let mut rows = vec![Row { layer: "input".into(), output: format!("{input:?}"), ..Row::default() }];
    for (index, output) in pass.outputs.iter().enumerate() {
        let (own, others) = tch::with_grad(|| reached(output, rest));
        rest = others;
        let shape = output.size();
        let layer = if pass.layers { named(index, &own) } else { "the whole network".into() };
        let output = format!("{shape:?}{}", flattened(&before, &shape));
        rows.push(Row { layer, output, parameters: formulas(&own), refused: false });
        before = shape;
    }
    if let Some(told) = &pass.refusal {
        let layer = format!("{}  does not fit", pass.outputs.len());
        rows.push(Row { layer, output: told.clone(), parameters: Vec::new(), refused: true });
    }
    if !rest.is_empty() {
        rows.push(Row { layer: "not reached".into(), parameters: formulas(&rest), ..Row::default() });
    }
    rows
}

/// Parts `variables` into those that `output` depends on and the others.
fn reached<'a>(output: &Tensor, variables: Vec<&'a Variable>) -> (Vec<&'a Variable>, Vec<&'a Variable>) {
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

/// `0  c1: convolution 5×5, 1 → 10`; a layer without parameters is a function.
fn named(index: usize, own: &[&Variable]) -> String {
    let groups = grouped_by_layer(own);
    let what = match &groups[..] {
        [] => "function".to_owned(),
        [(name, variables)] => {
            let kind = kind(variables);
            if name.is_empty() { kind } else { format!("{name}: {kind}") }
        }
        many => format!("{} layers", many.len()),
    };
    format!("{index}  {what}")
}

/// What kind of layer has parameters of these shapes.
fn kind(variables: &[&Variable]) -> String {
    match weight_first(variables).first().map(Vec::as_slice) {
        Some([out, channels, h, w]) => format!("convolution {h}×{w}, {channels} → {out}"),
        Some([out, inputs]) => format!("linear, {inputs} → {out}"),
        Some([channels]) => format!("{channels} channels, one by one"),
        _ => "layer".to_owned(),
    }
}

/// For each layer `20·(10·5·5) + 20 = 5,020`, with its name where there are several.
fn formulas(variables: &[&Variable]) -> Vec<String> {
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
fn grouped_by_layer<'a>(variables: &[&'a Variable]) -> Vec<(&'a str, Vec<&'a Variable>)> {
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

/// How a flattened example's length comes about: `  (20·4·4 = 320)`.
fn flattened(before: &[i64], after: &[i64]) -> String {
    match (before, after) {
        ([_, c, h, w], [_, length]) if c * h * w == *length => format!("  ({c}·{h}·{w} = {length})"),
        _ => String::new(),
    }
}

fn text(rows: &[Row], total: i64) -> String {
    let width =
        |cell: fn(&Row) -> &String| rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0);
    let (first, second) = (width(|row| &row.layer), width(|row| &row.output).max("output".len()));
    let mut out = format!("{:first$}  {:second$}  parameters", "layer", "output");
    for row in rows {
        let mut parameters = row.parameters.iter();
        let own = parameters.next().map_or("", String::as_str);
        out += format!("\n{:first$}  {:second$}  {own}", row.layer, row.output).trim_end();
        parameters.for_each(|more| out += &format!("\n{:first$}  {:second$}  {more}", "", ""));
    }
    format!("{out}\n{} parameters in all", grouped(total))
}

fn html(rows: &[Row], total: i64) -> String {
    const CELL: &str = "padding:4px 14px;text-align:left;vertical-align:top;border-top:1px solid";
    let cell = |tag: &str, text: &str| {
        format!("<{tag} style=\"{CELL}\">{}</{tag}>", escaped(text).replace('\n', "<br>"))
    };
    let body: String = rows
        .iter()
        .map(|row| {
            let cells = [&row.layer, &row.output, &row.parameters.join("\n")].map(|text| cell("td", text));
            let weight = if row.refused { " style=\"font-weight:bold\"" } else { "" };
            format!("<tr{weight}>{}</tr>", cells.concat())
        })
        .collect();
    let head = ["layer", "output", "parameters"].map(|name| cell("th", name)).concat();
    let sum = cell("td", &format!("{} parameters in all", grouped(total)));
    let sum = sum.replacen("<td", "<td colspan=\"3\"", 1);
    format!(
        "<table style=\"border-collapse:collapse;font-size:17px;color:inherit\"><thead><tr>{head}</tr></thead><tbody>{body}<tr>{sum}</tr></tbody></table>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;
    use tch::nn::{self, Module};

    /// The first half of seed 003's network, then a linear layer for `inputs` numbers.
    fn net(vs: &VarStore, inputs: i64) -> Sequential {
        nn::seq()
            .add(nn::conv2d(&vs.root() / "c1", 1, 10, 5, Default::default()))
            .add_fn(|xs| xs.max_pool2d_default(2).relu())
            .add(nn::conv2d(&vs.root() / "c2", 10, 20, 5, Default::default()))
            .add_fn(|xs| xs.max_pool2d_default(2).relu())
            .add_fn(|xs| xs.flat_view())
            .add(nn::linear(&vs.root() / "fc", inputs, 10, Default::default()))
    }

    #[test]
    fn each_layer_has_its_name_its_output_and_the_sum_that_gives_its_parameters() {
        let vs = VarStore::new(Device::Cpu);
        let net = net(&vs, 320);
        let figure = summary(&vs, &net, &[1, 1, 28, 28]).unwrap();
        let expected = "\
layer                            output                    parameters
input                            [1, 1, 28, 28]
0  c1: convolution 5×5, 1 → 10   [1, 10, 24, 24]           10·(1·5·5) + 10 = 260
1  function                      [1, 10, 12, 12]
2  c2: convolution 5×5, 10 → 20  [1, 20, 8, 8]             20·(10·5·5) + 20 = 5,020
3  function                      [1, 20, 4, 4]
4  function                      [1, 320]  (20·4·4 = 320)
5  fc: linear, 320 → 10          [1, 10]                   10·320 + 10 = 3,210
8,490 parameters in all";
        assert_eq!(figure.text(), expected);
        assert!(figure.html().contains("20·(10·5·5) + 20 = 5,020</td>"));
    }

    #[test]
    fn a_layer_that_does_not_fit_ends_the_table_and_says_what_it_got() {
        let vs = VarStore::new(Device::Cpu);
        let net = net(&vs, 500);
        let told = summary(&vs, &net, &[1, 1, 28, 28]).unwrap().text().to_owned();
        let lines: Vec<_> = told.lines().collect();
        assert!(lines[6].contains("(20·4·4 = 320)"), "{told}");
        assert!(lines[7].starts_with("5  does not fit"), "{told}");
        assert!(lines[7].contains("320 numbers for each image where a linear layer takes 500"), "{told}");
        assert!(lines[8].starts_with("not reached") && lines[8].ends_with("10·500 + 10 = 5,010"), "{told}");
    }

    #[test]
    fn an_input_that_the_first_layer_refuses_is_told_too() {
        let vs = VarStore::new(Device::Cpu);
        let net = net(&vs, 320);
        let told = summary(&vs, &net, &[1, 3, 28, 28]).unwrap().text().to_owned();
        assert!(told.contains("0  does not fit") && told.contains("to have 1 channels, but got 3"), "{told}");
    }

    #[test]
    fn parameters_are_found_by_what_they_move_not_by_the_order_in_which_they_were_made() {
        let vs = VarStore::new(Device::Cpu);
        let last = nn::linear(&vs.root() / "last", 8, 2, Default::default());
        let first =
            nn::linear(&vs.root() / "first", 4, 8, nn::LinearConfig { bias: false, ..Default::default() });
        let net = nn::seq().add(first).add_fn(|xs| xs.relu()).add(last);
        let told = summary(&vs, &net, &[3, 4]).unwrap().text().to_owned();
        assert!(told.contains("0  first: linear, 4 → 8  [3, 8]  8·4 = 32"), "{told}");
        assert!(told.contains("2  last: linear, 8 → 2   [3, 2]  2·8 + 2 = 18"), "{told}");
    }

    #[test]
    fn layers_within_a_layer_are_told_one_by_one() {
        let vs = VarStore::new(Device::Cpu);
        let block = nn::seq()
            .add(nn::linear(&vs.root() / "block" / "a", 4, 3, Default::default()))
            .add(nn::linear(&vs.root() / "block" / "b", 3, 2, Default::default()));
        let told = summary(&vs, &nn::seq().add(block), &[1, 4]).unwrap().text().to_owned();
        assert!(
            told.contains("block.a: 3·4 + 3 = 15\n") && told.contains("  block.b: 2·3 + 2 = 8\n"),
            "{told}"
        );
    }

    #[test]
    fn a_network_that_is_no_sequence_is_one_row_with_all_its_parameters() {
        #[derive(Debug)]
        struct Own(nn::Conv2D, nn::Linear);
        impl Module for Own {
            fn forward(&self, xs: &Tensor) -> Tensor {
                xs.apply(&self.0).flat_view().apply(&self.1)
            }
        }
        let vs = VarStore::new(Device::Cpu);
        let conv = nn::conv2d(&vs.root() / "c1", 1, 2, 3, Default::default());
        let net = Own(conv, nn::linear(&vs.root() / "fc", 8, 5, Default::default()));
        let told = summary(&vs, &net, &[1, 1, 4, 4]).unwrap().text().to_owned();
        assert!(told.contains("the whole network  [1, 5]"), "{told}");
        assert!(told.contains("c1: 2·(1·3·3) + 2 = 20") && told.ends_with("65 parameters in all"), "{told}");
    }

    #[test]
    fn what_is_not_trained_is_not_counted_and_a_frozen_network_stays_frozen() {
        let mut vs = VarStore::new(Device::Cpu);
        let net = nn::seq_t().add(nn::batch_norm2d(&vs.root() / "bn", 4, Default::default()));
        vs.freeze();
        let told = summary(&vs, &net, &[1, 4, 2, 2]).unwrap().text().to_owned();
        assert!(told.contains("0  bn: 4 channels, one by one  [1, 4, 2, 2]  4 + 4 = 8"), "{told}");
        assert!(vs.trainable_variables().iter().all(|variable| !variable.requires_grad()));
    }

    #[test]
    fn gradients_that_the_learner_has_are_left_alone() {
        let vs = VarStore::new(Device::Cpu);
        let net = net(&vs, 320);
        net.forward(&Tensor::ones([1, 1, 28, 28], (Kind::Float, Device::Cpu))).sum(Kind::Float).backward();
        let gradient = || vs.trainable_variables()[0].grad().copy();
        let before = gradient();
        summary(&vs, &net, &[1, 1, 28, 28]).unwrap();
        assert!(gradient().equal(&before));
    }

    #[test]
    fn a_shape_that_is_no_batch_is_refused() {
        let vs = VarStore::new(Device::Cpu);
        let net = net(&vs, 320);
        for shape in [&[][..], &[0, 1, 28, 28], &[-1, 1, 28, 28]] {
            let told = summary(&vs, &net, shape).unwrap_err().to_string();
            assert!(told.contains(&format!("{shape:?}")), "{told}");
        }
    }
}
