//! Figures in pixels, and pixels as an animation: black on white, letters in a typeface of our own.

use super::canvas::{Canvas, Cell};
use super::colour::Rgb;
use super::font::{ABOVE, glyph, width};
use super::svg::Anchor;
use crate::{Error, Result};
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, RgbaImage};
use std::time::Duration;

const WHITE: Rgb = [255; 3];
const BLACK: Rgb = [0; 3];
const GREY: Rgb = [170; 3];

/// How long the last frame stays.
const LAST: Duration = Duration::from_secs(3);

/// A picture in pixels.
pub struct Raster {
    width: usize,
    /// Row by row; all of them opaque.
    pixels: Vec<[u8; 4]>,
}

impl Raster {
    /// An empty page.
    pub fn new([width, height]: [f64; 2]) -> Self {
        let [width, height] = [width, height].map(|side| side.ceil() as usize);
        Self { width, pixels: vec![[255; 4]; width * height] }
    }

    fn fill(&mut self, [x, y, w, h]: [f64; 4], colour: Rgb) {
        let height = self.pixels.len() / self.width;
        let range = |from: f64, length: f64, most: usize| {
            let at = |place: f64| (place.round().max(0.0) as usize).min(most);
            at(from)..at(from + length)
        };
        let [r, g, b] = colour.map(few);
        for row in range(y, h, height) {
            let columns = range(x, w, self.width);
            self.pixels[row * self.width..][columns].fill([r, g, b, 255]);
        }
    }

    fn edge(&mut self, [x, y, w, h]: [f64; 4], colour: Rgb, width: f64) {
        let half = (width / 2.0).floor();
        let [left, top] = [x.round() - half, y.round() - half];
        let [right, bottom] = [(x + w).round() - half, (y + h).round() - half];
        for side in [top, bottom] {
            self.fill([left, side, right - left + width, width], colour);
        }
        for side in [left, right] {
            self.fill([side, top, width, bottom - top + width], colour);
        }
    }

    /// Writes letters of `scale` pixels a dot, their middle at y.
    fn letters(&mut self, [x, y]: [f64; 2], scale: usize, colour: Rgb, text: &str) {
        let dot = scale as f64;
        let mut left = x.round();
        for letter in text.chars() {
            let (dots, width) = glyph(letter);
            for [row, column] in dots {
                let at = [left + column as f64 * dot, (y - ABOVE / 2.0 * dot).round() + row as f64 * dot];
                self.fill([at[0], at[1], dot, dot], colour);
            }
            left += (width + 1) as f64 * dot;
        }
    }
}

impl Canvas for Raster {
    fn cell(&mut self, place: [f64; 4], size: f64, cell: &Cell) {
        let [x, y, w, h] = place;
        self.fill(place, cell.fill.unwrap_or(WHITE));
        self.edge(place, GREY, 1.0);
        let width = width(&cell.text);
        let scale = dots_for(size).min((w - 2.0) as usize / width.max(1));
        if size > 0.0 && scale > 0 {
            let left = x + (w - (width * scale) as f64) / 2.0;
            let ink = if cell.ink() == Some("#ffffff") { WHITE } else { BLACK };
            self.letters([left, y + h / 2.0], scale, ink, &cell.text);
        }
    }

    fn pixels(&mut self, [x, y, w, h]: [f64; 4], pixels: &[Rgb], [rows, columns]: [usize; 2]) -> Result<()> {
        for row in y.round() as usize..(y + h).round() as usize {
            for column in x.round() as usize..(x + w).round() as usize {
                let part = |at: usize, from: f64, length: f64, count: usize| {
                    (((at as f64 + 0.5 - from) / length * count as f64) as usize).min(count - 1)
                };
                let pixel = part(row, y, h, rows) * columns + part(column, x, w, columns);
                self.fill([column as f64, row as f64, 1.0, 1.0], pixels[pixel]);
            }
        }
        Ok(())
    }

    fn frame(&mut self, place: [f64; 4], colour: Option<Rgb>, width: f64) {
        let faint = if width < 1.0 { GREY } else { BLACK };
        self.edge(place, colour.unwrap_or(faint), width.max(1.0));
    }

    fn text(&mut self, [x, y]: [f64; 2], size: f64, anchor: Anchor, text: &str) {
        let scale = dots_for(size);
        let width = (width(text) * scale) as f64;
        let left = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        self.letters([left, y], scale, BLACK, text);
    }
}

