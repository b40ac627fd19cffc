//! A whole network as a picture.

use super::colour::Rgb;
use super::elements::{Area, Block, Drawn, EDGE, INK, Surface, frame, label};
use super::figure::{Drawing, Figure};
use super::summary::{Layer, layers, text};
use super::tiles::{broken, shortened};
use crate::Result;
use crate::text::grouped;
use plotters::element::PathElement;
use plotters::style::text_anchor::HPos;
use tch::nn::{ModuleT, VarStore};

/// Draws a network as a row of blocks, from its input to its output: a stack of maps for each layer that puts out
/// images, a bar for each that puts out numbers, with what the layer does, the shape of its output and its parameters.
///
/// `input` is the shape of what goes in, such as `[1, 1, 28, 28]`; the shapes below the blocks are those of one example.
/// A side that is twice as long is drawn 1.4 times as long, and more channels as more maps, up to eight. The layers are
/// those of [`summary`](super::summary()); of a network that is no `nn::seq()` the picture is one block.
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
/// let picture = show::network(&vs, &net, &[1, 1, 28, 28])?;
/// # Ok::<(), Error>(())
/// ```
pub fn network<N: ModuleT + 'static>(vs: &VarStore, net: &N, input: &[i64]) -> Result<Figure> {
    let (layers, total) = layers(vs, net, input)?;
    let most = layers.iter().flat_map(|layer| side(&layer.shape)).max().unwrap_or(1);
    let mut blocks: Vec<NetBlock> = layers.iter().map(|layer| NetBlock::of(layer, most)).collect();
    blocks[0].colour = INPUT;
    Figure::of(Network { blocks, total, text: text(&layers, total) })
}

/// How many blocks are in a row, and the room of each.
const COLUMNS: usize = 7;
const ROOM: [i32; 2] = [132, 96];
const LINE: i32 = 17;
const TYPE: f64 = 14.0;
/// Letters in a line below a block.
const LETTERS: usize = 17;
/// The longest side of a map, and how far a map is from the one behind it.
const LONGEST: f64 = 60.0;
const BEHIND: i32 = 4;

const INPUT: Rgb = [206, 212, 218];
const WEIGHTED: Rgb = [255, 192, 120];
const PLAIN: Rgb = [165, 216, 255];
const REFUSED: Rgb = [255, 168, 168];

struct Network {
    blocks: Vec<NetBlock>,
    total: i64,
    text: String,
}

/// One layer as it is drawn.
struct NetBlock {
    colour: Rgb,
    /// Width and height of a map or bar, and how many are behind each other.
    size: [i32; 2],
    count: i32,
    lines: Vec<String>,
}

/// Rows and columns of the maps of a batch.
fn side(shape: &[i64]) -> Vec<i64> {
    if let [_, _, sides @ ..] = shape { sides.to_vec() } else { Vec::new() }
}

impl NetBlock {
    fn of(layer: &Layer, most: i64) -> Self {
        let colour = match layer {
            Layer { refused: true, .. } => REFUSED,
            Layer { count: 0, .. } => PLAIN,
            _ => WEIGHTED,
        };
        let scaled = |size: i64| ((size as f64 / most as f64).sqrt() * LONGEST).round().max(5.0) as i32;
        let (size, count) = match layer.shape.as_slice() {
            [_, channels, rows, columns] => {
                ([scaled(*columns), scaled(*rows)], (*channels as f64).log2().ceil() as i32 + 1)
            }
            [_, length] => ([12, (8.0 * (*length as f64).log2() + 8.0).clamp(12.0, 88.0) as i32], 1),
            _ => ([36, 36], 1),
        };
        Self { colour, size, count: count.clamp(1, 8), lines: Self::lines(layer) }
    }

    fn lines(layer: &Layer) -> Vec<String> {
        let example = layer.shape.get(1..).filter(|shape| !shape.is_empty());
        let shape = example.map(|shape| shape.iter().map(i64::to_string).collect::<Vec<_>>().join(" × "));
        let parameters = (layer.count > 0).then(|| format!("{} parameters", grouped(layer.count)));
        let what = layer.what.split(", ").flat_map(|what| broken(what, LETTERS));
        let name = Some(layer.name.clone()).filter(|name| !name.is_empty());
        name.into_iter().chain(what).chain(shape).chain(parameters).collect()
    }
}

