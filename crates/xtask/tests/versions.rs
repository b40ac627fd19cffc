//! The versions that several files name are the same in all of them.

use std::fs;
use std::path::{Path, PathBuf};

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(checkout().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands in `text` between `before` and the end of the line or a `"`.
fn after<'a>(text: &'a str, before: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("`{before}` is nowhere"));
    rest.split(['\n', '"']).next().unwrap().trim()
}

fn rust() -> String {
    after(&read("rust-toolchain.toml"), "channel = \"").to_owned()
}

/// The packages of the conda environment, each as name and version; without a version the latter is empty.
fn conda() -> Vec<(String, String)> {
    let text = read("environment.yml");
    let (_, dependencies) = text.split_once("dependencies:\n").unwrap();
    let entries = dependencies.lines().filter_map(|line| line.trim().strip_prefix("- "));
    let part = |entry: &str, index| entry.split('=').nth(index).unwrap_or_default().to_owned();
    entries.map(|entry| (part(entry, 0), part(entry, 1))).collect()
}

fn conda_version(name: &str) -> String {
    let found = conda().into_iter().find(|(package, _)| package == name);
    found.unwrap_or_else(|| panic!("environment.yml has no {name}")).1
}

#[test]
fn the_conda_environment_has_the_labs_rust_and_libtorch() {
    assert_eq!(conda_version("rust"), rust());
    assert_eq!(conda_version("rust-src"), rust());
    let libtorch = read("crates/launcher/src/prepare/libtorch.rs");
    assert_eq!(conda_version("libtorch"), after(&libtorch, "pub const VERSION: &str = \""));
}

#[test]
fn the_conda_environment_has_the_python_packages_that_pip_would_install() {
    let requirements = read("crates/launcher/src/python/requirements.txt");
    let others = ["python", "libtorch", "rust", "rust-src", "cxx-compiler"];
    let packages = conda().into_iter().filter(|(name, _)| !others.contains(&name.as_str()));
    let mut compared = 0;
    for (name, version) in packages {
        assert_eq!(version, after(&requirements, &format!("\n{name}==")), "{name}");
        compared += 1;
    }
    assert_eq!(compared, 6, "JupyterLab, its slides, nbclient, nbconvert, nbformat and TensorBoard");
}

#[test]
fn the_workspace_asks_for_no_older_rust_than_the_labs_have() {
    let minimum = read("Cargo.toml");
    assert!(rust().starts_with(after(&minimum, "rust-version = \"")));
}

#[test]
fn every_lab_names_the_rust_that_its_kernel_runs() {
    let labs = fs::read_dir(checkout().join("notebooks")).unwrap().flatten().map(|entry| entry.path());
    for lab in labs.filter(|path| path.extension().is_some_and(|end| end == "ipynb")) {
        let text = fs::read_to_string(&lab).unwrap();
        let (_, metadata) = text.rsplit_once("\"language_info\"").unwrap();
        assert_eq!(after(metadata, "\"version\": \""), rust(), "{}", lab.display());
    }
}

#[test]
fn the_image_has_the_labs_rust_and_condas_python() {
    let dockerfile = read("Dockerfile");
    assert_eq!(after(&dockerfile, "ARG RUST="), rust());
    // Debian's bookworm has Python 3.11.
    assert!(dockerfile.contains("rust:${RUST}-slim-bookworm"));
    assert_eq!(conda_version("python"), "3.11");
}

/// What is pinned, each by name and version, read where it is pinned.
fn pins() -> Vec<(&'static str, String)> {
    let (workspace, requirements) = (read("Cargo.toml"), read("crates/launcher/src/python/requirements.txt"));
    let crates = ["tch", "evcxr"].map(|name| {
        let line = workspace.lines().find(|line| line.starts_with(&format!("{name} = "))).unwrap();
        (name, after(line, "\"=").to_owned())
    });
    let packages = ["jupyterlab", "jupyterlab_rise", "nbclient", "nbconvert", "nbformat", "tensorboard"]
        .map(|name| (name, after(&requirements, &format!("\n{name}==")).to_owned()));
    [&crates[..], &packages, &[("Rust", rust()), ("libtorch", conda_version("libtorch"))]].concat()
}

