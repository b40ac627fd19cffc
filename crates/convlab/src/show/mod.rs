//! Figures: each function draws one kind of picture and is named after it.
//!
//! Every figure can be read in a light and a dark theme and from the back row, needs no network, and carries its
//! numbers as text.

mod bitmap;
mod colour;
mod confusion;
mod convolution;
mod curve;
mod dot_product;
mod elements;
mod figure;
mod geometry;
mod grid;
mod input;
mod network;
mod padding;
mod page;
mod pooling;
mod predictions;
mod race;
mod region;
mod runs;
mod sliding;
mod steps;
mod summary;
mod table;
mod tiles;
mod top_k;
mod typeface;

pub use confusion::confusion;
pub use convolution::convolution;
pub use curve::{Curves, Plot, curve};
pub use dot_product::dot_product;
pub use figure::Figure;
pub use network::network;
pub use padding::padding;
pub use pooling::pooling;
pub use predictions::{predictions, worst_mistakes};
pub use race::race;
pub use runs::{Run, runs};
pub use steps::{Steps, steps};
pub use summary::summary;
pub use table::table;
pub use top_k::top_k;

use crate::Result;
use crate::datasets::Split;
use colour::Scale;
use input::{Maps, Pictures, pictures, wrong};
use tch::{Kind, Tensor};
use tiles::{Face, Tile, Tiles};

/// Of more images than this, or more maps, the first are drawn; the title says so.
const MAX_IMAGES: i64 = 100;
const MAX_MAPS: i64 = 64;
const MAX_INPUTS: i64 = 12;

/// Of more numbers than this the text of a figure has shapes and ranges only.
const MAX_LISTED: usize = 400;

/// Draws one image.
///
/// `x` has shape [h, w], [1, h, w] (grey) or [3, h, w] (red, green, blue), with values in 0..=1 (`u8`: 0..=255);
/// values that leave that range are stretched from the smallest, black, to the largest, white. A grey image of at most
/// 8 by 8 pixels has its numbers in its squares.
///
/// # Errors
/// If the shape is another one.
///
/// ```
/// # use convlab::prelude::*;
/// let x = Tensor::zeros([28, 28], (Kind::Float, Device::Cpu));
/// let figure = show::image(&x)?;
/// # Ok::<(), Error>(())
/// ```
pub fn image(x: &Tensor) -> Result<Figure> {
    let batch = match x.size().as_slice() {
        [_, _] => x.unsqueeze(0).unsqueeze(0),
        [_, _, _] => x.unsqueeze(0),
        [n, _, _, _] => {
            let remedy =
                format!("pick one of the {n} images with `x.get(0)`, or draw all with `show::images(&x)?`");
            return Err(wrong("one image, [h, w] or [c, h, w]", &x.size(), &remedy));
        }
        other => return Err(wrong("one image, [h, w] or [c, h, w]", other, "give it two or three axes")),
    };
    gallery("Image", &batch, &[String::new()])
}

/// Draws a batch of images of shape [n, c, h, w], numbered from 0, the first hundred if there are more.
///
/// Colours are as in [`image`].
///
/// # Errors
/// If the shape is another one.
pub fn images(xs: &Tensor) -> Result<Figure> {
    let (shown, title) = first(xs, 0, MAX_IMAGES, "images");
    let numbers: Vec<String> =
        (0..shown.size().first().copied().unwrap_or(0)).map(|i| i.to_string()).collect();
    gallery(&title, &shown, &numbers)
}

/// Draws the images of a split, each under the name of its class.
///
/// `classes[label]` is the name of a label. The first hundred are drawn; pick others with `split.sample(10)?`.
///
/// # Errors
/// If a label has no name.
pub fn labeled_images(split: &Split, classes: &[String]) -> Result<Figure> {
    let (images, title) = first(&split.images, 0, MAX_IMAGES, &format!("images of {}", split.source));
    let (labels, _) = first(&split.labels, 0, MAX_IMAGES, "labels");
    let labels: Vec<i64> = Vec::try_from(&labels).unwrap_or_default();
    let name = |label: &i64| usize::try_from(*label).ok().and_then(|label| classes.get(label)).cloned();
    let names: Option<Vec<String>> = labels.iter().map(name).collect();
    let names = names.ok_or_else(|| {
        crate::Error::new(
            format!(
                "labels from 0 to {}, one for each of the {} names",
                classes.len().max(1) - 1,
                classes.len()
            ),
            format!("labels {labels:?}"),
            "pass the data set's own names, `&data.classes`",
        )
    })?;
    gallery(&title, &images, &names)
}

/// Draws one kernel, shape [h, w], its numbers in its squares: red is positive, blue negative, white zero.
///
/// # Errors
/// If it has more or fewer than two axes.
///
/// ```
/// # use convlab::prelude::*;
/// let edge = Tensor::from_slice2(&[[1.0f32, -1.0], [1.0, -1.0]]);
/// let figure = show::kernel(&edge)?;
/// # Ok::<(), Error>(())
/// ```
pub fn kernel(k: &Tensor) -> Result<Figure> {
    let shape = k.size();
    if shape.len() != 2 {
        let remedy = match shape.len() {
            3 => "pick one input channel with `k.get(0)`",
            4 => "draw all filters with `show::filters(&k)?`, or pick a kernel with `k.i((0, 0))`",
            _ => "give it two axes with `k.view([h, w])`",
        };
        return Err(wrong("a kernel of shape [h, w]", &shape, remedy));
    }
    maps(&format!("Kernel {shape:?}"), &k.unsqueeze(0), None, |_| String::new())
}

