//! Weights on disk: the best ones of a training, whole or not at all.

use crate::{Error, Result};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// A file for a network's variables.
#[derive(Debug)]
pub struct Checkpoint {
    /// The network's own variables, by name.
    variables: HashMap<String, Tensor>,
    path: PathBuf,
}

impl Checkpoint {
    pub fn new(vs: &VarStore, path: &Path) -> Self {
        Self { variables: vs.variables(), path: path.to_owned() }
    }

    /// Refuses a place where nothing could be kept, before minutes go into a training.
    pub fn check(&self) -> Result<()> {
        if self.path.extension().is_none_or(|ending| ending != "safetensors") {
            let found = format!("`{}`", self.path.display());
            return Err(Error::new("a file name that ends in .safetensors", found, "change the ending"));
        }
        if self.variables.is_empty() {
            let remedy = "pass the VarStore that the network's layers were made from";
            return Err(Error::new("variables to keep in a file", "an empty VarStore", remedy));
        }
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        match folder {
            Some(folder) if !folder.is_dir() => {
                let expected = format!("a folder {} to keep the weights in", folder.display());
                Err(Error::new(expected, "none", "make it, or name another one"))
            }
            _ => Ok(()),
        }
    }

    /// Writes the variables as they are now. Until they are all on disk, the file keeps what it held before.
    pub fn write(&self) -> Result<()> {
        let plain = |(name, tensor): (&String, &Tensor)| {
            (name.clone(), tensor.detach().to_device(Device::Cpu).contiguous())
        };
        let named: Vec<_> = self.variables.iter().map(plain).collect();
        let new = self.path.with_extension("safetensors.partial");
        let written = Tensor::write_safetensors(&named, &new)
            .map_err(|error| error.to_string())
            .and_then(|()| put(&new, &self.path).map_err(|error| error.to_string()));
        written.map_err(|error| {
            // What is half-written is of no use; that it cannot be removed would be told by the next attempt.
            let _ = fs::remove_file(&new);
            let expected = format!("to write the weights to {}", self.path.display());
            Error::new(expected, error, "make room on the disk, or name another folder")
        })
    }

    /// Copies the file's numbers into the variables; `false` if there is no file.
    ///
    /// # Errors
    /// If the file is damaged, or lacks a variable, or one has another shape: then no variable has changed.
    pub fn read(&self) -> Result<bool> {
        if !self.path.exists() {
            return Ok(false);
        }
        let wrong = |expected: &str, found: String| {
            let remedy = "name another file, or build the network as it was when the file was written";
            Error::new(format!("{expected} in {}", self.path.display()), found, remedy)
        };
        let read = Tensor::read_safetensors(&self.path);
        let read: HashMap<_, _> = read
            .map_err(|error| wrong("the weights of this network", error.to_string()))?
            .into_iter()
            .collect();
        let mut pairs = Vec::new();
        for (name, variable) in &self.variables {
            let expected = format!("`{name}` of shape {:?}", variable.size());
            let Some(kept) = read.get(name) else {
                let mut names: Vec<_> = read.keys().map(String::as_str).collect();
                names.sort_unstable();
                return Err(wrong(&expected, format!("only {}", names.join(", "))));
            };
            if kept.size() != variable.size() {
                return Err(wrong(&expected, format!("one of shape {:?}", kept.size())));
            }
            pairs.push((variable, kept));
        }
        tch::no_grad(|| pairs.into_iter().for_each(|(variable, kept)| variable.shallow_clone().copy_(kept)));
        Ok(true)
    }

    pub fn path(&self) -> std::path::Display<'_> {
        self.path.display()
    }
}

