//! `cargo lab run`: labs executed without a browser, each in a fresh kernel.

use super::{Lab, select};
use crate::child;
use crate::cli;
use crate::doctor;
use crate::failure::{Failure, Result};
use crate::places::Places;
use crate::prepare::data::{self, Data};
use crate::prepare::{KERNEL, Ready, STOCK_KERNEL, text};
use crate::say;
use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

const RUN_LAB: &str = include_str!("../python/run_lab.py");

/// How labs are run.
pub struct Settings {
    /// The folder for the executed notebooks and pages.
    pub out: PathBuf,
    pub kernel: &'static str,
    /// A cell that takes longer counts as failed.
    pub cell_timeout: Duration,
    /// Where the cells run; beside the notebook if none is named.
    pub folder: Option<PathBuf>,
    /// Whether the notebooks have starters in place of solutions: then no exercise may count as attempted.
    pub starters: bool,
}

/// What is known of a lab after its run.
#[derive(Debug, Default)]
pub struct Report {
    pub lab: String,
    pub cells: usize,
    pub seconds: f64,
    pub slowest: (String, f64),
    /// Each as `cell ID: kind: message`.
    pub faults: Vec<String>,
}

/// Runs the labs that were asked for, prints the table, fails if any lab failed.
pub fn run(options: &cli::Run) -> Result<()> {
    let places = Places::find()?;
    let labs = select(&places.notebooks(), &options.labs)?;
    labs.iter().try_for_each(|lab| lab.read().map(drop))?;
    let settings = Settings {
        out: options.out.clone().unwrap_or_else(|| places.checkout.join("target/labs")),
        kernel: if options.stock { STOCK_KERNEL } else { KERNEL },
        cell_timeout: options.cell_timeout,
        folder: None,
        starters: false,
    };
    writable(&settings.out)?;
    let ready = doctor::checked_prepare(None)?;
    let data = data::choose(&ready, options.offline)?;
    let reports = run_all(&ready, &labs, &data, &settings)?;
    println!("\nexecuted notebooks and pages: {}", settings.out.display());
    let failed = reports.iter().filter(|report| !report.faults.is_empty()).count();
    match failed {
        0 => Ok(()),
        _ => Err(Failure::new(
            format!("{failed} of {} labs failed.", reports.len()),
            "read the messages above; the executed notebooks show the cells",
        )),
    }
}

/// Makes the folder for results, before minutes go into them.
fn writable(out: &Path) -> Result<()> {
    let probe = out.join(format!(".probe-{}", std::process::id()));
    let tried =
        fs::create_dir_all(out).and_then(|()| fs::create_dir(&probe)).and_then(|()| fs::remove_dir(&probe));
    tried.map_err(|error| {
        let what = format!("The results cannot be written to {}: {error}.", out.display());
        Failure::new(what, "name another folder: cargo lab run --out DIR")
    })
}

/// Runs `labs` one after the other and prints their table.
pub fn run_all(ready: &Ready, labs: &[Lab], data: &Data, settings: &Settings) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for lab in labs {
        let report = say::step(&lab.name(), |line| run_one(ready, lab, data, settings, line));
        // A kernel that had to be killed has left its folder.
        ready.programs.sweep_kernels(&ready.places)?;
        let report = report?;
        for fault in &report.faults {
            eprintln!("    {} · {}", report.lab, fault.replace('\n', "\n    "));
        }
        reports.push(report);
    }
    println!("{}", table(&reports));
    Ok(reports)
}

fn run_one(ready: &Ready, lab: &Lab, data: &Data, settings: &Settings, line: &say::Line) -> Result<Report> {
    let mut command = jupyter_python(ready);
    let seconds = settings.cell_timeout.as_secs().to_string();
    let path = std::path::absolute(&lab.path).map_err(|error| Failure::file("find", &lab.path, &error))?;
    let folder = settings.folder.as_deref().or(path.parent()).unwrap_or(&path);
    let answers = if settings.starters { "starters" } else { "solutions" };
    command.args(["-c", RUN_LAB, &text(&path), settings.kernel, &text(&settings.out), &seconds]);
    command.args([&text(folder), answers]);
    if settings.starters {
        command.env("CONVLAB_QUICK", "1");
    }
    data.tell(&mut command);
    let mut report = Report { lab: lab.name(), ..Report::default() };
    child::watch(&mut command, "cargo lab doctor", |text| {
        let Ok(event) = serde_json::from_str::<Value>(text) else { return };
        note(&mut report, &event);
        line.show(&format!("{} cells", report.cells));
    })?;
    Ok(report)
}

