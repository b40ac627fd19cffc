//! `cargo lab grade`: learners' notebooks, each marked in a kernel of its own with the checks of the masters.

mod job;
mod table;

use crate::dirs::Dirs;
use crate::files::text;
use crate::labs::{self, Lab};
use crate::prepare::{Ready, data};
use crate::{prepare, process, status_line};
use common::{Error, Result};
use job::Job;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use table::Row;

const GRADE_LAB: &str = include_str!("python/grade_lab.py");

/// What is marked, and within which limits.
pub struct Options {
    pub files: Vec<PathBuf>,
    pub csv: Option<PathBuf>,
    /// What one check may take.
    pub seconds: u32,
    /// The most memory of one process.
    pub gib: u32,
}

/// What one kernel takes: two per processor would only wait for each other.
const MEMORY_OF_A_KERNEL: u64 = 2 << 30;

/// Marks the notebooks, prints the table, and writes it as CSV if asked to.
pub fn grade(options: &Options) -> Result<()> {
    let dirs = Dirs::find()?;
    let masters = labs::all(&dirs.notebooks())?;
    if let Some(csv) = &options.csv {
        // Before minutes go into what could not be kept.
        fs::write(csv, table::csv(&[])).map_err(|error| Error::file("write", csv, &error))?;
    }
    let ready = prepare::checked(None)?;
    let rows = mark_all(&ready, &masters, options)?;
    print!("{}", table::plain(&rows));
    if let Some(csv) = &options.csv {
        fs::write(csv, table::csv(&rows)).map_err(|error| Error::file("write", csv, &error))?;
    }
    Ok(())
}

/// The rows in the order of the files, marked as many at once as this machine can hold.
fn mark_all(ready: &Ready, masters: &[Lab], options: &Options) -> Result<Vec<Row>> {
    let (files, next, done) = (&options.files, AtomicUsize::new(0), AtomicUsize::new(0));
    let results = Mutex::new(vec![Vec::new(); files.len()]);
    let notes = Mutex::new(BTreeSet::new());
    let title = format!("{} notebooks", files.len());
    let marked = status_line::step(&title, |line| {
        std::thread::scope(|scope| {
            let work = || -> Result<()> {
                while let Some((index, file)) = take(files, &next) {
                    let rows = mark(ready, masters, file, options, &notes)?;
                    results.lock().unwrap_or_else(PoisonError::into_inner)[index] = rows;
                    line.show(&format!("{} done", done.fetch_add(1, Ordering::Relaxed) + 1));
                }
                Ok(())
            };
            let workers: Vec<_> = (0..at_once(files.len())).map(|_| scope.spawn(work)).collect();
            workers.into_iter().try_for_each(|worker| worker.join().unwrap_or(Ok(())))
        })
    });
    // Kernels that had to be killed have left their folders.
    ready.programs.sweep_kernels(&ready.dirs)?;
    marked?;
    notes.into_inner().unwrap_or_else(PoisonError::into_inner).iter().for_each(|note| eprintln!("{note}"));
    Ok(results.into_inner().unwrap_or_else(PoisonError::into_inner).concat())
}

fn take<'a, T>(all: &'a [T], next: &AtomicUsize) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((index, all.get(index)?))
}

/// As many kernels as there are processors and memory for, at least one.
fn at_once(files: usize) -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let by_memory = free_memory().map_or(processors, |free| (free / MEMORY_OF_A_KERNEL) as usize);
    processors.min(by_memory).min(files).max(1)
}

/// Bytes, where the system tells.
fn free_memory() -> Option<u64> {
    let table = fs::read_to_string("/proc/meminfo").ok()?;
    let line = table.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// The rows of one notebook; only a machine that cannot mark at all is a failure.
fn mark(
    ready: &Ready,
    masters: &[Lab],
    file: &Path,
    options: &Options,
    notes: &Mutex<BTreeSet<String>>,
) -> Result<Vec<Row>> {
    let job = match Job::of(file, masters) {
        Ok(job) => job,
        Err(why) => return Ok(vec![Row::without_exercises(file, &why)]),
    };
    let folder = Folder::make(&ready.dirs)?;
    let path = folder.0.join("job.json");
    let json = job.json(&ready.dirs, &folder.0, options);
    fs::write(&path, json.to_string()).map_err(|error| Error::file("write", &path, &error))?;
    let mut command = ready.jupyter_python();
    command.args(["-c", GRADE_LAB, &text(&path)]);
    data::Data::Synthetic.set_env(&mut command);
    let mut rows = Vec::new();
    let ended = process::watch(&mut command, "cargo lab doctor", |line| {
        let Ok(message) = serde_json::from_str::<Value>(line) else { return };
        match message["note"].as_str() {
            Some(note) => drop(notes.lock().unwrap_or_else(PoisonError::into_inner).insert(note.to_owned())),
            None => rows.push(Row::marked(file, &job.lab, &message)),
        }
    });
    // What was not told any more was not marked.
    let why = ended.err().map(|failure| failure.what().to_owned()).unwrap_or_default();
    for exercise in job.exercises.iter().skip(rows.len()) {
        rows.push(Row::not_marked(file, &job.lab, exercise, &why));
    }
    Ok(rows)
}

/// A folder of the kernel's own, which goes with it.
struct Folder(std::path::PathBuf);

impl Folder {
    fn make(dirs: &Dirs) -> Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = dirs.state().join("marking").join(name);
        fs::create_dir_all(&folder).map_err(|error| Error::file("make the folder", &folder, &error))?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed now is in the cache and goes with it.
        let _ = fs::remove_dir_all(&self.0);
        let _ = self.0.parent().map(fs::remove_dir);
    }
}
