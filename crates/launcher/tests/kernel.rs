//! The labs' kernel and Jupyter's own client: messages, faults, interrupts, and what is left when it is killed.
#![cfg(unix)]

mod common;

use common::{lab, said};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs one of the Python programs in `kernel/` against the labs' kernel; `None` where nothing is prepared.
fn with_jupyters_client(program: &str) -> Option<Output> {
    with_input(program, "")
}

/// The same, with this on the program's standard input.
fn with_input(program: &str, input: &'static str) -> Option<Output> {
    let Some(python) = std::env::var_os("CONVLAB_TEST_PYTHON") else {
        println!("skipped: not prepared");
        return None;
    };
    let message = said(&lab(&["env"]).output().unwrap());
    let jupyter = message
        .lines()
        .find_map(|line| line.strip_prefix("export JUPYTER_PATH="))
        .unwrap()
        .trim_matches('\'');
    let runtime = tempfile::tempdir().unwrap();
    let mut python = Command::new(python);
    let helper = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("convlab");
    python.args(["-c", program, "convlab"]).arg(helper).env("JUPYTER_PATH", jupyter);
    python.env("JUPYTER_RUNTIME_DIR", runtime.path()).env("PYTHONDONTWRITEBYTECODE", "1");
    let mut running =
        python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Some(running.wait_with_output().unwrap())
}

#[test]
fn the_kernel_speaks_with_jupyters_client_and_survives_what_cells_do() {
    let Some(output) = with_jupyters_client(include_str!("kernel/messages.py")) else { return };
    let message = said(&output);
    assert!(output.status.success() && message.contains("all is well"), "{message}");
}

#[test]
fn however_a_cell_stops_the_next_one_trains() {
    let Some(output) = with_jupyters_client(include_str!("kernel/stops.py")) else { return };
    let shown = said(&output);
    assert!(output.status.success() && shown.contains("ways are well"), "{shown}");
}

#[test]
fn what_people_write_in_cells_is_answered_as_rust_and_jupyter_would() {
    let Some(output) = with_input(include_str!("kernel/cases.py"), include_str!("kernel/cases.json")) else {
        return;
    };
    let shown = said(&output);
    assert!(output.status.success() && shown.contains("cells are as expected"), "{shown}");
}

#[test]
fn the_kernel_passes_jupyters_own_tests_for_kernels() {
    let Some(output) = with_jupyters_client(include_str!("kernel/conformance.py")) else { return };
    let message = said(&output);
    assert!(
        output.status.success() && message.contains("test_execute_stdout") && message.contains("OK"),
        "{message}"
    );
}
