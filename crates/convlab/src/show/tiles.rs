//! Maps and pictures of one size, laid out in rows: the form of most figures.

use super::MAX_LISTED;
use super::colour::{Rgb, Scale};
use super::elements::{Area, ColourBar, Drawn, Format, Grid, Picture, Pixels, Rect, Squares, Surface, label};
use super::figure::Drawing;
use super::region::{Region, Values};
use crate::display::layout;
use plotters::style::text_anchor::HPos;

/// How wide a figure is at full size, in pixels.
pub const WIDTH: i32 = 920;
pub const GAP: i32 = 14;
/// A map with at most this many rows and columns has its numbers written into it.
pub const MAX_NUMBERED: usize = 8;
/// A picture with more rows or columns than this is a photograph: it gets the room that there is.
const PHOTOGRAPH: usize = 64;
const HIGHEST: i32 = 600;
const NARROWEST: i32 = 16;
/// The height of a line of a caption and the size of its type.
const LINE: i32 = 20;
const TYPE: f64 = 16.0;
const SMALLEST_TYPE: f64 = 12.0;

/// What a row of pictures has in common.
#[derive(Clone)]
pub struct Tiles {
    /// Every tile's rows and columns.
    pub size: [usize; 2],
    /// How many tiles are in a row; `None` for a rectangle about twice as wide as high.
    pub columns: Option<usize>,
    /// The tiles in reading order.
    pub tiles: Vec<Tile>,
    /// What is above the figure.
    pub title: String,
    /// What the figure's text begins with.
    pub summary: String,
}

/// One map or picture.
#[derive(Clone)]
pub struct Tile {
    /// Is above the tile; may be empty.
    pub caption: String,
    /// What the tile shows.
    pub face: Face,
}

/// What a tile shows, row by row.
#[derive(Clone)]
pub enum Face {
    /// Numbers, coloured by a scale: one for all tiles, so that they can be compared.
    Numbers(Vec<f64>, Scale),
    /// Colours, and the numbers that black and white stand for.
    Colours(Vec<Rgb>, (f64, f64)),
}

impl Face {
    fn numbers(&self) -> Option<&Vec<f64>> {
        match self {
            Self::Numbers(values, _) => Some(values),
            Self::Colours(..) => None,
        }
    }
}

/// Where the tiles are.
struct Layout {
    columns: usize,
    /// Width and height of a tile, and the height of its caption.
    tile: [i32; 2],
    caption: i32,
}

impl Tiles {
    fn layout(&self) -> Layout {
        let count = self.tiles.len().max(1);
        let columns = self.columns.unwrap_or_else(|| columns(count));
        let photograph = self.size.into_iter().max() > Some(PHOTOGRAPH);
        let widest = match count {
            1 if !photograph => 360,
            _ if photograph && count <= 5 => WIDTH,
            _ if columns < count => 150,
            _ => 240,
        };
        let room = ((WIDTH + GAP) / columns as i32 - GAP).min(widest);
        let tile = fitted(self.size, [room, HIGHEST]);
        let lines =
            self.tiles.iter().map(|tile_| wrapped(&tile_.caption, tile[0]).0.len()).max().unwrap_or(0);
        Layout { columns, tile, caption: LINE * lines as i32 + if lines > 0 { 6 } else { 0 } }
    }

    fn signed(&self) -> Option<Scale> {
        self.tiles.iter().find_map(|tile| match tile.face {
            Face::Numbers(_, scale @ Scale::Signed(_)) => Some(scale),
            _ => None,
        })
    }

    fn face<B: Surface>(&self, area: &Area<B>, tile: &Tile, rect: Rect, format: Format) -> Drawn<B> {
        let (name, size) = (tile.caption.clone(), self.size);
        match &tile.face {
            Face::Numbers(numbers, scale) => {
                let map = Map { name, size, rect, numbers, scale: *scale };
                let type_size = map.grid().map_or(0, |grid| grid.type_size(format.widest()));
                map.draw(area, format, type_size)
            }
            Face::Colours(colours, (low, high)) => {
                area.draw(&Picture { rect, pixels: Pixels { colours, size } })?;
                let values = Values::Picture { size, low: *low, high: *high };
                area.draw(&Region { name, rect, values })
            }
        }
    }
}

