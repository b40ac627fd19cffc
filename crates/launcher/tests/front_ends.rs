//! The kernel in front ends other than our JupyterLab, installed for them by `cargo lab kernel install`.
#![cfg(unix)]

mod common;

use common::{lab, said};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A call of a Python module that finds the kernel below `prefix` and nowhere else; `None` where nothing is prepared.
fn module(name: &str, prefix: &Path) -> Option<Command> {
    let Some(python) = std::env::var_os("CONVLAB_TEST_PYTHON") else {
        println!("skipped: not prepared");
        return None;
    };
    let mut command = Command::new(python);
    command.args(["-m", name]).current_dir(prefix);
    command
        .env("JUPYTER_PATH", prefix.join("share/jupyter"))
        .env("JUPYTER_RUNTIME_DIR", prefix.join("runtime"));
    command.env("JUPYTER_CONFIG_DIR", prefix.join("config")).env("IPYTHONDIR", prefix.join("ipython"));
    Some(command)
}

fn kernel(verb: &str, prefix: &Path) {
    let output = lab(&["kernel", verb, "--prefix"]).arg(prefix).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn papermill_runs_a_notebook_in_the_installed_kernel_and_fails_with_its_error() {
    let prefix = tempfile::tempdir().unwrap();
    let Some(mut papermill) = module("papermill", prefix.path()) else { return };
    kernel("install", prefix.path());
    let code = |source: &str| json!({"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": null});
    let cells = [code("let xs = vec![1, 2, 3];"), code("xs.iter().sum::<i32>() * 7"), code("xs[9]")];
    let metadata = json!({"kernelspec": {"name": "convlab", "display_name": "Rust", "language": "rust"}});
    let notebook = json!({"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": cells});
    fs::write(prefix.path().join("in.ipynb"), notebook.to_string()).unwrap();
    let output = papermill.args(["in.ipynb", "out.ipynb"]).output().unwrap();
    let executed: Value =
        serde_json::from_str(&fs::read_to_string(prefix.path().join("out.ipynb")).unwrap()).unwrap();
    let texts = executed.to_string();
    assert!(texts.contains(r#""text/plain":["42"]"#), "{}\n{texts}", said(&output));
    assert!(!output.status.success() && said(&output).contains("index out of bounds"), "{}", said(&output));
}

#[test]
fn a_console_speaks_with_the_installed_kernel_and_finds_none_when_it_is_gone() {
    let prefix = tempfile::tempdir().unwrap();
    let run = || {
        let mut console = module("jupyter_console", prefix.path())?;
        console.args(["--kernel", "convlab", "--simple-prompt"]);
        let mut console =
            console.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A console that has found no kernel has closed its end.
        let _ = console.stdin.take().unwrap().write_all(b"let n = 6;\nn * 7\n");
        Some(said(&console.wait_with_output().unwrap()))
    };
    if module("jupyter_console", prefix.path()).is_some() {
        kernel("install", prefix.path());
    }
    let Some(printed) = run() else { return };
    assert!(printed.contains("42"), "{printed}");
    kernel("uninstall", prefix.path());
    let printed = run().unwrap();
    assert!(printed.contains("Could not find kernel"), "{printed}");
}
