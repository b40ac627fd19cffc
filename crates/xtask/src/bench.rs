//! `cargo lab bench`: the prepared kernel beside evcxr as a newcomer would start it, a class of kernels at once, or
//! trainings beside PyTorch.

mod train;

use clap::{Arg, ArgMatches, Command, value_parser};
use common::Result;
use launcher::files::text;
use launcher::prepare::{self, KERNEL, STOCK_KERNEL, data};
use launcher::{labs, process};

const BENCH_KERNEL: &str =
    concat!(include_str!("../python/kernel_cost.py"), "\n", include_str!("../python/bench_kernel.py"));
const BENCH_CLASS: &str =
    concat!(include_str!("../python/kernel_cost.py"), "\n", include_str!("../python/bench_class.py"));

/// Lab 02's steps in PyTorch.
const STEPS: (&str, &str) = ("02", include_str!("../python/bench_lab02.py"));

/// The lab that is measured if none is named.
const BENCH_LAB: &str = "02";

/// `cargo lab bench`.
pub fn command() -> Command {
    let lab = || Arg::new("lab").default_value(BENCH_LAB).help("The lab whose cells are measured");
    let kernels = Arg::new("kernels")
        .long("kernels")
        .value_delimiter(',')
        .default_value("1,2,4")
        .value_parser(value_parser!(u32).range(1..=200))
        .help("How many, for each measurement");
    Command::new("bench")
        .about("Measures kernels, classes and trainings")
        .subcommand(
            Command::new("kernel")
                .about("The prepared kernel beside evcxr as it comes (the default)")
                .arg(lab()),
        )
        .subcommand(
            Command::new("class")
                .about("Many kernels at once: what each learner waits, and what each takes")
                .args([lab(), kernels]),
        )
        .subcommand(train::command())
}

/// Runs the measurement that is named, else that of the kernel.
pub fn run(matches: &ArgMatches) -> Result<()> {
    match matches.subcommand() {
        Some(("train", options)) => train::run(options),
        Some(("class", options)) => {
            let class = options.get_many::<u32>("kernels").unwrap_or_default();
            kernels(lab(options), &class.copied().collect::<Vec<_>>())
        }
        Some((_, options)) => kernels(lab(options), &[]),
        None => kernels(BENCH_LAB, &[]),
    }
}

fn lab(options: &ArgMatches) -> &str {
    options.get_one::<String>("lab").map_or(BENCH_LAB, String::as_str)
}

/// Prints, for this kernel, for ipykernel and for evcxr: start to the first tensor drawn, median and 95th percentile of
/// a lab's cells, memory; or, for each size of class, what a learner waits and what a kernel takes.
fn kernels(lab: &str, class: &[u32]) -> Result<()> {
    let ready = prepare::checked(None)?;
    let lab = labs::select(&ready.dirs.notebooks(), &[lab.to_owned()])?.remove(0);
    let mut command = ready.jupyter_python();
    if class.is_empty() {
        command.args(["-c", BENCH_KERNEL, &text(&lab.path), KERNEL, STOCK_KERNEL]);
        if lab.name().starts_with(STEPS.0) {
            command.args([&text(&train::pytorch(&ready)?), STEPS.1]);
        }
    } else {
        command.args(["-c", BENCH_CLASS, &text(&lab.path), KERNEL]);
        command.args(class.iter().map(ToString::to_string));
    }
    data::choose(&ready, false)?.set_env(&mut command);
    process::watch(&mut command, "cargo lab doctor", |line| println!("{line}"))
}
