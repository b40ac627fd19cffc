//! `cargo lab bench train`: the source exercises' trainings here and in PyTorch, side by side in one run.

use crate::child;
use crate::cli;
use crate::doctor;
use crate::failure::{Failure, Result};
use crate::prepare::{self, Ready, data, python, text, whole_folder};
use crate::say;
use crate::tests;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

const PYTORCH: &str = include_str!("../python/bench_train.py");
const EXAMPLE: &str = "bench_train";

/// The trainings that can be measured, in the words of both programs.
pub const RECIPES: [&str; 4] = ["000", "003", "004-mnist", "004-cifar"];

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

/// Measures every way of every recipe, then loading and drawing; each in a process of its own, one after the other.
pub fn train(options: &cli::BenchTrain) -> Result<()> {
    let ready = doctor::checked_prepare(None)?;
    let both = Both::new(&ready, options.threads)?;
    for recipe in &options.recipes {
        let mut found = Vec::new();
        for round in 1..=options.rounds {
            for (place, (who, way, name)) in WAYS.into_iter().enumerate() {
                let one =
                    say::step(&format!("{recipe}, round {round}: {name}"), |_| both.run(who, recipe, way))?;
                found.push((place, one));
            }
        }
        let fastest: Vec<_> = (0..WAYS.len()).filter_map(|place| fastest(&found, place)).collect();
        println!("\nrecipe {recipe}, {} threads\n{}\n", options.threads, table(&fastest));
    }
    for (what, theirs) in [("load", "torchvision"), ("grid", "matplotlib")] {
        let [theirs_took, ours_took] = [Who::PyTorch, Who::Here].map(|who| both.run(who, what, "-"));
        println!("{}", beside(what, theirs, &theirs_took?, &ours_took?));
    }
    Ok(())
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
        let cache = &ready.places.cache;
        let python = python::with_pytorch(&ready.places)?;
        let (below, mut build) = tests::helper_call(ready, "build")?;
        let example = below.join("debug/examples").join(format!("{EXAMPLE}{}", std::env::consts::EXE_SUFFIX));
        say::step("the program that is measured", |line| {
            child::watch_under(line, build.args(["--example", EXAMPLE]), "cargo lab doctor")
        })?;
        let both = Self { ready, python, example, data: cache.join("bench-data"), threads };
        let source = data::choose(ready, false)?;
        let _only_one = prepare::lock(&ready.places)?;
        say::step("the data, uncompressed", |_| {
            whole_folder(&both.data, |new| {
                let mut write = both.here();
                source.tell(&mut write);
                child::watch(write.arg("data").arg(new), "cargo lab doctor", |_| {})
            })
        })?;
        Ok(both)
    }

    fn here(&self) -> Command {
        let mut command = child::command(&self.example);
        command.envs(&self.ready.environment);
        command
    }

    /// One measurement: the last line that the program prints.
    fn run(&self, who: Who, what: &str, way: &str) -> Result<Found> {
        let threads = self.threads.to_string();
        let mut command = match who {
            Who::PyTorch => {
                let mut command = child::command(&self.python);
                command.args(["-c", PYTORCH, what, way, &threads, &text(&self.data)]);
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
        child::watch(&mut command, "read what the program says above", |line| {
            if line.starts_with('{') {
                last = line.to_owned();
            }
        })?;
        read(&last)
    }
}

fn read(line: &str) -> Result<Found> {
    let told: Value = serde_json::from_str(line).unwrap_or_default();
    let number = |name: &str| told[name].as_f64();
    match (number("seconds"), number("images"), number("peak_mb")) {
        (Some(seconds), Some(images), Some(peak_mb)) => {
            Ok(Found { seconds, images, accuracy: number("accuracy"), peak_mb })
        }
        _ => Err(Failure::new(format!("A measurement ended with `{line}`."), "run the same command again")),
    }
}

/// Of several rounds the fastest: what else the machine does can only add.
fn fastest(found: &[(usize, Found)], place: usize) -> Option<Found> {
    let rounds = found.iter().filter(|(at, _)| *at == place).map(|(_, found)| found.clone());
    rounds.min_by(|a, b| a.seconds.total_cmp(&b.seconds))
}

/// A line for each way, its time also as a part of each of PyTorch's three.
fn table(found: &[Found]) -> String {
    let width = WAYS.iter().map(|(.., name)| name.len()).max().unwrap_or(0);
    let mut lines = vec![format!(
        "{:width$}  seconds  images/s  of own loop  of in memory  of channels_last  accuracy  peak MB",
        "way"
    )];
    for ((.., name), one) in WAYS.iter().zip(found) {
        let part = |of: usize| one.seconds / found[of].seconds;
        lines.push(format!(
            "{name:width$}  {:7.1}  {:8.0}  {:11.2}  {:12.2}  {:16.2}  {:8.3}  {:7.0}",
            one.seconds,
            one.images / one.seconds,
            part(0),
            part(1),
            part(2),
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
mod checks {
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
        assert_eq!([0, 1].map(|place| fastest(&rounds, place).unwrap().seconds), [8.0, 4.0]);
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
    fn loading_and_drawing_are_told_as_a_part_of_theirs() {
        let told = beside("grid", "matplotlib", &found(2.0), &found(0.05));
        assert!(
            told.starts_with("32 filters drawn: matplotlib 2.000 s, here 0.050 s, 0.025 of it"),
            "{told}"
        );
    }
}
