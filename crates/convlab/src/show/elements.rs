//! What figures are made of: plotters elements that any backend draws.

use super::colour::{Rgb, Scale, ink_on};
pub use super::grid::{Grid, Rect};
use super::region::Region;
use plotters::coord::Shift;
use plotters::element::{Drawable, PointCollection};
use plotters::prelude::{DrawingArea, DrawingAreaErrorKind, DrawingBackend, IntoFont, RGBColor, TextStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, TRANSPARENT};
use plotters_backend::DrawingErrorKind;

/// The page's own text colour; a backend that has no page draws it nearly black.
pub const INK: RGBColor = RGBColor(1, 2, 3);
/// The edges of squares: seen on light and on dark.
pub const EDGE: RGBColor = RGBColor(0x96, 0x96, 0x96);
/// Frames a window and the value that comes of it.
pub const HERE: RGBColor = RGBColor(247, 103, 7);
/// Frames a second window.
pub const THERE: RGBColor = RGBColor(34, 139, 230);
/// The width of a frame around what a figure is about, and around an image.
pub const THICK: u32 = 5;
pub const BOLD: u32 = 2;

const FONT: &str = "system-ui,sans-serif";

/// A part of a figure to draw on.
pub type Area<B> = DrawingArea<B, Shift>;
/// Whether a figure could be drawn on an area.
pub type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;
type Done<B> = Result<(), DrawingErrorKind<<B as DrawingBackend>::ErrorType>>;

/// What our figures use of a backend beyond plotters' own methods; a backend may leave all of it as it is.
pub trait Surface: DrawingBackend {
    /// Draws a picture stretched over a rectangle, its pixels kept square-edged.
    fn picture(&mut self, [x, y, w, h]: Rect, picture: &Pixels<'_>) -> Done<Self> {
        self.blit_bitmap((x, y), (w as u32, h as u32), picture.stretched([h, w]).as_flattened())
    }
    /// Begins a group that a script can find by its name, until `close`.
    fn open(&mut self, _name: &str) {}
    /// Ends the group that was opened last.
    fn close(&mut self) {}
    /// Notes the values that lie below the pointer in what was just drawn.
    fn region(&mut self, _region: Region) {}
}

/// A picture's pixels, row by row.
#[derive(Debug, Clone, Copy)]
pub struct Pixels<'a> {
    pub colours: &'a [Rgb],
    /// Rows and columns.
    pub size: [usize; 2],
}

impl Pixels<'_> {
    /// The picture in so many rows and columns: pixels are repeated, or averaged where there is less room.
    pub fn stretched(&self, [height, width]: [i32; 2]) -> Vec<Rgb> {
        let span = |index: usize, length: i32, count: usize| {
            let edge = |index: usize| index * count / length as usize;
            edge(index)..edge(index + 1).max(edge(index) + 1)
        };
        let columns: Vec<_> = (0..width as usize).map(|x| span(x, width, self.size[1])).collect();
        let mut out = Vec::with_capacity((width * height) as usize);
        for y in 0..height as usize {
            let rows = span(y, height, self.size[0]);
            for columns in &columns {
                let mut sum = [0u32; 3];
                for row in rows.clone() {
                    for pixel in &self.colours[row * self.size[1]..][columns.clone()] {
                        (0..3).for_each(|channel| sum[channel] += u32::from(pixel[channel]));
                    }
                }
                let count = (rows.len() * columns.len()) as u32;
                out.push(sum.map(|sum| ((sum + count / 2) / count) as u8));
            }
        }
        out
    }
}

/// The one type size of a figure's numbers: the largest that fits all grids which have room for numbers at all.
pub fn common_type_size<'a>(grids: impl IntoIterator<Item = &'a Grid>, widest: f64) -> i32 {
    grids.into_iter().map(|grid| grid.type_size(widest)).filter(|size| *size > 0).min().unwrap_or(0)
}

/// One square: its colour, or none, and the text in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cell {
    /// Its colour; `None` lets the page show through.
    pub fill: Option<Rgb>,
    /// Its number as text.
    pub text: String,
}

