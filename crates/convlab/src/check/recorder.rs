//! A network that notes which images it is given, for exercises that train one.

use crate::datasets::Split;
use std::sync::{Arc, Mutex, PoisonError};
use tch::nn::{self, Sequential, VarStore};
use tch::{Device, Kind, Tensor};

/// The images that a network was given at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Each image's number, in the order in which they came.
    pub images: Vec<i64>,
    /// Whether a gradient could be taken: not so when an accuracy is measured.
    pub training: bool,
}

impl Batch {
    /// The images [n, 1, 1, 2].
    pub fn pixels(&self) -> Tensor {
        let n = self.images.len() as i64;
        let numbers = Tensor::from_slice(&self.images).to_kind(Kind::Float).view([n, 1]);
        Tensor::cat(&[numbers.ones_like(), numbers], 1).view([n, 1, 1, 2])
    }
}

/// Three weights that all images of its split pull in the same direction, so that what a training does to them does not
/// depend on the order of the images; which images came is noted.
pub struct Recorder {
    pub vs: VarStore,
    pub net: Sequential,
    /// Images [n, 1, 1, 2] that hold 1 and their number; all are of class 1.
    pub split: Split,
    log: Arc<Mutex<Vec<Batch>>>,
}

impl Recorder {
    /// For `n` images; logits start as 0, -`margin` and 0.
    pub fn new(n: i64, margin: f64) -> crate::Result<Self> {
        let vs = VarStore::new(Device::Cpu);
        let linear = nn::linear(vs.root(), 1, 3, nn::LinearConfig { bias: false, ..Default::default() });
        let mut weight = vs.trainable_variables().remove(0);
        tch::no_grad(|| weight.copy_(&Self::start(margin)));
        let log = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&log);
        let note = move |xs: &Tensor| {
            let rows = xs.flatten(1, -1); // [n, 2]
            noted.lock().unwrap_or_else(PoisonError::into_inner).push(batch(&rows));
            rows.narrow(1, 0, 1)
        };
        let images = Batch { images: (0..n).collect(), training: true }.pixels();
        let split = Split::new(images, Tensor::ones([n], (Kind::Int64, Device::Cpu)))?;
        Ok(Self { vs, net: nn::seq().add_fn(note).add(linear), split, log })
    }

    /// The weights [3, 1] before any training.
    pub fn start(margin: f64) -> Tensor {
        Tensor::from_slice(&[0f32, -margin as f32, 0.]).view([3, 1])
    }

    /// The weights [3, 1] as they are now.
    pub fn weights(&self) -> Tensor {
        self.vs.trainable_variables().remove(0).detach().copy()
    }

    /// The batches that were trained with.
    pub fn trained(&self) -> Vec<Batch> {
        self.seen().into_iter().filter(|batch| batch.training).collect()
    }

    /// All batches that the network was given.
    pub fn seen(&self) -> Vec<Batch> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn batch(rows: &Tensor) -> Batch {
    let images = (0..rows.size()[0]).map(|row| rows.int64_value(&[row, 1])).collect();
    let probe = Tensor::ones([1], (Kind::Float, Device::Cpu)).set_requires_grad(true) * 2;
    Batch { images, training: probe.requires_grad() }
}
