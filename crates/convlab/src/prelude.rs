//! All that a lab's cells name: this crate's modules and the part of `tch` that the labs write with.

pub use crate::datasets::{Dataset, Split};
pub use crate::{Displayed, Error, Result, bench, check, datasets, interact, models, show, train};
pub use tch::nn::{Module, ModuleT, OptimizerConfig};
pub use tch::{self, Device, IndexOp, Kind, Tensor, nn};
