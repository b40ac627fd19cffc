//! From the bytes of a picture to a tensor.

use super::end;
use crate::{Error, Result};
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader};
use std::io::{Cursor, ErrorKind};
use tch::Tensor;

/// More pixels than any camera in a pocket takes; as floats they fill 0.8 GB.
const MAX_PIXELS: u64 = 64_000_000;

/// The picture in `bytes`, whatever its name or its server says, as `[c, h, w]`, 0 to 1, on white paper; `what` was
/// expected.
pub fn picture(bytes: &[u8], what: &str) -> Result<Tensor> {
    let picture = decoded(bytes, what)?;
    let (w, h) = (i64::from(picture.width()), i64::from(picture.height()));
    let color = picture.color();
    let tensor = |values: &[f32]| Tensor::from_slice(values).view([h, w, -1]).permute([2, 0, 1]); // [c, h, w]
    let xs = match (color.has_color(), color.has_alpha()) {
        (false, false) => tensor(&picture.to_luma32f()),
        (false, true) => tensor(&picture.to_luma_alpha32f()),
        (true, false) => tensor(&picture.into_rgb32f()),
        (true, true) => tensor(&picture.into_rgba32f()),
    };
    Ok(if color.has_alpha() { on_white(&xs) } else { xs }.contiguous())
}

/// `[c + 1, h, w]`, of which the last channel is opacity, laid on white: `[c, h, w]`.
fn on_white(xs: &Tensor) -> Tensor {
    let c = xs.size()[0] - 1;
    let (ink, alpha) = (xs.narrow(0, 0, c), xs.narrow(0, c, 1)); // [c, h, w], [1, h, w]
    ink * &alpha + (1 - &alpha)
}

fn decoded(bytes: &[u8], what: &str) -> Result<DynamicImage> {
    if let Some((found, remedy)) = no_picture(bytes) {
        return Err(Error::new(what, found, remedy));
    }
    if end::is_cut_off(bytes) {
        return Err(Error::new(what, CUT_OFF, "download or copy it again"));
    }
    let undecoded = |error: ImageError| {
        let found = match error {
            ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => CUT_OFF.to_owned(),
            error => error.to_string(),
        };
        Error::new(what, found, SAVE_AS_PNG)
    };
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut decoder = reader.map_err(|error| undecoded(error.into()))?.into_decoder().map_err(undecoded)?;
    let (w, h) = decoder.dimensions();
    if u64::from(w) * u64::from(h) > MAX_PIXELS {
        let limit = format!("{what} of at most {} million pixels", MAX_PIXELS / 1_000_000);
        return Err(Error::new(limit, format!("{w}×{h} pixels"), "make it smaller in a picture editor"));
    }
    let orientation = decoder.orientation().map_err(undecoded)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(undecoded)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

const CUT_OFF: &str = "one that was cut off";

const SAVE_AS_PNG: &str = "open it in a viewer and save it as a PNG file";

/// What `bytes` are if they are something known that the labs cannot draw, and what to do about it.
fn no_picture(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let has = |word: &[u8]| start.windows(word.len()).take(1000).any(|part| part == word);
    let own_address =
        "name the picture's own address: in a browser, right-click the picture and copy its address";
    let found = match bytes {
        [] => return Some(("nothing: no byte at all", "look whether it is there in a browser or a viewer")),
        _ if start.starts_with(b"<") && has(b"<svg") => "a drawing in SVG, which has no pixels",
        _ if start.starts_with(b"<") => return Some(("a web page (HTML)", own_address)),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "a picture in WebP",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "a picture or film in AVIF, HEIC or MP4",
        [b'%', b'P', b'D', b'F', ..] => "a PDF document",
        _ => return None,
    };
    Some((found, SAVE_AS_PNG))
}
