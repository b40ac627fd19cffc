use super::{Dataset, Split, digits, grouped, idx, synthetic_digits};
use crate::{Error, Result};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tch::{Kind, Tensor};

/// Images and labels to learn from, images and labels to be tested on.
const FILES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// How many of the download program's last lines an error repeats.
const LAST_LINES: usize = 12;

/// 60,000 handwritten digits to learn from and 10,000 to be tested on, `[1, 28, 28]`, 0 (paper) to 1 (ink).
///
/// Takes the first of: the folder that `CONVLAB_DATA` names (or `mnist` in it), the cache, a download into the
/// cache. Files may be plain or `.gz`; what is in them is checked by its form, only a download by its checksum,
/// so other data of the same form will do. With `CONVLAB_OFFLINE=1`, as `cargo lab --offline` sets it, these are
/// always the digits of [`synthetic_digits`]`(0)`.
///
/// # Errors
/// If a file is damaged, `CONVLAB_DATA` lacks one, or the download fails; the text tells the ways out.
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
    find(&|name| std::env::var_os(name), &mut |line| println!("{line}"))
}

/// An environment variable's value, if it is set.
pub(super) type Var<'a> = &'a dyn Fn(&str) -> Option<OsString>;
/// Where the lines of a download's progress go.
pub(super) type Say<'a> = &'a mut dyn FnMut(&str);

pub(super) fn find(var: Var, say: Say) -> Result<Dataset> {
    if var("CONVLAB_OFFLINE").is_some_and(|value| value == "1") {
        return synthetic_digits(0);
    }
    if let Some(folder) = path(var, "CONVLAB_DATA") {
        return load(&files_in(&folder).map_err(|missing| not_in(&folder, &missing))?);
    }
    let data = cache(var)?.join("data");
    if let Ok(files) = files_in(&data) {
        return load(&files);
    }
    let folder = data.join("mnist");
    fetch(var, &folder, say)?;
    load(&files_in(&folder).map_err(|missing| no_way(format!("a download without {missing}")))?)
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
    let (count, labelled) = (pixels.len() / (28 * 28), classes.len());
    if count != labelled {
        let expected = format!("a label for each of the {} images", grouped(count as i64));
        return Err(idx::wrong(labels, &expected, format!("{} labels", grouped(labelled as i64))));
    }
    // Whole tensors at a time: a loop over 47 million pixels would take seconds without optimisation.
    let mut pixels = Tensor::from_slice(&pixels).view([-1, 1, 28, 28]).to_kind(Kind::Float); // [n, 1, 28, 28]
    let split = Split::new(pixels.g_div_scalar_(255), Tensor::from_slice(&classes))?;
    Ok(split.named("MNIST"))
}

/// Starts the download program and hands on what it says while it works.
fn fetch(var: Var, folder: &Path, say: Say) -> Result<()> {
    let program = path(var, "CONVLAB_FETCH").ok_or_else(|| {
        no_way("neither the files nor the program that downloads them (`cargo lab` sets CONVLAB_FETCH)")
    })?;
    let mut command = Command::new(&program);
    command.arg("mnist").arg("--into").arg(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let cannot = |error| no_way(format!("no download: {} cannot be run ({error})", program.display()));
    let mut child = command.spawn().map_err(cannot)?;
    let mut last = VecDeque::new();
    let lines = child.stderr.take().map(|stderr| BufReader::new(stderr).split(b'\n'));
    for line in lines.into_iter().flatten().map_while(|line| line.ok()) {
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        say(&line);
        last.push_back(line);
        if last.len() > LAST_LINES {
            last.pop_front();
        }
    }
    let status = child.wait().map_err(cannot)?;
    if status.success() {
        return Ok(());
    }
    Err(no_way(format!("a download that failed ({status}):\n    {}", reason(last.make_contiguous()))))
}

/// Of the program's last lines its error, which starts with what was expected, without its ways out: ours follow.
fn reason(lines: &[String]) -> String {
    let end = lines.iter().rposition(|line| line.starts_with("What to do:")).unwrap_or(lines.len());
    let start = lines[..end].iter().rposition(|line| line.starts_with("expected ")).unwrap_or(0);
    lines[start..end].join("\n    ").trim_end_matches('.').to_owned()
}

/// The folder that the launcher keeps its things in; `crates/launcher/src/places.rs` has the same rule.
fn cache(var: Var) -> Result<PathBuf> {
    let home = || path(var, if cfg!(windows) { "LOCALAPPDATA" } else { "HOME" });
    let found = path(var, "CONVLAB_CACHE")
        .or_else(|| path(var, "XDG_CACHE_HOME").map(|dir| dir.join("convlab")))
        .or_else(|| home().map(|dir| dir.join(if cfg!(windows) { "convlab" } else { ".cache/convlab" })));
    found.ok_or_else(|| no_way("no home folder to keep a download in (CONVLAB_CACHE names another folder)"))
}

fn path(var: Var, name: &str) -> Option<PathBuf> {
    var(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn not_in(folder: &Path, missing: &str) -> Error {
    let expected = format!("MNIST's four files in {}, the folder that CONVLAB_DATA names", folder.display());
    let remedy = format!(
        "put {} there, plain or .gz; or unset CONVLAB_DATA to have them downloaded",
        FILES.join(", ")
    );
    Error::new(expected, format!("a folder without {missing}"), remedy)
}

fn no_way(found: impl Into<String>) -> Error {
    let remedy = format!(
        "any one of these:
  - connect to the network and run the cell again, in labs opened with `cargo lab`;
  - put {} (plain or .gz) into a folder and name it: export CONVLAB_DATA=/that/folder;
  - work with drawn digits: start with `cargo lab --offline` (or CONVLAB_OFFLINE=1), or write `datasets::synthetic_digits(0)?`",
        FILES.join(", ")
    );
    Error::new("MNIST, from this machine or from the network", found, remedy)
}
