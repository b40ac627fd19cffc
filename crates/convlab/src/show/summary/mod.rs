//! A network as a table: what each layer puts out, and how many parameters it has.

mod layers;
mod pass;
mod seen;
mod variables;

pub use layers::{Layer, layers};

use super::figure::Figure;
use super::page;
use crate::Result;
use crate::text::grouped;
use tch::nn::{ModuleT, VarStore};

/// Draws a table of a network: for each layer its output's shape, its number of parameters and how to work it out.
///
/// `input` is the shape of what goes in, such as `[1, 1, 28, 28]` for one grey image. An `nn::seq()` or `nn::seq_t()` is
/// told layer by layer; a layer that does not fit what comes before it ends the table and says why. Any other network
/// is one row. Layers are named as in `vs`: `nn::conv2d(&vs.root() / "c1", …)` is called c1. Which parameters belong to
/// which layer is found by asking which of them its output has a gradient for; what a layer or a function does, such as
/// `convolution 5×5, 1 → 10, stride 1, padding 0` or `max pool 2×2, ReLU`, by trying which operation gives the same output.
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
    let (layers, total) = layers(vs, net, input)?;
    let rows: Vec<Row> = layers.iter().map(Row::of).collect();
    Ok(Figure::new(html(&rows, total), table(&rows, total)))
}

/// The table of a network as text.
pub fn text(layers: &[Layer], total: i64) -> String {
    table(&layers.iter().map(Row::of).collect::<Vec<_>>(), total)
}

#[derive(Debug)]
struct Row {
    layer: String,
    output: String,
    parameters: Vec<String>,
    refused: bool,
}

impl Row {
    fn of(layer: &Layer) -> Self {
        let Layer { index, name, what, shape, remark, parameters, refused, .. } = layer;
        let index = index.map_or(String::new(), |index| format!("{index}  "));
        let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
        let output = match (shape.is_empty(), remark.is_empty()) {
            (true, _) => remark.clone(),
            (false, true) => format!("{shape:?}"),
            (false, false) => format!("{shape:?}  ({remark})"),
        };
        Self {
            layer: format!("{index}{name}{what}"),
            output,
            parameters: parameters.clone(),
            refused: *refused,
        }
    }
}

fn table(rows: &[Row], total: i64) -> String {
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
