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

pub mod bench;
mod catch_panic;
pub mod check;
pub mod datasets;
mod display;
mod history;
pub mod interact;
mod interrupt;
mod malloc;
pub mod models;
mod modes;
pub mod prelude;
mod progress_iter;
mod rng;
pub mod show;
mod source;
mod tensorboard;
mod text;
pub mod train;

pub use common::{Error, Result};
pub use display::Displayed;
