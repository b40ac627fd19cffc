//! `cargo lab test`: everything that must hold, with one command.

use crate::cargo_calls::cargo_calls;
use crate::rules;
use crate::skips::Count;
use clap::{Arg, ArgAction, ArgMatches, Command as Options};
use common::Result;
use launcher::dirs::Dirs;
use launcher::files::whole_folder;
use launcher::labs::{self, edition::Edition};
use launcher::prepare::python::{REQUIREMENTS, listed};
use launcher::prepare::{self, KERNEL, Ready, data};
use launcher::runner::{self, CELL_TIMEOUT, Settings};
use launcher::{process, status_line};
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// What only tests need of Python: nbgrader and Jupyter's tests for kernels.
const TESTS: &str = include_str!("../python/tests.txt");

/// Browsers that some tests drive, the first that is found.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// `cargo lab test`.
pub fn command() -> Options {
    let deny = Arg::new("deny-skips").long("deny-skips").action(ArgAction::SetTrue);
    let except = Arg::new("except").long("except").value_delimiter(',').value_name("WORDS");
    Options::new("test")
        .about("Runs every test and every lab")
        .arg(deny.help("Fail when a test is skipped, whatever for"))
        .arg(except.help("Words of the reasons for which a test may be skipped all the same"))
}

/// Runs the tests of all crates, then every lab; the counts are the last line printed.
pub fn run(matches: &ArgMatches) -> Result<()> {
    let ready = prepare::checked(None)?;
    let dirs = &ready.dirs;
    let data = data::choose(&ready, false)?;
    let mut count = Count::default();
    for (title, mut command) in suites(&ready)? {
        data.set_env(&mut command);
        run_suite(title, &mut command, &mut count)?;
    }
    let all = labs::all(&dirs.notebooks())?;
    status_line::step("the labs' rules", |_| check_rules(dirs, &all, &mut count))?;
    for (name, edition) in [("solution", Edition::Solution), ("learner", Edition::Learner)] {
        editions(&ready, &all, &data, name, edition, &mut count)?;
    }
    let except: Vec<_> = matches.get_many::<String>("except").unwrap_or_default().cloned().collect();
    let verdict = count.verdict(matches.get_flag("deny-skips"), &except);
    if let Err(failure) = &verdict {
        eprintln!("\n{failure}");
    }
    println!("\n{}", count.summary());
    // What is wrong has been said, above the counts.
    verdict.or_else(|_| std::process::exit(1))
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
    let dirs = &ready.dirs;
    let folder = dirs.checkout.join("target/editions").join(name);
    whole_folder(&folder, |new| labs::release::write(masters, edition, new))?;
    let settings = Settings {
        out: dirs.checkout.join("target/labs").join(name),
        kernel: KERNEL,
        cell_timeout: CELL_TIMEOUT,
        // The first cell of each looks for the helper crate beside it.
        folder: Some(dirs.notebooks()),
        starters: edition == Edition::Learner,
    };
    println!("\nthe {name} edition:");
    let reports = runner::run_all(ready, &labs::all(&folder)?, data, &settings)?;
    let failed = reports.iter().filter(|report| !report.faults.is_empty()).count();
    count.failed += failed;
    count.passed += reports.len() - failed;
    Ok(())
}

/// Counts each lab, the order of the labs, and the table that maps the exercises to them, as one test.
fn check_rules(dirs: &Dirs, all: &[labs::Lab], count: &mut Count) -> Result<()> {
    let mut found = vec![
        ("notebooks/README.md".to_owned(), rules::broken_mapping(&dirs.notebooks())?),
        ("notebooks".to_owned(), rules::doubled_numbers(all)),
    ];
    for lab in all {
        found.push((lab.name(), rules::broken(lab)?));
    }
    for (name, broken) in found {
        broken.iter().for_each(|rule| println!("{name}: {rule}"));
        *if broken.is_empty() { &mut count.passed } else { &mut count.failed } += 1;
    }
    Ok(())
}

/// The tests of each crate.
fn suites(ready: &Ready) -> Result<Vec<(&'static str, Command)>> {
    let mut calls = cargo_calls(ready, "test")?;
    let python =
        listed(&ready.dirs, "tests-python", &format!("{REQUIREMENTS}{TESTS}"), "what tests need of Python");
    if let Err(failure) = &python {
        eprintln!("without nbgrader and jupyter_kernel_test: {}", failure.what());
    }
    for (_, command) in &mut calls {
        // Goes on after a failure, and shows the output of tests that pass, so that a skipped one is seen.
        command.args(["--no-fail-fast", "--", "--show-output"]);
        // Some of the launcher's tests start real kernels; without this they are skipped.
        command.env("CONVLAB_PREPARED", "1");
        command.envs(python.iter().map(|python| ("CONVLAB_TEST_PYTHON", python)));
        if let Some(browser) = browser() {
            command.arg("--include-ignored").env("BROWSER", browser);
        }
    }
    Ok(calls)
}

/// The browser that `BROWSER` names, or one on the path.
fn browser() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path =
        |name: &&str| env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.exists());
    env::var_os("BROWSER").map(PathBuf::from).or_else(|| BROWSERS.iter().find_map(on_path))
}

fn run_suite(title: &str, command: &mut Command, count: &mut Count) -> Result<()> {
    let mut lines = Vec::new();
    let before = count.failed;
    let result = status_line::step(&format!("tests, {title}"), |line| {
        process::watch(command, "read the failures above", |text| {
            line.show(text);
            count.read(text);
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
