//! Fair races between functions that do the same work, and how fast this machine could do it at best.

mod contestant;
mod cpu;
mod limits;
mod race;
mod threads;

pub use contestant::{Contestant, Lap, Numbers};
pub use limits::{Limits, limits};
pub use race::{Race, Timing, race, race_on};
