//! `cargo lab bench`: the prepared kernel beside evcxr as a newcomer would start it, in one run.

use crate::child;
use crate::cli;
use crate::doctor;
use crate::failure::Result;
use crate::labs::{self, run::jupyter_python};
use crate::prepare::data;
use crate::prepare::{KERNEL, STOCK_KERNEL, text};

const BENCH_KERNEL: &str = include_str!("python/bench_kernel.py");

/// Prints, for both kernels: start to the first tensor drawn, median and 95th percentile of lab 02's cells.
pub fn kernel(options: &cli::Bench) -> Result<()> {
    let ready = doctor::checked_prepare(None)?;
    let lab = labs::select(&ready.places.notebooks(), std::slice::from_ref(&options.lab))?.remove(0);
    let mut command = jupyter_python(&ready);
    command.args(["-c", BENCH_KERNEL, &text(&lab.path), KERNEL, STOCK_KERNEL]);
    data::choose(&ready, false)?.tell(&mut command);
    child::watch(&mut command, "cargo lab doctor", |line| println!("{line}"))
}
