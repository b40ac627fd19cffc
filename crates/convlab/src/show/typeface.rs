//! The letters of figures in pixels: DejaVu Sans, drawn once into `typeface.png` by `typeface.py`.

use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::sync::LazyLock;

/// The letters of the picture, in reading order.
const LETTERS: &str = include_str!("typeface.txt");
/// The side of a letter's field, how many are in a row, and the size of the type in them; all in pixels.
const FIELD: usize = 48;
const ROW: usize = 16;
const SIZE: f64 = 32.0;
/// Where in its field a letter begins, and where the middle of the capitals is.
const LEFT: f64 = 6.0;
const MIDDLE: f64 = 22.5;
/// Letters are as dark as one of so many greys, so that an animation has few colours.
const GREYS: f64 = 4.0;

/// The picture's width and its pixels, from 0, nothing, to 255, ink; a field's first pixel is the letter's width.
static PICTURE: LazyLock<(usize, Vec<u8>)> = LazyLock::new(|| {
    let picture =
        image::load_from_memory_with_format(include_bytes!("typeface.png"), image::ImageFormat::Png);
    let picture = picture.map(|picture| picture.to_luma8()).unwrap_or_default();
    (picture.width() as usize, picture.into_raw())
});

/// The left and upper corner of a letter's field; a letter that the typeface lacks is an empty square.
fn field(letter: char) -> [usize; 2] {
    let mut letters = LETTERS.trim_end().chars();
    let known = |letter: char| letters.by_ref().position(|other| other == letter);
    let index = Some(letter).and_then(known).unwrap_or_else(|| LETTERS.trim_end().chars().count() - 1);
    [index % ROW * FIELD, index / ROW * FIELD]
}

/// How wide a letter of `SIZE` is.
fn advance(letter: char) -> f64 {
    let ([left, top], (width, pixels)) = (field(letter), &*PICTURE);
    f64::from(pixels.get(top * width + left).copied().unwrap_or(0))
}

/// How wide a line of text is, in pixels.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size / SIZE
}

/// Calls `draw` with each pixel of a line of text relative to its anchor, and how much of it is ink, up to 1.
///
/// # Errors
/// What `draw` returns.
pub fn pixels<E>(
    text: &str,
    size: f64,
    anchor: Pos,
    mut draw: impl FnMut(i32, i32, f64) -> Result<(), E>,
) -> Result<(), E> {
    let scale = size / SIZE;
    let mut left = match anchor.h_pos {
        HPos::Left => 0.0,
        HPos::Center => -width(text, size) / 2.0,
        HPos::Right => -width(text, size),
    };
    let middle = match anchor.v_pos {
        VPos::Top => size / 2.0,
        VPos::Center => 0.0,
        VPos::Bottom => -size / 2.0,
    };
    for letter in text.chars() {
        let (origin, top) = (left - LEFT * scale, middle - MIDDLE * scale);
        let end = |from: f64| (from + FIELD as f64 * scale).ceil() as i32;
        for y in top.floor() as i32..end(top) {
            for x in origin.floor() as i32..end(origin) {
                let from = [(f64::from(x) - origin) / scale, (f64::from(y) - top) / scale];
                let coverage = (ink(field(letter), from, 1.0 / scale) * GREYS).round() / GREYS;
                if coverage > 0.0 {
                    draw(x, y, coverage)?;
                }
            }
        }
        left += advance(letter) * scale;
    }
    Ok(())
}

/// How much of a square of a letter's field is ink.
fn ink([left, top]: [usize; 2], [x, y]: [f64; 2], side: f64) -> f64 {
    let (width, pixels) = &*PICTURE;
    let span = |from: f64| {
        let (low, high) = (from.max(0.0), (from + side).min(FIELD as f64));
        (low.floor() as usize..high.max(low).ceil() as usize)
            .map(move |at| (at, (high.min(at as f64 + 1.0) - low.max(at as f64)).max(0.0)))
    };
    let mut sum = 0.0;
    for (row, tall) in span(y) {
        for (column, wide) in span(x) {
            // The first pixel holds the letter's width.
            if row + column > 0 {
                sum += f64::from(pixels[(top + row) * width + left + column]) * tall * wide;
            }
        }
    }
    sum / (255.0 * side * side)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn drawn(text: &str, size: f64) -> Vec<(i32, i32)> {
        let mut pixels = Vec::new();
        let anchor = Pos::new(HPos::Center, VPos::Center);
        let done: Result<(), ()> = super::pixels(text, size, anchor, |x, y, coverage| {
            if coverage >= 0.5 {
                pixels.push((x, y));
            }
            Ok(())
        });
        done.unwrap();
        pixels
    }

    #[test]
    fn every_letter_has_a_shape_of_its_own() {
        let shapes: BTreeSet<_> =
            LETTERS.trim_end().chars().map(|letter| drawn(&letter.to_string(), 64.0)).collect();
        assert_eq!(shapes.len(), LETTERS.trim_end().chars().count());
        for letter in "0123456789−.,×→↓·…✔✘∞ABCxyz[]()%é".chars() {
            assert!(LETTERS.contains(letter), "{letter}");
        }
    }

    #[test]
    fn a_line_is_centred_on_its_anchor_and_as_large_as_its_type() {
        let pixels = drawn("H", 32.0);
        let range = |values: Vec<i32>| (*values.iter().min().unwrap(), *values.iter().max().unwrap());
        let (top, bottom) = range(pixels.iter().map(|pixel| pixel.1).collect());
        // The capitals of DejaVu Sans are 0.73 of its size: 23 pixels of 32.
        assert!((22..=24).contains(&(bottom - top + 1)), "{top} to {bottom}");
        assert!((top + bottom).abs() <= 2, "{top} to {bottom}");
        let (left, right) = range(pixels.iter().map(|pixel| pixel.0).collect());
        assert!((left + right).abs() <= 2, "{left} to {right}");
        assert_eq!(width("HH", 16.0), width("H", 32.0));
    }
}
