//! `cargo lab bench`: the prepared kernel beside evcxr as a newcomer would start it, a class of kernels at once, or
//! trainings beside PyTorch.

pub mod train;

use crate::child;
use crate::cli;
use crate::doctor;
use crate::failure::Result;
use crate::labs::{self, run::jupyter_python};
use crate::prepare::data;
use crate::prepare::{KERNEL, STOCK_KERNEL, python, text};

const BENCH_KERNEL: &str =
    concat!(include_str!("python/kernel_cost.py"), "\n", include_str!("python/bench_kernel.py"));
const BENCH_CLASS: &str =
    concat!(include_str!("python/kernel_cost.py"), "\n", include_str!("python/bench_class.py"));

/// Lab 02's steps in PyTorch.
const STEPS: (&str, &str) = ("02", include_str!("python/bench_lab02.py"));

/// Prints, for this kernel, for ipykernel and for evcxr: start to the first tensor drawn, median and 95th percentile of
/// a lab's cells, memory; or, for each size of class, what a learner waits and what a kernel takes.
pub fn bench(options: &cli::Bench) -> Result<()> {
    let ready = doctor::checked_prepare(None)?;
    let lab = labs::select(&ready.places.notebooks(), std::slice::from_ref(&options.lab))?.remove(0);
    let mut command = jupyter_python(&ready);
    if options.class.is_empty() {
        command.args(["-c", BENCH_KERNEL, &text(&lab.path), KERNEL, STOCK_KERNEL]);
        if lab.name().starts_with(STEPS.0) {
            command.args([&text(&python::with_pytorch(&ready.places)?), STEPS.1]);
        }
    } else {
        command.args(["-c", BENCH_CLASS, &text(&lab.path), KERNEL]);
        command.args(options.class.iter().map(ToString::to_string));
    }
    data::choose(&ready, false)?.tell(&mut command);
    child::watch(&mut command, "cargo lab doctor", |line| println!("{line}"))
}
