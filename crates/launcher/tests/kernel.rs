//! The labs' kernel and Jupyter's own client: messages, faults, interrupts, and what is left when it is killed.
#![cfg(unix)]

mod common;

use common::{lab, said};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

#[test]
fn the_kernel_speaks_with_jupyters_client_and_survives_what_cells_do() {
    if std::env::var_os("CONVLAB_PREPARED").is_none() {
        println!("skipped: not prepared");
        return;
    }
    let told = said(&lab(&["env"]).output().unwrap());
    let jupyter =
        told.lines().find_map(|line| line.strip_prefix("export JUPYTER_PATH=")).unwrap().trim_matches('\'');
    let spec = std::fs::read_to_string(Path::new(jupyter).join("kernels/convlab/kernel.json")).unwrap();
    let spec: Value = serde_json::from_str(&spec).unwrap();
    let runtime = tempfile::tempdir().unwrap();
    let output = Command::new(spec["metadata"]["python"].as_str().unwrap())
        .args(["-c", include_str!("kernel/messages.py"), "convlab"])
        .env("JUPYTER_PATH", jupyter)
        .env("JUPYTER_RUNTIME_DIR", runtime.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let told = said(&output);
    assert!(output.status.success() && told.contains("all is well"), "{told}");
}
