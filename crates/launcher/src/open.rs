//! `cargo lab`: JupyterLab in the learner's copy of the labs.

use crate::cli;
use crate::doctor;
use crate::failure::{Failure, Result};
use crate::labs::{self, copy, edition::Edition, run::jupyter_python};
use crate::places::Places;
use crate::prepare::{data, programs, text};
use std::path::{Path, PathBuf};
use std::process::Command;

const OPEN_LAB: &str = include_str!("python/open_lab.py");

/// Prepares the machine, brings new labs, and runs JupyterLab until it is stopped.
pub fn open(options: &cli::Open) -> Result<()> {
    let ready = doctor::checked_prepare(options.port)?;
    let places = &ready.places;
    let mine = match &options.folder {
        Some(folder) => given(folder)?,
        None if options.lecture => bring(places, Edition::Lecture)?,
        None => bring(places, Edition::Learner)?,
    };
    let mut jupyter = jupyter_python(&ready);
    jupyter.args(["-c", OPEN_LAB, &text(&ready.programs.kernel()), &text(&programs::kernels(places))]);
    jupyter.arg(format!("--ServerApp.ip={}", options.ip));
    // The port was free when the preparing began; it may have taken minutes.
    jupyter.arg(format!("--ServerApp.port={}", doctor::free_port(options.port)?));
    jupyter.arg(format!("--ServerApp.root_dir={}", mine.display()));
    if is_root() {
        jupyter.arg("--allow-root");
    }
    if options.no_browser {
        jupyter.arg("--no-browser");
    }
    match data::find(places) {
        _ if options.offline => data::Data::Synthetic.tell(&mut jupyter),
        Some(folder) => data::Data::Files(folder).tell(&mut jupyter),
        None => {}
    }
    println!("The labs are in {}; stop with Ctrl-C.", mine.display());
    become_jupyter(&mut jupyter)
}

/// Brings new copies of the labs that were asked for, and says where the older ones are kept.
pub fn reset(asked: &[String]) -> Result<()> {
    let places = Places::find()?;
    for lab in labs::select(&places.notebooks(), asked)? {
        let kept = copy::reset(&lab, &places.my_labs())?;
        println!("new: my-labs/{}.ipynb", lab.name());
        if let Some(kept) = kept {
            println!("your older one: my-labs/{}", text(Path::new(kept.file_name().unwrap_or_default())));
        }
    }
    Ok(())
}

/// Prepares the machine and brings new labs, so that whatever opens JupyterLab next finds both.
pub fn prepare(tools_only: bool) -> Result<()> {
    if tools_only {
        return doctor::checked_prepare_tools();
    }
    bring(&doctor::checked_prepare(None)?.places, Edition::Learner).map(drop)
}

fn given(folder: &Path) -> Result<PathBuf> {
    let failed = |_| {
        let remedy = "make it: cargo lab release --edition solution DIR";
        Failure::new(format!("There is no folder {}.", folder.display()), remedy)
    };
    folder.canonicalize().map_err(failed)
}

/// The learner's folder, or the lecturer's, with every lab in it; says what is new.
fn bring(places: &Places, edition: Edition) -> Result<PathBuf> {
    let lecture = edition == Edition::Lecture;
    let mine = if lecture { places.lecture() } else { places.my_labs() };
    let folder = text(Path::new(mine.file_name().unwrap_or_default()));
    let brought = copy::bring(&labs::all(&places.notebooks())?, edition, &mine)?;
    for name in &brought.new {
        println!("new: {folder}/{name}.ipynb");
    }
    for name in &brought.older {
        let number = name.split('_').next().unwrap_or(name);
        let remedy = if lecture {
            "remove it, and the new one comes".to_owned()
        } else {
            format!("`cargo lab reset {number}` brings the new one and keeps yours")
        };
        println!("older than the course's: {folder}/{name}.ipynb ({remedy})");
    }
    Ok(mine)
}

/// JupyterLab takes this process's place: Ctrl-C is for it alone.
#[cfg(unix)]
fn become_jupyter(jupyter: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(cannot_start(&jupyter.exec()))
}

#[cfg(not(unix))]
fn become_jupyter(jupyter: &mut Command) -> Result<()> {
    match jupyter.status().map_err(|error| cannot_start(&error))?.code() {
        Some(0) | None => Ok(()),
        Some(code) => Err(Failure::new(format!("JupyterLab ended with status {code}."), "cargo lab doctor")),
    }
}

fn cannot_start(error: &std::io::Error) -> Failure {
    Failure::new(format!("JupyterLab cannot be started: {error}."), "cargo lab clean")
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
