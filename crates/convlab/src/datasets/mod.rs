//! Data sets and pictures: images as `[n, c, h, w]` tensors from 0 to 1, labels as `[n]` class numbers.
//!
//! ```no_run
//! # use convlab::prelude::*;
//! let data = datasets::mnist()?;
//! for (xs, labels) in data.train.batches(256)? {
//!     // xs: [256, 1, 28, 28], labels: [256]
//! }
//! # Ok::<(), Error>(())
//! ```
//!
//! Sizes and counts are `i64`, as everywhere in `tch`.

mod batches;
mod cifar10;
mod idx;
mod layout;
mod mnist;
mod objects;
mod picture;
mod scene;
mod split;
mod synthetic;
#[cfg(test)]
mod tests;

pub use batches::Batches;
pub(crate) use batches::quick_epochs;
pub use cifar10::cifar10;
pub use layout::channels_last;
pub use mnist::mnist;
pub use objects::synthetic_objects;
pub(crate) use picture::Page;
pub use picture::{Served, image, image_from_url, serve};
pub use scene::synthetic_picture;
pub use split::Split;
pub use synthetic::synthetic_digits;

use crate::display::displayed_as_text;
use crate::text::grouped;
use std::fmt;

/// Images and labels to learn from, others to be tested on, and the names of the classes.
#[non_exhaustive]
pub struct Dataset {
    /// What the network learns from.
    pub train: Split,
    /// What it has never seen.
    pub test: Split,
    /// The class that label 0 stands for, label 1, and so on.
    pub classes: Vec<String>,
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (train, test) = (grouped(self.train.len()), grouped(self.test.len()));
        let shape = self.train.shape();
        let (count, names) = (self.classes.len(), self.classes.join(", "));
        writeln!(f, "{}: {train} images to train on, {test} to test on, each {shape:?}", self.train.source)?;
        write!(f, "{count} classes: {names}")
    }
}

// A tensor's own debug text would not show where the data comes from.
displayed_as_text!(Dataset, Split);

/// The class names of handwritten digits.
fn digits() -> Vec<String> {
    (0..10).map(|digit| digit.to_string()).collect()
}
