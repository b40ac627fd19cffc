use super::answer::{Answer, base64};
use super::view::{self, View};
use crate::{Error, Result};
use serde_json::json;
use tch::{Kind, Tensor};

/// The longer side of the picture on the page, in pixels.
const SHOWN: i64 = 320;

/// Shows an image; shows what `f` returns for the pixel that is picked, by its row and its column.
///
/// `image` has shape [h, w], [1, h, w] or [3, h, w], colours as in [`show::image`](crate::show::image()). Click, drag, or
/// use the arrow keys. At first the pixel in the middle is picked.
///
/// # Errors
/// If the shape is another one, or `f` fails for the pixel in the middle.
///
/// ```
/// # use convlab::prelude::*;
/// # let image = Tensor::zeros([3, 32, 32], (Kind::Float, Device::Cpu));
/// let mine = image.shallow_clone();
/// interact::pick(&image, move |row, column| mine.i((.., row, column)))?;
/// # Ok::<(), Error>(())
/// ```
pub fn pick<A: Answer>(image: &Tensor, mut f: impl FnMut(i64, i64) -> A + 'static) -> Result<View> {
    let (height, width, png) = png(image)?;
    let mut run = move |row, column| view::run(|| f(row, column));
    let (row, column) = (height / 2, width / 2);
    let caption = format!("row {row}, column {column}");
    let still = run(row, column).map_err(|error| view::failed(&caption, &error))?;
    let zoom = (SHOWN as f64 / height.max(width) as f64).max(1.);
    let spec = json!({
        "kind": "pick", "height": height, "width": width, "zoom": zoom, "start": [row, column],
        "image": format!("data:image/png;base64,{}", base64(&png)),
    });
    view::view(spec, &caption, still, None, move |request| {
        let at = |index: usize, size: i64| {
            request.data["pick"][index].as_i64().filter(|at| (0..size).contains(at))
        };
        let picked = at(0, height).zip(at(1, width));
        let (row, column) = picked.ok_or("There is no such pixel.")?;
        run(row, column)
    })
}

/// An image's height, width and PNG.
fn png(image: &Tensor) -> Result<(i64, i64, Vec<u8>)> {
    let shape = image.size();
    let (channels, height, width) = match shape[..] {
        [h, w] => (1, h, w),
        [c @ (1 | 3), h, w] => (c, h, w),
        _ => (0, 0, 0),
    };
    let wrong = |found: String| {
        Error::new(
            "one image of shape [h, w], [1, h, w] or [3, h, w]",
            found,
            "take one image out of a batch with `xs.get(0)`",
        )
    };
    if channels == 0 || height == 0 || width == 0 {
        return Err(wrong(format!("shape {shape:?}")));
    }
    let values =
        bytes(image).view([channels, height, width]).permute([1, 2, 0]).expand([height, width, 3], false);
    let values: Vec<u8> = Vec::try_from(values.contiguous().view(-1))
        .map_err(|error: tch::TchError| wrong(error.to_string()))?;
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_raw(width as u32, height as u32, values)
        .ok_or_else(|| wrong("numbers that make no picture".into()))?
        .write_to(&mut png, image::ImageFormat::Png)
        .map_err(|error| wrong(error.to_string()))?;
    Ok((height, width, png.into_inner()))
}

/// 0..=1 becomes 0..=255; values that leave that range are stretched, and what is no number is black.
fn bytes(image: &Tensor) -> Tensor {
    if image.kind() == Kind::Uint8 {
        return image.detach().to_device(tch::Device::Cpu).contiguous();
    }
    let values = image.detach().to_device(tch::Device::Cpu).to_kind(Kind::Float).nan_to_num(0., 1., 0.);
    let (min, max) = (values.min().double_value(&[]), values.max().double_value(&[]));
    let values = if (0. ..=1.).contains(&min) && max <= 1. {
        values
    } else {
        (values - min) / (max - min).max(f64::MIN_POSITIVE)
    };
    (values * 255.).round().clamp(0., 255.).to_kind(Kind::Uint8).contiguous()
}
