use crate::{Error, Result};
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader};
use std::path::Path;
use tch::{IndexOp, Tensor};

/// More pixels than any camera in a pocket takes; as floats they fill 0.8 GB.
const MOST_PIXELS: u64 = 64_000_000;

/// A PNG, JPEG or GIF picture as `[c, h, w]`, `Kind::Float`, 0 (black) to 1: `c` is 1 for a grey picture and 3
/// (red, green, blue) for one in colour.
///
/// What is transparent shows white paper; 16 bits a channel keep their precision; a photo is turned the way the
/// camera was held.
///
/// Errors if the file is missing, is no such picture, is damaged or has more than 64 million pixels.
///
/// ```no_run
/// # use convlab::prelude::*;
/// let xs = datasets::image("pictures/bridge.png")?; // [1, 240, 320]
/// # Ok::<(), Error>(())
/// ```
pub fn image(path: impl AsRef<Path>) -> Result<Tensor> {
    let path = path.as_ref();
    let picture = decode(path)?;
    let (w, h) = (i64::from(picture.width()), i64::from(picture.height()));
    let color = picture.color();
    let tensor = |values: &[f32]| Tensor::from_slice(values).view([h, w, -1]).permute([2, 0, 1]); // [c, h, w]
    let xs = match (color.has_color(), color.has_alpha()) {
        (false, false) => tensor(&picture.into_luma32f()),
        (false, true) => tensor(&picture.to_luma_alpha32f()),
        (true, false) => tensor(&picture.into_rgb32f()),
        (true, true) => tensor(&picture.into_rgba32f()),
    };
    Ok(if color.has_alpha() { on_white(&xs) } else { xs }.contiguous())
}

/// `[c + 1, h, w]`, of which the last channel is opacity, laid on white: `[c, h, w]`.
fn on_white(xs: &Tensor) -> Tensor {
    let alpha = xs.i(-1..); // [1, h, w]
    let ink = xs.narrow(0, 0, xs.size()[0] - 1);
    ink * &alpha + (1 - &alpha)
}

fn decode(path: &Path) -> Result<DynamicImage> {
    let what = format!("a picture (PNG, JPEG or GIF) in {}", path.display());
    let unread = |error: std::io::Error| {
        let here = std::env::current_dir().unwrap_or_default();
        let remedy = format!("look at the path; it starts from {}", here.display());
        Error::new(&what, error.to_string(), remedy)
    };
    let undecoded = |error: ImageError| match error {
        ImageError::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => unread(error),
        error => Error::new(&what, error.to_string(), "open it in a viewer and save it as a PNG file"),
    };
    let reader = ImageReader::open(path).map_err(unread)?.with_guessed_format().map_err(unread)?;
    let mut decoder = reader.into_decoder().map_err(undecoded)?;
    let (w, h) = decoder.dimensions();
    if u64::from(w) * u64::from(h) > MOST_PIXELS {
        let limit = format!("{what} of at most {} million pixels", MOST_PIXELS / 1_000_000);
        return Err(Error::new(limit, format!("{w}×{h} pixels"), "make it smaller in a picture editor"));
    }
    let orientation = decoder.orientation().map_err(undecoded)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(undecoded)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}