/// Writes pictures of one size as an animation that runs on and on, `each` milliseconds a picture.
///
/// # Errors
/// If a picture cannot be drawn or written.
pub fn gif(frames: impl ExactSizeIterator<Item = Result<Raster>>, each: usize) -> Result<Vec<u8>> {
    let refused = |error: image::ImageError| {
        Error::new("pictures that make an animation", error.to_string(), "save it as .html")
    };
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    encoder.set_repeat(Repeat::Infinite).map_err(refused)?;
    let last = frames.len().saturating_sub(1);
    for (index, raster) in frames.enumerate() {
        let Raster { width, pixels } = raster?;
        let height = (pixels.len() / width) as u32;
        let time = if index == last { LAST } else { Duration::from_millis(each as u64) };
        let picture = RgbaImage::from_raw(width as u32, height, pixels.into_flattened()).unwrap_or_default();
        let frame = Frame::from_parts(picture, 0, 0, Delay::from_saturating_duration(time));
        encoder.encode_frame(frame).map_err(refused)?;
    }
    drop(encoder);
    Ok(bytes)
}

/// How many pixels a dot has in type of a height.
fn dots_for(size: f64) -> usize {
    ((size / 8.0) as usize).max(1)
}

/// Every fifth level of a colour: all colours of our scales then fit into the 256 of a GIF.
fn few(level: u8) -> u8 {
    level.saturating_add(2) / 5 * 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::colour::Scale;
    use image::AnimationDecoder;
    use image::codecs::gif::GifDecoder;
    use std::collections::BTreeSet;

    #[test]
    fn a_square_is_filled_to_its_edge_and_holds_its_number() {
        let mut raster = Raster::new([40.0, 30.0]);
        let cell = Cell { fill: Some([10, 20, 30]), text: "1".into() };
        Canvas::cell(&mut raster, [10.0, 5.0, 20.0, 20.0], 9.0, &cell);
        let at = |x: usize, y: usize| raster.pixels[y * 40 + x][..3].to_vec();
        assert_eq!([at(9, 15), at(10, 15), at(12, 7), at(31, 15)], [WHITE, GREY, [10, 20, 30], WHITE]);
        assert_eq!(
            raster.pixels.iter().filter(|pixel| **pixel == [255; 4]).count(),
            1200 - 21 * 21 + glyph('1').0.len()
        );
    }

    #[test]
    fn what_lies_over_the_edge_is_cut_off() {
        let mut raster = Raster::new([10.0, 10.0]);
        raster.fill([-5.0, 8.0, 100.0, 100.0], BLACK);
        assert_eq!(raster.pixels.iter().filter(|pixel| pixel[..3] == BLACK).count(), 20);
    }

    #[test]
    fn all_our_colours_fit_into_one_animation() {
        let parts = (0..=2000).map(|part| f64::from(part) / 1000.0 - 1.0);
        let scales = [Scale::Signed(1.0), Scale::Grey(-1.0, 1.0)];
        let colours: BTreeSet<Rgb> =
            parts.flat_map(|value| scales.map(|scale| scale.colour(value).map(few))).collect();
        assert!(colours.len() < 250, "{}", colours.len());
    }

    #[test]
    fn an_animation_holds_its_pictures_in_order_and_its_last_one_stays() {
        let page = |colour| {
            let mut raster = Raster::new([4.0, 3.0]);
            raster.fill([0.0, 0.0, 4.0, 3.0], colour);
            Ok(raster)
        };
        let bytes = gif([[255, 0, 0], [0, 255, 0]].map(page).into_iter(), 400).unwrap();
        let frames = GifDecoder::new(std::io::Cursor::new(bytes)).unwrap().into_frames();
        let frames: Vec<Frame> = frames.collect::<Result<_, _>>().unwrap();
        assert_eq!(frames[0].buffer().get_pixel(2, 2).0, [255, 0, 0, 255]);
        assert_eq!(frames[1].buffer().get_pixel(2, 2).0, [0, 255, 0, 255]);
        let times: Vec<u32> = frames.iter().map(|frame| frame.delay().numer_denom_ms().0).collect();
        assert_eq!(times, [400, 3000]);
    }
}