impl Network {
    /// The blocks row by row, with the height of each row.
    fn rows(&self) -> Vec<(&[NetBlock], i32)> {
        let height = |blocks: &[NetBlock]| {
            let lines = blocks.iter().map(|block| block.lines.len()).max().unwrap_or(0);
            ROOM[1] + LINE * lines as i32 + 14
        };
        self.blocks.chunks(COLUMNS).map(|blocks| (blocks, height(blocks))).collect()
    }

    fn block<B: Surface>(&self, area: &Area<B>, block: &NetBlock, [left, top]: [i32; 2]) -> Drawn<B> {
        let ([w, h], depth) = (block.size, BEHIND * (block.count - 1));
        let (x, y) = (left + (ROOM[0] - w - depth) / 2, top + (ROOM[1] - h - depth) / 2 + depth);
        for map in (0..block.count).rev() {
            let rect = [x + BEHIND * map, y - BEHIND * map, w, h];
            area.draw(&Block { rect, colour: block.colour })?;
            frame(area, rect, EDGE, 1)?;
        }
        for (line, text) in block.lines.iter().enumerate() {
            let at = (left + ROOM[0] / 2, top + ROOM[1] + LINE * line as i32 + LINE / 2);
            label(area, at, TYPE, HPos::Center, &shortened(text, LETTERS + 2))?;
        }
        Ok(())
    }
}

/// An arrow to the right that ends at a point.
fn arrow<B: Surface>(area: &Area<B>, (x, y): (i32, i32)) -> Drawn<B> {
    let paths = [vec![(x - 16, y), (x, y)], vec![(x - 5, y - 4), (x, y), (x - 5, y + 4)]];
    paths.into_iter().try_for_each(|path| area.draw(&PathElement::new(path, INK)))
}

impl Drawing for Network {
    fn title(&self) -> String {
        format!("The network, {} parameters", grouped(self.total))
    }

    fn text(&self) -> String {
        self.text.clone()
    }

    fn label(&self) -> String {
        let lines = self.blocks.iter().map(|block| block.lines.join(", "));
        format!("{}: {}", self.title(), lines.collect::<Vec<_>>().join("; then "))
    }

    fn size(&self) -> (u32, u32) {
        let height: i32 = self.rows().iter().map(|(_, height)| height).sum();
        let columns = self.blocks.len().min(COLUMNS) as i32;
        ((columns * ROOM[0]) as u32, height.max(1) as u32)
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        let mut top = 0;
        for (row, (blocks, height)) in self.rows().into_iter().enumerate() {
            for (column, block) in blocks.iter().enumerate() {
                let left = column as i32 * ROOM[0];
                self.block(area, block, [left, top])?;
                if row + column > 0 {
                    arrow(area, (left + 17, top + ROOM[1] / 2))?;
                }
            }
            top += height;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, nn};

    fn figure(input: &[i64]) -> Result<Figure> {
        let vs = VarStore::new(Device::Cpu);
        let net = nn::seq()
            .add(nn::conv2d(&vs.root() / "c1", 1, 10, 5, Default::default()))
            .add_fn(|xs| xs.max_pool2d_default(2).relu())
            .add_fn(|xs| xs.flat_view())
            .add(nn::linear(&vs.root() / "fc", 1440, 10, Default::default()));
        network(&vs, &net, input)
    }

    #[test]
    fn each_block_says_what_it_does_the_shape_of_an_example_and_its_parameters() {
        let figure = figure(&[1, 1, 28, 28]).unwrap();
        for line in [
            "input",
            "1 × 28 × 28",
            "c1",
            "convolution 5×5",
            "1 → 10",
            "stride 1",
            "padding 0",
            "10 × 24 × 24",
            "260 parameters",
            "max pool 2×2",
            "ReLU",
            "10 × 12 × 12",
            "flatten",
            "1440",
            "fc",
            "linear",
            "14,410 parameters",
        ] {
            assert!(figure.picture().contains(&format!(">{line}</text>")), "{line}");
        }
        // Five blocks and an arrow of two lines before each but the first; ten channels are drawn as five maps.
        assert_eq!(figure.picture().matches("<path").count(), 2 * 4);
        assert!(figure.text().ends_with("14,670 parameters in all"), "{}", figure.text());
    }

    #[test]
    fn a_layer_that_does_not_fit_is_a_block_that_says_so() {
        let figure = figure(&[1, 1, 20, 20]).unwrap();
        assert!(figure.picture().contains(">does not fit</text>"), "{}", figure.text());
        assert!(figure.text().contains("a linear layer takes 1440"), "{}", figure.text());
        assert!(super::tests::figure(&[]).unwrap_err().to_string().contains("the shape of a batch"));
    }
}
