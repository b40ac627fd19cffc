//! `cargo lab bench`: the prepared kernel beside evcxr as a newcomer would start it, in one run.

use crate::child;
use crate::failure::Result;
use crate::labs::{self, run::jupyter_python};
use crate::places::Places;
use crate::prepare::data;
use crate::prepare::{self, KERNEL, STOCK_KERNEL, text};

const BENCH_KERNEL: &str = include_str!("python/bench_kernel.py");

/// Prints, for both kernels: start to the first tensor drawn, median and 95th percentile of lab 02's cells.
pub fn kernel() -> Result<()> {
    let places = Places::find()?;
    let ready = prepare::prepare(&places)?;
    let lab = labs::select(&places.notebooks(), &["02".to_owned()])?.remove(0);
    let mut command = jupyter_python(&ready);
    command.args(["-c", BENCH_KERNEL, &text(&lab.path), KERNEL, STOCK_KERNEL]);
    data::choose(&ready, false)?.tell(&mut command);
    child::watch(&mut command, "cargo lab doctor", |line| println!("{line}"))
}
