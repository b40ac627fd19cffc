//! `cargo lab` itself: JupyterLab is there, serves a kernel, and leaves nothing when it is stopped.
#![cfg(unix)]

mod common;

use common::Lab;
use std::process::Command;
use std::time::{Duration, Instant};

/// The kernels that `server` has started and that still run.
fn kernels_of(server: u32) -> Vec<String> {
    let printed = Command::new("ps").args(["-eo", "pid=,ppid=,args="]).output().unwrap();
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    let kernel = |line: &&str| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.get(1) == Some(&server.to_string().as_str()) && line.contains("convlab-kernel --control_file")
    };
    printed.lines().filter(kernel).map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

fn is_alive(pid: &str) -> bool {
    Command::new("kill").args(["-0", pid]).output().unwrap().status.success()
}

fn within(limit: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < limit {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    false
}

#[test]
fn an_interrupt_stops_jupyterlab_and_its_kernels_without_a_terminal_too() {
    if std::env::var_os("CONVLAB_PREPARED").is_none() {
        println!("skipped: not prepared");
        return;
    }
    let mut lab = Lab::open(&[]);
    let refused = lab.ask("GET", "/api/kernels", "wrong", "");
    assert!(refused.starts_with("HTTP/1.1 403"), "a wrong token must be refused: {refused}");
    let slides = lab.ask("GET", "/rise/02_convolution_by_hand.ipynb", &lab.token, "");
    assert!(slides.starts_with("HTTP/1.1 200"), "no lab can be shown as live slides: {slides}");
    let started = lab.ask("POST", "/api/kernels", &lab.token, r#"{"name": "convlab"}"#);
    assert!(started.starts_with("HTTP/1.1 201"), "{started}");
    let server = lab.server.id();
    assert!(within(Duration::from_secs(20), || !kernels_of(server).is_empty()), "no kernel runs");
    let kernels = kernels_of(server);

    Command::new("kill").args(["-INT", &server.to_string()]).status().unwrap();
    assert!(within(Duration::from_secs(30), || lab.server.try_wait().unwrap().is_some()), "it still runs");
    assert!(within(Duration::from_secs(5), || !kernels.iter().any(|pid| is_alive(pid))), "{kernels:?} live");
}
