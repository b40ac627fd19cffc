//! What is checked in which lab: the program in the sandbox finds the lab of a notebook.

use super::Options;
use super::sandbox::{Sandbox, Shared, Variables, WORK};
use crate::files::text;
use crate::labs::{FIRST_CELL, Lab, exercises};
use crate::prepare::{Ready, programs};
use common::notebook::{Cell, Notebook, marks::has_solution};
use serde_json::{Value, json};
use std::env;
use std::path::Path;

/// The name of the judge's socket in the folder that a learner's process sees.
pub const SOCKET: &str = "socket";

/// The handed-in file's name in a job's folder.
pub const NOTEBOOK: &str = "notebook.ipynb";

/// Each lab that has exercises, with what a learner's function may use of it.
pub fn labs(masters: &[Lab]) -> Vec<Value> {
    let read = masters.iter().filter_map(|lab| Some((lab, lab.read().ok()?)));
    let described = read.map(|(lab, master)| (lab.name(), exercises(&master), given(&master)));
    described
        .filter(|(_, exercises, _)| !exercises.is_empty())
        .map(|(lab, exercises, given)| json!({"lab": lab, "exercises": exercises, "given": given}))
        .collect()
}

/// What the program in the sandbox reads: the notebook lies in the folder `job`, the judge listens in `judge`.
pub fn job(
    ready: &Ready,
    sandbox: &Sandbox,
    labs: &[Value],
    [job, judge]: [&Shared; 2],
    options: &Options,
) -> Value {
    json!({
        "notebook": job.path(sandbox, NOTEBOOK),
        "kernel": text(&ready.programs.kernel()),
        "work": if sandbox.is_isolated() { WORK.to_owned() } else { job.path(sandbox, "") },
        "load": load(ready),
        "labs": labs,
        "socket": judge.path(sandbox, SOCKET),
        "seconds": options.seconds,
        "bytes": u64::from(options.gib) << 30,
        "isolated": sandbox.is_isolated(),
    })
}

/// The cell that loads the helper crate: from a folder of its own it is elsewhere than beside the notebook.
pub fn load(ready: &Ready) -> String {
    FIRST_CELL.replace("../crates/convlab", &text(&ready.dirs.helper()))
}

/// What a kernel's environment holds for marking: labs on synthetic data, and nothing of the lecturer's own.
pub fn variables(ready: &Ready) -> Variables {
    let mut variables = ready.environment.clone();
    variables.remove("CONVLAB_MASTERS");
    variables.insert("CONVLAB_KERNELS".to_owned(), text(&programs::kernels(&ready.dirs)));
    variables.insert("CONVLAB_OFFLINE".to_owned(), "1".to_owned());
    variables.insert("MIMALLOC_ALLOW_THP".to_owned(), "0".to_owned());
    for (name, home) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let default = || Some(Path::new(&env::var_os("HOME")?).join(home).into_os_string());
        if let Some(folder) = env::var_os(name).or_else(default) {
            variables.insert(name.to_owned(), folder.to_string_lossy().into_owned());
        }
    }
    variables
}

fn given(master: &Notebook) -> Vec<String> {
    let code = master.cells().filter(|cell| cell.is_code()).map(Cell::source);
    code.filter(|text| !has_solution(text)).collect()
}
