use crate::{Error, Result};
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader};
use std::path::Path;
use tch::Tensor;

/// More pixels than any camera in a pocket takes; as floats they fill 0.8 GB.
const MOST_PIXELS: u64 = 64_000_000;

/// A PNG, JPEG or GIF picture as `[c, h, w]`, `Kind::Float`, 0 (black) to 1: `c` is 1 for a grey picture and 3
/// (red, green, blue) for one in colour.
///
/// What is transparent shows white paper; 16 bits a channel keep their precision; a photo is turned the way the
/// camera was held.
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
    let picture = decode(path)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use ::image::{
        GrayAlphaImage, GrayImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb, RgbImage, Rgba, RgbaImage,
    };
    use std::fs;
    use tempfile::tempdir;

    /// Saves `picture` under `name` and loads it: its shape and its numbers, channel by channel.
    fn saved_and_loaded(picture: impl Into<DynamicImage>, name: &str) -> (Vec<i64>, Vec<f32>) {
        let dir = tempdir().unwrap();
        let path = dir.path().join(name);
        picture.into().save(&path).unwrap();
        let xs = image(&path).unwrap();
        (xs.size(), Vec::try_from(xs.flatten(0, -1)).unwrap())
    }

    fn complaint(name: &str, content: &[u8]) -> String {
        let dir = tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, content).unwrap();
        let text = image(&path).unwrap_err().to_string();
        assert!(text.contains("a picture (PNG, JPEG or GIF) in ") && text.contains(name), "{text}");
        text
    }

    fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_grey_picture_has_one_channel_with_rows_downwards() {
        let picture = GrayImage::from_fn(3, 2, |x, y| Luma([51 * (3 * y + x) as u8]));
        let expected = vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
        assert_eq!(saved_and_loaded(picture, "grey.png"), (vec![1, 2, 3], expected));
    }

    #[test]
    fn a_picture_in_colour_has_its_red_then_its_green_then_its_blue() {
        let picture =
            RgbImage::from_fn(2, 1, |x, _| if x == 0 { Rgb([255, 0, 51]) } else { Rgb([0, 102, 255]) });
        let expected = vec![1.0, 0.0, 0.0, 0.4, 0.2, 1.0];
        assert_eq!(saved_and_loaded(picture, "colour.png"), (vec![3, 1, 2], expected));
    }

    #[test]
    fn what_is_transparent_shows_white_paper() {
        // Opaque red stays, 20 % of black on white is 0.8, and what cannot be seen is white.
        let colours = [Rgba([255, 0, 0, 255]), Rgba([0, 0, 0, 51]), Rgba([0, 255, 0, 0])];
        let (shape, values) =
            saved_and_loaded(RgbaImage::from_fn(3, 1, |x, _| colours[x as usize]), "alpha.png");
        let expected = [1.0, 0.8, 1.0, 0.0, 0.8, 1.0, 0.0, 0.8, 1.0];
        assert_eq!(shape, [3, 1, 3]);
        assert!(
            values.iter().zip(expected).all(|(value, wanted)| (value - wanted).abs() < 1e-6),
            "{values:?}"
        );
        let (shape, values) = saved_and_loaded(GrayAlphaImage::from_pixel(1, 1, LumaA([0, 51])), "grey.png");
        assert_eq!(shape, [1, 1, 1]);
        assert!((values[0] - 0.8).abs() < 1e-6, "{values:?}");
    }

    #[test]
    fn sixteen_bits_a_channel_keep_their_precision() {
        let grey = ImageBuffer::<Luma<u16>, _>::from_fn(2, 1, |x, _| Luma([[1, 65535][x as usize]]));
        assert_eq!(saved_and_loaded(grey, "deep.png"), (vec![1, 1, 2], vec![1.0 / 65535.0, 1.0]));
        let colour = ImageBuffer::<Rgb<u16>, _>::from_pixel(1, 1, Rgb([13107, 1, 65535]));
        assert_eq!(saved_and_loaded(colour, "deep.png"), (vec![3, 1, 1], vec![0.2, 1.0 / 65535.0, 1.0]));
    }

    #[test]
    fn jpeg_and_gif_are_pictures_too_whatever_their_name_ends_in() {
        let (shape, values) = saved_and_loaded(RgbImage::from_pixel(8, 8, Rgb([255; 3])), "white.jpg");
        assert_eq!(shape, [3, 8, 8]);
        assert!(values.iter().all(|value| *value > 0.98));
        assert_eq!(saved_and_loaded(RgbImage::from_pixel(2, 3, Rgb([0; 3])), "black.gif").0, [3, 3, 2]);
        let dir = tempdir().unwrap();
        let path = dir.path().join("really-a-png.jpg");
        fs::write(&path, png(GrayImage::new(5, 4))).unwrap();
        assert_eq!(image(&path).unwrap().size(), [1, 4, 5]);
    }

    #[test]
    fn a_missing_file_is_told_with_the_folder_that_paths_start_from() {
        let text = image("no/such/picture.png").unwrap_err().to_string();
        let here = std::env::current_dir().unwrap().display().to_string();
        assert!(text.contains("no/such/picture.png") && text.contains(&here), "{text}");
    }

    #[test]
    fn a_file_that_is_no_picture_or_a_damaged_one_is_told_with_a_remedy() {
        let good = png(GrayImage::new(50, 50));
        for (name, content) in [
            ("text.png", &b"this is no picture"[..]),
            ("empty.png", b""),
            ("cut.png", &good[..good.len() / 2]),
            ("header.png", &good[..20]),
        ] {
            let text = complaint(name, content);
            assert!(text.contains("save it as a PNG file"), "{text}");
        }
    }

    #[test]
    fn a_picture_of_too_many_pixels_is_told_before_it_fills_the_memory() {
        let mut bytes = png(GrayImage::new(1, 1));
        bytes[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]); // width and height in the header
        let checksum = flate2::Crc::new();
        let mut checksum = checksum;
        checksum.update(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&checksum.sum().to_be_bytes());
        let text = complaint("huge.png", &bytes);
        assert!(text.contains("at most 64 million pixels") && text.contains("60000×60000"), "{text}");
    }
}