/// Brings a whole file to the disk, then into its place.
fn put(new: &Path, path: &Path) -> std::io::Result<()> {
    fs::File::open(new)?.sync_all()?;
    fs::rename(new, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Kind;
    use tch::nn;

    fn layer(inputs: i64, value: f64) -> VarStore {
        let vs = VarStore::new(Device::Cpu);
        let config = nn::LinearConfig { ws_init: nn::Init::Const(value), ..Default::default() };
        let _ = nn::linear(vs.root() / "fc", inputs, 2, config);
        vs
    }

    fn weight(vs: &VarStore) -> f64 {
        vs.variables()["fc.weight"].mean(Kind::Float).double_value(&[])
    }

    fn names(dir: &Path) -> Vec<String> {
        fs::read_dir(dir)
            .unwrap()
            .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn what_is_written_is_read_again_and_nothing_else_lies_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("best.safetensors");
        let (one, two) = (layer(3, 1.0), layer(3, 2.0));
        assert!(!Checkpoint::new(&two, &path).read().unwrap());
        Checkpoint::new(&one, &path).write().unwrap();
        assert_eq!(names(dir.path()), ["best.safetensors"]);
        assert!(Checkpoint::new(&two, &path).read().unwrap());
        assert_eq!(weight(&two), 1.0);
        let mut three = layer(3, 3.0);
        three.load(&path).unwrap(); // tch reads it as well
        assert_eq!(weight(&three), 1.0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_that_is_full_leaves_the_old_weights_and_nothing_half_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("best.safetensors");
        Checkpoint::new(&layer(3, 1.0), &path).write().unwrap();
        // Whatever is written to this device does not fit.
        std::os::unix::fs::symlink("/dev/full", dir.path().join("best.safetensors.partial")).unwrap();
        let message = Checkpoint::new(&layer(3, 2.0), &path).write().unwrap_err().to_string();
        assert!(message.contains("No space left") && message.contains("make room"), "{message}");
        let after = layer(3, 3.0);
        Checkpoint::new(&after, &path).read().unwrap();
        assert_eq!(weight(&after), 1.0);
        assert_eq!(names(dir.path()), ["best.safetensors"]);
    }

    #[test]
    fn weights_that_do_not_fit_are_told_and_no_variable_has_changed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("best.safetensors");
        let message = |content: &[(&str, Tensor)]| {
            Tensor::write_safetensors(content, &path).unwrap();
            let vs = layer(3, 5.0);
            let message = Checkpoint::new(&vs, &path).read().unwrap_err().to_string();
            assert_eq!(weight(&vs), 5.0);
            message
        };
        let of = |shape: &[i64]| Tensor::zeros(shape, (Kind::Float, Device::Cpu));
        let missing = message(&[("fc.weight", of(&[2, 3]))]);
        assert!(
            missing.contains("`fc.bias` of shape [2]") && missing.contains("only fc.weight"),
            "{missing}"
        );
        let other = message(&[("fc.weight", of(&[2, 4])), ("fc.bias", of(&[2]))]);
        assert!(
            other.contains("`fc.weight` of shape [2, 3]") && other.contains("one of shape [2, 4]"),
            "{other}"
        );
        fs::write(&path, "no weights").unwrap();
        let vs = layer(3, 5.0);
        let damaged = Checkpoint::new(&vs, &path).read().unwrap_err().to_string();
        assert!(damaged.contains("the weights of this network in") && weight(&vs) == 5.0, "{damaged}");
    }

    #[test]
    fn a_place_where_nothing_can_be_kept_is_refused() {
        let vs = layer(3, 1.0);
        let message = |path: &str| Checkpoint::new(&vs, Path::new(path)).check().unwrap_err().to_string();
        assert!(message("/nowhere/best.safetensors").contains("a folder /nowhere"));
        assert!(message("best.ot").contains(".safetensors"));
        let empty = Checkpoint::new(&VarStore::new(Device::Cpu), Path::new("best.safetensors"));
        assert!(empty.check().unwrap_err().to_string().contains("an empty VarStore"));
        assert!(Checkpoint::new(&vs, Path::new("best.safetensors")).check().is_ok());
    }
}
