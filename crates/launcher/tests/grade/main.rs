//! `cargo lab grade` on notebooks that are good, half done, bad and hostile, in real kernels.
//!
//! `CONVLAB_THOROUGH=1` marks sixty of them, twice; without it those that matter most are marked once.
#![cfg(unix)]

mod attacks;
mod class;
#[path = "../common/mod.rs"]
mod common;
mod honest;

use class::{Class, edition, notebook, rows};
use common::{lab, said};
use serde_json::json;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn is_prepared() -> bool {
    let prepared = std::env::var_os("CONVLAB_PREPARED").is_some();
    if !prepared {
        println!("skipped: not prepared");
    }
    prepared
}

fn is_thorough() -> bool {
    std::env::var_os("CONVLAB_THOROUGH").is_some()
}

/// Adds files that are no notebooks, or lie where none should.
fn add_files(class: &mut Class, folder: &Path) {
    let at = |name: &str| folder.join(name);
    let deep = "[".repeat(1 << 20);
    let format_3 = json!({"nbformat": 3, "worksheets": [{"cells": []}]}).to_string();
    for (name, content) in [
        ("picture.ipynb", &b"%PDF-1.7"[..]),
        ("empty.ipynb", b""),
        ("no-cells.ipynb", b"{}"),
        ("wide.ipynb", b"\xff\xfe{\0}\0"),
        ("deep.ipynb", deep.as_bytes()),
        ("old.ipynb", format_3.as_bytes()),
        ("no-exercise.ipynb", br#"{"nbformat": 4, "cells": [{"cell_type": "code", "source": "1"}]}"#),
    ] {
        class.add(at(name), content, &[("-", "no notebook")]);
    }
    let not_marked = [("-", "not marked")];
    fs::File::create(at("large.ipynb")).unwrap().set_len(60 << 20).unwrap();
    std::os::unix::fs::symlink("/dev/zero", at("link.ipynb")).unwrap();
    assert!(Command::new("mkfifo").arg(at("pipe.ipynb")).status().unwrap().success());
    fs::create_dir(at("folder.ipynb")).unwrap();
    for name in ["large.ipynb", "link.ipynb", "pipe.ipynb", "folder.ipynb", "missing.ipynb"] {
        class.expect(at(name), &not_marked);
    }
    for name in [&b"no\xfftext.ipynb"[..], b"two\nlines.ipynb", b"=1+1.ipynb", b"-dash.ipynb"] {
        let name = OsStr::from_bytes(name);
        fs::write(folder.join(name), "{}").unwrap();
        let shown = name.to_string_lossy().replace('\n', " ");
        class.files.push(folder.join(name));
        class.expected.insert((shown, "-".to_owned()), "no notebook".to_owned());
    }
}

fn class_of(folder: &Path) -> Class {
    let mut class = Class::default();
    attacks::add_forging(&mut class, folder);
    attacks::add_stopping(&mut class, folder);
    attacks::add_replacing(&mut class, folder);
    honest::add(&mut class, folder, if is_thorough() { 30 } else { 2 });
    honest::add_half_done(&mut class, folder, if is_thorough() { 8 } else { 1 });
    if is_thorough() {
        attacks::add_slow(&mut class, folder);
    }
    add_files(&mut class, folder);
    class
}

#[test]
fn a_class_of_good_half_done_and_hostile_notebooks_gets_the_marks_it_deserves() {
    if !is_prepared() {
        return;
    }
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let mut class = class_of(dir.path());
    let _there = attacks::add_reaching(&mut class, dir.path());
    let (csv, page) = (dir.path().join("marks.csv"), dir.path().join("marks.html"));
    let mut tables = Vec::new();
    for _ in 0..if is_thorough() { 2 } else { 1 } {
        let mut grade = class.command(&csv, &["--html", page.to_str().unwrap()]);
        let output = grade.env("CONVLAB_TEST_SECRET", "CONVLAB_TEST_SECRET").output().unwrap();
        println!("{}", said(&output));
        let rows = rows(&csv);
        class.check(&rows);
        assert!(
            !output.status.success() && said(&output).contains("not marked: the reasons say why"),
            "{}",
            said(&output)
        );
        let row = |file: &str, exercise: &str| {
            rows.iter().find(|row| row[0].ends_with(file) && row[2] == exercise).unwrap()
        };
        assert!(row("stops03.ipynb", "dot_product")[4].contains("in the line `x.get(1000)"), "{rows:?}");
        assert!(row("stops03.ipynb", "output_side")[4].contains("it ran longer than 15 s"));
        assert!(row("stops02.ipynb", "equal_start")[4].starts_with("]0;x \"a\",=1 not yet"), "{rows:?}");
        for flag in ["unsafe", "no_mangle", "link_section", "transmute"] {
            assert!(row("replaces.ipynb", "corr2d")[6].contains(flag), "{flag}");
        }
        assert_eq!(row("good0.ipynb", "corr2d")[6], "");
        assert!(
            row("old.ipynb", "-")[4].contains("nbconvert") && row("wide.ipynb", "-")[4].contains("UTF-16")
        );
        assert!(fs::read_to_string(&page).unwrap().contains("commonest reasons"));
        assert_eq!(left_over(), [""; 0]);
        tables.push(
            rows.into_iter()
                .map(|[file, _, name, verdict, reason, ..]| [file, name, verdict, reason])
                .collect::<std::collections::BTreeSet<_>>(),
        );
    }
    assert!(tables.windows(2).all(|two| two[0] == two[1]));
}

#[test]
fn the_courses_own_solutions_are_all_right() {
    if !is_prepared() {
        return;
    }
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let solutions =
        fs::read_dir(edition(dir.path(), "solution")).unwrap().flatten().map(|entry| entry.path());
    let files: Vec<_> = solutions.filter(|path| path.extension().is_some_and(|ext| ext == "ipynb")).collect();
    let class = Class { files, ..Class::default() };
    let (rows, output) = class.grade(&dir.path().join("marks.csv"), &["--seconds", "120"]);
    let wrong: Vec<_> = rows.iter().filter(|row| row[3] != "right").map(|row| row.join(" ")).collect();
    assert!(wrong.is_empty() && rows.len() > 40, "{wrong:#?}");
    assert!(output.status.success());
}

#[test]
fn a_marking_that_is_killed_leaves_nothing_running_and_goes_on_where_it_was() {
    if !is_prepared() {
        return;
    }
    let _turn = turn();
    let dir = tempfile::tempdir().unwrap();
    let csv = dir.path().join("marks.csv");
    let mut class = Class::default();
    class.add(dir.path().join("first.ipynb"), b"{}", &[("-", "no notebook")]);
    let good = notebook(dir.path(), "solution", "00");
    class.add(dir.path().join("second.ipynb"), good.to_string().as_bytes(), &[("sevens", "right")]);
    let mut marking = class.command(&csv, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let ends = Instant::now() + Duration::from_secs(300);
    while !fs::read_to_string(&csv).is_ok_and(|text| text.lines().count() == 2) {
        assert!(Instant::now() < ends && marking.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(10));
    }
    marking.kill().unwrap();
    marking.wait().unwrap();
    // What it holds now would get another reason; by its date it is as old as it was.
    fs::write(&class.files[0], "changed").unwrap();
    let first = fs::File::options().append(true).open(&class.files[0]).unwrap();
    first.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let (rows, output) = class.grade(&csv, &["--resume"]);
    assert!(output.status.success(), "{}", said(&output));
    class.check(&rows);
    assert!(rows[0][4].contains("no cells"), "the first was marked again: {rows:?}");
    assert_eq!(left_over(), [""; 0]);
}

/// Held by a test that marks, one at a time: what is left running is looked for by name.
fn turn() -> std::sync::MutexGuard<'static, ()> {
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// What the marking has started, and its folders, if any of it is still there.
fn left_over() -> Vec<String> {
    let processes = Command::new("ps").args(["-eo", "args="]).output().unwrap();
    let processes = String::from_utf8_lossy(&processes.stdout).into_owned();
    let environment = said(&lab(&["env"]).output().unwrap());
    let kernels = environment.lines().find_map(|line| line.strip_prefix("export CONVLAB_KERNELS=")).unwrap();
    let marking = Path::new(kernels.trim_matches('\'')).with_file_name("marking");
    let own =
        |line: &&str| ["sleep 98765", "sleep 97654", "convlab-grader"].iter().any(|part| line.contains(part));
    let mut found: Vec<_> = processes.lines().filter(own).map(ToOwned::to_owned).collect();
    found.extend(marking.exists().then(|| marking.display().to_string()));
    found
}

#[test]
fn where_code_cannot_be_isolated_nothing_is_marked_and_it_is_said_what_to_do() {
    if !is_prepared() {
        return;
    }
    let _turn = turn();
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let programs = dir.path().join("programs");
    fs::create_dir(&programs).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let notebook = notebook(dir.path(), "solution", "00").to_string();
    for script in [
        "echo 'bwrap: No permissions to create new namespace' >&2; exit 1",
        "while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"",
    ] {
        let program = programs.join("bwrap");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let mut class = Class::default();
        class.add(dir.path().join("a.ipynb"), notebook.as_bytes(), &[]);
        let csv = dir.path().join("marks.csv");
        let earlier = "file,lab,exercise,verdict,reason,seconds,flags\r\n";
        fs::write(&csv, earlier).unwrap();
        let output = class.command(&csv, &[]).env("PATH", &path).output().unwrap();
        let message = said(&output);
        assert!(!output.status.success() && message.contains("nothing was marked"), "{message}");
        assert!(
            message.contains("apt-get install bubblewrap") && message.contains("--without-isolation"),
            "{message}"
        );
        assert_eq!(fs::read_to_string(&csv).unwrap(), earlier);
        fs::remove_file(program).unwrap();
    }
}

#[test]
fn a_table_that_cannot_be_written_is_reported_before_anything_is_marked() {
    let dir = tempfile::tempdir().unwrap();
    let csv = dir.path().join("nowhere/marks.csv");
    let mut grade = lab(&["grade", "--csv"]);
    let output =
        grade.arg(&csv).arg("some.ipynb").env("CONVLAB_CACHE", dir.path().join("cache")).output().unwrap();
    let message = said(&output);
    assert!(!output.status.success() && message.contains("nowhere/marks.csv"), "{message}");
    assert!(!dir.path().join("cache").exists());
}