/// Draws the weight of a convolution, shape [out, in, h, w]: filter by filter, a kernel per input channel.
///
/// Kernels of at most 8 by 8 have their numbers in their squares where there is room. All share one colour scale.
/// The first 64 filters and the first 12 input channels are drawn.
///
/// # Errors
/// If it has not four axes.
pub fn filters(ws: &Tensor) -> Result<Figure> {
    let shape = ws.size();
    let &[_, _, h, w] = shape.as_slice() else {
        let remedy = "pass the layer's weight, `&conv.ws`; one kernel alone is drawn by `show::kernel`";
        return Err(wrong("a weight of shape [out, in, h, w]", &shape, remedy));
    };
    let (shown, filters) = first(ws, 0, MAX_MAPS, "filters");
    let plural = if shape[1] == 1 { "input channel" } else { "input channels" };
    let (shown, inputs) = first(&shown, 1, MAX_INPUTS, plural);
    let (out, channels) = (shown.size()[0], shown.size()[1]);
    let name = |index: usize| match channels {
        1 => format!("filter {index}"),
        _ => format!("filter {}, input {}", index / channels as usize, index % channels as usize),
    };
    let columns = match channels {
        1 => None,
        _ if out <= 4 => Some(channels),
        _ => Some(channels * (MAX_INPUTS / channels)),
    };
    let kernels = shown.reshape([out * channels, h, w]);
    maps(&format!("{filters} over {inputs}, weight {shape:?}"), &kernels, columns, name)
}

/// Draws the output channels of a layer, shape [c, h, w] or a batch of one [1, c, h, w], on one colour scale.
///
/// Maps of at most 8 by 8 have their numbers in their squares; of more than 64 the first are drawn.
///
/// # Errors
/// If the shape is another one.
pub fn feature_maps(y: &Tensor) -> Result<Figure> {
    let shape = y.size();
    let channels = match shape.as_slice() {
        [_, _, _] => y.shallow_clone(),
        [1, _, _, _] => y.squeeze_dim(0),
        [n, _, _, _] => {
            let remedy = format!("pick one of the {n} examples with `y.get(0)`");
            return Err(wrong("the feature maps of one example, [c, h, w]", &shape, &remedy));
        }
        [_, _] => y.unsqueeze(0),
        _ => return Err(wrong("feature maps of shape [c, h, w]", &shape, "draw them before flattening")),
    };
    let (shown, title) = first(&channels, 0, MAX_MAPS, "feature maps");
    maps(&format!("{title} {:?}", channels.size()), &shown, None, |index| format!("channel {index}"))
}

/// The first `most` entries along an axis, and how the title tells them: `8 maps`, `first 64 of 512 maps`.
fn first(x: &Tensor, axis: usize, most: i64, what: &str) -> (Tensor, String) {
    match x.size().get(axis) {
        Some(&count) if count > most => {
            (x.narrow(axis as i64, 0, most), format!("first {most} of {count} {what}"))
        }
        // The first s is the plural's: `image of MNIST`, `feature map`.
        Some(1) => (x.shallow_clone(), format!("1 {}", what.replacen('s', "", 1))),
        count => (x.shallow_clone(), format!("{} {what}", count.copied().unwrap_or(0))),
    }
}

fn gallery(title: &str, batch: &Tensor, captions: &[String]) -> Result<Figure> {
    let Pictures { colours, size, ends, range } = pictures(batch)?;
    let shape = batch.size();
    let shown = if shape[0] == 1 { &shape[1..] } else { &shape };
    let summary = format!("{title}, shape {shown:?}, {range}");
    let faces: Vec<Face> = match numbers_of(batch, size)? {
        Some(numbers) => {
            let scale = Scale::grey(&numbers.values);
            numbers.each().map(|map| Face::Numbers(map.to_vec(), scale)).collect()
        }
        None => colours.into_iter().map(|colours| Face::Colours(colours, ends)).collect(),
    };
    let tiles = faces.into_iter().zip(captions);
    let tiles = tiles.map(|(face, caption)| Tile { caption: caption.clone(), face }).collect();
    Figure::of(Tiles { title: title.to_owned(), size, columns: None, tiles, summary })
}

/// The numbers of grey images that are small enough to have them in their squares.
fn numbers_of(batch: &Tensor, size: [usize; 2]) -> Result<Option<Maps>> {
    let small = batch.size()[1] == 1 && size[0].max(size[1]) <= tiles::MAX_NUMBERED;
    if small && batch.kind() != Kind::Uint8 { Maps::new(&batch.squeeze_dim(1)).map(Some) } else { Ok(None) }
}

/// Draws maps of shape [n, h, w] on one signed scale.
fn maps(
    title: &str,
    tensor: &Tensor,
    columns: Option<i64>,
    caption: impl Fn(usize) -> String,
) -> Result<Figure> {
    let maps = Maps::new(tensor)?;
    let scale = Scale::signed(&maps.values);
    let summary = format!("{title}, {}", maps.range());
    let tiles = maps.each().enumerate();
    let tiles = tiles
        .map(|(index, map)| Tile { caption: caption(index), face: Face::Numbers(map.to_vec(), scale) })
        .collect();
    let columns = columns.map(|columns| columns as usize);
    Figure::of(Tiles { title: title.to_owned(), size: maps.size, columns, tiles, summary })
}

#[cfg(test)]
mod tests;