impl Cell {
    /// A place that is not filled yet.
    pub fn empty() -> Self {
        Self { fill: None, text: String::new() }
    }
}

/// How the numbers of a figure are written: all with as many decimals, so that their points are below each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Format {
    decimals: usize,
    widest: f64,
}

impl Format {
    /// The shortest way to write all `values`, with two decimals at most.
    pub fn of<'a>(values: impl IntoIterator<Item = &'a f64> + Clone) -> Self {
        let decimals = |value: &f64| short(*value).split_once('.').map_or(0, |(_, rest)| rest.len());
        let plain = values.clone().into_iter().filter(|value| !is_scientific(**value));
        let this = Self { decimals: plain.map(decimals).max().unwrap_or(0), widest: 0.0 };
        Self { widest: widest(values.into_iter().map(|value| this.text(*value))), ..this }
    }

    /// How wide the widest of the numbers is, in sizes of its type.
    pub fn widest(self) -> f64 {
        self.widest
    }

    /// A number with a true minus: `−0.50`, `2e−7`, `NaN`, `∞`.
    pub fn text(self, value: f64) -> String {
        if value.is_infinite() {
            return if value > 0.0 { "∞".into() } else { "−∞".into() };
        }
        let text = match is_scientific(value) {
            true => format!("{value:.0e}"),
            false => format!("{:.*}", self.decimals, value + 0.0),
        };
        text.replace('-', "−")
    }

    /// A number on its colour.
    pub fn cell(self, value: f64, scale: Scale) -> Cell {
        Cell { fill: Some(scale.colour(value)), text: self.text(value) }
    }

    /// Numbers on their colours.
    pub fn cells(self, values: &[f64], scale: Scale) -> Vec<Cell> {
        values.iter().map(|value| self.cell(*value, scale)).collect()
    }

    /// A pixel on its colour; `None` is a zero of the padding, which takes part in sums but is not of the image.
    pub fn pixel(self, value: Option<f64>, scale: Scale) -> Cell {
        value.map_or_else(|| Cell { fill: None, text: self.text(0.0) }, |value| self.cell(value, scale))
    }
}

/// How wide the widest of some numbers is, in sizes of its type: about, since each page has its own typeface.
pub fn widest(texts: impl Iterator<Item = String>) -> f64 {
    let width = |letter| match letter {
        '.' | ',' | ' ' => 0.31,
        '−' => 0.72,
        _ => 0.61,
    };
    texts.map(|text| text.chars().map(width).sum()).fold(0.0, f64::max)
}

fn is_scientific(value: f64) -> bool {
    value != 0.0 && value.is_finite() && !(0.005..1e5).contains(&value.abs())
}

/// A number alone: two decimals at most, none that say nothing, a true minus.
pub fn short(value: f64) -> String {
    let text = crate::display::short(value);
    if value.is_infinite() {
        text.replace("inf", "∞").replace('-', "−")
    } else {
        text.replace('-', "−")
    }
}

/// Squares with numbers in them; `type_size` 0 leaves the numbers out.
pub struct Squares<'a> {
    pub grid: Grid,
    pub cells: &'a [Cell],
    pub type_size: i32,
    /// How wide the figure's widest number is: all end where that does when it is in the middle.
    pub widest: f64,
}

impl<B: Surface> Drawable<B> for Squares<'_> {
    fn draw<I: Iterator<Item = (i32, i32)>>(&self, pos: I, backend: &mut B, _: (u32, u32)) -> Done<B> {
        for at in pos {
            let grid = Grid { at, ..self.grid };
            let blocks = (0..self.cells.len())
                .map(|index| grid.block([index / grid.size[1], index % grid.size[1]], [1, 1]));
            for (cell, [x, y, w, h]) in self.cells.iter().zip(blocks) {
                // Where the page shows through, there is a square all the same: a player may fill it.
                let fill = cell.fill.map_or(TRANSPARENT, |[r, g, b]| RGBColor(r, g, b).to_rgba());
                backend.draw_rect((x, y), (x + w, y + h), &fill, true)?;
                if self.type_size > 0 && !cell.text.is_empty() {
                    let ink = cell.fill.map_or(INK, ink_on);
                    let half = (self.widest * f64::from(self.type_size) / 2.0).round() as i32;
                    let style = style(f64::from(self.type_size), &ink, HPos::Right);
                    backend.draw_text(&cell.text, &style, (x + w / 2 + half, y + h / 2))?;
                }
            }
            backend.draw_path(lattice(&grid), &EDGE)?;
        }
        Ok(())
    }
}

