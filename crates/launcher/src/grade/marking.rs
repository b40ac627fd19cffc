//! A class: each notebook run in a sandbox and judged outside of it, as many at once as this machine can hold.

use super::csv::Csv;
use super::judge::Judge;
use super::row::Row;
use super::sandbox::{FIRST_USER, Sandbox, Shared};
use super::{Options, intake, job};
use crate::prepare::Ready;
use crate::process;
use crate::status_line::{self, StatusLine, counted};
use common::{Error, Result};
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What one kernel takes: two per processor would only wait for each other.
const MEMORY_OF_A_KERNEL: u64 = 2 << 30;

/// What is to be done and what was done.
struct Queue<'a> {
    files: &'a [PathBuf],
    next: AtomicUsize,
    done: AtomicUsize,
    started: Instant,
    results: Mutex<Vec<Vec<Row>>>,
}

/// What is the same for all notebooks.
pub struct Marking<'a> {
    pub ready: &'a Ready,
    pub sandbox: Sandbox,
    pub labs: Vec<Value>,
    pub folder: &'a Path,
    pub options: &'a Options,
    pub csv: Option<Csv>,
}

impl Marking<'_> {
    /// The rows in the order of the files, marked as many at once as this machine can hold.
    pub fn all(&self, files: &[PathBuf]) -> Result<Vec<Row>> {
        let queue = Queue {
            next: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            started: Instant::now(),
            results: Mutex::new(vec![Vec::new(); files.len()]),
            files,
        };
        status_line::step(&counted(files.len(), "notebook"), |line| {
            line.show(&format!("0 of {} done", files.len()));
            std::thread::scope(|scope| {
                let queue = &queue;
                let start = |worker| scope.spawn(move || self.work(worker, queue, line));
                let workers: Vec<_> = (0..at_once(files.len())).map(start).collect();
                let gone =
                    || Error::problem("A part of the marking broke off.", "run the same command again");
                workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| Err(gone())))
            })
        })?;
        Ok(queue.results.into_inner().unwrap_or_else(PoisonError::into_inner).concat())
    }

    /// Marks one notebook after the other until none is left.
    fn work(&self, worker: u32, queue: &Queue<'_>, line: &StatusLine) -> Result<()> {
        let mut judge = None;
        while let Some((index, file)) = take(queue.files, &queue.next) {
            let rows = self.one(index, file, worker, &mut judge);
            if let Some(csv) = &self.csv {
                csv.add(&rows)?;
            }
            let mut results = queue.results.lock().unwrap_or_else(PoisonError::into_inner);
            results[index] = rows;
            let done = queue.done.fetch_add(1, Ordering::Relaxed) + 1;
            progress(line, done, results.len(), queue.started.elapsed());
        }
        Ok(())
    }

    /// The rows of one notebook: at least one, whatever lies there.
    fn one(&self, index: usize, file: &Path, worker: u32, judge: &mut Option<Judge>) -> Vec<Row> {
        let bytes = match intake::read(file) {
            Ok(bytes) => bytes,
            Err(why) => return vec![Row::not_marked(file, "-", "-", &why)],
        };
        let folder = self.folder.join(index.to_string());
        let found = self.judged(&folder, &bytes, worker, judge);
        if found.is_err() {
            // Whatever has come over it, the next notebook gets a new one.
            *judge = None;
        }
        let _ = fs::remove_dir_all(&folder);
        match found {
            Ok(found) => rows(file, &found),
            Err(failure) => vec![Row::not_marked(file, "-", "-", failure.what())],
        }
    }

    /// What the sandbox reports and the judge says of what lies in `bytes`.
    fn judged(&self, folder: &Path, bytes: &[u8], worker: u32, judge: &mut Option<Judge>) -> Result<Found> {
        let judge = match judge {
            Some(judge) => judge,
            None => {
                let folder = self.folder.join(format!("judge-{worker}"));
                judge.insert(Judge::start(self.ready, &self.sandbox, &folder, FIRST_USER + worker)?)
            }
        };
        let seconds = self.options.seconds;
        judge.begin(seconds)?;
        let shared = [Shared::read_only(folder, "/convlab-job"), judge.for_learner()];
        self.prepare(&shared, bytes)?;
        let user = FIRST_USER + MAX_WORKERS + worker;
        let (reports, why) = self.run(&shared, user);
        Ok(Found { reports, why, verdicts: judge.end(seconds)? })
    }

    /// Lays the notebook and what is to be done with it into a folder that the sandbox can read.
    fn prepare(&self, shared: &[Shared; 2], bytes: &[u8]) -> Result<()> {
        let folder = &shared[0].folder;
        fs::create_dir_all(folder).map_err(|error| Error::file("make the folder", folder, &error))?;
        let job =
            job::job(self.ready, &self.sandbox, &self.labs, shared.each_ref(), self.options).to_string();
        for (name, content) in [(job::NOTEBOOK, bytes), ("job.json", job.as_bytes())] {
            let path = folder.join(name);
            fs::write(&path, content).map_err(|error| Error::file("write", &path, &error))?;
        }
        Ok(())
    }

    /// What the program in the sandbox reports, and why it ended early if it did.
    fn run(&self, shared: &[Shared; 2], user: u32) -> (Vec<Value>, String) {
        let (variables, grader) = (job::variables(self.ready), self.ready.programs.grader());
        let mut command = self.sandbox.command(shared, user, &variables, &grader);
        command.arg(shared[0].path(&self.sandbox, "job.json"));
        let mut lines = Vec::new();
        let ended = process::watch_output(&mut command, self.longest(), |line| {
            if let Ok(line) = serde_json::from_str::<Value>(line) {
                lines.push(line);
            }
        });
        (lines, ended.err().map(|failure| failure.what().to_owned()).unwrap_or_default())
    }

    /// More than any notebook takes whose every check takes its whole time.
    fn longest(&self) -> Duration {
        let exercises = self.labs.iter().filter_map(|lab| Some(lab["exercises"].as_array()?.len())).max();
        Duration::from_secs(600 + 2 * exercises.unwrap_or(1) as u64 * (u64::from(self.options.seconds) + 60))
    }
}