/// A map of numbers: squares with their numbers in them where they are few, else a picture.
pub struct Map<'a> {
    /// What the numbers are of; may be empty.
    pub name: String,
    /// Rows and columns.
    pub size: [usize; 2],
    pub rect: Rect,
    pub numbers: &'a [f64],
    pub scale: Scale,
}

impl Map<'_> {
    /// The squares of a map whose numbers are written into it.
    pub fn grid(&self) -> Option<Grid> {
        let ([rows, columns], [x, y, w, h]) = (self.size, self.rect);
        let side = [w / columns as i32, h / rows as i32];
        (rows.max(columns) <= MAX_NUMBERED).then_some(Grid { at: (x, y), size: self.size, side })
    }

    /// Draws it and notes its values for the pointer; `type_size` is that of the numbers in its squares.
    ///
    /// # Errors
    /// If the backend cannot draw.
    pub fn draw<B: Surface>(&self, area: &Area<B>, format: Format, type_size: i32) -> Drawn<B> {
        let Self { size, rect, numbers, scale, .. } = *self;
        match self.grid() {
            Some(grid) => {
                let cells = format.cells(numbers, scale);
                area.draw(&Squares { grid, cells: &cells, type_size, widest: format.widest() })?;
            }
            None => {
                let colours: Vec<Rgb> = numbers.iter().map(|value| scale.colour(*value)).collect();
                area.draw(&Picture { rect, pixels: Pixels { colours: &colours, size } })?;
            }
        }
        let values = Values::Grid { size, numbers: numbers.to_vec(), names: Default::default() };
        area.draw(&Region { name: self.name.clone(), rect, values })
    }
}

impl Drawing for Tiles {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn text(&self) -> String {
        let numbers: Vec<&Vec<f64>> = self.tiles.iter().filter_map(|tile| tile.face.numbers()).collect();
        let captions = self.tiles.iter().map(|tile| tile.caption.as_str());
        let rest = match numbers.iter().map(|numbers| numbers.len()).sum::<usize>() {
            1..=MAX_LISTED => captions
                .zip(numbers)
                .map(|(caption, numbers)| format!("\n{caption}\n{}", layout(numbers, &self.size)))
                .collect(),
            _ => format!("\n{}", captions.collect::<Vec<_>>().join(", ")),
        };
        format!("{}{rest}", self.summary).replace("\n\n", "\n").trim_end().to_owned()
    }

    fn size(&self) -> (u32, u32) {
        let Layout { columns, tile: [w, h], caption } = self.layout();
        let rows = self.tiles.len().div_ceil(columns) as i32;
        let bar = self.signed().map_or([0, 0], |_| ColourBar::SIZE);
        let width = (columns.min(self.tiles.len().max(1)) as i32 * (w + GAP) - GAP).max(bar[1]) + 4;
        let height = rows * (h + caption + GAP) - GAP + 4 + if bar[0] > 0 { bar[0] + 10 } else { 0 };
        (width as u32, height.max(1) as u32)
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        let Layout { columns, tile: [w, h], caption } = self.layout();
        let small = self.size[0].max(self.size[1]) <= MAX_NUMBERED;
        let numbers = self.tiles.iter().filter(|_| small).filter_map(|tile| tile.face.numbers());
        let format = Format::of(numbers.flatten());
        for (index, tile) in self.tiles.iter().enumerate() {
            let x = 2 + (index % columns) as i32 * (w + GAP);
            let y = 2 + (index / columns) as i32 * (h + caption + GAP);
            let (lines, size) = wrapped(&tile.caption, w);
            for (line, text) in lines.iter().rev().enumerate() {
                let middle = y + caption - 6 - LINE / 2 - line as i32 * LINE;
                label(area, (x + w / 2, middle), size, HPos::Center, text)?;
            }
            self.face(area, tile, [x, y + caption, w, h], format)?;
        }
        match self.signed() {
            Some(scale) => {
                let at = (2, self.size().1 as i32 - ColourBar::SIZE[0]);
                area.draw(&ColourBar { at, scale })
            }
            None => Ok(()),
        }
    }

    fn captioned(&self, captions: &[&str]) -> Option<(usize, Self)> {
        let mut this = self.clone();
        for (tile, caption) in this.tiles.iter_mut().zip(captions) {
            (*caption).clone_into(&mut tile.caption);
        }
        Some((self.tiles.len(), this))
    }
}

