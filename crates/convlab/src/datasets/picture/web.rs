use super::super::scene::synthetic_picture;
use super::{decode, image};
use crate::source::{Var, cannot_run, is_offline, named, program, reason};
use crate::{Error, Result};
use common::download::JSON_OPTION;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tch::Tensor;

/// The PNG, JPEG or GIF picture at an address of the web, as [`image`] gives it: `[c, h, w]`, 0 to 1.
///
/// If the folder that `CONVLAB_DATA` names has a file of the same name in its folder `photos`, that one is taken and
/// nothing is downloaded: a classroom needs no network. With `CONVLAB_OFFLINE=1`, as `cargo lab --offline` sets it,
/// this is always [`synthetic_picture`], and a line says so.
///
/// # Errors
/// If the address does not begin with `http://` or `https://`, if nothing comes for 20 seconds or not all in a minute,
/// if it is sent on more than five times, if what comes has more than 32 MB, or if it is no picture for [`image`].
///
/// ```no_run
/// # use convlab::prelude::*;
/// let xs = datasets::image_from_url("https://example.org/cat.jpg")?; // [3, h, w]
/// # Ok::<(), Error>(())
/// ```
pub fn image_from_url(url: &str) -> Result<Tensor> {
    from_url(url, &|name| std::env::var_os(name))
}

pub(super) fn from_url(url: &str, var: Var) -> Result<Tensor> {
    if is_offline(var) {
        println!("offline mode: a picture drawn by convlab in place of {url}");
        return Ok(synthetic_picture());
    }
    if let Some(file) = photo(url, var) {
        println!("from {} in place of {url}", file.display());
        return image(file);
    }
    let what = format!("a picture (PNG, JPEG or GIF) from {url}");
    decode::picture(&download(url, var, &what)?, &what)
}

/// The local file that is taken in place of the one at `url`.
fn photo(url: &str, var: Var) -> Option<PathBuf> {
    let name = url.split(['?', '#']).next()?.rsplit('/').next()?;
    let file = named(var)?.join("photos").join(name);
    file.is_file().then_some(file)
}

/// What the download program brings from `url`.
fn download(url: &str, var: Var, what: &str) -> Result<Vec<u8>> {
    let remedy = "try the address in a browser; or save the picture there and load the file with \
                  `datasets::image(\"path/to/picture.png\")?`";
    let failed = |found: String| Error::new(what, found, remedy);
    let program = program(var).map_err(|program| failed(format!("no trace of {program}")))?;
    let mut command = Command::new(&program);
    command.args(["--picture", url, JSON_OPTION]).stdin(Stdio::null());
    let output = command.output().map_err(|error| failed(cannot_run(&program, &error)))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let why = reason(output.stderr.as_slice(), &mut |_| {});
    Err(failed(why.split_once(", but got ").map_or(why.as_str(), |(_, found)| found).to_owned()))
}
