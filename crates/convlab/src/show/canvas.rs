//! Grids of squares with numbers in them, drawn alike into a page and into an animation.

use super::colour::{Rgb, Scale, hex, ink_on};
use super::svg::{Anchor, Sheet};
use crate::Result;
use crate::display::short;

/// Frames a window and the value that comes of it.
pub const HERE: Rgb = [247, 103, 7];
/// Frames a second window.
pub const THERE: Rgb = [34, 139, 230];

/// How thick frames are, in pixels: around what a figure speaks of, around an image, around a map to be filled.
pub const THICK: f64 = 5.0;
pub const BOLD: f64 = 2.0;
pub const THIN: f64 = 0.4;

/// Numbers smaller than this, in pixels, are left out: nobody could read them.
const SMALLEST_NUMBER: f64 = 9.0;

/// What figures are drawn on; lengths are pixels at full size, y goes down.
pub trait Canvas {
    /// A square; its text is left out where `size`, the height of the type, is zero.
    fn cell(&mut self, place: [f64; 4], size: f64, cell: &Cell);
    /// A picture stretched over the place, its pixels kept square-edged.
    ///
    /// # Errors
    /// If it cannot be encoded.
    fn pixels(&mut self, place: [f64; 4], pixels: &[Rgb], size: [usize; 2]) -> Result<()>;
    /// A frame around the place, `width` pixels thick, in a colour or in the page's own.
    fn frame(&mut self, place: [f64; 4], colour: Option<Rgb>, width: f64);
    /// A line of text in the page's colour, its middle at y.
    fn text(&mut self, at: [f64; 2], size: f64, anchor: Anchor, text: &str);
    /// Begins a part that a script can find by its name, until `close`.
    fn open(&mut self, _name: &str) {}
    /// Ends the part that was opened last.
    fn close(&mut self) {}
}

/// One square: its colour, or none, and the number in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cell {
    /// Its colour; `None` lets the page show through.
    pub fill: Option<Rgb>,
    /// Its number as text.
    pub text: String,
}

impl Cell {
    /// A number in its colour.
    pub fn number(value: f64, scale: Scale) -> Self {
        Self { fill: Some(scale.colour(value)), text: short(value) }
    }

    /// A pixel in its colour; `None` is a zero of the padding, which takes part in sums but is not of the image.
    pub fn pixel(value: Option<f64>, scale: Scale) -> Self {
        value.map_or_else(|| Self { fill: None, text: "0".into() }, |value| Self::number(value, scale))
    }

    /// Numbers in their colours.
    pub fn numbers(values: &[f64], scale: Scale) -> Vec<Self> {
        values.iter().map(|value| Self::number(*value, scale)).collect()
    }

    /// A place that is not filled yet.
    pub fn empty() -> Self {
        Self { fill: None, text: String::new() }
    }

    /// The colour of the text; `None` is the page's own.
    pub fn ink(&self) -> Option<&'static str> {
        self.fill.map(ink_on)
    }
}

/// Where the squares of a map stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Left and top.
    pub at: [f64; 2],
    /// Rows and columns.
    pub size: [usize; 2],
    /// The side of a square.
    pub side: f64,
}

impl Grid {
    /// A grid whose squares are as large as fits into `room` by `room`, and at most `most`.
    pub fn within(at: [f64; 2], size: [usize; 2], room: f64, most: f64) -> Self {
        Self { at, size, side: most.min(room / size[0].max(size[1]) as f64) }
    }

    /// The whole grid.
    pub fn outer(&self) -> [f64; 4] {
        self.block([0, 0], self.size)
    }

    /// Some rows and columns of it, from a corner.
    pub fn block(&self, [row, column]: [usize; 2], [rows, columns]: [usize; 2]) -> [f64; 4] {
        let [x, y] = [self.at[0] + column as f64 * self.side, self.at[1] + row as f64 * self.side];
        [x, y, columns as f64 * self.side, rows as f64 * self.side]
    }

    /// Right edge and bottom.
    pub fn end(&self) -> [f64; 2] {
        let [x, y, w, h] = self.outer();
        [x + w, y + h]
    }

    /// Draws the cells in reading order; `size` is the height of their type.
    pub fn draw(&self, canvas: &mut impl Canvas, size: f64, cells: &[Cell]) {
        for (index, cell) in cells.iter().enumerate() {
            canvas.cell(self.block([index / self.size[1], index % self.size[1]], [1, 1]), size, cell);
        }
    }

    /// The height of type in which a text of `longest` letters fits a square; zero if nobody could read it.
    pub fn type_size(&self, longest: usize) -> f64 {
        let size = (0.4 * self.side).min(0.9 * self.side / (0.58 * longest.max(2) as f64));
        if size < SMALLEST_NUMBER { 0.0 } else { size }
    }
}

/// How many letters the longest of some numbers has.
pub fn longest(values: &[f64]) -> usize {
    values.iter().map(|value| short(*value).len()).max().unwrap_or(1)
}

impl Canvas for Sheet {
    fn cell(&mut self, place: [f64; 4], size: f64, cell: &Cell) {
        let [x, y, w, h] = place;
        self.open("cl-cell");
        match cell.fill {
            Some(fill) => self.square(place, fill),
            None => Sheet::frame(self, place, "currentColor", THIN),
        }
        if size > 0.0 {
            Sheet::text(self, [x + w / 2.0, y + h / 2.0], size, Anchor::Middle, cell.ink(), &cell.text);
        }
        Sheet::close(self);
    }

    fn pixels(&mut self, place: [f64; 4], pixels: &[Rgb], [rows, columns]: [usize; 2]) -> Result<()> {
        Sheet::pixels(self, place, &super::colour::png(pixels, columns, rows)?);
        Ok(())
    }

    fn frame(&mut self, place: [f64; 4], colour: Option<Rgb>, width: f64) {
        let colour = colour.map_or("currentColor".into(), hex);
        Sheet::frame(self, place, &colour, width);
    }

    fn text(&mut self, at: [f64; 2], size: f64, anchor: Anchor, text: &str) {
        Sheet::text(self, at, size, anchor, None, text);
    }

    fn open(&mut self, name: &str) {
        Sheet::open(self, name);
    }

    fn close(&mut self) {
        Sheet::close(self);
    }
}
