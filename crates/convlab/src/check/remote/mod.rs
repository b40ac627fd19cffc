//! Checks whose function runs in another process: only values travel between them, never verdicts.
//!
//! The program that marks has two kernels. One holds the learner's code and calls [`serve`]; the other holds none and
//! calls [`judge()`], where the same checks as in a notebook get functions that ask the first one for each value.

mod calls;
mod exercises;
mod judge;
mod link;
mod net;
pub mod serve;
mod train;
mod wire;

pub use judge::judge;
