//! `cargo lab run` on notebooks with every kind of fault, in real kernels.
#![cfg(unix)]

mod common;

use common::{checkout, lab, said};
use serde_json::{Value, json};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Kernels need a prepared machine; `cargo lab test` says that this is one.
fn is_prepared() -> bool {
    let prepared = std::env::var_os("CONVLAB_PREPARED").is_some();
    if !prepared {
        println!("skipped: not prepared");
    }
    prepared
}

/// Writes a notebook of code cells, each with its id and its tag, or its metadata as JSON.
fn notebook(folder: &Path, name: &str, cells: &[(&str, &str, &str)]) -> PathBuf {
    let cells: Vec<_> = cells
        .iter()
        .map(|(id, tag, code)| {
            json!({
                "cell_type": "code", "id": id, "source": code, "outputs": [], "execution_count": null,
                "metadata": serde_json::from_str(tag).unwrap_or_else(|_| match *tag {
                    "" => json!({}),
                    tag => json!({"tags": [tag]}),
                }),
            })
        })
        .collect();
    let text = json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells});
    let path = folder.join(format!("{name}.ipynb"));
    fs::write(&path, text.to_string()).unwrap();
    path
}

/// Something that is drawn where its text would be enough for evcxr.
const PICTURE: &str = r#"#[derive(Debug)]
struct Picture;
impl Picture {
    fn evcxr_display(&self) {
        println!("EVCXR_BEGIN_CONTENT text/html\n<b>drawn</b>\nEVCXR_END_CONTENT");
    }
}
fn picture() -> Result<Picture, String> { Ok(Picture) }"#;

