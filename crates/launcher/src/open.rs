//! `cargo lab`: JupyterLab in the learner's copy of the labs.

use crate::cli;
use crate::doctor;
use crate::failure::{Failure, Result};
use crate::labs::{self, copy, run::jupyter_python};
use crate::places::Places;
use crate::prepare::{self, data};

/// The port that is tried first.
const FIRST_PORT: u16 = 8888;

/// Prepares the machine, brings new labs, and runs JupyterLab until it is stopped.
pub fn open(options: &cli::Open) -> Result<()> {
    let places = Places::find()?;
    doctor::preflight(&places)?;
    let port = port(options.port)?;
    let ready = prepare::prepare(&places)?;
    let mine = places.my_labs();
    for name in copy::bring(&labs::all(&places.notebooks())?, &mine)? {
        println!("new: my-labs/{name}.ipynb");
    }
    let mut jupyter = jupyter_python(&ready);
    jupyter.args(["-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0"]);
    jupyter.arg(format!("--ServerApp.port={port}")).arg(format!("--ServerApp.root_dir={}", mine.display()));
    // Nothing outside this machine is asked for news or updates.
    jupyter.arg("--LabApp.news_url=").arg("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate");
    jupyter.args(["--KernelSpecManager.ensure_native_kernel=False", "--ServerApp.log_level=WARN"]);
    if is_root() {
        jupyter.arg("--allow-root");
    }
    if options.no_browser {
        jupyter.arg("--no-browser");
    }
    match data::find(&places) {
        _ if options.offline => data::Data::Synthetic.tell(&mut jupyter),
        Some(folder) => data::Data::Files(folder).tell(&mut jupyter),
        None => {}
    }
    println!("The labs are in {}; stop with Ctrl-C, twice.", mine.display());
    let status = jupyter.status().map_err(|error| {
        Failure::new(format!("JupyterLab cannot be started: {error}."), "cargo lab clean, then cargo lab")
    })?;
    // Ctrl-C is how one leaves; it is no failure.
    match status.code() {
        Some(0) | None => Ok(()),
        Some(code) => Err(Failure::new(format!("JupyterLab ended with status {code}."), "cargo lab doctor")),
    }
}

fn port(asked: Option<u16>) -> Result<u16> {
    match asked {
        Some(port) => doctor::port(port).map(|()| port),
        None => {
            let mut ports = FIRST_PORT..FIRST_PORT + 100;
            let free = ports.find(|&port| doctor::port(port).is_ok());
            free.ok_or_else(|| Failure::new("Ports 8888 to 8987 are all taken.", "cargo lab --port 9999"))
        }
    }
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
