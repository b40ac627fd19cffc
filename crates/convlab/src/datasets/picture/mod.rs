//! Pictures from files and from the web.

mod decode;
mod end;
mod serve;
#[cfg(test)]
mod tests;
mod web;

pub(crate) use serve::Page;
pub use serve::{Served, serve};
pub use web::image_from_url;

use crate::{Error, Result};
use std::fs;
use std::path::Path;
use tch::Tensor;

/// A PNG, JPEG or GIF picture as `[c, h, w]`, `Kind::Float`, 0 (black) to 1: `c` is 1 for a grey picture and 3
/// (red, green, blue) for one in colour.
///
/// What is transparent shows white paper; 16 bits a channel keep their precision; a photo is turned the way the
/// camera was held; the colours of a JPEG for printing (cyan, magenta, yellow, black) become red, green and blue.
///
/// # Errors
/// If the file is missing, is no such picture, is damaged or has more than 64 million pixels.
///
/// ```no_run
/// # use convlab::prelude::*;
/// let xs = datasets::image("pictures/bridge.png")?; // [1, 240, 320]
/// # Ok::<(), Error>(())
/// ```
pub fn image(path: impl AsRef<Path>) -> Result<Tensor> {
    let path = path.as_ref();
    let what = format!("a picture (PNG, JPEG or GIF) in {}", path.display());
    let bytes = fs::read(path).map_err(|error| {
        let here = std::env::current_dir().unwrap_or_default();
        let remedy = format!("look at the path; it starts from {}", here.display());
        Error::new(&what, error.to_string(), remedy)
    })?;
    decode::picture(&bytes, &what)
}
