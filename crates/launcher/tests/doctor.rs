//! `cargo lab doctor` and the checks before everything else, on machines that lack something.
#![cfg(unix)]

mod common;

use common::{BareMachine, on_path, said};
use std::fs;
use std::net::TcpListener;

/// The line of `need` in what the doctor says, and the remedies it gives.
fn verdict(machine: &BareMachine, need: &str, arguments: &[&str]) -> (String, Vec<String>) {
    let output = machine.lab(&[&["doctor"], arguments].concat()).output().unwrap();
    let printed = said(&output);
    let line = printed.lines().find(|line| line.contains(&format!(" {need} ")));
    let line = line.unwrap_or_else(|| panic!("no line for {need} in\n{printed}"));
    let remedies: Vec<_> =
        printed.lines().filter_map(|line| Some(line.trim().strip_prefix("→ ")?.to_owned())).collect();
    assert_eq!(output.status.success(), remedies.is_empty(), "{printed}");
    (line.to_owned(), remedies)
}

/// The doctor finds exactly this wrong, and `cargo lab prepare` stops at it before it has made anything.
fn is_wrong(machine: &BareMachine, need: &str, what: &str, remedy: &str) {
    let (line, remedies) = verdict(machine, need, &[]);
    assert!(line.starts_with('✘') && line.contains(what), "{line}");
    assert!(remedies.len() == 1 && remedies[0].contains(remedy), "{remedies:?}");
    let output = machine.lab(&["prepare"]).output().unwrap();
    let printed = said(&output);
    assert!(
        !output.status.success() && printed.contains(what) && printed.contains(&remedies[0]),
        "{printed}"
    );
}

#[test]
fn a_machine_with_all_programs_is_in_order_though_nothing_is_prepared() {
    let machine = BareMachine::new();
    let output = machine.lab(&["doctor"]).output().unwrap();
    let printed = said(&output);
    assert!(output.status.success(), "{printed}");
    for need in [
        "Rust",
        "C++ compiler",
        "Python",
        "libtorch",
        "kernel",
        "data",
        "cargo's cache",
        "network",
        "disk space",
        "port",
    ] {
        assert_eq!(
            printed.lines().filter(|line| line.starts_with(&format!("✔ {need} "))).count(),
            1,
            "{printed}"
        );
    }
    assert!(machine.is_untouched());
}

#[test]
fn a_machine_without_python_gets_the_command_to_install_it() {
    let machine = BareMachine::new();
    machine.without("python3");
    machine.script("apt-get", "");
    let output = machine.lab(&["doctor"]).output().unwrap();
    let printed = said(&output);
    assert!(!output.status.success(), "{printed}");
    assert!(printed.contains("✘ Python        There is no Python 3.11 or newer."), "{printed}");
    assert!(printed.contains("apt-get install -y python3-venv"), "{printed}");
    let printed = said(&machine.lab(&[]).output().unwrap());
    assert!(printed.contains("apt-get install -y python3-venv"), "{printed}");
    assert!(machine.is_untouched());
}

#[test]
fn a_python_that_is_too_old_is_named() {
    let machine = BareMachine::new();
    machine.script("python3", "echo 3.9.2");
    let printed = said(&machine.lab(&["prepare"]).output().unwrap());
    assert!(
        printed.contains("Python 3.9.2 is too old") && printed.contains("export CONVLAB_PYTHON="),
        "{printed}"
    );
    assert!(machine.is_untouched());
}

#[test]
fn a_machine_without_a_compiler_or_rust_gets_the_command_to_install_them() {
    let machine = BareMachine::new();
    machine.without("c++");
    machine.script("dnf", "");
    is_wrong(&machine, "C++ compiler", "c++", "dnf install gcc-c++");
    let machine = BareMachine::new();
    machine.without("rustc");
    is_wrong(&machine, "Rust", "rustc", "https://sh.rustup.rs | sh");
    assert!(machine.is_untouched());
}