/// One line that runs along all edges of a grid's squares.
fn lattice(grid: &Grid) -> Vec<(i32, i32)> {
    let [left, top, w, h] = grid.outer();
    let back_and_forth =
        |index: usize, [from, to]: [i32; 2]| if index.is_multiple_of(2) { [from, to] } else { [to, from] };
    let rows = (0..=grid.size[0]).map(|row| (row, top + row as i32 * grid.side[1]));
    let along = rows.flat_map(|(row, y)| back_and_forth(row, [left, left + w]).map(|x| (x, y)));
    // The last of these ends at the bottom, on the right if the number of rows is even.
    let on_the_right = grid.size[0].is_multiple_of(2);
    let columns = (0..=grid.size[1]).map(|column| {
        let x = column as i32 * grid.side[0];
        (column, if on_the_right { left + w - x } else { left + x })
    });
    let down = columns.flat_map(|(column, x)| back_and_forth(column, [top + h, top]).map(|y| (x, y)));
    along.chain(down).collect()
}

/// A picture stretched over a rectangle.
pub struct Picture<'a> {
    pub rect: Rect,
    pub pixels: Pixels<'a>,
}

impl<B: Surface> Drawable<B> for Picture<'_> {
    fn draw<I: Iterator<Item = (i32, i32)>>(&self, mut pos: I, backend: &mut B, _: (u32, u32)) -> Done<B> {
        let [_, _, w, h] = self.rect;
        pos.try_for_each(|(x, y)| backend.picture([x, y, w, h], &self.pixels))
    }
}

/// A frame around a rectangle.
pub struct Frame {
    pub rect: Rect,
    pub colour: RGBColor,
    pub width: u32,
}

impl<B: Surface> Drawable<B> for Frame {
    fn draw<I: Iterator<Item = (i32, i32)>>(&self, mut pos: I, backend: &mut B, _: (u32, u32)) -> Done<B> {
        let [_, _, w, h] = self.rect;
        let style = self.colour.stroke_width(self.width);
        pos.try_for_each(|(x, y)| backend.draw_rect((x, y), (x + w, y + h), &style, false))
    }
}

/// A filled rectangle.
pub struct Block {
    pub rect: Rect,
    pub colour: Rgb,
}

impl<B: Surface> Drawable<B> for Block {
    fn draw<I: Iterator<Item = (i32, i32)>>(&self, mut pos: I, backend: &mut B, _: (u32, u32)) -> Done<B> {
        let ([_, _, w, h], [r, g, b]) = (self.rect, self.colour);
        pos.try_for_each(|(x, y)| backend.draw_rect((x, y), (x + w, y + h), &RGBColor(r, g, b), true))
    }
}

/// A line of text; its middle is at y.
pub struct Label<'a> {
    pub at: (i32, i32),
    pub text: &'a str,
    pub size: f64,
    pub anchor: HPos,
}

impl<B: Surface> Drawable<B> for Label<'_> {
    fn draw<I: Iterator<Item = (i32, i32)>>(&self, mut pos: I, backend: &mut B, _: (u32, u32)) -> Done<B> {
        let style = style(self.size, &INK, self.anchor);
        pos.try_for_each(|at| backend.draw_text(self.text, &style, at))
    }
}

/// The colours of a scale from its lowest to its highest number, and those numbers.
pub struct ColourBar {
    pub at: (i32, i32),
    pub scale: Scale,
}

