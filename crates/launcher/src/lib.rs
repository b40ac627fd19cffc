//! `cargo lab`: prepares the machine, opens JupyterLab in the learner's copy of the labs, runs and releases labs.
//!
//! It is a library too, so that `xtask` stands on the same set-up. It is compiled in every checkout, before libtorch is
//! there: it never depends on tch, and on little else.

pub mod cli;
mod commands;
pub mod dirs;
pub mod export;
pub mod files;
mod fingerprint;
mod grade;
pub mod labs;
mod port;
pub mod prepare;
pub mod process;
pub mod runner;
pub mod status_line;
mod system;

pub use cli::main;
pub use commands::forward::DEVELOPER_COMMANDS;