/// A machine whose Rust is in the folder `rust`, without its sources.
fn machine_without_sources(rust: &str) -> BareMachine {
    let machine = BareMachine::new();
    let root = machine.path(rust);
    let elsewhere = format!(
        "[ \"$2\" = sysroot ] && echo '{}' && exit; exec '{}' \"$@\"",
        root.display(),
        on_path("rustc").display()
    );
    machine.script("rustc", &elsewhere);
    machine
}

#[test]
fn a_distributions_rust_without_its_sources_gets_the_name_of_the_package() {
    let machine = machine_without_sources("usr");
    machine.script("dnf", "");
    is_wrong(&machine, "Rust", "sources are missing", "dnf install rust-src");
    machine.script("rustup", "");
    is_wrong(&machine, "Rust", "sources are missing", "dnf install rust-src");
    assert!(machine.is_untouched());
}

#[test]
fn rustup_adds_the_sources_that_its_toolchain_lacks() {
    let machine = machine_without_sources("toolchains/1-here");
    machine.script("rustup", "echo \"$@\" > \"${0%/*}/../words\"; echo no network >&2; exit 1");
    let (line, remedies) = verdict(&machine, "Rust", &[]);
    assert!(line.starts_with('✔') && line.contains("rustup will add its sources"), "{line}");
    assert!(remedies.is_empty() && machine.is_untouched());
    // What `rustup` cannot do is reported before anything else is made.
    let printed = said(&machine.lab(&["prepare"]).output().unwrap());
    assert!(printed.contains("no network"), "{printed}");
    assert!(printed.contains("rustup component add --toolchain 1-here rust-src"), "{printed}");
    let words = fs::read_to_string(machine.path("words")).unwrap();
    assert_eq!(words.trim(), "component add --toolchain 1-here rust-src");
}

#[test]
fn a_compiler_without_headers_gets_the_package_that_has_them_and_doctor_installs_it_when_allowed_to() {
    let machine = BareMachine::new();
    let real = on_path("c++");
    machine.script(
        "c++",
        "[ \"$1\" = --version ] && echo 'c++ 12' && exit; echo 'vector: no such file' >&2; exit 1",
    );
    let install = format!("printf '#!/bin/sh\\nexec {} \"$@\"\\n' > \"${{0%/*}}/c++\"", real.display());
    machine.script("apk", &install);
    machine.script("sudo", "exec \"$@\"");
    machine.script("sh", "exec /bin/sh \"$@\"");
    is_wrong(&machine, "C++ compiler", "finds no headers", "apk add g++");
    let (line, remedies) = verdict(&machine, "C++ compiler", &["--fix"]);
    assert!(line.starts_with('✔') && remedies.is_empty(), "{line} {remedies:?}");
    assert!(machine.is_untouched());
}

#[test]
fn a_proxy_that_does_not_answer_is_named_with_the_variable() {
    let machine = BareMachine::new();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let doctor = |url: &str| said(&machine.lab(&["doctor"]).env("HTTPS_PROXY", url).output().unwrap());
    for url in [format!("http://me:secret@{address}/"), format!("{address}"), format!("socks5h://{address}")]
    {
        assert!(doctor(&url).contains("✔ network "), "{url}");
    }
    drop(listener);
    let printed = doctor(&format!("http://{address}"));
    assert!(printed.contains("✘ network ") && printed.contains("unset HTTPS_PROXY"), "{printed}");
    assert!(machine.is_untouched());
}

#[test]
fn a_folder_of_cargo_that_cannot_be_written_is_named() {
    let machine = BareMachine::new();
    let file = machine.path("programs/rustc");
    let output = machine.lab(&["doctor"]).env("CARGO_HOME", file.join("cargo")).output().unwrap();
    let printed = said(&output);
    assert!(!output.status.success() && printed.contains("✘ cargo's cache Cargo's folder"), "{printed}");
    assert!(printed.contains("export CARGO_HOME="), "{printed}");
}

