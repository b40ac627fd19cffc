//! Figures in pixels: plotters' bitmap backend with letters of our own, black on white, as PNG and as animation.

use super::elements::{Area, Drawn, Pixels, Rect, Surface};
use super::typeface;
use crate::{Error, Result};
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, RgbaImage};
use plotters::prelude::{BitMapBackend, DrawingBackend, IntoDrawingArea};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};
use std::time::Duration;

/// How long the last frame of an animation stays.
const LAST: Duration = Duration::from_secs(3);

/// A picture in pixels, RGB, row by row.
pub struct Raster {
    pub size: (u32, u32),
    pub pixels: Vec<u8>,
}

/// Draws on a white picture of a size, each length `scale` times as long.
///
/// # Errors
/// If plotters cannot draw it.
pub fn drawn(
    (width, height): (u32, u32),
    scale: u32,
    draw: impl for<'a> FnOnce(&Area<Bitmap<'a>>) -> Drawn<Bitmap<'a>>,
) -> Result<Raster> {
    let size = (width * scale, height * scale);
    let mut pixels = vec![255; 3 * size.0 as usize * size.1 as usize];
    let inner = BitMapBackend::with_buffer(&mut pixels, size);
    let area = Bitmap { inner, scale: scale as i32 }.into_drawing_area();
    draw(&area).map_err(|error| {
        Error::new("a figure that can be drawn", error.to_string(), "draw fewer or smaller numbers")
    })?;
    drop(area);
    Ok(Raster { size, pixels })
}

/// The picture as a PNG file.
///
/// # Errors
/// If it cannot be encoded.
pub fn png(raster: &Raster) -> Result<Vec<u8>> {
    let (pixels, _) = raster.pixels.as_chunks::<3>();
    super::colour::png_bytes(pixels, raster.size.0 as usize, raster.size.1 as usize)
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
        let Raster { size: (width, height), pixels } = raster?;
        let (pixels, _) = pixels.as_chunks::<3>();
        let pixels: Vec<u8> =
            pixels.iter().flat_map(|rgb| [few(rgb[0]), few(rgb[1]), few(rgb[2]), 255]).collect();
        let time = if index == last { LAST } else { Duration::from_millis(each as u64) };
        let picture = RgbaImage::from_raw(width, height, pixels).unwrap_or_default();
        let frame = Frame::from_parts(picture, 0, 0, Delay::from_saturating_duration(time));
        encoder.encode_frame(frame).map_err(refused)?;
    }
    drop(encoder);
    Ok(bytes)
}

/// Every fifth level of a colour: the colours of our scales then fit into the 256 of a GIF.
fn few(level: u8) -> u8 {
    level.saturating_add(2) / 5 * 5
}

/// plotters' bitmap backend, with letters and with a scale.
pub struct Bitmap<'a> {
    inner: BitMapBackend<'a>,
    scale: i32,
}

type Fault = <BitMapBackend<'static> as DrawingBackend>::ErrorType;
type Done = Result<(), DrawingErrorKind<Fault>>;

impl Bitmap<'_> {
    fn scaled(&self, (x, y): BackendCoord) -> BackendCoord {
        (x * self.scale, y * self.scale)
    }
}

/// A colour and a width in pixels.
struct Scaled(BackendColor, u32);

impl BackendStyle for Scaled {
    fn color(&self) -> BackendColor {
        self.0
    }

    fn stroke_width(&self) -> u32 {
        self.1
    }
}

