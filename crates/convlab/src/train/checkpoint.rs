//! Weights on disk: the best ones of a training, whole or not at all.

use crate::{Error, Result};
use common::files;
use std::collections::HashMap;
use std::fs::File;
use std::io;
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
        let written = files::write_with(&self.path, |partial| {
            Tensor::write_safetensors(&named, partial).map_err(io::Error::other)?;
            File::open(partial)?.sync_all()
        });
        written.map_err(|error| {
            let expected = format!("to write the weights to {}", self.path.display());
            Error::new(expected, error.to_string(), "make room on the disk, or name another folder")
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
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

    #[test]
    fn weights_that_cannot_be_written_leave_the_old_ones_and_nothing_half_written() {
        let dir = tempfile::tempdir().unwrap();
        // Beside so long a name there is no room for the name of a file in the making.
        let name = format!("{}.safetensors", "a".repeat(240));
        let path = dir.path().join(&name);
        Tensor::write_safetensors(&[("fc.weight", Tensor::ones([2, 3], (Kind::Float, Device::Cpu)))], &path)
            .unwrap();
        let before = fs::read(&path).unwrap();
        let message = Checkpoint::new(&layer(3, 2.0), &path).write().unwrap_err().to_string();
        assert!(message.contains("to write the weights to") && message.contains("make room"), "{message}");
        assert_eq!((fs::read(&path).unwrap(), names(dir.path())), (before, vec![name]));
    }

    #[test]
    fn weights_that_do_not_fit_are_named_and_no_variable_has_changed() {
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
