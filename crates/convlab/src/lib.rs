//! What a convlab notebook loads: it draws, loads, repeats and judges, and leaves the network to the learner.
//!
//! A notebook starts with
//!
//! ```text
//! :dep convlab = { path = "../crates/convlab" }
//! use convlab::prelude::*;
//! ```
//!
//! and from there on writes `tch` itself: this crate never wraps `tch::nn` and never does what a lab teaches.
//! Every public function returns a [`Result`] whose error says what was expected, what came and what to do.

mod attempt;
pub mod check;
pub mod datasets;
mod display;
mod error;
pub mod interact;
mod interrupt;
mod memory;
pub mod models;
pub mod prelude;
pub mod show;
mod source;
pub mod train;
mod walk;

pub use display::Displayed;
pub use error::{Error, Result};
