//! From numbers to colours, and from colours to a PNG that an HTML page carries in itself.

use crate::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use plotters::prelude::RGBColor;

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// How numbers become colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Black at the first number, white at the second.
    Grey(f64, f64),
    /// Blue at minus the number, white at zero, red at the number: a palette that colour-blind readers can read.
    Signed(f64),
}

/// Stands for what is no finite number.
pub const NOT_FINITE: Rgb = [255, 0, 255];
const BLUE: Rgb = [33, 102, 172];
const WHITE: Rgb = [247, 247, 247];
const RED: Rgb = [178, 24, 43];

impl Scale {
    /// The signed scale that holds all finite `values`.
    pub fn signed(values: &[f64]) -> Self {
        let most = finite(values).map(f64::abs).fold(0.0, f64::max);
        Self::Signed(if most > 0.0 { most } else { 1.0 })
    }

    /// The grey scale of pictures: 0 to 1, or the values' own range where they leave that.
    pub fn grey(values: &[f64]) -> Self {
        let low = finite(values).fold(f64::INFINITY, f64::min);
        let high = finite(values).fold(f64::NEG_INFINITY, f64::max);
        if low >= 0.0 && high <= 1.0 || low > high { Self::Grey(0.0, 1.0) } else { Self::Grey(low, high) }
    }

    /// The number's position between the scale's ends, 0 to 1.
    pub fn fraction(self, value: f64) -> f64 {
        let (low, high) = self.ends();
        if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 }
    }

    /// The smallest and the largest number that has a colour of its own.
    pub fn ends(self) -> (f64, f64) {
        match self {
            Self::Grey(low, high) => (low, high),
            Self::Signed(most) => (-most, most),
        }
    }

    /// The colour of a number.
    pub fn colour(self, value: f64) -> Rgb {
        if !value.is_finite() {
            return NOT_FINITE;
        }
        let fraction = self.fraction(value);
        match self {
            Self::Grey(..) => [(fraction * 255.0).round() as u8; 3],
            Self::Signed(_) if fraction < 0.5 => mix(WHITE, BLUE, 1.0 - 2.0 * fraction),
            Self::Signed(_) => mix(WHITE, RED, 2.0 * fraction - 1.0),
        }
    }
}

/// `#rrggbb`, or `#rgb` where that says the same.
pub fn hex(rgb: Rgb) -> String {
    if rgb.iter().all(|level| level >> 4 == level & 15) {
        return format!("#{:x}{:x}{:x}", rgb[0] & 15, rgb[1] & 15, rgb[2] & 15);
    }
    format!("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2])
}

/// Black or white, whichever can be read on `ground`.
pub fn ink_on(ground: Rgb) -> RGBColor {
    let [r, g, b] = ground.map(f64::from);
    if 0.299 * r + 0.587 * g + 0.114 * b > 140.0 { RGBColor(0, 0, 0) } else { RGBColor(255, 255, 255) }
}

/// The pixels, row by row, as the address of a PNG within a page.
///
/// # Errors
/// If the picture cannot be encoded.
pub fn png(pixels: &[Rgb], width: usize, height: usize) -> Result<String> {
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(png_bytes(pixels, width, height)?)))
}

/// The pixels, row by row, as a PNG file; grey ones take a third of the room.
///
/// # Errors
/// If the picture cannot be encoded.
pub fn png_bytes(pixels: &[Rgb], width: usize, height: usize) -> Result<Vec<u8>> {
    let is_grey = pixels.iter().all(|[r, g, b]| r == g && g == b);
    let greys: Vec<u8> = if is_grey { pixels.iter().map(|pixel| pixel[0]).collect() } else { Vec::new() };
    let (bytes, kind) = match is_grey {
        true => (greys.as_slice(), ExtendedColorType::L8),
        false => (pixels.as_flattened(), ExtendedColorType::Rgb8),
    };
    // Neighbours are alike in photographs; in small maps filters only hide what repeats itself.
    let filter = if pixels.len() > 1 << 14 { FilterType::Adaptive } else { FilterType::NoFilter };
    let mut out = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Best, filter);
    encoder.write_image(bytes, width as u32, height as u32, kind).map_err(|error| {
        Error::new("a picture that can be drawn", error.to_string(), "draw a smaller part of it")
    })?;
    Ok(out)
}

fn finite(values: &[f64]) -> impl Iterator<Item = f64> {
    values.iter().copied().filter(|value| value.is_finite())
}

fn mix(from: Rgb, to: Rgb, fraction: f64) -> Rgb {
    std::array::from_fn(|i| {
        (f64::from(from[i]) + fraction * (f64::from(to[i]) - f64::from(from[i]))).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_white_and_the_ends_are_blue_and_red() {
        let scale = Scale::signed(&[-2.0, 0.5, f64::NAN]);
        assert_eq!(scale, Scale::Signed(2.0));
        assert_eq!([-2.0, 0.0, 2.0].map(|value| scale.colour(value)), [BLUE, WHITE, RED]);
        assert_eq!([f64::NAN, f64::INFINITY].map(|value| scale.colour(value)), [NOT_FINITE; 2]);
    }

    #[test]
    fn pictures_within_0_and_1_keep_their_brightness_and_others_are_stretched() {
        assert_eq!(Scale::grey(&[0.2, 0.4]), Scale::Grey(0.0, 1.0));
        assert_eq!(Scale::grey(&[-1.0, 3.0]), Scale::Grey(-1.0, 3.0));
        assert_eq!(Scale::Grey(0.0, 1.0).colour(0.5), [128; 3]);
        assert_eq!(Scale::Grey(-1.0, 3.0).colour(3.0), [255; 3]);
    }

    #[test]
    fn a_constant_or_empty_map_has_a_colour_too() {
        assert_eq!(Scale::signed(&[0.0, 0.0]).colour(0.0), WHITE);
        assert_eq!(Scale::Grey(5.0, 5.0).colour(5.0), [128; 3]);
        assert_eq!(Scale::grey(&[]), Scale::Grey(0.0, 1.0));
    }

    #[test]
    fn the_png_in_a_page_holds_the_pixels_that_were_put_in() {
        let pixels = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [1, 2, 3], [4, 5, 6], [7, 8, 9]];
        let address = png(&pixels, 3, 2).unwrap();
        let bytes = STANDARD.decode(address.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        let read = image::load_from_memory(&bytes).unwrap().to_rgb8();
        assert_eq!((read.width(), read.height()), (3, 2));
        assert_eq!(read.as_raw().as_slice(), pixels.as_flattened());
    }

    #[test]
    fn ink_can_be_read_on_every_ground() {
        let [black, white] = [RGBColor(0, 0, 0), RGBColor(255, 255, 255)];
        assert_eq!([ink_on(WHITE), ink_on(BLUE), ink_on(RED)], [black, white, white]);
    }
}