/// A check's verdict, as a cell shows it.
fn verdict(text: &str) -> String {
    format!(r#"println!("EVCXR_BEGIN_CONTENT text/plain\n{text}\nEVCXR_END_CONTENT");"#)
}

#[test]
fn every_fault_is_named_with_lab_cell_and_message_and_the_run_fails() {
    if !is_prepared() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let pid = dir.path().join("pid");
    let (not_yet, right) = (verdict("✘ not yet: the sum is 3"), verdict("✔ right"));
    let faults = notebook(
        dir.path(),
        "faults",
        &[
            ("a-picture", "", PICTURE),
            ("drawn", "", "picture()?"),
            ("good", "", "let xs = vec![1, 2, 3]; println!(\"{} numbers\", xs.len());"),
            ("bad-type", "", "let n: u8 = \"three\";"),
            ("question-mark", "", "let n: i32 = \"three\".parse()?;"),
            ("panic", "", "let third = xs[7];"),
            ("closure", "", "let unused = 1; let double = |x: i32| 2 * x;"),
            ("wrong", "", &not_yet),
            ("right", "", &right),
            ("warning", "", "eprintln!(\"only a warning\");"),
            ("caught", "", "assert!(std::panic::catch_unwind(|| panic!(\"caught\")).is_err());"),
            ("meant", "raises-exception", "let n: i32 = \"four\".parse()?;"),
            ("meant-but-fine", "raises-exception", "let four = 4;"),
            ("variables-live", "", "assert_eq!((xs[2], four), (3, 4));"),
            ("promised", r#"{"convlab": {"expect": {"offline": [0.9, 1], "full": [2, 3]}}}"#, "0.95"),
            ("too-low", r#"{"convlab": {"expect": {"offline": [0.9, 1]}}}"#, "0.1 + 0.2"),
            ("no-number", r#"{"convlab": {"expect": {"offline": [0.9, 1]}}}"#, "let five = 5;"),
            ("exits", "", "std::process::exit(3);"),
            ("never-run", "", "println!(\"never\");"),
        ],
    );
    let killing = "std::process::Command::new(\"kill\").arg(\"-9\")\
                   .arg(std::os::unix::process::parent_id().to_string()).status()?; loop {}";
    let killed = notebook(dir.path(), "killed", &[("kills-kernel", "", killing)]);
    let endless = format!(
        "std::fs::write({:?}, std::process::id().to_string())?; loop {{ std::thread::yield_now() }}",
        pid.display().to_string()
    );
    let endless = notebook(dir.path(), "endless", &[("loops", "", &endless)]);
    let out = dir.path().join("out");
    let mut run = lab(&["run", "--offline", "--cell-timeout", "20", "--out"]);
    let output = run.arg(&out).args([&faults, &killed, &endless]).output().unwrap();
    let printed = said(&output);
    assert_eq!(output.status.code(), Some(1), "{printed}");
    for fault in [
        "faults · cell bad-type: error: ",
        "faults · cell question-mark: error: invalid digit found in string",
        "faults · cell panic: panic: index out of bounds: the len is 3 but the index is 7",
        "faults · cell closure: error: The variable `double` is a closure, which cannot be persisted",
        "faults · cell wrong: check: ✘ not yet: the sum is 3",
        "faults · cell meant-but-fine: error: this cell is meant to show an error, and none came",
        "faults · cell too-low: result: expected a number from 0.9 to 1 (offline run), but got 0.30000000000000004",
        "faults · cell no-number: result: expected a number from 0.9 to 1 (offline run), but got nothing",
        "faults · cell exits: kernel: ",
        "exit status: 3",
        "killed · cell kills-kernel: kernel: the kernel died while this cell ran",
        "endless · cell loops: time: the cell ran longer than 20 s",
        "3 of 3 labs failed.",
    ] {
        assert!(printed.contains(fault), "`{fault}` is missing in\n{printed}");
    }
    for fine in ["good", "right", "warning", "caught", "meant", "variables-live", "promised", "never-run"] {
        assert!(!printed.contains(&format!("cell {fine}: ")), "{fine} is no fault:\n{printed}");
    }
    let table: Vec<_> = printed.lines().filter(|line| line.ends_with("FAILED")).collect();
    assert_eq!(table.len(), 3, "{printed}");
    assert_eq!(table[0].split_whitespace().take(2).collect::<Vec<_>>(), ["faults", "18"], "{printed}");

    let executed: Value =
        serde_json::from_str(&fs::read_to_string(out.join("faults.ipynb")).unwrap()).unwrap();
    let drawn = &executed["cells"][1]["outputs"][0]["data"]["text/html"];
    assert_eq!(drawn, &json!(["<b>drawn</b>"]), "the first `?` of a notebook stands before a picture");
    assert_eq!(executed["cells"][2]["outputs"][0]["text"], json!(["3 numbers\n"]));
    let page = fs::read_to_string(out.join("faults.html")).unwrap();
    assert!(
        page.contains("3 numbers")
            && page.contains("■ The cell stopped at `?`: invalid digit found in string")
    );
    for foreign in ["<script", "<link", "<iframe", "@import", "src=\"http", "url(http"] {
        assert!(!page.contains(foreign), "the page asks another host: {foreign}");
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), 6, "two files for each notebook and nothing else");
    assert!(ends_soon(fs::read_to_string(pid).unwrap().trim()), "the endless cell still runs");
    assert_eq!(dead_kernels(), [""; 0]);
}

/// Whether the process is gone within a few seconds.
fn ends_soon(pid: &str) -> bool {
    (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(200));
        !Command::new("kill").args(["-0", pid]).output().unwrap().status.success()
    })
}

/// The folders of kernels that are gone, in this machine's cache.
fn dead_kernels() -> Vec<String> {
    let printed = lab(&["env"]).output().unwrap();
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    let folder = printed.lines().find_map(|line| line.strip_prefix("export CONVLAB_KERNELS=")).unwrap();
    let folders = fs::read_dir(folder.trim_matches('\'')).unwrap().flatten().map(|entry| entry.path());
    let living = |folder: &PathBuf| {
        File::open(folder.join("alive"))
            .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    };
    folders.filter(|folder| !living(folder)).map(|folder| folder.display().to_string()).collect()
}

#[test]
fn results_that_cannot_be_written_are_reported_before_anything_runs() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    let lab_of_mine = notebook(dir.path(), "mine", &[]);
    let output = lab(&["run", "--out"]).arg(dir.path().join("file/out")).arg(lab_of_mine).output().unwrap();
    let printed = said(&output);
    assert!(!output.status.success() && printed.contains("file/out"), "{printed}");
    assert!(printed.contains("cargo lab run --out DIR"), "{printed}");
}

#[test]
fn what_is_no_notebook_is_named_and_nothing_is_prepared() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("broken.ipynb");
    fs::write(&path, "{").unwrap();
    for (lab_name, what) in [(path.to_str().unwrap(), "is not a notebook"), ("77", "There is no lab 77")] {
        let mut run = lab(&["run", lab_name]);
        let output =
            run.env("CONVLAB_CACHE", dir.path().join("cache")).current_dir(checkout()).output().unwrap();
        let printed = said(&output);
        assert!(!output.status.success() && printed.contains(what), "{printed}");
    }
    assert!(!dir.path().join("cache").exists());
}