impl ColourBar {
    /// The height of a bar with its numbers, and the width that it needs.
    pub const SIZE: [i32; 2] = [46, 350];
}

impl<B: Surface> Drawable<B> for ColourBar {
    fn draw<I: Iterator<Item = (i32, i32)>>(&self, pos: I, backend: &mut B, _: (u32, u32)) -> Done<B> {
        const WIDTH: usize = 181;
        let (low, high) = self.scale.ends();
        let value = |index: usize| low + (high - low) * index as f64 / (WIDTH - 1) as f64;
        let colours: Vec<Rgb> = (0..WIDTH).map(|index| self.scale.colour(value(index))).collect();
        for (x, y) in pos {
            let pixels = Pixels { colours: &colours, size: [1, WIDTH] };
            backend.picture([x + 84, y, WIDTH as i32, 16], &pixels)?;
            let ends = [(x + 78, HPos::Right, low), (x + 271, HPos::Left, high)];
            for (x, anchor, value) in ends {
                backend.draw_text(&short(value), &style(15.0, &INK, anchor), (x, y + 8))?;
            }
            backend.draw_text("0", &style(14.0, &INK, HPos::Center), (x + 174, y + 26))?;
        }
        Ok(())
    }
}

macro_rules! at_its_corner {
    ($($element:ident $(<$life:lifetime>)? => $at:expr),*) => { $(
        impl<'e> PointCollection<'e, (i32, i32)> for &'e $element $(<$life>)? {
            type Point = (i32, i32);
            type IntoIter = std::iter::Once<(i32, i32)>;
            fn point_iter(self) -> Self::IntoIter {
                let at: fn(&$element) -> (i32, i32) = $at;
                std::iter::once(at(self))
            }
        }
    )* };
}

at_its_corner!(
    Squares<'_> => |it| it.grid.at,
    Picture<'_> => |it| (it.rect[0], it.rect[1]),
    Frame => |it| (it.rect[0], it.rect[1]),
    Block => |it| (it.rect[0], it.rect[1]),
    Label<'_> => |it| it.at,
    ColourBar => |it| it.at
);

fn style(size: f64, colour: &RGBColor, anchor: HPos) -> TextStyle<'static> {
    (FONT, size).into_font().color(colour).pos(Pos::new(anchor, VPos::Center))
}

/// Draws a line of text in the page's colour, its middle at y.
pub fn label<B: Surface>(area: &Area<B>, at: (i32, i32), size: f64, anchor: HPos, text: &str) -> Drawn<B> {
    area.draw(&Label { at, text, size, anchor })
}

/// Draws a frame around a rectangle.
pub fn frame<B: Surface>(area: &Area<B>, rect: Rect, colour: RGBColor, width: u32) -> Drawn<B> {
    area.draw(&Frame { rect, colour, width })
}

/// Draws what `inside` draws as a group that a script can find by its name.
pub fn group<B: Surface>(area: &Area<B>, name: &'static str, inside: impl FnOnce() -> Drawn<B>) -> Drawn<B> {
    area.draw(&Mark(Some(name)))?;
    inside()?;
    area.draw(&Mark(None))
}

/// The beginning or the end of a group.
struct Mark(Option<&'static str>);

impl<B: Surface> Drawable<B> for Mark {
    fn draw<I: Iterator<Item = (i32, i32)>>(&self, _: I, backend: &mut B, _: (u32, u32)) -> Done<B> {
        match self.0 {
            Some(name) => backend.open(name),
            None => backend.close(),
        }
        Ok(())
    }
}

impl<B: Surface> Drawable<B> for Region {
    fn draw<I: Iterator<Item = (i32, i32)>>(&self, mut pos: I, backend: &mut B, _: (u32, u32)) -> Done<B> {
        pos.try_for_each(|at| {
            backend.region(self.moved_to(at));
            Ok(())
        })
    }
}

at_its_corner!(Mark => |_| (0, 0), Region => Region::corner);
