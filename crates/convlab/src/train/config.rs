use super::checkpoint::Checkpoint;
use crate::datasets::Split;
use crate::{Error, Result};
use std::path::Path;
use std::time::Duration;
use tch::nn::VarStore;

/// How [`fit`](super::fit) trains: one epoch in batches of 128 images, unless set otherwise.
///
/// ```
/// # use convlab::prelude::*;
/// let config = train::FitConfig::new().epochs(3).batch_size(256).log_every(50);
/// ```
#[derive(Debug)]
pub struct FitConfig {
    pub(super) epochs: i64,
    pub(super) batch_size: i64,
    pub(super) log_every: Option<i64>,
    pub(super) validation: Option<Split>,
    pub(super) time_limit: Option<Duration>,
    pub(super) checkpoint: Option<Checkpoint>,
    pub(super) resume: bool,
}

impl Default for FitConfig {
    fn default() -> Self {
        Self {
            epochs: 1,
            batch_size: 128,
            log_every: None,
            validation: None,
            time_limit: None,
            checkpoint: None,
            resume: false,
        }
    }
}

impl FitConfig {
    /// One epoch, batches of 128 images, a line of output after each epoch.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many times all images are seen.
    pub fn epochs(self, epochs: i64) -> Self {
        Self { epochs, ..self }
    }

    /// How many images make one step.
    pub fn batch_size(self, batch_size: i64) -> Self {
        Self { batch_size, ..self }
    }

    /// Prints the loss after every so many batches too.
    pub fn log_every(self, batches: i64) -> Self {
        Self { log_every: Some(batches), ..self }
    }

    /// Measures the accuracy on these images after each epoch; nothing is learned from them.
    pub fn validation(self, split: &Split) -> Self {
        let (images, labels) = (split.images.shallow_clone(), split.labels.shallow_clone());
        Self { validation: Some(Split { images, labels, source: split.source.clone() }), ..self }
    }

    /// Stops after the first step that ends later than this, with what has been learned until then.
    pub fn time_limit(self, limit: Duration) -> Self {
        Self { time_limit: Some(limit), ..self }
    }

    /// Keeps the best weights in a `.safetensors` file: those of the epoch with the highest validation accuracy, or, without
    /// validation, those of the last epoch. `vs` is the store that the network's layers were made from.
    ///
    /// `vs.load(path)?` brings them back. The file changes whole or not at all: a full disk leaves the older weights.
    ///
    /// ```no_run
    /// # use convlab::prelude::*;
    /// # fn with(mut vs: nn::VarStore, net: nn::Sequential, mut opt: nn::Optimizer, data: Dataset) -> Result<(), Box<dyn std::error::Error>> {
    /// let config = train::FitConfig::new().epochs(10).validation(&data.test).checkpoint(&vs, "best.safetensors");
    /// train::fit(&net, &mut opt, &data.train, config)?;
    /// vs.load("best.safetensors")?;
    /// # Ok(()) }
    /// ```
    pub fn checkpoint(self, vs: &VarStore, path: impl AsRef<Path>) -> Self {
        Self { checkpoint: Some(Checkpoint::new(vs, path.as_ref())), ..self }
    }

    /// Starts from the weights in the checkpoint's file, if there is one; the optimiser starts anew.
    pub fn resume(self) -> Self {
        Self { resume: true, ..self }
    }

    /// The numbers must make sense together with the images to learn from.
    pub(super) fn checked(self, images: &Split) -> Result<Self> {
        for (name, value) in [
            ("epochs", Some(self.epochs)),
            ("batch_size", Some(self.batch_size)),
            ("log_every", self.log_every),
        ] {
            if let Some(value @ ..1) = value {
                let expected = format!("`{name}` to be at least 1");
                return Err(Error::new(
                    expected,
                    value.to_string(),
                    format!("write for instance `.{name}(3)`"),
                ));
            }
        }
        if images.images.size().first().is_none_or(|&count| count == 0) {
            let found = format!("a tensor of shape {:?}", images.images.size());
            return Err(Error::new("images to learn from", found, "look at `data.train.images.size()`"));
        }
        match &self.checkpoint {
            Some(checkpoint) => checkpoint.check()?,
            None if self.resume => {
                let remedy = "name one with `.checkpoint(&vs, \"best.safetensors\")`";
                return Err(Error::new("a checkpoint to resume from", "none", remedy));
            }
            None => {}
        }
        Ok(self)
    }
}
