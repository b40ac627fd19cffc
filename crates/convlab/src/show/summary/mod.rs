//! A network as a table: what each layer puts out, and how many parameters it has.

mod pass;
mod variables;

use super::figure::Figure;
use super::page;
use crate::text::grouped;
use crate::{Error, Result};
use pass::Pass;
use tch::Tensor;
use tch::nn::{ModuleT, VarStore};
use variables::{Variable, Variables, formulas, grouped_by_layer, kind, reached};

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
    let total = variables.0.iter().map(|variable| variable.tensor.numel() as i64).sum();
    Ok(Figure::new(html(&rows, total), text(&rows, total)))
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
    if let Some(message) = &pass.refusal {
        let layer = format!("{}  does not fit", pass.outputs.len());
        rows.push(Row { layer, output: message.clone(), parameters: Vec::new(), refused: true });
    }
    if !rest.is_empty() {
        rows.push(Row { layer: "not reached".into(), parameters: formulas(&rest), ..Row::default() });
    }
    rows
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
    let line = |row: &Row| {
        let cells = [row.layer.clone(), row.output.clone(), row.parameters.join("\n")];
        page::Row { cells: cells.map(|cell| (cell, false)).to_vec(), bold: row.refused }
    };
    let sum = vec![(format!("{} parameters in all", grouped(total)), false)];
    let rows: Vec<page::Row> = rows.iter().map(line).chain([page::Row { cells: sum, bold: false }]).collect();
    page::table(&["layer", "output", "parameters"], &rows)
}

#[cfg(test)]
mod tests;
