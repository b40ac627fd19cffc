//! The training loop that the labs write by hand first, ready to be called again and again.
//!
//! ```no_run
//! # use convlab::prelude::*;
//! # let data = datasets::mnist()?;
//! let vs = nn::VarStore::new(Device::Cpu);
//! let net = nn::seq().add_fn(|xs| xs.flat_view()).add(nn::linear(vs.root(), 784, 10, Default::default()));
//! let mut opt = nn::Adam::default().build(&vs, 1e-3).unwrap();
//! let history = train::fit(&net, &mut opt, &data.train, train::FitConfig::new().epochs(3))?;
//! let accuracy = train::accuracy(&net, &data.test)?;
//! # Ok::<(), Error>(())
//! ```
//!
//! A net takes images `[n, c, h, w]` and gives logits `[n, classes]`, one score for each class, without soft-max: the
//! loss is cross-entropy, which has it inside.

mod checkpoint;
mod config;
mod device;
mod evaluate;
mod export;
mod fit;
mod progress;
mod step;
mod steps;

pub use crate::history::{Epoch, History};
pub use crate::tensorboard::SummaryWriter;
pub use config::FitConfig;
pub use device::device;
pub use evaluate::{Evaluation, accuracy, evaluate};
pub use export::export;
pub use fit::fit;
pub use steps::{Steps, steps};

#[cfg(test)]
mod tests;
