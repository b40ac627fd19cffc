//! Where the labs' data comes from: files that lie here, else the network, else synthetic data.

use super::ready::Ready;
use crate::dirs::Dirs;
use crate::process;
use crate::status_line;
use common::download::{JSON_OPTION, Message};
use common::{Error, Result};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const MNIST: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// What a run of the labs computes on.
#[derive(Debug, PartialEq, Eq)]
pub enum Data {
    /// Real files in this folder.
    Files(PathBuf),
    /// Digits and objects that the helper crate draws.
    Synthetic,
}

/// Finds MNIST, or fetches it, or falls back on synthetic data; says which.
pub fn choose(ready: &Ready, offline: bool) -> Result<Data> {
    if offline || env::var("CONVLAB_OFFLINE").is_ok_and(|value| value == "1") {
        eprintln!("data: synthetic (offline mode)");
        return Ok(Data::Synthetic);
    }
    if let Some(folder) = find(&ready.dirs) {
        eprintln!("data: real files in {}", folder.display());
        return Ok(Data::Files(folder));
    }
    let cached = ready.dirs.cache.join("data");
    match status_line::step("MNIST from its mirrors", |line| fetch(ready, &cached.join("mnist"), line)) {
        Ok(()) => {
            eprintln!("data: real files in {}", cached.display());
            Ok(Data::Files(cached))
        }
        Err(failure) => {
            eprintln!("data: synthetic (offline mode), since MNIST cannot be had: {}", failure.what());
            Ok(Data::Synthetic)
        }
    }
}

/// Downloads MNIST; what the downloader reports is shown, and its error is the failure.
fn fetch(ready: &Ready, into: &Path, line: &status_line::StatusLine) -> Result<()> {
    let mut fetch = Command::new(ready.programs.fetch());
    let mut failed = None;
    fetch.arg("mnist").arg("--into").arg(into).arg(JSON_OPTION);
    let ended = process::watch(&mut fetch, "cargo lab run --offline", |text| match Message::parse(text) {
        Message::Failed(error) => failed = Some(error),
        message => line.show(&message.to_string()),
    });
    ended.map_err(|failure| failed.unwrap_or(failure))
}

/// Fails when `CONVLAB_DATA` names a folder that holds nothing the labs can use.
pub fn check_given() -> Result<()> {
    match env::var_os("CONVLAB_DATA").map(PathBuf::from) {
        Some(folder) if !holds_data(&folder) => {
            let what =
                format!("CONVLAB_DATA names {}, which holds neither MNIST nor CIFAR-10.", folder.display());
            Err(Error::problem(what, "unset CONVLAB_DATA"))
        }
        _ => Ok(()),
    }
}

/// A folder that holds all of MNIST: the one that `CONVLAB_DATA` names, the cache, or `shared/data` beside the
/// checkout.
pub fn find(dirs: &Dirs) -> Option<PathBuf> {
    let given = env::var_os("CONVLAB_DATA").map(PathBuf::from);
    let shared = dirs.checkout.parent().map(|parent| parent.join("shared/data"));
    [given, Some(dirs.cache.join("data")), shared].into_iter().flatten().find(|folder| holds_mnist(folder))
}

fn holds_mnist(folder: &Path) -> bool {
    let in_one = |dir: &Path| {
        MNIST.iter().all(|name| dir.join(name).exists() || dir.join(format!("{name}.gz")).exists())
    };
    in_one(&folder.join("mnist")) || in_one(folder)
}

fn holds_data(folder: &Path) -> bool {
    let cifar = ["cifar10", "cifar-10-batches-bin", "data_batch_1.bin"];
    holds_mnist(folder) || cifar.iter().any(|name| folder.join(name).exists())
}

impl Data {
    /// Passes the choice on to kernels and tests.
    pub fn set_env(&self, command: &mut Command) {
        match self {
            Self::Files(folder) => command.env("CONVLAB_DATA", folder).env_remove("CONVLAB_OFFLINE"),
            Self::Synthetic => command.env("CONVLAB_OFFLINE", "1").env_remove("CONVLAB_DATA"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_three_of_the_four_files_is_not_mnist() {
        let dir = tempfile::tempdir().unwrap();
        for name in &MNIST[..3] {
            std::fs::write(dir.path().join(format!("{name}.gz")), "").unwrap();
        }
        assert!(!holds_mnist(dir.path()));
        std::fs::write(dir.path().join(MNIST[3]), "").unwrap();
        assert!(holds_mnist(dir.path()));
    }
}
