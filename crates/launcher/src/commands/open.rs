//! `cargo lab`: JupyterLab in the learner's copy of the labs.

use super::{flag, offline, port};
use crate::dirs::Dirs;
use crate::files::text;
use crate::labs::{self, copy, edition::Edition};
use crate::port::free_port;
use crate::prepare::{self, KERNEL, STOCK_KERNEL, data, programs};
use crate::system;
use clap::{Arg, ArgMatches, Command as Options, value_parser};
use common::{Error, Result};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Command;

const OPEN_LAB: &str = include_str!("../python/open_lab.py");

/// Adds what `cargo lab` without a command takes.
pub fn options(command: Options) -> Options {
    let ip = Arg::new("ip")
        .long("ip")
        .value_parser(value_parser!(IpAddr))
        .default_value("127.0.0.1")
        .help("Listen on this address; others than this machine can come to 0.0.0.0, with the token");
    let folder = Arg::new("folder")
        .long("folder")
        .value_parser(value_parser!(PathBuf))
        .help("Open this folder beside `crates` in place of my-labs");
    let lecture = flag(
        "lecture",
        "Open the labs for a lecture: slides whose cells run, with notes; in the folder lecture",
    )
    .conflicts_with("folder");
    command
        .arg(port("Listen on this port"))
        .arg(ip)
        .arg(folder)
        .arg(lecture)
        .arg(flag("stock", "Offer evcxr as it comes too"))
        .arg(flag("no-browser", "Print the link instead of opening a browser"))
        .arg(offline())
}

/// Prepares the machine, copies new labs, and runs JupyterLab until it is stopped.
pub fn run(matches: &ArgMatches) -> Result<()> {
    let port = matches.get_one("port").copied();
    // Before minutes go into preparing.
    let folder = matches.get_one::<PathBuf>("folder").map(|folder| existing(folder)).transpose()?;
    let ready = prepare::checked(port)?;
    let dirs = &ready.dirs;
    let mine = match folder {
        Some(folder) => folder,
        None if matches.get_flag("lecture") => sync_labs(dirs, Edition::Lecture)?,
        None => sync_labs(dirs, Edition::Learner)?,
    };
    let mut jupyter = ready.jupyter_python();
    let lab = copy::to_open(&mine)?.unwrap_or_default();
    jupyter.args(["-c", OPEN_LAB, &text(&ready.programs.kernel()), &text(&programs::kernels(dirs)), &lab]);
    jupyter.env("JUPYTERLAB_WORKSPACES_DIR", ready.workspaces(&mine));
    let stock = if matches.get_flag("stock") { format!(", '{STOCK_KERNEL}'") } else { String::new() };
    jupyter.arg(format!("--KernelSpecManager.allowed_kernelspecs={{'{KERNEL}'{stock}}}"));
    let ip = matches.get_one("ip").copied().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    jupyter.arg(format!("--ServerApp.ip={ip}"));
    // The port was free when the preparing began; it may have taken minutes.
    jupyter.arg(format!("--ServerApp.port={}", free_port(port)?));
    jupyter.arg(format!("--ServerApp.root_dir={}", mine.display()));
    if system::is_root() {
        jupyter.arg("--allow-root");
    }
    if matches.get_flag("no-browser") {
        jupyter.arg("--no-browser");
    }
    match data::find(dirs) {
        _ if matches.get_flag("offline") => data::Data::Synthetic.set_env(&mut jupyter),
        Some(folder) => data::Data::Files(folder).set_env(&mut jupyter),
        None => {}
    }
    println!("The labs are in {}; stop with Ctrl-C.", mine.display());
    become_jupyter(&mut jupyter)
}

fn existing(folder: &Path) -> Result<PathBuf> {
    let found = folder.canonicalize().ok().filter(|found| found.is_dir());
    found.ok_or_else(|| {
        let what = if folder.exists() {
            format!("{} is a file, where a folder is wanted.", folder.display())
        } else {
            format!("There is no folder {}.", folder.display())
        };
        Error::problem(what, "name a folder with labs, or leave out --folder to open my-labs")
    })
}

/// The learner's folder, or the lecturer's, with every lab in it; says what is new.
pub(super) fn sync_labs(dirs: &Dirs, edition: Edition) -> Result<PathBuf> {
    let lecture = edition == Edition::Lecture;
    let mine = if lecture { dirs.lecture() } else { dirs.my_labs() };
    let folder = text(Path::new(mine.file_name().unwrap_or_default()));
    let report = copy::sync(&labs::all(&dirs.notebooks())?, edition, &mine)?;
    for name in &report.new {
        println!("new: {folder}/{name}.ipynb");
    }
    for name in &report.older {
        let number = name.split('_').next().unwrap_or(name);
        let remedy = if lecture {
            "rename it, and the next start makes the new one".to_owned()
        } else {
            format!("`cargo lab reset {number}` makes the new one and keeps yours")
        };
        println!("older than the course's: {folder}/{name}.ipynb ({remedy})");
    }
    Ok(mine)
}

/// Replaces this process by JupyterLab: Ctrl-C is for it alone.
#[cfg(unix)]
fn become_jupyter(jupyter: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(cannot_start(&jupyter.exec()))
}

#[cfg(not(unix))]
fn become_jupyter(jupyter: &mut Command) -> Result<()> {
    match jupyter.status().map_err(|error| cannot_start(&error))?.code() {
        Some(0) | None => Ok(()),
        Some(code) => {
            Err(Error::problem(format!("JupyterLab ended with status {code}."), "cargo lab doctor"))
        }
    }
}

fn cannot_start(error: &std::io::Error) -> Error {
    Error::problem(format!("JupyterLab cannot be started: {error}."), "cargo lab clean")
}
