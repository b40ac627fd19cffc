//! Bundles: what a machine would compile for the labs, compiled elsewhere. One that fits exactly is fetched and used;
//! whatever is wrong with it is said in a line, and everything is compiled as it would be without it.

mod fits;
mod pack;
mod replay;
pub use pack::{Packed, Parts, pack};
pub use replay::replay;

use super::Toolchain;
use super::python::base_python;
use crate::dirs::Dirs;
use crate::files::{self, text, whole_folder};
use crate::{process, status_line};
use common::{Error, Result};
use fits::Entry;
use serde_json::Value;
use std::env;
use std::path::PathBuf;
use std::process::Command;

const SCRIPT: &str = include_str!("../../python/bundle.py");

/// The bundles of the newest release: where they are, and size, SHA-256 and needs of each.
const TABLE: &str = include_str!("../../../bundles.json");

/// Names another address with a table and bundles, or `none`.
const VARIABLE: &str = "CONVLAB_BUNDLES";

/// A bundle that lies unpacked in the cache.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Where it lies.
    pub folder: PathBuf,
}

impl Bundle {
    /// The kernel, the downloader and what belongs to them.
    pub fn programs(&self) -> PathBuf {
        self.folder.join("programs")
    }

    /// Has cargo take what this bundle holds in place of compiling it.
    pub fn set_env(&self, command: &mut Command) {
        if let Ok(own) = env::current_exe() {
            command.env("RUSTC_WRAPPER", own).env(replay::VARIABLE, &self.folder);
        }
    }

    /// Removes it: once everything stands it is needed no more.
    pub fn remove(&self) -> Result<()> {
        files::remove(&self.folder)
    }
}

/// Fetches the bundle that fits this machine, if there is one; says why there is none where one might be.
pub fn fetch(dirs: &Dirs, toolchain: &Toolchain) -> Option<Bundle> {
    let address = env::var(VARIABLE).ok().filter(|address| !address.is_empty());
    if address.as_deref() == Some("none") {
        return None;
    }
    fetch_from(address.as_deref(), dirs, toolchain).unwrap_or_else(|failure| {
        eprintln!("no bundle, so everything is compiled: {}", failure.what());
        None
    })
}

/// Fetches the bundle that fits this machine from this address, else from where the newest release is; `None` where none
/// was made.
pub fn fetch_from(address: Option<&str>, dirs: &Dirs, toolchain: &Toolchain) -> Result<Option<Bundle>> {
    let (address, entries) = table(address)?;
    match fits::choose(&entries, dirs, toolchain)? {
        Some(entry) => bring(dirs, &address, entry).map(Some),
        None => Ok(None),
    }
}

/// The address of the bundles, and what is known of each.
fn table(other: Option<&str>) -> Result<(String, Vec<Entry>)> {
    let text = match other {
        Some(address) => process::output(&mut script(&["table", address])?, "")
            .map_err(|failure| Error::problem(last_line(&failure), ""))?,
        None => TABLE.to_owned(),
    };
    let unreadable = |_| Error::problem("the table of bundles cannot be read", "");
    let table: Value = serde_json::from_str(&text).map_err(unreadable)?;
    let Some(address) = other.or(table["address"].as_str()) else { return Ok(Default::default()) };
    let entries = table["bundles"].as_array().into_iter().flatten().filter_map(Entry::read);
    Ok((address.to_owned(), entries.collect()))
}

/// Downloads, verifies and unpacks; what is left of it is whole.
fn bring(dirs: &Dirs, address: &str, entry: &Entry) -> Result<Bundle> {
    let folder = dirs.cache.join(format!("bundle-{}", entry.sha256));
    if !folder.exists() {
        let file = dirs.cache.join(format!("{}.tar.gz", entry.sha256));
        let url = format!("{}/{}", address.trim_end_matches('/'), entry.file);
        let title = format!("what others have compiled ({} MB)", entry.size.div_ceil(1_000_000));
        let (size, file_name) = (entry.size.to_string(), text(&file));
        status_line::step(&title, |line| {
            let get = ["get", &url, &file_name, &size, &entry.sha256];
            process::watch(&mut script(&get)?, "", |text| line.show(text))?;
            line.show("unpacking");
            whole_folder(&folder, |new| {
                process::watch(&mut script(&["unpack", &file_name, &text(new)])?, "", |_| {})
            })
        })
        .map_err(|failure| Error::problem(last_line(&failure), ""))?;
        // What stays of it is found by the next run of the same.
        let _ = std::fs::remove_file(&file);
    }
    Ok(Bundle { folder })
}

fn script(words: &[&str]) -> Result<Command> {
    let mut command = Command::new(base_python()?);
    command.args(["-c", SCRIPT]).args(words);
    Ok(command)
}

/// What a script has said last, of a failure that shows all its last lines.
pub(super) fn last_line(failure: &Error) -> String {
    failure.what().lines().last().unwrap_or_default().trim().to_owned()
}