/// Width and height of a picture of rows and columns with square pixels of whole size, in so much room; one that is
/// very long is drawn with pixels that are not square.
pub fn fitted([rows, columns]: [usize; 2], [width, height]: [i32; 2]) -> [i32; 2] {
    let (rows, columns) = (rows.max(1) as i32, columns.max(1) as i32);
    let side = (width / columns).min(height / rows);
    if side > 0 {
        return [side * columns, side * rows];
    }
    let scale = (f64::from(width) / f64::from(columns)).min(f64::from(height) / f64::from(rows));
    [columns, rows].map(|side| ((f64::from(side) * scale) as i32).max(NARROWEST))
}

/// A caption in lines that fit a width, and the size of their type.
fn wrapped(caption: &str, width: i32) -> (Vec<String>, f64) {
    if caption.is_empty() {
        return (Vec::new(), TYPE);
    }
    let size_of = |lines: &[String]| {
        let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(1);
        (f64::from(width + GAP - 4) / (0.56 * longest as f64)).min(TYPE)
    };
    let whole = vec![caption.to_owned()];
    let halves = || {
        // A caption is broken where its two lines are most alike in length.
        let breaks = caption.match_indices(' ').map(|(at, _)| at);
        let at = breaks.min_by_key(|at| at.abs_diff(caption.len() / 2))?;
        Some(vec![caption[..at].to_owned(), caption[at + 1..].to_owned()])
    };
    let lines = match halves() {
        Some(halves) if size_of(&whole) < SMALLEST_TYPE + 1.0 => halves,
        _ => whole,
    };
    let size = size_of(&lines).max(SMALLEST_TYPE).floor();
    let most = (f64::from(width + GAP - 4) / (0.56 * size)) as usize;
    (lines.into_iter().map(|line| shortened(&line, most.max(3))).collect(), size)
}

/// A text in lines of at most so many letters, broken at spaces.
pub fn broken(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The beginning of a text, up to so many letters.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// Few tiles are in one row, many in a rectangle about twice as wide as high.
pub fn columns(count: usize) -> usize {
    match count {
        0..=5 => count.max(1),
        _ => ((count as f64 * 2.0).sqrt().ceil() as usize).min(10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::figure::Figure;

    fn tiles(count: usize, size: [usize; 2], values: &[f64]) -> Tiles {
        let tile = |index| Tile {
            caption: format!("map {index}"),
            face: Face::Numbers(values.to_vec(), Scale::signed(values)),
        };
        let tiles = (0..count).map(tile).collect();
        Tiles { title: "Maps".into(), size, columns: None, tiles, summary: "Maps, all of them".into() }
    }

    #[test]
    fn a_large_map_is_one_image_and_many_are_in_rows() {
        let html = Figure::of(tiles(32, [9, 9], &[1.0; 81])).unwrap().html();
        // One for each map, and the colour bar.
        assert_eq!(html.matches("<image").count(), 33);
        assert!(html.contains("map 31"));
    }

    #[test]
    fn rows_are_about_twice_as_wide_as_high() {
        assert_eq!([1, 3, 5, 10, 32, 100].map(columns), [1, 3, 5, 5, 8, 10]);
    }

    #[test]
    fn pictures_have_square_pixels_of_whole_size_but_for_those_that_are_very_long() {
        assert_eq!(fitted([28, 28], [360, 600]), [336, 336]);
        assert_eq!(fitted([1213, 1546], [920, 600]), [764, 600]);
        assert_eq!(fitted([20_000, 1], [360, 600]), [16, 600]);
        assert_eq!(fitted([1, 20_000], [360, 600]), [360, 16]);
    }

    #[test]
    fn a_caption_takes_two_lines_before_it_is_cut() {
        assert_eq!(wrapped("input 3", 150).0, ["input 3"]);
        assert_eq!(wrapped("filter 63, input 11", 79).0, ["filter 63,", "input 11"]);
        let long = wrapped("a name that is far too long for such a picture", 60);
        assert!(long.1 >= SMALLEST_TYPE && long.0.iter().all(|line| line.ends_with('…')), "{long:?}");
    }
}
