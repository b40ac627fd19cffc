//! Views and figures in a real JupyterLab, moved by mouse and keyboard in a real browser. Ignored unless asked for, since
//! learners need no Chromium: `cargo test -p launcher --test browser -- --ignored`, with `chromium` on the path or another
//! one in `BROWSER`; `CONVLAB_AXE` names axe-core's `axe.min.js`, `CONVLAB_SHOTS` a folder for screenshots.
#![cfg(unix)]

mod common;

use common::{Lab, said};
use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "needs a browser"]
fn views_answer_to_the_hand_through_faults_restarts_a_second_window_and_slides() {
    let Some(python) = std::env::var_os("CONVLAB_TEST_PYTHON") else {
        println!("skipped: not prepared");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let lab = Lab::open(&["--folder", folder.path().to_str().unwrap()]);
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let browser = std::env::var_os("BROWSER").unwrap_or_else(|| "chromium".into());
    let mut driver = Command::new(python);
    driver.arg(here.join("tests/browser/views.py"));
    driver.args([&format!("http://127.0.0.1:{}", lab.port), &lab.token]).arg(browser).arg(folder.path());
    driver.arg(here.parent().unwrap().join("convlab")).args(std::env::var_os("CONVLAB_SHOTS"));
    let output = driver.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    let message = said(&output);
    println!("{message}");
    assert!(output.status.success() && message.contains("all is well"), "{message}");
}
