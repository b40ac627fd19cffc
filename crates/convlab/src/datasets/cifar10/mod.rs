#[cfg(test)]
mod tests;

use super::idx::wrong;
use super::{Dataset, Split, synthetic_objects};
use crate::display::progress;
use crate::source::{Report, Source, Var, is_offline};
use crate::text::grouped;
use crate::{Error, Result};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use tch::{Device, Kind, Tensor};

/// One image in a file: its label, then its red, its green and its blue pixels, row by row.
const RECORD: usize = 1 + PIXELS as usize;
const PIXELS: i64 = 3 * SIDE * SIDE;
const SIDE: i64 = 32;
const CLASSES: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// 50,000 small photos to learn from and 10,000 to be tested on, `[3, 32, 32]` (red, green, blue), 0 to 1, of ten
/// kinds of animals and vehicles.
///
/// Takes the first of: the folder that `CONVLAB_DATA` names (or `cifar10` or `cifar-10-batches-bin` in it), the cache,
/// a download of 170 MB into the cache. In a folder, `test_batch.bin` is the test set and every `data_batch….bin`
/// belongs to the training set; each holds any number of records, so fewer images will do. With `CONVLAB_OFFLINE=1`,
/// as `cargo lab --offline` sets it, these are always the pictures of [`synthetic_objects`]`(0)`.
///
/// # Errors
/// If a file is damaged, `CONVLAB_DATA` lacks one, or the download fails; the text names the ways out.
///
/// ```no_run
/// # use convlab::prelude::*;
/// let data = datasets::cifar10()?;
/// assert_eq!(data.train.images.size(), [50_000, 3, 32, 32]);
/// # Ok::<(), Error>(())
/// ```
///
/// Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
pub fn cifar10() -> Result<Dataset> {
    find(&|name| std::env::var_os(name), &mut progress())
}

fn find(var: Var, report: Report) -> Result<Dataset> {
    if is_offline(var) {
        return synthetic_objects(0);
    }
    let source = Source {
        name: "cifar10",
        title: "CIFAR-10",
        files: "CIFAR-10's binary files",
        put: "data_batch_1.bin (to data_batch_5.bin) and test_batch.bin".to_owned(),
        instead: "work with drawn pictures: start with `cargo lab --offline` (or CONVLAB_OFFLINE=1), or write \
                  `datasets::synthetic_objects(0)?`",
    };
    let (train, test) = source.find(var, report, files_in)?;
    let classes = CLASSES.map(str::to_owned).to_vec();
    Ok(Dataset { train: split(&train)?, test: split(&[test])?, classes })
}

/// The files to learn from and the one to be tested on; the error is the name of what is missing.
fn files_in(folder: &Path) -> Result<(Vec<PathBuf>, PathBuf), String> {
    let below = ["cifar10", "cifar10/cifar-10-batches-bin", "cifar-10-batches-bin"];
    let found = below.iter().map(|below| all_in(&folder.join(below))).find(Result::is_ok);
    found.unwrap_or_else(|| all_in(folder))
}

fn all_in(folder: &Path) -> Result<(Vec<PathBuf>, PathBuf), String> {
    let is_batch = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("data_batch") && name.ends_with(".bin")
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut train: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_batch).collect();
    train.sort();
    let test = folder.join("test_batch.bin");
    match (train.is_empty(), test.exists()) {
        (true, _) => Err("data_batch_1.bin".to_owned()),
        (_, false) => Err("test_batch.bin".to_owned()),
        _ => Ok((train, test)),
    }
}

/// The records of all `files`, one file's after the other's.
fn split(files: &[PathBuf]) -> Result<Split> {
    let counts = files.iter().map(|file| records(file)).collect::<Result<Vec<i64>>>()?;
    let n: i64 = counts.iter().sum();
    let mut images = Tensor::empty([n, 3, SIDE, SIDE], (Kind::Float, Device::Cpu));
    let labels = Tensor::empty([n], (Kind::Int64, Device::Cpu));
    let mut start = 0;
    for (file, count) in files.iter().zip(counts) {
        let records = read(file, count)?; // [count, 1 + 3 · 32 · 32]
        let pixels = records.narrow(1, 1, PIXELS).view([count, 3, SIDE, SIDE]);
        images.narrow(0, start, count).copy_(&pixels);
        labels.narrow(0, start, count).copy_(&records.select(1, 0));
        start += count;
    }
    Ok(Split::new(images.g_div_scalar_(255), labels)?.named("CIFAR-10"))
}

/// How many records a file holds.
fn records(file: &Path) -> Result<i64> {
    let length = fs::metadata(file).map_err(|error| unreadable(file, &error))?.len();
    let record = RECORD as u64;
    if length == 0 || !length.is_multiple_of(record) {
        let (whole, rest) = (grouped((length / record) as i64), length % record);
        let found = format!("{whole} of them and {rest} bytes: the file was cut off");
        return Err(wrong(file, &format!("one or more whole records of {record} bytes"), found));
    }
    Ok((length / record) as i64)
}

fn read(file: &Path, count: i64) -> Result<Tensor> {
    let mut bytes = vec![0; count as usize * RECORD];
    let mut open = File::open(file).map_err(|error| unreadable(file, &error))?;
    open.read_exact(&mut bytes).map_err(|error| unreadable(file, &error))?;
    if let Some(at) = bytes.iter().step_by(RECORD).position(|&label| label > 9) {
        let found = format!("{} as label number {at}", bytes[at * RECORD]);
        return Err(wrong(file, "labels from 0 to 9", found));
    }
    Ok(Tensor::from_slice(&bytes).view([count, RECORD as i64]))
}

fn unreadable(file: &Path, error: &std::io::Error) -> Error {
    wrong(file, "a readable file", error.to_string())
}
