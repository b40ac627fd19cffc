//! JupyterLab as a browser shows it. Ignored unless asked for, since learners and CI need no browser:
//! `CONVLAB_PREPARED=1 cargo test -p launcher --test browser -- --ignored`, with `chromium` on the path or another one
//! in `BROWSER`. Pictures of what it saw go to the folder that `CONVLAB_SHOTS` names.
#![cfg(unix)]

mod common;

use common::{Lab, checkout, said};
use launcher::dirs::Dirs;
use launcher::labs::{self, Lab as Master, edition, edition::Edition};
use launcher::prepare;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs a script of this folder against JupyterLab in `folder` and prints what it says; `None` where nothing is prepared.
fn drive(script: &str, folder: &Path, more: &[&str]) -> Option<()> {
    if std::env::var_os("CONVLAB_PREPARED").is_none() {
        println!("skipped: not prepared");
        return None;
    }
    // One JupyterLab with its browser at a time: each takes both cores.
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let lab = Lab::open(&["--folder", folder.to_str().unwrap()]);
    let python = prepare::prepared(&Dirs::find().unwrap()).unwrap().python;
    let scripts = checkout().join("crates/launcher/tests/browser");
    let root = format!("http://127.0.0.1:{}/", lab.port);
    let first = lab.page.clone();
    let more = more.iter().map(|word| if *word == "PAGE" { &first } else { *word });
    let output = Command::new(python)
        .arg(scripts.join(script))
        .args([&root, &lab.token])
        .args(more)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    print!("{}", said(&output));
    Some(())
}

#[test]
#[ignore = "needs a browser"]
fn views_answer_to_the_hand_through_faults_restarts_a_second_window_and_slides() {
    let folder = tempfile::tempdir().unwrap();
    let helper = checkout().join("crates/convlab");
    drive("views.py", folder.path(), &[folder.path().to_str().unwrap(), helper.to_str().unwrap()]);
}

/// A master with two sections, which loads the helper crate from where it is.
fn master(folder: &Path) -> Master {
    let words = |id: &str, source: &str, metadata: Value| json!({"cell_type": "markdown", "id": id, "source": source, "metadata": metadata});
    let code = |id: &str, source: &str| json!({"cell_type": "code", "id": id, "source": source, "metadata": {}, "outputs": [], "execution_count": null});
    let about = |notes: &str| json!({"convlab": {"minutes": 5, "notes": notes}});
    let first = format!(
        ":dep convlab = {{ path = {:?} }}\nuse convlab::prelude::*;",
        checkout().join("crates/convlab")
    );
    let steps = "let x = Tensor::ones([4, 4], (Kind::Float, Device::Cpu));\nlet k = Tensor::ones([2, 2], (Kind::Float, Device::Cpu));\nshow::steps(&x, &k, Default::default())?";
    let cells = [
        words("title", "## One\n\nA text.", about("Ask first.")),
        code("first", &first),
        words("then", "Then.", json!({})),
        code("steps", steps),
        words("two", "## Two\n\nThe end.", about("Wait for the room.")),
    ];
    let kernel = json!({"kernelspec": {"name": "convlab", "display_name": "Rust", "language": "rust"}});
    let notebook = json!({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells});
    let path = folder.join("02_by_hand.ipynb");
    fs::write(&path, notebook.to_string()).unwrap();
    Master { path }
}

#[test]
#[ignore = "needs a browser"]
fn a_lecture_fills_the_wall_and_its_notes_follow_from_any_slide() {
    let (masters, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let lab = master(masters.path());
    edition::of(&lab, Edition::Lecture).unwrap().write(&folder.path().join("02_by_hand.ipynb")).unwrap();
    for (name, content) in Edition::Lecture.beside() {
        fs::write(folder.path().join(name), content).unwrap();
    }
    drive("lecture.py", folder.path(), &["02_by_hand.ipynb"]);
}

#[test]
#[ignore = "needs a browser"]
fn the_first_start_opens_the_first_lab_unchanged_with_one_kernel_and_names_that_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let masters = labs::all(&checkout().join("notebooks")).unwrap();
    labs::copy::sync(&masters, Edition::Learner, folder.path()).unwrap();
    let names: Vec<_> = masters.iter().map(|lab| lab.name() + ".ipynb").collect();
    let words: Vec<_> = std::iter::once("PAGE").chain(names.iter().map(String::as_str)).collect();
    drive("first_start.py", folder.path(), &words);
    let first = fs::read_to_string(folder.path().join(&names[0])).unwrap();
    let made = edition::of(&masters[0], Edition::Learner).unwrap();
    assert_eq!(first, made.text(), "opening a lab must not change it");
}
