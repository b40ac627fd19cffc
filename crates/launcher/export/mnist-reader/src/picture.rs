//! From a file to 28 by 28 numbers.

use crate::SIDE;
use crate::digit::prepared;
use image::{GrayImage, ImageFormat, ImageReader, imageops};
use std::fs;
use std::io::Cursor;
use std::path::Path;

/// Larger pictures are made smaller first: more pixels than this on a side say nothing more about a digit.
const MAX_SIDE: u32 = 560;

/// Levels of grey, of 256, that lie less apart are the noise of one colour.
const NOISE: u8 = 16;

/// The picture in a file (PNG or JPEG) as 784 numbers, 0 (paper) to 1 (ink), prepared as MNIST's pictures are.
///
/// A picture of 28 by 28 with light ink on dark paper is one of MNIST's, and stays as it is.
///
/// # Errors
/// If the file cannot be read, is no picture, or has no digit on it.
pub fn load(file: &Path) -> Result<Vec<f32>, String> {
    let name = file.display();
    let bytes = fs::read(file).map_err(|error| format!("{name} cannot be read: {error}."))?;
    let format = match image::guess_format(&bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) => format,
        Ok(other) => {
            let kind = format!("{other:?}").to_uppercase();
            return Err(format!(
                "{name} is a {kind}, and only a PNG or a JPEG can be read: save it as one of these."
            ));
        }
        Err(_) => {
            return Err(format!("{name} is no picture that can be read: it is neither a PNG nor a JPEG."));
        }
    };
    let picture = ImageReader::with_format(Cursor::new(bytes), format).decode().map_err(|error| {
        let reason = error.to_string();
        format!("{name} is no picture that can be read: {}.", reason.trim_end_matches('.'))
    })?;
    let mut grey = on_white(&picture.to_luma_alpha8());
    let levels = || grey.pixels().map(|pixel| pixel.0[0]);
    if levels().max().unwrap_or(0) - levels().min().unwrap_or(0) < NOISE {
        return Err(format!("Nothing is drawn in {name}: it has one colour all over."));
    }
    let is_mnist = grey.dimensions() == (SIDE as u32, SIDE as u32) && !is_light_paper(&grey);
    if is_mnist {
        return Ok(grey.pixels().map(|pixel| f32::from(pixel.0[0]) / 255.0).collect());
    }
    if is_light_paper(&grey) {
        imageops::invert(&mut grey);
    }
    if grey.width().max(grey.height()) > MAX_SIDE {
        let scale = f64::from(MAX_SIDE) / f64::from(grey.width().max(grey.height()));
        let size = |side: u32| ((f64::from(side) * scale) as u32).max(1);
        grey = imageops::thumbnail(&grey, size(grey.width()), size(grey.height()));
    }
    let (pixels, side) = square(&with_contrast(grey));
    prepared(&pixels, side).ok_or_else(|| {
        format!("No digit is found in {name}: its lines are too fine, or cover more than half of the paper.")
    })
}

/// Where the picture is transparent, white paper shows.
fn on_white(picture: &image::GrayAlphaImage) -> GrayImage {
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [grey, alpha] = picture.get_pixel(x, y).0.map(u32::from);
        image::Luma([((grey * alpha + 255 * (255 - alpha) + 127) / 255) as u8])
    })
}

/// Whether the edge of the picture is lighter than the middle between black and white.
fn is_light_paper(grey: &GrayImage) -> bool {
    let (width, height) = grey.dimensions();
    let at_edge = |x, y| x == 0 || y == 0 || x + 1 == width || y + 1 == height;
    let edge: Vec<u32> = grey
        .enumerate_pixels()
        .filter(|(x, y, _)| at_edge(*x, *y))
        .map(|(_, _, pixel)| u32::from(pixel.0[0]))
        .collect();
    edge.iter().sum::<u32>() as usize > 127 * edge.len()
}

/// Paper becomes 0 and the strongest ink 255; a photo's paper is never quite white, and its shadows are no ink.
fn with_contrast(mut grey: GrayImage) -> GrayImage {
    let mut sorted: Vec<u8> = grey.pixels().map(|pixel| pixel.0[0]).collect();
    sorted.sort_unstable();
    let (paper, ink) = (i32::from(sorted[sorted.len() / 2]), i32::from(sorted[sorted.len() - 1]));
    // A quarter of the way to the ink is still paper.
    let floor = paper + (ink - paper) / 4;
    let span = if ink - paper < i32::from(NOISE) { 0 } else { ink - floor };
    for pixel in grey.pixels_mut() {
        let level = if span == 0 { 0 } else { (i32::from(pixel.0[0]) - floor) * 255 / span };
        pixel.0[0] = level.clamp(0, 255) as u8;
    }
    grey
}

/// The picture in the middle of a square of paper, and the square's side.
fn square(grey: &GrayImage) -> (Vec<u8>, usize) {
    let side = grey.width().max(grey.height());
    let mut square = GrayImage::new(side, side);
    let [left, top] = [grey.width(), grey.height()].map(|length| i64::from((side - length) / 2));
    imageops::replace(&mut square, grey, left, top);
    (square.into_raw(), side as usize)
}
