//! Maps and pictures of one size, laid out in rows: the form of most figures.

use super::canvas::{Cell, Grid, longest};
use super::colour::{Rgb, Scale, png};
use super::figure::Figure;
use super::svg::{Anchor, Sheet};
use crate::Result;
use crate::display::short;

/// How wide a figure is at full size.
pub const WIDTH: f64 = 920.0;
pub const GAP: f64 = 14.0;
const CAPTION: f64 = 28.0;
pub const TITLE: f64 = 40.0;
const BAR: f64 = 46.0;
/// A map with at most this many rows and columns has its numbers written into it.
pub const MOST_NUMBERED: usize = 8;

/// What a row of pictures has in common.
pub struct Tiles<'a> {
    /// Stands above.
    pub title: String,
    /// Every tile's rows and columns.
    pub size: [usize; 2],
    /// How many tiles stand in a row; `None` for a rectangle about twice as wide as high.
    pub columns: Option<usize>,
    /// The tiles in reading order.
    pub tiles: Vec<Tile<'a>>,
    /// What the figure shows, in words and numbers.
    pub text: String,
}

/// One map or picture.
pub struct Tile<'a> {
    /// Stands above the tile; may be empty.
    pub caption: String,
    /// The tile's face.
    pub face: Face<'a>,
}

/// What a tile shows, row by row.
pub enum Face<'a> {
    /// Numbers, coloured by a scale: one for all tiles, so that they can be compared.
    Numbers(&'a [f64], Scale),
    /// Colours.
    Colours(Vec<Rgb>),
}

impl Tiles<'_> {
    /// Draws the tiles.
    ///
    /// # Errors
    /// If a picture cannot be encoded.
    pub fn draw(self) -> Result<Figure> {
        let count = self.tiles.len().max(1);
        let columns = self.columns.unwrap_or_else(|| columns(count));
        let widest = match count {
            1 => 360.0,
            _ if columns < count => 150.0,
            _ => 240.0,
        };
        let width = ((WIDTH + GAP) / columns as f64 - GAP).min(widest);
        let height = width * self.size[0] as f64 / self.size[1].max(1) as f64;
        let caption = if self.tiles.iter().any(|tile| !tile.caption.is_empty()) { CAPTION } else { 0.0 };
        let rows = count.div_ceil(columns) as f64;
        let signed = self.tiles.iter().find_map(|tile| match tile.face {
            Face::Numbers(_, scale @ Scale::Signed(_)) => Some(scale),
            _ => None,
        });
        let body = columns as f64 * (width + GAP) - GAP;
        let full = [
            body.max(self.title.chars().count() as f64 * 10.5).max(if signed.is_some() {
                340.0
            } else {
                0.0
            }),
            TITLE + rows * (height + caption + GAP) - GAP + if signed.is_some() { BAR } else { 4.0 },
        ];
        let mut sheet = Sheet::new(full[0] + 4.0, full[1]);
        sheet.text([2.0, TITLE / 2.0 - 2.0], 20.0, Anchor::Start, None, &self.title);
        for (index, tile) in self.tiles.iter().enumerate() {
            let x = 2.0 + (index % columns) as f64 * (width + GAP);
            let y = TITLE + (index / columns) as f64 * (height + caption + GAP);
            let size = if width < 80.0 { 13.0 } else { 17.0 };
            sheet.text([x + width / 2.0, y + caption / 2.0], size, Anchor::Middle, None, &tile.caption);
            self.face(&mut sheet, tile, [x, y + caption, width, height])?;
        }
        if let Some(scale) = signed {
            colour_bar(&mut sheet, scale, full[1] - BAR + 14.0);
        }
        let label = format!("{}. {}", self.title, self.text.lines().next().unwrap_or_default());
        Ok(Figure::new(sheet.finish(&label), self.text))
    }

    fn face(&self, sheet: &mut Sheet, tile: &Tile<'_>, place: [f64; 4]) -> Result<()> {
        let [rows, columns] = self.size;
        match &tile.face {
            Face::Numbers(values, scale) if rows.max(columns) <= MOST_NUMBERED => {
                let grid =
                    Grid { at: [place[0], place[1]], size: self.size, side: place[2] / columns as f64 };
                grid.draw(sheet, grid.type_size(longest(values)), &Cell::numbers(values, *scale));
            }
            Face::Numbers(values, scale) => {
                let pixels: Vec<Rgb> = values.iter().map(|value| scale.colour(*value)).collect();
                sheet.pixels(place, &png(&pixels, columns, rows)?);
            }
            Face::Colours(pixels) => sheet.pixels(place, &png(pixels, columns, rows)?),
        }
        Ok(())
    }
}

fn colour_bar(sheet: &mut Sheet, scale: Scale, y: f64) {
    const STEPS: usize = 41;
    let (low, high) = scale.ends();
    let step = 180.0 / STEPS as f64;
    for index in 0..STEPS {
        let value = low + (high - low) * index as f64 / (STEPS - 1) as f64;
        sheet.bar([84.0 + index as f64 * step, y, step + 0.3, 16.0], scale.colour(value));
    }
    sheet.text([78.0, y + 8.0], 15.0, Anchor::End, None, &short(low));
    sheet.text([270.0, y + 8.0], 15.0, Anchor::Start, None, &short(high));
    sheet.text([174.0, y + 25.0], 13.0, Anchor::Middle, None, "0");
}

/// Few tiles stand in one row, many in a rectangle about twice as wide as high.
pub fn columns(count: usize) -> usize {
    match count {
        0..=5 => count.max(1),
        _ => ((count as f64 * 2.0).sqrt().ceil() as usize).min(10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiles(count: usize, size: [usize; 2], values: &[f64]) -> Figure {
        let tiles = (0..count)
            .map(|index| Tile {
                caption: format!("map {index}"),
                face: Face::Numbers(values, Scale::signed(values)),
            })
            .collect();
        Tiles { title: "Maps".into(), size, columns: None, tiles, text: "told".into() }.draw().unwrap()
    }

    #[test]
    fn a_small_map_shows_every_number_in_a_square_of_its_own() {
        let html = tiles(1, [2, 2], &[0.1, 0.2, -0.4, -0.5]).html();
        for number in ["0.1", "0.2", "-0.4", "-0.5"] {
            assert_eq!(html.matches(&format!(">{number}</text>")).count(), 1 + usize::from(number == "-0.5"));
        }
        assert_eq!(html.matches("stroke-opacity").count(), 4);
    }

    #[test]
    fn a_large_map_is_one_image_and_many_stand_in_rows() {
        let html = tiles(32, [9, 9], &[1.0; 81]).html();
        assert_eq!(html.matches("<image").count(), 32);
        assert!(html.contains("map 31"));
    }

    #[test]
    fn rows_are_about_twice_as_wide_as_high() {
        assert_eq!([1, 3, 5, 10, 32, 100].map(columns), [1, 3, 5, 5, 8, 10]);
    }

    #[test]
    fn what_the_figure_shows_is_said_to_those_who_do_not_see_it() {
        let html = tiles(1, [2, 2], &[0.0; 4]).html();
        assert!(html.contains("aria-label=\"Maps. told\""), "{html}");
    }
}
