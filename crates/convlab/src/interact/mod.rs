//! Figures that answer to the hand: a slider, a switch, a pad to draw a digit on, a pixel to pick.
//!
//! The function is the learner's. It runs in the notebook's own process, without a compiler, whenever a hand moves, and
//! what it returns is shown in the place of what it returned before. It keeps what it uses, so it is written with
//! `move` and takes copies; the notebook goes on with its own:
//!
//! ```
//! # use convlab::prelude::*;
//! # let image = Tensor::zeros([1, 8, 8], (Kind::Float, Device::Cpu));
//! let mine = image.shallow_clone(); // shares the numbers of `image`
//! interact::slider("row", 0..=7, move |row| mine.i((0, row)))?;
//! image.size(); // is still there
//! # Ok::<(), Error>(())
//! ```
//!
//! For a network the copy is [`snapshot`]`(network, &vs)?`.
//!
//! Without a running kernel, and in front ends that do not know these views, a still picture is shown; up to thirty
//! values of sliders, choices and switches work there too, from pictures that were made when the cell ran.

mod answer;
mod controls;
mod draw;
mod host;
mod mnist;
mod pick;
mod printed;
mod snapshot;
mod view;

pub use answer::{Answer, Answers};
pub use controls::{Choice, Control, Controls, Number, Slider, Switch, choice, controls, slider, switch};
pub use draw::draw;
pub use host::{Host, convlab_connect};
pub use pick::pick;
pub use snapshot::snapshot;
pub use view::View;

#[cfg(test)]
mod tests;
