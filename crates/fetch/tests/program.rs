//! The program itself: what it says and how it ends.

mod server;

use common::download::Message;
use fetch::catalogue;
use server::{Reply, Server, nobody};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::tempdir;

/// `convlab-fetch mnist --into DIR`, blind to the settings of this machine.
fn convlab_fetch(into: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_convlab-fetch"));
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command.env_remove("CONVLAB_MIRROR").arg("mnist").arg("--into").arg(into);
    command
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Status 1, nothing on stdout, and the message.
fn failed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
    stderr(&output)
}

/// The folder with the real MNIST, if this machine has it.
fn real_mnist() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = env::var_os("CONVLAB_DATA").map_or(beside, PathBuf::from);
    let found = [root.join("mnist"), root].into_iter().find(|dir| {
        let files = catalogue::find("mnist").unwrap().files;
        files.iter().all(|wanted| dir.join(&wanted.name).exists())
    });
    if found.is_none() {
        println!("skipped: no data");
    }
    found
}

/// A mirror of the real MNIST.
fn mirror_of(data: PathBuf) -> Server {
    Server::start(move |request| {
        let name = request.address.rsplit('/').next().unwrap();
        fs::read(data.join(name)).map_or(Reply::Status("404 Not Found"), Reply::File)
    })
}

#[test]
fn the_real_mnist_is_what_the_catalogue_says() {
    let Some(data) = real_mnist() else { return };
    let (mirror, dir) = (mirror_of(data), tempdir().unwrap());
    let output = convlab_fetch(dir.path()).args(["--mirror", &mirror.url]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let message = format!("MNIST is in {}: 4 files from {}; 11.6 MB in ", dir.path().display(), mirror.url);
    assert!(stderr(&output).contains(&message), "{}", stderr(&output));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4);

    let again = convlab_fetch(dir.path()).env("CONVLAB_MIRROR", nobody()).output().unwrap();
    assert_eq!(stderr(&again), format!("MNIST is in {}: 4 files there already\n", dir.path().display()));
    assert_eq!(mirror.requests().len(), 4);
}

#[test]
fn without_any_mirror_the_message_ends_with_the_ways_out() {
    let (gone, dir) = (nobody(), tempdir().unwrap());
    let message = failed(convlab_fetch(dir.path()).env("CONVLAB_MIRROR", &gone));
    assert!(message.contains(&format!("\n  from {gone}: no connection (")), "{message}");
    assert!(message.trim_end().ends_with("`cargo lab --offline`."), "{message}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn another_program_reads_why_nothing_came_as_json() {
    let (gone, dir) = (nobody(), tempdir().unwrap());
    let message = failed(convlab_fetch(dir.path()).arg("--json").env("CONVLAB_MIRROR", &gone));
    let reports: Vec<_> = message.lines().map(Message::parse).collect();
    let [Message::Note(note), Message::Failed(error)] = reports.as_slice() else { panic!("{reports:?}") };
    assert!(note.contains(&format!("not from {gone}: no connection (")), "{note}");
    assert!(
        error.what().starts_with("expected train-images-idx3-ubyte.gz from one of its mirrors"),
        "{error}"
    );
    assert!(error.remedy().contains("`cargo lab --offline`"), "{error}");
}

#[test]
fn the_system_s_proxy_gets_the_request_for_the_mirror() {
    let (proxy, dir) = (Server::start(|_| Reply::Status("418 I'm a teapot")), tempdir().unwrap());
    let message = failed(
        convlab_fetch(dir.path()).env("http_proxy", &proxy.url).args(["--mirror", "http://mirror.invalid/m"]),
    );
    assert!(message.contains("from http://mirror.invalid/m: it answered 418"), "{message}");
    assert_eq!(proxy.requests()[0].address, "http://mirror.invalid/m/train-images-idx3-ubyte.gz");
}

#[test]
fn a_call_that_makes_no_sense_makes_no_folder() {
    let dir = tempdir().unwrap();
    let message = failed(convlab_fetch(&dir.path().join("new")).arg("emnist"));
    assert!(message.contains("expected one data set, but got also `emnist`"), "{message}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

/// On Linux the certificates' place can be named; without any no answer could be trusted.
#[cfg(target_os = "linux")]
#[test]
fn a_system_without_certificates_is_an_error_that_names_the_missing_package() {
    let dir = tempdir().unwrap();
    let mut command = convlab_fetch(dir.path());
    let message = failed(command.env("SSL_CERT_FILE", "/dev/null").env_remove("SSL_CERT_DIR"));
    assert!(
        message.contains("expected a working HTTPS client") && message.contains("ca-certificates"),
        "{message}"
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_killed_download_leaves_only_what_is_not_taken_for_the_file() {
    let (mirror, dir) =
        (Server::start(|_| Reply::StallAfter(100_000, vec![b'x'; 1_000_000])), tempdir().unwrap());
    let part = dir.path().join("train-images-idx3-ubyte.gz.part");
    let mut running = convlab_fetch(dir.path()).args(["--mirror", &mirror.url]).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while fs::metadata(&part).map_or(0, |part| part.len()) < 100_000 && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(fs::read(&part).unwrap(), vec![b'x'; 100_000]);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}
