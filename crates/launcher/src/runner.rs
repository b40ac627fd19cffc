//! Labs executed without a browser, each in a fresh kernel.

use crate::files::text;
use crate::labs::Lab;
use crate::prepare::{Ready, data::Data};
use crate::process;
use crate::status_line::{self, StatusLine};
use common::{Error, Result};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

const RUN_LAB: &str = include_str!("python/run_lab.py");

/// No cell of a lab may take longer: the longest trains for minutes.
pub const CELL_TIMEOUT: Duration = Duration::from_secs(900);

/// The most faults of a lab that are shown: one that fails early takes many cells with it.
const MAX_FAULTS: usize = 10;

/// How labs are run.
pub struct Settings {
    /// The folder for the executed notebooks and pages.
    pub out: PathBuf,
    /// The kernel's name.
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
    /// The lab's name.
    pub lab: String,
    /// How many cells have run.
    pub cells: usize,
    /// How long all of it took.
    pub seconds: f64,
    /// The slowest cell and its seconds.
    pub slowest: (String, f64),
    /// Each as `cell ID: kind: message`.
    pub faults: Vec<String>,
}

/// Runs `labs` one after the other and prints their table.
pub fn run_all(ready: &Ready, labs: &[Lab], data: &Data, settings: &Settings) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for lab in labs {
        let report = status_line::step(&lab.name(), |line| run_one(ready, lab, data, settings, line));
        // A kernel that had to be killed has left its folder.
        ready.programs.sweep_kernels(&ready.dirs)?;
        let report = report?;
        eprint!("{}", faults(&report));
        reports.push(report);
    }
    println!("{}", table(&reports));
    Ok(reports)
}

fn run_one(ready: &Ready, lab: &Lab, data: &Data, settings: &Settings, line: &StatusLine) -> Result<Report> {
    let mut command = ready.jupyter_python();
    let seconds = settings.cell_timeout.as_secs().to_string();
    let path = std::path::absolute(&lab.path).map_err(|error| Error::file("find", &lab.path, &error))?;
    let folder = settings.folder.as_deref().or(path.parent()).unwrap_or(&path);
    let answers = if settings.starters { "starters" } else { "solutions" };
    command.args(["-c", RUN_LAB, &text(&path), settings.kernel, &text(&settings.out), &seconds]);
    command.args([&text(folder), answers]);
    // What a lab exports lies beside its executed notebook, not among the masters.
    let out =
        std::path::absolute(&settings.out).map_err(|error| Error::file("find", &settings.out, &error))?;
    command.env("CONVLAB_EXPORTS", out);
    if settings.starters {
        command.env("CONVLAB_QUICK", "1");
    }
    data.set_env(&mut command);
    let mut report = Report { lab: lab.name(), ..Report::default() };
    process::watch(&mut command, "cargo lab doctor", |text| {
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

/// The first faults in full, and how many more there are.
fn faults(report: &Report) -> String {
    let shown = report.faults.iter().take(MAX_FAULTS).map(|fault| fault.replace('\n', "\n    "));
    let more = report.faults.len().saturating_sub(MAX_FAULTS);
    let more = (more > 0).then(|| {
        format!("{}: the executed notebook shows them", status_line::counted(more, "further fault"))
    });
    shown.chain(more).map(|line| format!("    {} · {line}\n", report.lab)).collect()
}

fn table(reports: &[Report]) -> String {
    let width = reports.iter().map(|report| report.lab.len()).max().unwrap_or(3).max(3);
    let mut lines = vec![format!("{:width$}  cells  seconds  slowest cell", "lab")];
    for report in reports {
        let mark = if report.faults.is_empty() { "" } else { "  FAILED" };
        let (cell, seconds) = &report.slowest;
        let slowest = format!("{cell} ({})", status_line::seconds(Duration::from_secs_f64(*seconds)));
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
    fn of_many_faults_the_first_ten_are_shown_and_the_others_counted() {
        let with = |count: usize| {
            let faults = (0..count).map(|n| format!("cell {n}: panic: a\nb")).collect();
            super::faults(&Report { lab: "02".to_owned(), faults, ..Report::default() })
        };
        assert_eq!(with(1), "    02 · cell 0: panic: a\n    b\n");
        assert!(with(10).ends_with("    02 · cell 9: panic: a\n    b\n"));
        assert!(with(11).ends_with("    02 · 1 further fault: the executed notebook shows them\n"));
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
