use super::{Dataset, Split, digits, idx, synthetic_digits};
use crate::Result;
use crate::display::progress;
use crate::malloc::in_large_pages;
use crate::source::{Report, Source, Var, is_offline};
use crate::text::grouped;
use std::path::{Path, PathBuf};
use tch::{Device, Kind, Tensor};

/// Images and labels to learn from, images and labels to be tested on.
const FILES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// How many pixels an image has, and how many images become floats at a time.
const PIXELS: usize = 28 * 28;
const AT_A_TIME: usize = 40;

/// 60,000 handwritten digits to learn from and 10,000 to be tested on, `[1, 28, 28]`, 0 (paper) to 1 (ink).
///
/// Takes the first of: the folder that `CONVLAB_DATA` names (or `mnist` in it), the cache, a download into the
/// cache. Files may be plain or `.gz`; what is in them is checked by its form, only a download by its checksum,
/// so other data of the same form will do. With `CONVLAB_OFFLINE=1`, as `cargo lab --offline` sets it, these are
/// always the digits of [`synthetic_digits`]`(0)`.
///
/// # Errors
/// If a file is damaged, `CONVLAB_DATA` lacks one, or the download fails; the text names the ways out.
///
/// ```no_run
/// # use convlab::prelude::*;
/// let data = datasets::mnist()?;
/// assert_eq!(data.train.images.size(), [60_000, 1, 28, 28]);
/// # Ok::<(), Error>(())
/// ```
///
/// Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits".
pub fn mnist() -> Result<Dataset> {
    find(&|name| std::env::var_os(name), &mut progress())
}

pub(super) fn find(var: Var, report: Report) -> Result<Dataset> {
    if is_offline(var) {
        return synthetic_digits(0);
    }
    let source = Source {
        name: "mnist",
        title: "MNIST",
        files: "MNIST's four files",
        put: format!("{} (plain or .gz)", FILES.join(", ")),
        instead: "work with drawn digits: start with `cargo lab --offline` (or CONVLAB_OFFLINE=1), or write \
                  `datasets::synthetic_digits(0)?`",
    };
    load(&source.find(var, report, files_in)?)
}

/// The four files of `folder/mnist` or else of `folder`; the error is the name of the first that is missing.
fn files_in(folder: &Path) -> Result<[PathBuf; 4], String> {
    all_in(&folder.join("mnist")).or_else(|_| all_in(folder))
}

fn all_in(folder: &Path) -> Result<[PathBuf; 4], String> {
    let paths = FILES.map(|name| {
        let plain = folder.join(name);
        if plain.exists() { plain } else { folder.join(format!("{name}.gz")) }
    });
    match paths.iter().position(|path| !path.exists()) {
        None => Ok(paths),
        Some(at) => Err(FILES[at].to_owned()),
    }
}

fn load([train_images, train_labels, test_images, test_labels]: &[PathBuf; 4]) -> Result<Dataset> {
    let (train, test) = (pair(train_images, train_labels)?, pair(test_images, test_labels)?);
    Ok(Dataset { train, test, classes: digits() })
}

fn pair(images: &Path, labels: &Path) -> Result<Split> {
    let (pixels, classes) = (idx::images(images)?, idx::labels(labels)?);
    let (count, labelled) = (pixels.len() / PIXELS, classes.len());
    if count != labelled {
        let expected = format!("a label for each of the {} images", grouped(count as i64));
        return Err(idx::wrong(labels, &expected, format!("{} labels", grouped(labelled as i64))));
    }
    Ok(Split::new(scaled(&pixels), Tensor::from_slice(&classes))?.named("MNIST"))
}

/// Pixels from 0 to 255 as images from 0 to 1, `[n, 1, 28, 28]`.
///
/// As many threads as libtorch uses part the images among them: most of the time goes into memory that is touched for
/// the first time.
fn scaled(pixels: &[u8]) -> Tensor {
    let count = pixels.len() / PIXELS;
    let images = Tensor::empty([count as i64, 1, 28, 28], (Kind::Float, Device::Cpu));
    in_large_pages(images.data_ptr() as *const u8, size_of::<f32>() * pixels.len());
    let share = count.div_ceil(tch::get_num_threads().max(1) as usize).max(1);
    std::thread::scope(|scope| {
        for (index, some) in pixels.chunks(share * PIXELS).enumerate() {
            let part = images.narrow(0, (index * share) as i64, (some.len() / PIXELS) as i64);
            scope.spawn(move || scale_into(&part, some));
        }
    });
    images
}

/// Tensors do it, since a loop over 47 million pixels would take seconds without optimisation: small ones, which stay in
/// the processor's cache from one step to the next, and so small that libtorch starts no threads for them.
fn scale_into(images: &Tensor, pixels: &[u8]) {
    for (index, some) in pixels.chunks(AT_A_TIME * PIXELS).enumerate() {
        let count = (some.len() / PIXELS) as i64;
        let mut part = images.narrow(0, (index * AT_A_TIME) as i64, count);
        part.copy_(&Tensor::from_slice(some).view([count, 1, 28, 28]));
        let _ = part.g_div_scalar_(255);
    }
}
