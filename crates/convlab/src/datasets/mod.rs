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
mod idx;
mod mnist;
mod picture;
mod split;
mod synthetic;

pub use batches::Batches;
pub use mnist::mnist;
pub use picture::image;
pub use split::Split;
pub use synthetic::synthetic_digits;

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

impl Dataset {
    /// Shows where the data comes from, how much there is and of what shape: the display at the end of a cell.
    pub fn evcxr_display(&self) {
        show(self);
    }
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

/// The same text as `Display`: a tensor's debug text would not show where the data comes from.
impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Puts `thing` under the cell as text.
fn show(thing: &dyn fmt::Display) {
    println!("EVCXR_BEGIN_CONTENT text/plain\n{thing}\nEVCXR_END_CONTENT");
}

/// A count with its thousands set apart: `60,000`.
pub(crate) fn grouped(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::from(if count < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The class names of handwritten digits.
fn digits() -> Vec<String> {
    (0..10).map(|digit| digit.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn counts_are_written_with_their_thousands_set_apart() {
        let cases =
            [(0, "0"), (999, "999"), (1_000, "1,000"), (60_000, "60,000"), (-1_234_567, "-1,234,567")];
        for (count, text) in cases {
            assert_eq!(grouped(count), text);
        }
    }
}
