//! Arrows point one way: between crates as `crates/README.md` draws them, and between the modules of each room.

mod modules;

use modules::{Graph, Modules, circle};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which crates of the workspace each may name in its code, tests aside.
const ARROWS: [(&str, &[&str]); 7] = [
    ("common", &[]),
    ("fetch", &["common"]),
    ("convlab", &["common"]),
    ("kernel", &["common"]),
    ("grader", &["common"]),
    ("launcher", &["common"]),
    ("xtask", &["common", "launcher"]),
];

/// Crates that must be compiled and run before libtorch is there.
const WITHOUT_LIBTORCH: [&str; 6] = ["common", "fetch", "grader", "kernel", "launcher", "xtask"];

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folders of the workspace's crates.
fn crates() -> Vec<PathBuf> {
    let entries = fs::read_dir(checkout().join("crates")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.join("Cargo.toml").exists()).collect()
}

/// The root files of a crate: its library's and those of its programs.
fn roots(folder: &Path) -> Vec<PathBuf> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let given = manifest.lines().filter_map(|line| line.strip_prefix("path = \"")?.strip_suffix('"'));
    let all: BTreeSet<_> = ["src/lib.rs", "src/main.rs"].into_iter().chain(given).collect();
    all.into_iter().map(|file| folder.join(file)).filter(|file| file.is_file()).collect()
}

#[test]
fn no_two_modules_of_a_room_need_each_other() {
    let mut found = Vec::new();
    for root in crates().iter().flat_map(|folder| roots(folder)) {
        for (room, graph) in Modules::read(&root).rooms() {
            if let Some(circle) = circle(&graph) {
                let root = root.strip_prefix(checkout()).unwrap().display();
                found.push(format!("{root}, in `{room}`:\n    {}", circle.join("\n    ")));
            }
        }
    }
    assert!(found.is_empty(), "circles:\n{}", found.join("\n"));
}

#[test]
fn a_circle_is_found_through_use_lines_paths_macros_and_re_exports_and_none_where_there_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let write = |files: &[(&str, &str)]| {
        let folder = tempfile::tempdir_in(dir.path()).unwrap().keep();
        for (name, text) in files {
            fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
            fs::write(folder.join(name), text).unwrap();
        }
        let rooms = Modules::read(&folder.join("lib.rs")).rooms();
        rooms.values().find_map(|graph: &Graph| circle(graph))
    };
    let b = ("b.rs", "use crate::a::A; pub struct B(A);");
    for a in [
        "use crate::b::B; pub struct A;",
        "pub struct A; fn f(_: super::b::B) {}",
        "pub struct A; fn f() { println!(\"{}\", crate::b::N) }",
        "pub struct A; fn f() -> usize { { use crate::b; b::N } }",
        "pub struct A; fn f(_: super::B) {}",
    ] {
        let found = write(&[("lib.rs", "mod a; mod b; pub use b::B;"), ("a.rs", a), b]);
        assert_eq!(found.map(|circle| circle.len()), Some(2), "{a}");
    }
    for a in [
        "pub struct A;",
        "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }",
        "pub struct A; // use crate::b::B;",
        "pub struct A; const TEXT: &str = \"use crate::b::B;\";",
    ] {
        assert_eq!(write(&[("lib.rs", "mod a; mod b;"), ("a.rs", a), b]), None, "{a}");
    }
    let room = [
        ("lib.rs", "mod room;"),
        ("room/mod.rs", "mod one; mod two; pub use one::One;"),
        ("room/one.rs", "use super::two::Two; pub struct One(Two);"),
    ];
    let two = ("room/two.rs", "pub struct Two;");
    assert_eq!(write(&[&room[..], &[two]].concat()), None);
    let back = ("room/two.rs", "pub struct Two; fn f(_: super::One) {}");
    let names = ["room::one names room::two::Two", "room::two names room::One"];
    assert_eq!(write(&[&room[..], &[back]].concat()).unwrap(), names);
}

#[test]
fn no_crate_names_another_of_the_workspace_than_the_map_allows() {
    let allowed: BTreeMap<_, _> = ARROWS.into_iter().collect();
    let names: Vec<_> = crates().iter().map(|folder| name_of(folder)).collect();
    assert_eq!(names.iter().map(String::as_str).collect::<BTreeSet<_>>(), allowed.keys().copied().collect());
    for folder in crates() {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("\n[dependencies]\n").nth(1).unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap();
        let keys = dependencies.lines().filter_map(|line| line.split([' ', '.', '=']).next());
        for key in keys.filter(|key| names.iter().any(|name| name == key)) {
            let name = name_of(&folder);
            assert!(allowed[name.as_str()].contains(&key), "{name} must not depend on {key}");
        }
    }
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

/// What each package of `Cargo.lock` depends on.
fn locked() -> BTreeMap<String, Vec<String>> {
    let lock = fs::read_to_string(checkout().join("Cargo.lock")).unwrap();
    let packages = lock.split("[[package]]\n").skip(1);
    let quoted = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
    packages
        .map(|package| {
            let name = package.lines().find(|line| line.starts_with("name = ")).map(quoted).unwrap();
            let dependencies = package.lines().filter(|line| line.starts_with(" \""));
            let dependencies = dependencies.map(|line| quoted(line).split(' ').next().unwrap().to_owned());
            (name, dependencies.collect())
        })
        .collect()
}

#[test]
fn what_must_run_before_libtorch_is_there_depends_on_it_nowhere() {
    let locked = locked();
    let reaches = |from: &str| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(name) = next.pop() {
            if seen.insert(name.clone()) {
                next.extend(locked.get(&name).into_iter().flatten().cloned());
            }
        }
        seen.contains("torch-sys")
    };
    assert!(reaches("convlab"));
    for name in WITHOUT_LIBTORCH {
        assert!(!reaches(name), "{name} depends on libtorch");
    }
}