fn note(report: &mut Report, event: &Value) {
    let id = event["id"].as_str().unwrap_or_default();
    let seconds = event["seconds"].as_f64().unwrap_or_default();
    match event["event"].as_str() {
        Some("cell") => {
            report.cells += 1;
            if seconds > report.slowest.1 {
                report.slowest = (id.to_owned(), seconds);
            }
        }
        Some("fault") => {
            let [kind, message] = ["kind", "message"].map(|name| event[name].as_str().unwrap_or_default());
            report.faults.push(format!("cell {id}: {kind}: {message}"));
        }
        Some("end") => report.seconds = seconds,
        _ => {}
    }
}

/// The prepared Python with everything Jupyter writes kept in a folder of our own.
pub fn jupyter_python(ready: &Ready) -> Command {
    let jupyter: PathBuf = ready.places.state().join("jupyter");
    let mut command = child::command(&ready.python);
    command
        .env("JUPYTER_PATH", &ready.jupyter_path)
        .env("JUPYTER_CONFIG_DIR", jupyter.join("config"))
        .env("JUPYTER_DATA_DIR", jupyter.join("data"))
        .env("JUPYTER_RUNTIME_DIR", jupyter.join("runtime"))
        .env("JUPYTERLAB_SETTINGS_DIR", jupyter.join("settings"))
        .env("JUPYTERLAB_WORKSPACES_DIR", jupyter.join("workspaces"))
        .env("IPYTHONDIR", jupyter.join("ipython"))
        .env("PATH", path_with_programs_of(&ready.python))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The user's `PATH`, and at its end what stands beside `python`: a terminal in JupyterLab finds `tensorboard` there.
fn path_with_programs_of(python: &Path) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let own = python.parent().map(Path::to_path_buf);
    env::join_paths(env::split_paths(&path).chain(own)).unwrap_or(path)
}

fn table(reports: &[Report]) -> String {
    let width = reports.iter().map(|report| report.lab.len()).max().unwrap_or(3).max(3);
    let mut lines = vec![format!("{:width$}  cells  seconds  slowest cell", "lab")];
    for report in reports {
        let mark = if report.faults.is_empty() { "" } else { "  FAILED" };
        let (cell, seconds) = &report.slowest;
        let slowest = format!("{cell} ({})", say::seconds(Duration::from_secs_f64(*seconds)));
        lines.push(format!(
            "{:width$}  {:5}  {:7.1}  {slowest}{mark}",
            report.lab, report.cells, report.seconds
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_programs_beside_python_are_found_after_all_others() {
        let path = path_with_programs_of(Path::new("/env/bin/python3"));
        let folders: Vec<_> = env::split_paths(&path).collect();
        assert_eq!(folders.last().unwrap(), Path::new("/env/bin"));
        assert_eq!(folders.len(), env::split_paths(&env::var_os("PATH").unwrap()).count() + 1);
    }

    #[test]
    fn a_report_collects_cells_the_slowest_of_them_and_faults() {
        let mut report = Report { lab: "02".to_owned(), ..Report::default() };
        for event in [
            json!({"event": "cell", "id": "a", "seconds": 1.5}),
            json!({"event": "cell", "id": "b", "seconds": 3.0}),
            json!({"event": "fault", "id": "b", "kind": "panic", "message": "index out of range"}),
            json!({"event": "end", "seconds": 9.0}),
        ] {
            note(&mut report, &event);
        }
        assert_eq!((report.cells, report.seconds), (2, 9.0));
        assert_eq!(report.slowest, ("b".to_owned(), 3.0));
        assert_eq!(report.faults, ["cell b: panic: index out of range"]);
        let table = table(&[report]);
        assert!(table.contains("b (3.0 s)  FAILED"), "{table}");
    }
}