/// Users of judges and of learners' processes are apart.
const MAX_WORKERS: u32 = 1_000;

/// What is known of a notebook when all of it was run.
struct Found {
    /// What the program in the sandbox has reported, beside which the learner's code has run: never a mark.
    reports: Vec<Value>,
    /// Why there are no more.
    why: String,
    /// What the judge says of each exercise.
    verdicts: HashMap<String, Value>,
}

/// What the sandbox may say of an exercise.
const WITHOUT_JUDGE: [&str; 4] = ["not attempted", "does not compile", "stopped", "not marked"];

/// Exactly one row for each exercise of the notebook's lab, in its order.
fn rows(file: &Path, found: &Found) -> Vec<Row> {
    let Some((first, rest)) = found.reports.split_first() else {
        return vec![Row::not_marked(file, "-", "-", &found.why)];
    };
    if let Some(why) = first["no_notebook"].as_str() {
        return vec![Row::without_exercises(file, why)];
    }
    if let Some(why) = first["not_marked"].as_str() {
        return vec![Row::not_marked(file, "-", "-", why)];
    }
    let [lab, flags] = ["lab", "flags"].map(|name| first[name].as_str().unwrap_or("-"));
    let row = |exercise: &str| {
        let report = rest.iter().find(|line| line["exercise"] == exercise);
        let reported = report
            .filter(|line| line["verdict"].as_str().is_some_and(|verdict| WITHOUT_JUDGE.contains(&verdict)));
        let seconds = report.and_then(|line| line["seconds"].as_f64()).unwrap_or_default();
        match found.verdicts.get(exercise).or(reported) {
            Some(verdict) => Row::marked(file, lab, flags, seconds, verdict),
            None if found.why.is_empty() => {
                Row::not_marked(file, lab, exercise, "its code has not called the judge")
            }
            None => Row::not_marked(file, lab, exercise, &found.why),
        }
    };
    first["exercises"].as_array().into_iter().flatten().filter_map(Value::as_str).map(row).collect()
}

/// How many are done, and in how many minutes the rest will be, at the pace so far.
fn progress(line: &StatusLine, done: usize, all: usize, elapsed: Duration) {
    let left = elapsed.mul_f64((all - done) as f64 / done as f64);
    line.show(&format!("{done} of {all} done, about {} left", status_line::seconds(left)));
}

fn take<'a, T>(all: &'a [T], next: &AtomicUsize) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((index, all.get(index)?))
}

/// As many kernels as there are processors and memory for, at least one.
fn at_once(files: usize) -> u32 {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let by_memory = free_memory().map_or(processors, |free| (free / MEMORY_OF_A_KERNEL) as usize);
    processors.min(by_memory).min(files).clamp(1, MAX_WORKERS as usize) as u32
}

/// Bytes, where the system tells.
fn free_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}
