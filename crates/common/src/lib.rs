//! What the course's programs and notebooks share. It knows neither tch nor the network.
//!
//! | to | use |
//! |---|---|
//! | say what went wrong and what to do | [`Error`], [`Result`] |
//! | find the folder that is kept between runs | [`dirs`] |
//! | write a file whole or not at all | [`files`] |
//! | read and write notebooks, their cells and their marks of solutions | [`notebook`] |
//! | note what a learner has done | [`record`] |
//! | change what a running cell shows | [`live`] |
//! | follow a download by another program | [`download`] |

pub mod dirs;
pub mod download;
mod error;
pub mod files;
pub mod live;
pub mod notebook;
pub mod record;

pub use error::{Error, Result};
