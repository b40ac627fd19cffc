//! A network that was trained in a notebook, as a program of its own.
//!
//! `network.rs` is the notebook's own code; `tensor.rs` and `nn.rs` are what it calls, in plain Rust under tch's names;
//! `weights.safetensors` holds what was learned, and how pixels were scaled.

mod digit;
mod network;
pub mod nn;
pub mod picture;
mod tensor;

pub use digit::SIDE;
pub use tensor::{Kind, Tensor};

use nn::{Module, Sequential, VarStore};

/// The trained network.
pub struct Reader {
    net: Sequential,
    mean: f32,
    std: f32,
}

impl Reader {
    /// Builds the network and gives it the weights that were learned.
    ///
    /// # Errors
    /// If the weights do not fit the code in `network.rs`.
    pub fn new() -> Result<Self, String> {
        let vs = VarStore::read(include_bytes!("../weights.safetensors"))?;
        let net = nn::built(|| network::network(&vs))?;
        match vs.take("scaling")?.values() {
            &[mean, std] => Ok(Self { net, mean, std }),
            other => Err(format!("The scaling should be a mean and a standard deviation, not {other:?}.")),
        }
    }

    /// The ten logits of a picture: 28 rows of 28 pixels, 0 (paper) to 1 (ink).
    pub fn logits(&self, pixels: &[f32]) -> Vec<f32> {
        let scaled = pixels.iter().map(|pixel| (pixel - self.mean) / self.std).collect();
        let side = SIDE as i64;
        self.net.forward(&Tensor::new(&[1, 1, side, side], scaled)).values().to_vec()
    }

    /// The likeliest digit and its probability.
    pub fn read(&self, pixels: &[f32]) -> (usize, f32) {
        let logits = self.logits(pixels);
        let chances = Tensor::new(&[1, logits.len() as i64], logits).softmax(-1, Kind::Float);
        let best = chances.values().iter().copied().enumerate();
        best.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
    }
}
