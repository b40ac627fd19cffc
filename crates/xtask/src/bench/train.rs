//! `cargo lab bench train`: the source exercises' trainings here and in PyTorch, side by side in one run.

use crate::cargo_calls::helper_call;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command as Options, value_parser};
use common::{Error, Result};
use launcher::files::{text, whole_folder};
use launcher::prepare::{self, Ready, data, python};
use launcher::{process, status_line};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

const PROGRAM: &str = include_str!("../../python/bench_train.py");
const PACKAGES: &str = include_str!("../../python/pytorch.txt");
const EXAMPLE: &str = "bench_train";

/// The trainings that can be measured, in the words of both programs.
const RECIPES: [&str; 4] = ["000", "003", "004-mnist", "004-cifar"];

/// The ways to train, from the one that all are compared with: who, the program's word for it, what the table says.
const WAYS: [(Who, &str, &str); 6] = [
    (Who::PyTorch, "seed", "PyTorch, the exercise's own loop"),
    (Who::PyTorch, "plain", "PyTorch, tensors in memory"),
    (Who::PyTorch, "channels_last", "PyTorch, channels_last"),
    (Who::Here, "plain", "here, a loop by hand"),
    (Who::Here, "channels_last", "here, by hand, channels_last"),
    (Who::Here, "fit", "here, train::fit, channels_last"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    PyTorch,
    Here,
}

/// What one measurement came to.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    seconds: f64,
    images: f64,
    accuracy: Option<f64>,
    peak_mb: f64,
}

/// `cargo lab bench train`.
pub fn command() -> Options {
    let number = |name: &'static str| Arg::new(name).long(name).value_parser(value_parser!(u32).range(1..));
    Options::new("train")
        .about("The exercises' trainings here and in PyTorch, which is fetched for it (5 GB, once)")
        .arg(
            Arg::new("recipe")
                .action(ArgAction::Append)
                .value_parser(PossibleValuesParser::new(RECIPES))
                .help("Which trainings; all if none"),
        )
        .arg(number("rounds").default_value("1").help("Measure each so often; the fastest counts"))
        .arg(number("threads").help("Threads on both sides [default: all]"))
}

/// Measures every way of every recipe, then loading and drawing; each in a process of its own, one after the other.
pub fn run(matches: &ArgMatches) -> Result<()> {
    let mut recipes: Vec<_> = matches.get_many::<String>("recipe").unwrap_or_default().cloned().collect();
    if recipes.is_empty() {
        recipes = RECIPES.map(str::to_owned).to_vec();
    }
    let rounds = matches.get_one("rounds").copied().unwrap_or(1);
    let all = || std::thread::available_parallelism().map_or(1, |count| count.get() as u32);
    let threads = matches.get_one("threads").copied().unwrap_or_else(all);
    let ready = prepare::checked(None)?;
    let both = Both::new(&ready, threads)?;
    for recipe in &recipes {
        println!("\nrecipe {recipe}, {threads} threads\n{}\n", measure(&both, recipe, rounds)?);
    }
    for (what, theirs) in [("load", "torchvision"), ("grid", "matplotlib")] {
        let [theirs_took, ours_took] = [Who::PyTorch, Who::Here].map(|who| both.run(who, what, "-"));
        println!("{}", beside(what, theirs, &theirs_took?, &ours_took?));
    }
    Ok(())
}

/// The table of one recipe: the fastest of some rounds of each way.
fn measure(both: &Both<'_>, recipe: &str, rounds: u32) -> Result<String> {
    let mut found = Vec::new();
    for round in 1..=rounds {
        for (index, (who, way, name)) in WAYS.into_iter().enumerate() {
            let title = format!("{recipe}, round {round}: {name}");
            found.push((index, status_line::step(&title, |_| both.run(who, recipe, way))?));
        }
    }
    let fastest: Vec<_> = (0..WAYS.len()).filter_map(|index| fastest(&found, index)).collect();
    Ok(table(&fastest))
}

/// The Python of an environment that has PyTorch: only what is measured needs it, and it is very large.
pub fn pytorch(ready: &Ready) -> Result<PathBuf> {
    python::listed(&ready.dirs, "pytorch", PACKAGES, "PyTorch, which is measured")
}

/// Both programs, and the data that they read.
struct Both<'a> {
    ready: &'a Ready,
    python: PathBuf,
    example: PathBuf,
    data: PathBuf,
    threads: u32,
}

impl<'a> Both<'a> {
    fn new(ready: &'a Ready, threads: u32) -> Result<Self> {
        let cache = &ready.dirs.cache;
        let python = pytorch(ready)?;
        let (below, mut build) = helper_call(ready, "build")?;
        let example = below.join("debug/examples").join(format!("{EXAMPLE}{}", std::env::consts::EXE_SUFFIX));
        status_line::step("the program that is measured", |line| {
            process::watch_under(line, build.args(["--example", EXAMPLE]), "cargo lab doctor")
        })?;
        let both = Self { ready, python, example, data: cache.join("bench-data"), threads };
        let source = data::choose(ready, false)?;
        let _only_one = prepare::lock(&ready.dirs)?;
        status_line::step("the data, uncompressed", |_| {
            whole_folder(&both.data, |new| {
                let mut write = both.here();
                source.set_env(&mut write);
                process::watch(write.arg("data").arg(new), "cargo lab doctor", |_| {})
            })
        })?;
        Ok(both)
    }