impl DrawingBackend for Bitmap<'_> {
    type ErrorType = Fault;

    fn get_size(&self) -> (u32, u32) {
        let (width, height) = self.inner.get_size();
        (width / self.scale as u32, height / self.scale as u32)
    }

    fn ensure_prepared(&mut self) -> Done {
        self.inner.ensure_prepared()
    }

    fn present(&mut self) -> Done {
        self.inner.present()
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Done {
        self.draw_rect((x, y), (x + 1, y + 1), &colour, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        let width = style.stroke_width() as i32;
        let style = Scaled(style.color(), style.stroke_width() * self.scale as u32);
        if from.0 != to.0 && from.1 != to.1 {
            return self.inner.draw_line(self.scaled(from), self.scaled(to), &style);
        }
        let corner = (from.0.min(to.0) - width / 2, from.1.min(to.1) - width / 2);
        let end = (from.0.max(to.0) + (width + 1) / 2, from.1.max(to.1) + (width + 1) / 2);
        self.draw_rect(corner, end, &style, true)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Done {
        if fill {
            return self.inner.draw_rect(self.scaled(from), self.scaled(to), style, true);
        }
        let corners = [from, (to.0, from.1), to, (from.0, to.1), from];
        corners.windows(2).try_for_each(|side| self.draw_line(side[0], side[1], style))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done {
        let points: Vec<_> = path.into_iter().collect();
        if points.windows(2).all(|two| two[0].0 == two[1].0 || two[0].1 == two[1].1) {
            return points.windows(2).try_for_each(|two| self.draw_line(two[0], two[1], style));
        }
        let points: Vec<_> = points.into_iter().map(|point| self.scaled(point)).collect();
        self.inner.draw_path(points, &Scaled(style.color(), style.stroke_width() * self.scale as u32))
    }

    fn draw_circle<S: BackendStyle>(&mut self, at: BackendCoord, radius: u32, style: &S, fill: bool) -> Done {
        self.inner.draw_circle(self.scaled(at), radius * self.scale as u32, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done {
        let points: Vec<_> = path.into_iter().map(|point| self.scaled(point)).collect();
        self.inner.fill_polygon(points, style)
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Done {
        let (at, size) = (self.scaled(at), style.size() * f64::from(self.scale));
        typeface::pixels(text, size, style.anchor(), |x, y, coverage| {
            let (x, y) = style.transform().transform(x, y);
            self.inner.draw_pixel((at.0 + x, at.1 + y), style.color().mix(coverage))
        })
    }
}

impl Surface for Bitmap<'_> {
    fn picture(&mut self, [x, y, w, h]: Rect, picture: &Pixels<'_>) -> Done {
        let (at, [w, h]) = (self.scaled((x, y)), [w, h].map(|side| side * self.scale));
        self.inner.blit_bitmap(at, (w as u32, h as u32), picture.stretched([h, w]).as_flattened())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::AnimationDecoder;
    use image::codecs::gif::GifDecoder;
    use plotters::prelude::{RGBColor, Rectangle};
    use plotters::style::Color;

    fn page(colour: RGBColor) -> Result<Raster> {
        drawn((4, 3), 1, |area| area.draw(&Rectangle::new([(0, 0), (4, 3)], colour.filled())))
    }

    #[test]
    fn lengths_grow_with_the_scale_and_a_frame_is_as_thick_as_it_is_said() {
        let raster = drawn((10, 10), 2, |area| {
            area.draw(&Rectangle::new([(2, 2), (8, 8)], Color::stroke_width(&RGBColor(9, 9, 9), 2)))
        });
        let raster = raster.unwrap();
        assert_eq!(raster.size, (20, 20));
        let dark = |x: usize, y: usize| raster.pixels[3 * (20 * y + x)] == 9;
        // Two lengths thick, on both sides of x = 2: pixels 2 to 5.
        assert_eq!(
            [1, 2, 5, 6, 13, 14, 17, 18].map(|x| dark(x, 10)),
            [false, true, true, false, false, true, true, false]
        );
    }

    #[test]
    fn an_animation_holds_its_pictures_in_order_and_its_last_one_stays() {
        let frames = [RGBColor(255, 0, 0), RGBColor(0, 255, 0)].map(page);
        let bytes = gif(frames.into_iter(), 400).unwrap();
        let frames = GifDecoder::new(std::io::Cursor::new(bytes)).unwrap().into_frames();
        let frames: Vec<Frame> = frames.collect::<Result<_, _>>().unwrap();
        assert_eq!(frames[0].buffer().get_pixel(2, 2).0, [255, 0, 0, 255]);
        assert_eq!(frames[1].buffer().get_pixel(2, 2).0, [0, 255, 0, 255]);
        let times: Vec<u32> = frames.iter().map(|frame| frame.delay().numer_denom_ms().0).collect();
        assert_eq!(times, [400, 3000]);
    }
}
