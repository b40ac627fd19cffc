//! From a learner's tensor to plain numbers, or to an error that says which shape was wanted.

use super::colour::{NOT_FINITE, Rgb, Scale};
use crate::display::values;
use crate::{Error, Result};
use tch::{Kind, Tensor};

/// More pixels than this are not drawn: the page would stop answering.
const MAX_PIXELS: usize = 16_000_000;

/// Numbers in maps of one size.
pub struct Maps {
    /// Map by map, row by row.
    pub values: Vec<f64>,
    /// Rows and columns of each.
    pub size: [usize; 2],
}

impl Maps {
    /// Reads a tensor of shape [n, h, w].
    ///
    /// # Errors
    /// If it is empty, too large to be drawn, or of complex numbers.
    pub fn new(tensor: &Tensor) -> Result<Self> {
        let shape = tensor.size();
        let pixels = tensor.numel();
        if pixels == 0 || pixels > MAX_PIXELS {
            let remedy = "take some of it, such as `x.narrow(0, 0, 16)`";
            return Err(Error::new(format!("1 to {MAX_PIXELS} numbers to draw"), of_shape(&shape), remedy));
        }
        if tensor.is_complex() {
            let remedy = "draw its parts one by one: `x.real()`, `x.imag()`, or their size, `x.abs()`";
            return Err(Error::new("real numbers to draw", "complex ones, each of two parts", remedy));
        }
        let [rows, columns] = [1, 2].map(|axis| shape.get(axis).map_or(1, |&size| size as usize));
        Ok(Self { values: values(tensor), size: [rows, columns] })
    }

    /// Every map's numbers.
    pub fn each(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.size[0] * self.size[1])
    }

    /// The smallest and largest number, as a caption has them.
    pub fn range(&self) -> String {
        let finite = || self.values.iter().copied().filter(|value| value.is_finite());
        let low = finite().fold(f64::INFINITY, f64::min);
        let high = finite().fold(f64::NEG_INFINITY, f64::max);
        let strange = self.values.len() - finite().count();
        let range =
            if low > high { "no finite value".into() } else { format!("values {low:.4} to {high:.4}") };
        if strange == 0 { range } else { format!("{range}, {strange} of them not finite (magenta)") }
    }
}

/// Pictures of one size.
pub struct Pictures {
    /// Each picture's pixels, row by row.
    pub colours: Vec<Vec<Rgb>>,
    /// Rows and columns of each.
    pub size: [usize; 2],
    /// The numbers that black and white stand for.
    pub ends: (f64, f64),
    /// The smallest and largest number, as a caption has them.
    pub range: String,
}

/// Pictures of shape [n, 1, h, w] or [n, 3, h, w] as colours.
///
/// # Errors
/// If the shape is another one.
pub fn pictures(images: &Tensor) -> Result<Pictures> {
    let shape = images.size();
    let &[n, channels, h, w] = shape.as_slice() else {
        return Err(wrong("images of shape [n, c, h, w]", &shape, "add or drop axes with `x.view([…])`"));
    };
    if channels != 1 && channels != 3 {
        let remedy = match (h, w) {
            (_, 1 | 3) => "channels come first in tch: reorder with `x.permute([0, 3, 1, 2])`",
            _ => "show channels one by one: `show::feature_maps(&x.get(0))?`",
        };
        return Err(wrong("images with 1 or 3 channels, [n, c, h, w]", &shape, remedy));
    }
    let maps = Maps::new(&images.reshape([n * channels, h, w]))?;
    let scale = match images.kind() {
        Kind::Uint8 => Scale::Grey(0.0, 255.0),
        _ => Scale::grey(&maps.values),
    };
    let planes: Vec<&[f64]> = maps.each().collect();
    let pixel = |values: &[f64]| match values.iter().all(|value| value.is_finite()) {
        true => std::array::from_fn(|channel| {
            (scale.fraction(values[channel.min(values.len() - 1)]) * 255.0).round() as u8
        }),
        false => NOT_FINITE,
    };
    let picture = |planes: &[&[f64]]| match planes {
        [red, green, blue] => (0..red.len()).map(|at| pixel(&[red[at], green[at], blue[at]])).collect(),
        [grey, ..] => grey.iter().map(|value| pixel(&[*value])).collect(),
        [] => Vec::new(),
    };
    let colours = planes.chunks(channels as usize).map(picture).collect();
    Ok(Pictures { colours, size: maps.size, ends: scale.ends(), range: maps.range() })
}

/// The numbers of a tensor, in reading order.
pub fn numbers(tensor: &Tensor) -> Vec<f64> {
    values(tensor)
}

/// Whole numbers of a tensor, in reading order.
pub fn whole_numbers(tensor: &Tensor) -> Vec<i64> {
    let flat = tensor.to_device(tch::Device::Cpu).to_kind(Kind::Int64).contiguous().view([-1]);
    Vec::try_from(&flat).unwrap_or_default()
}

/// An error that names the shape that came.
pub fn wrong(expected: &str, shape: &[i64], remedy: &str) -> Error {
    Error::new(expected, of_shape(shape), remedy)
}

/// `a tensor of shape [2, 3]`.
pub fn of_shape(shape: &[i64]) -> String {
    format!("a tensor of shape {shape:?}")
}