    fn here(&self) -> Command {
        let mut command = process::command(&self.example);
        command.envs(&self.ready.environment);
        command
    }

    /// One measurement: the last line that the program prints.
    fn run(&self, who: Who, what: &str, way: &str) -> Result<Found> {
        let threads = self.threads.to_string();
        let mut command = match who {
            Who::PyTorch => {
                let mut command = process::command(&self.python);
                command.args(["-c", PROGRAM, what, way, &threads, &text(&self.data)]);
                command
            }
            Who::Here => {
                let mut command = self.here();
                command
                    .args([what, way, &threads])
                    .env("CONVLAB_DATA", &self.data)
                    .env_remove("CONVLAB_QUICK");
                command
            }
        };
        let mut last = String::new();
        process::watch(&mut command, "read what the program says above", |line| {
            if line.starts_with('{') {
                last = line.to_owned();
            }
        })?;
        read(&last)
    }
}

fn read(line: &str) -> Result<Found> {
    let message: Value = serde_json::from_str(line).unwrap_or_default();
    let number = |name: &str| message[name].as_f64();
    match (number("seconds"), number("images"), number("peak_mb")) {
        (Some(seconds), Some(images), Some(peak_mb)) => {
            Ok(Found { seconds, images, accuracy: number("accuracy"), peak_mb })
        }
        _ => Err(Error::problem(format!("A measurement ended with `{line}`."), "run the same command again")),
    }
}

/// Of several rounds the fastest: what else the machine does can only add.
fn fastest(found: &[(usize, Found)], index: usize) -> Option<Found> {
    let rounds = found.iter().filter(|(at, _)| *at == index).map(|(_, found)| found.clone());
    rounds.min_by(|a, b| a.seconds.total_cmp(&b.seconds))
}

/// A line for each way, its time also as a fraction of each of PyTorch's three.
fn table(found: &[Found]) -> String {
    let width = WAYS.iter().map(|(.., name)| name.len()).max().unwrap_or(0);
    let mut lines = vec![format!(
        "{:width$}  seconds  images/s  of own loop  of in memory  of channels_last  accuracy  peak MB",
        "way"
    )];
    for ((.., name), one) in WAYS.iter().zip(found) {
        let fraction = |of: usize| one.seconds / found[of].seconds;
        lines.push(format!(
            "{name:width$}  {:7.1}  {:8.0}  {:11.2}  {:12.2}  {:16.2}  {:8.3}  {:7.0}",
            one.seconds,
            one.images / one.seconds,
            fraction(0),
            fraction(1),
            fraction(2),
            one.accuracy.unwrap_or(f64::NAN),
            one.peak_mb
        ));
    }
    lines.join("\n")
}

fn beside(what: &str, theirs: &str, took: &Found, ours: &Found) -> String {
    let name = match what {
        "load" => "MNIST from disk to tensors",
        _ => "32 filters drawn",
    };
    format!(
        "{name}: {theirs} {:.3} s, here {:.3} s, {:.3} of it; peak {:.0} MB and {:.0} MB",
        took.seconds,
        ours.seconds,
        ours.seconds / took.seconds,
        took.peak_mb,
        ours.peak_mb
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(seconds: f64) -> Found {
        Found { seconds, images: 60_000.0, accuracy: Some(0.9541), peak_mb: 712.4 }
    }

    #[test]
    fn a_measurement_is_read_and_one_without_numbers_is_refused() {
        let line = r#"{"seconds": 2.5, "images": 60000, "accuracy": 0.9541, "peak_mb": 712.4}"#;
        assert_eq!(read(line).unwrap(), found(2.5));
        assert_eq!(read(r#"{"seconds": 1, "images": 2, "peak_mb": 3}"#).unwrap().accuracy, None);
        for line in ["", "Killed", r#"{"seconds": 1}"#] {
            assert!(read(line).unwrap_err().what().contains(&format!("`{line}`")));
        }
    }

    #[test]
    fn of_several_rounds_the_fastest_of_each_way_counts() {
        let rounds = [(0, found(9.0)), (1, found(4.0)), (0, found(8.0)), (1, found(5.0))];
        assert_eq!([0, 1].map(|index| fastest(&rounds, index).unwrap().seconds), [8.0, 4.0]);
        assert_eq!(fastest(&rounds, 2), None);
    }

    #[test]
    fn each_way_stands_beside_pytorchs_three() {
        let table = table(&[24.0, 10.0, 6.0, 9.0, 5.4, 4.8].map(found));
        let last = table.lines().last().unwrap();
        let numbers: Vec<_> = last.split_whitespace().rev().take(7).collect();
        assert_eq!(numbers, ["712", "0.954", "0.80", "0.48", "0.20", "12500", "4.8"]);
        assert_eq!(table.lines().count(), 7);
    }

    #[test]
    fn loading_and_drawing_are_shown_as_a_fraction_of_theirs() {
        let line = beside("grid", "matplotlib", &found(2.0), &found(0.05));
        assert!(
            line.starts_with("32 filters drawn: matplotlib 2.000 s, here 0.050 s, 0.025 of it"),
            "{line}"
        );
    }
}
