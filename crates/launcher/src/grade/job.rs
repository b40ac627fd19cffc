//! What is checked in which lab: the marking program finds the lab of a notebook in its sandbox.

use super::Options;
use super::sandbox::{Sandbox, WORK};
use crate::files::text;
use crate::labs::{FIRST_CELL, Lab, exercises};
use crate::prepare::Ready;

use common::notebook::{Cell, Notebook, marks::has_solution};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Each lab that has exercises, with what a learner's function may use of it.
pub fn labs(masters: &[Lab]) -> Vec<Value> {
    let read = masters.iter().filter_map(|lab| Some((lab, lab.read().ok()?)));
    let described = read.map(|(lab, master)| (lab.name(), exercises(&master), given(&master)));
    described
        .filter(|(_, exercises, _)| !exercises.is_empty())
        .map(|(lab, exercises, given)| json!({"lab": lab, "exercises": exercises, "given": given}))
        .collect()
}

/// What the marking program reads; the notebook lies beside it in `folder`.
pub fn job(ready: &Ready, sandbox: &Sandbox, labs: &[Value], folder: &Path, options: &Options) -> Value {
    // From a folder of its own the helper crate is elsewhere than beside the notebook.
    let load = FIRST_CELL.replace("../crates/convlab", &text(&ready.dirs.helper()));
    let work = if sandbox.is_isolated() { WORK.to_owned() } else { text(&folder.join("work")) };
    let mut environment = BTreeMap::from([
        ("JUPYTER_PATH", text(&ready.jupyter_path)),
        ("JUPYTER_RUNTIME_DIR", format!("{work}/runtime")),
        ("JUPYTER_DATA_DIR", format!("{work}/data")),
        ("JUPYTER_CONFIG_DIR", format!("{work}/config")),
        ("IPYTHONDIR", format!("{work}/ipython")),
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
    ]);
    for (name, home) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let default = || Some(Path::new(&std::env::var_os("HOME")?).join(home).into_os_string());
        if let Some(folder) = std::env::var_os(name).or_else(default) {
            environment.insert(name, folder.to_string_lossy().into_owned());
        }
    }
    json!({
        "notebook": sandbox.job_file(folder, NOTEBOOK),
        "folder": work,
        "environment": environment,
        "load": load,
        "labs": labs,
        "seconds": options.seconds,
        "bytes": u64::from(options.gib) << 30,
        "isolated": sandbox.is_isolated(),
    })
}

/// The handed-in file's name in a job's folder.
pub const NOTEBOOK: &str = "notebook.ipynb";

fn given(master: &Notebook) -> Vec<String> {
    let code = master.cells().filter(|cell| cell.is_code()).map(Cell::source);
    code.filter(|text| !has_solution(text)).collect()
}
