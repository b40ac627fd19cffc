//! `cargo lab export` on the network of lab 06, trained in a real kernel: the crate that it writes is built and tested.
#![cfg(unix)]

mod common;

use common::{lab, said};
use std::process::Command;

#[test]
fn the_program_agrees_with_the_notebook_on_its_test_images_and_refuses_what_is_no_picture() {
    if std::env::var_os("CONVLAB_PREPARED").is_none() {
        println!("skipped: not prepared");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let labs = dir.path().to_str().unwrap();
    let run = lab(&["run", "06", "--offline", "--out", labs]).env("CONVLAB_QUICK", "1").output().unwrap();
    assert!(run.status.success(), "{}", said(&run));
    let program = dir.path().join("program");
    launcher::export::Trained::read(dir.path()).unwrap().write(&program).unwrap();
    // What this crate needs was downloaded with what the course needs.
    let test = Command::new("cargo")
        .args(["test", "--offline", "--locked", "--", "--nocapture"])
        .env("CARGO_TARGET_DIR", dir.path().join("target"))
        .env_remove("RUSTFLAGS")
        .current_dir(&program)
        .output()
        .unwrap();
    let text = said(&test);
    assert!(test.status.success(), "{text}");
    assert!(text.contains("1000 images; largest difference"), "{text}");
    let refused = Command::new("cargo")
        .args(["run", "--offline", "--quiet", "--", "Cargo.toml"])
        .env("CARGO_TARGET_DIR", dir.path().join("target"))
        .current_dir(&program)
        .output()
        .unwrap();
    assert!(
        !refused.status.success() && said(&refused).contains("Cargo.toml is no picture"),
        "{}",
        said(&refused)
    );
}