/// Every source file of a crate's programs, tests left out, without its comments.
fn programs() -> Vec<(String, String)> {
    let mut folders: Vec<_> = fs::read_dir(checkout().join("crates")).unwrap().flatten().collect::<Vec<_>>();
    let mut found = Vec::new();
    let mut next: Vec<_> = folders.drain(..).map(|entry| entry.path().join("src")).collect();
    while let Some(path) = next.pop() {
        next.extend(fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        let is_code = path.extension().is_some_and(|end| end == "rs" || end == "py");
        if !is_code || path.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with(['/', '#']));
        found.push((path.display().to_string(), lines.collect::<Vec<_>>().join("\n")));
    }
    found
}

/// Whether `version`, or its first two numbers in quotation marks, stands in `code`.
fn names(code: &str, version: &str) -> bool {
    let is_alone = |at: usize| {
        let around = [code[..at].chars().last(), code[at + version.len()..].chars().next()];
        around.into_iter().flatten().all(|letter| !letter.is_ascii_digit() && letter != '.')
    };
    let short = version.rsplit_once('.').map(|(short, _)| format!("\"{short}\""));
    code.match_indices(version).any(|(at, _)| is_alone(at))
        || short.is_some_and(|short| code.contains(&short))
}

#[test]
fn no_program_writes_a_version_again_that_is_pinned_elsewhere() {
    assert!(names("version: \"1.95\"", "1.95.0") && names("evcxr 0.22.0 in", "0.22.0"));
    assert!(!names("10.22.0", "0.22.0") && !names("0.22.01", "0.22.0") && !names("0.22", "0.22.0"));
    let programs = programs();
    assert!(programs.len() > 50, "{}", programs.len());
    for (name, version) in pins() {
        let again = programs.iter().filter(|(_, code)| names(code, &version)).map(|(path, _)| path);
        let again: Vec<_> =
            again.filter(|path| !(name == "libtorch" && path.ends_with("prepare/libtorch.rs"))).collect();
        assert!(again.is_empty(), "{name} {version} is written again in {again:?}");
    }
}

#[test]
fn what_is_measured_and_compared_with_pytorch_is_the_same_pytorch() {
    for path in ["crates/xtask/python/pytorch.txt", "crates/convlab/tests/oracle/make.py"] {
        let text = read(path);
        let version = text.split("torch==").nth(1).unwrap().split_whitespace().next().unwrap();
        assert_eq!(version, conda_version("libtorch"), "{path}");
    }
}

#[test]
fn the_dev_container_is_the_image_with_its_user_and_its_folder() {
    let (dev, dockerfile) = (read(".devcontainer/devcontainer.json"), read("Dockerfile"));
    assert!(dev.contains("\"dockerfile\": \"../Dockerfile\""));
    assert!(!dev.contains("image\":"), "an image of its own would have versions of its own");
    assert!(dockerfile.contains("--create-home learner") && dev.contains("\"containerUser\": \"learner\""));
    let folder = after(&dockerfile, "\nWORKDIR ");
    assert!(dev.contains(&format!("\"workspaceFolder\": \"{folder}\"")));
}

#[test]
fn every_way_in_mounts_the_learners_work_where_the_image_has_it() {
    let place = after(&read("Dockerfile"), "\nVOLUME ").to_owned();
    for path in [
        "compose.yaml",
        "deploy/values.yaml",
        "crates/xtask/site/run.html",
        "README.md",
        ".devcontainer/devcontainer.json",
    ] {
        assert!(read(path).contains(&place), "{path} does not mount {place}");
    }
}
