//! Where the labs' data comes from: files that lie here, else the network, else synthetic data.

use super::Ready;
use crate::child;
use crate::failure::Result;
use crate::places::Places;
use crate::say;
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
    if let Some(folder) = find(&ready.places) {
        eprintln!("data: real files in {}", folder.display());
        return Ok(Data::Files(folder));
    }
    let cached = ready.places.cache.join("data");
    let fetched = say::step("MNIST from its mirrors", |line| {
        let mut fetch = Command::new(&ready.environment["CONVLAB_FETCH"]);
        fetch.arg("mnist").arg("--into").arg(cached.join("mnist"));
        child::watch_under(line, &mut fetch, "cargo lab run --offline")
    });
    Ok(match fetched {
        Ok(()) => Data::Files(cached),
        Err(_) => {
            eprintln!("data: synthetic, since MNIST cannot be reached from here");
            Data::Synthetic
        }
    })
}

/// A folder that holds all of MNIST: the one that `CONVLAB_DATA` names, the cache, or `shared/data` beside the
/// checkout.
pub fn find(places: &Places) -> Option<PathBuf> {
    let given = env::var_os("CONVLAB_DATA").map(PathBuf::from);
    let shared = places.checkout.parent().map(|parent| parent.join("shared/data"));
    [given, Some(places.cache.join("data")), shared].into_iter().flatten().find(|folder| holds_mnist(folder))
}

fn holds_mnist(folder: &Path) -> bool {
    let in_one = |dir: &Path| {
        MNIST.iter().all(|name| dir.join(name).exists() || dir.join(format!("{name}.gz")).exists())
    };
    in_one(&folder.join("mnist")) || in_one(folder)
}

impl Data {
    /// Tells the choice to kernels and tests.
    pub fn tell(&self, command: &mut Command) {
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