#[test]
fn a_libtorch_of_another_version_is_refused_and_so_is_a_folder_without_one() {
    let machine = BareMachine::new();
    let old = tempfile::tempdir().unwrap();
    let headers = old.path().join("include/torch/csrc/api/include/torch");
    fs::create_dir_all(&headers).unwrap();
    for (folder, what) in
        [(old.path(), "holds libtorch 2.7.1, but tch needs 2.13.0"), (&headers, "holds no libtorch")]
    {
        let version =
            "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 7\n#define TORCH_VERSION_PATCH 1\n";
        fs::write(headers.join("version.h"), version).unwrap();
        for command in ["doctor", "prepare", "env"] {
            let output = machine.lab(&[command]).env("LIBTORCH", folder).output().unwrap();
            let printed = said(&output);
            assert!(!output.status.success() && printed.contains(what), "{printed}");
            assert_eq!(printed.matches("unset LIBTORCH").count(), 1, "{printed}");
        }
    }
    assert!(machine.is_untouched());
}

#[test]
fn a_port_that_is_taken_is_refused_with_one_that_is_free() {
    let machine = BareMachine::new();
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for command in [vec!["doctor", "--port", &port], vec!["--port", &port]] {
        let output = machine.lab(&command).output().unwrap();
        let printed = said(&output);
        assert!(!output.status.success() && printed.contains(&format!("Port {port} is taken")), "{printed}");
        assert_eq!(printed.matches("cargo lab --port ").count(), 1, "{printed}");
    }
    assert!(machine.is_untouched());
}

#[test]
fn a_cache_that_cannot_be_written_is_named_and_another_one_is_wanted() {
    let machine = BareMachine::new();
    // A file where the folder should be stops even the superuser.
    fs::write(machine.path("cache"), "").unwrap();
    is_wrong(&machine, "disk space", "cannot be written", "export CONVLAB_CACHE=");
    assert_eq!(fs::read_dir(machine.folder.path()).unwrap().count(), 2);
}

/// Only on Linux, and only where this user may mount something that nobody else sees; elsewhere there is nothing to try.
#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_full_is_reported_with_what_is_free_and_another_one_is_wanted() {
    let machine = BareMachine::new();
    let disk = machine.path("disk");
    fs::create_dir(&disk).unwrap();
    let mounted = |options: &str, arguments: &[&str]| {
        let script = "mount -t tmpfs -o \"$1\" none \"$2\" && shift 2 && exec \"$@\"";
        let lab = machine.lab(arguments);
        let mut unshare = std::process::Command::new("/usr/bin/unshare");
        unshare.args(["--mount", "--map-root-user", "/bin/sh", "-c"]);
        unshare
            .arg(format!("export PATH=\"$PATH:/bin:/sbin:/usr/bin\"; {script}"))
            .args(["sh", options])
            .arg(&disk);
        unshare.arg(lab.get_program()).args(arguments).current_dir(common::checkout());
        unshare.env("PATH", machine.path("programs")).env("CONVLAB_CACHE", disk.join("cache"));
        unshare.env_remove("LIBTORCH").output()
    };
    if !mounted("size=1m", &["--version"]).is_ok_and(|output| output.status.success()) {
        println!("skipped: this user may not mount anything here");
        return;
    }
    for (options, what) in
        [("size=1m", "0.0 GB are free for"), ("ro", "cannot be written: Read-only file system")]
    {
        for command in ["doctor", "prepare"] {
            let output = mounted(options, &[command]).unwrap();
            let printed = said(&output);
            assert!(!output.status.success() && printed.contains(what), "{printed}");
            assert_eq!(printed.matches("export CONVLAB_CACHE=").count(), 1, "{printed}");
        }
    }
}

#[test]
fn a_data_folder_without_data_is_named() {
    let machine = BareMachine::new();
    let output = machine.lab(&["doctor"]).env("CONVLAB_DATA", "/nowhere").output().unwrap();
    let printed = said(&output);
    assert!(
        !output.status.success() && printed.contains("✘ data          CONVLAB_DATA names /nowhere"),
        "{printed}"
    );
    assert!(printed.contains("→ unset CONVLAB_DATA"), "{printed}");
}
