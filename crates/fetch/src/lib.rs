//! Downloads the labs' files, checks them and stores them, so that neither the kernel nor the launcher carries an
//! HTTP client.
//!
//! A file is requested from its mirrors in turn, written beside its final path as `NAME.part`, checked by size and SHA-256 of
//! its content, and only then renamed to `NAME`: what has the name is whole.

mod archive;
pub mod catalogue;
mod check;
pub mod cli;
mod download;
mod fetch;
mod picture;
pub mod report;
mod store;
mod summary;

pub use download::{Settings, Web};
pub use fetch::{Source, fetch_file, fetch_set};
pub use picture::picture;
pub use summary::Summary;
