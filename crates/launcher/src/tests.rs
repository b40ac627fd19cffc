//! `cargo lab test` and `cargo lab lint`: everything that must hold, with one command each.

use crate::failure::{Failure, Result};
use crate::labs::{self, edition::Edition};
use crate::places::Places;
use crate::prepare::data;
use crate::prepare::{self, KERNEL, Ready, programs, stage};
use crate::{child, cli, doctor, say};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Tests that passed, failed and were skipped for want of data.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: usize,
    failed: usize,
    skipped: usize,
}

/// Runs the tests of all crates, then every lab; the counts are the last line printed.
pub fn test(options: &cli::Test) -> Result<ExitCode> {
    let ready = doctor::checked_prepare(None)?;
    let places = &ready.places;
    let data = data::choose(&ready, false)?;
    let mut count = Count::default();
    let python = prepare::python::for_tests(places);
    if let Err(failure) = &python {
        eprintln!("without nbgrader and jupyter_kernel_test: {}", failure.what());
    }
    for (title, mut command) in suites(&ready)? {
        data.tell(&mut command);
        command.envs(python.iter().map(|python| ("CONVLAB_TEST_PYTHON", python)));
        run_suite(title, &mut command, &mut count)?;
    }
    let all = labs::all(&places.notebooks())?;
    say::step("the labs' rules", |_| rules(places, &all, &mut count))?;
    for (name, edition) in [("solution", Edition::Solution), ("learner", Edition::Learner)] {
        editions(&ready, &all, &data, name, edition, &mut count)?;
    }
    let verdict = verdict(&count, options.deny_skips);
    if let Err(failure) = &verdict {
        eprintln!("\n{failure}");
    }
    println!("\n{} passed, {} failed, {} skipped", count.passed, count.failed, count.skipped);
    Ok(if verdict.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs one edition of every lab, as `cargo lab release` writes it.
fn editions(
    ready: &Ready,
    masters: &[labs::Lab],
    data: &data::Data,
    name: &str,
    edition: Edition,
    count: &mut Count,
) -> Result<()> {
    let places = &ready.places;
    let folder = places.checkout.join("target/editions").join(name);
    prepare::whole_folder(&folder, |new| labs::release::write(masters, edition, new))?;
    let settings = labs::run::Settings {
        out: places.checkout.join("target/labs").join(name),
        kernel: KERNEL,
        cell_timeout: cli::CELL_TIMEOUT,
        // The first cell of each looks for the helper crate beside it.
        folder: Some(places.notebooks()),
        starters: edition == Edition::Learner,
    };
    println!("\nthe {name} edition:");
    let reports = labs::run::run_all(ready, &labs::all(&folder)?, data, &settings)?;
    let failed = reports.iter().filter(|report| !report.faults.is_empty()).count();
    count.failed += failed;
    count.passed += reports.len() - failed;
    Ok(())
}

/// Counts each lab, the order of the labs, and the table that maps the exercises to them, as one test.
fn rules(places: &Places, all: &[labs::Lab], count: &mut Count) -> Result<()> {
    let mut found = vec![
        ("notebooks/README.md".to_owned(), labs::rules::broken_mapping(&places.notebooks())?),
        ("notebooks".to_owned(), labs::rules::doubled_numbers(all)),
    ];
    for lab in all {
        found.push((lab.name(), labs::rules::broken(lab)?));
    }
    for (name, broken) in found {
        broken.iter().for_each(|rule| println!("{name}: {rule}"));
        *if broken.is_empty() { &mut count.passed } else { &mut count.failed } += 1;
    }
    Ok(())
}

fn verdict(count: &Count, deny_skips: bool) -> Result<()> {
    if count.failed > 0 {
        return Err(Failure::new(format!("{} tests failed.", count.failed), "read the first failure above"));
    }
    if deny_skips && count.skipped > 0 {
        let what = format!("{} tests were skipped for want of data.", count.skipped);
        return Err(Failure::new(what, "name the folder that holds it: export CONVLAB_DATA=…"));
    }
    Ok(())
}

/// Runs clippy over all crates, each with the settings its tests are built with.
pub fn lint() -> Result<()> {
    let ready = doctor::checked_prepare(None)?;
    for (title, mut command) in cargo_calls(&ready, "clippy")? {
        command.args(["--all-targets", "--", "-D", "warnings"]);
        say::step(&format!("clippy, {title}"), |line| {
            child::watch_under(line, &mut command, "mend what clippy names; `cargo lab lint` again")
        })?;
    }
    Ok(())
}

fn suites(ready: &Ready) -> Result<Vec<(&'static str, Command)>> {
    let mut calls = cargo_calls(ready, "test")?;
    for (_, command) in &mut calls {
        // Goes on after a failure, and shows the output of tests that pass, so that a skipped one is seen.
        command.args(["--no-fail-fast", "--", "--show-output"]);
        // Some of the launcher's tests start real kernels; without this they are skipped.
        command.env("CONVLAB_PREPARED", "1");
    }
    Ok(calls)
}

/// One cargo call per set of settings: each crate where its dependencies are compiled already.
fn cargo_calls(ready: &Ready, verb: &str) -> Result<Vec<(&'static str, Command)>> {
    let toolchain = prepare::Toolchain::find()?;
    let checkout = &ready.places.checkout;
    let call = |args: &[&str]| {
        let mut command = child::command("cargo");
        command.arg(verb).arg("--locked").args(args).current_dir(checkout);
        command
    };
    let launcher = call(&["--release", "--package", "launcher"]);
    let mut programs = call(&["--release", "--package", "kernel", "--package", "fetch"]);
    programs.arg("--target-dir").arg(programs::target_folder(&ready.places, &toolchain));
    let (_, helper) = helper_call(ready, verb)?;
    Ok(vec![("launcher", launcher), ("kernel and fetch", programs), ("convlab", helper)])
}

/// A cargo call for the helper crate, and the folder below which its results are.
pub fn helper_call(ready: &Ready, verb: &str) -> Result<(PathBuf, Command)> {
    let host = prepare::Toolchain::find()?.host;
    let target = helper_target(ready)?;
    let mut helper = child::command("cargo");
    helper.args([verb, "--locked", "--package", "convlab", "--target", &host]);
    helper.arg("--target-dir").arg(&target).envs(&ready.environment).current_dir(&ready.places.checkout);
    // evcxr's own flag: with another one cargo would compile everything a second time.
    helper.env("RUSTFLAGS", "-Cprefer-dynamic").env("CONVLAB_TEST_PYTHON", &ready.python);
    Ok((target.join(host), helper))
}

/// A target folder of its own for the helper crate's tests: a clone of the stage's, made anew when the dependencies
/// have changed, since those are compiled there already.
fn helper_target(ready: &Ready) -> Result<PathBuf> {
    let _only_one = prepare::lock(&ready.places)?;
    let folder = ready.places.cache.join("tests").join(ready.stage.file_name().unwrap_or_default());
    let lock = |folder: &Path| fs::read(folder.join(stage::LOCK)).ok();
    if !folder.exists() || lock(&folder) != lock(&ready.stage) {
        prepare::whole_folder(&folder, |new| stage::clone(&ready.programs, &ready.stage, new))?;
    }
    Ok(folder.join("target"))
}

fn run_suite(title: &str, command: &mut Command, count: &mut Count) -> Result<()> {
    let mut lines = Vec::new();
    let before = count.failed;
    let result = say::step(&format!("tests, {title}"), |line| {
        child::watch(command, "read the failures above", |text| {
            line.show(text);
            count_line(text, count);
            lines.push(text.to_owned());
        })
    });
    match result {
        Err(_) if count.failed > before => {
            println!("{}", lines.join("\n"));
            Ok(())
        }
        other => other,
    }
}

/// Reads one line of what cargo's test runner prints.
fn count_line(line: &str, count: &mut Count) {
    if line.trim().starts_with("skipped: ") {
        count.skipped += 1;
    }
    if let Some(result) = line.strip_prefix("test result: ") {
        let number = |word: &str| {
            let part = result.split(['.', ';']).find_map(|part| part.trim().strip_suffix(word));
            part.and_then(|number| number.trim().parse::<usize>().ok()).unwrap_or(0)
        };
        count.passed += number(" passed");
        count.failed += number(" failed");
    }
}

#[cfg(test)]
mod checks {
    use super::*;

    #[test]
    fn the_counts_of_several_runs_are_added_and_skips_are_seen() {
        let mut count = Count::default();
        for line in [
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.50s",
            "skipped: no data",
            "    skipped: not prepared",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
        ] {
            count_line(line, &mut count);
        }
        assert_eq!(count, Count { passed: 15, failed: 2, skipped: 2 });
    }

    #[test]
    fn failures_fail_and_skips_fail_only_where_data_must_be() {
        let count = |failed, skipped| Count { passed: 5, failed, skipped };
        assert!(verdict(&count(1, 0), false).is_err());
        assert!(verdict(&count(0, 1), false).is_ok());
        assert!(verdict(&count(0, 1), true).unwrap_err().remedy().contains("CONVLAB_DATA"));
    }
}
