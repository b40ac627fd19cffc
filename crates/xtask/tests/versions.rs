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
fn the_image_has_the_labs_rust_and_condas_python() {
    let dockerfile = read("Dockerfile");
    assert_eq!(after(&dockerfile, "ARG RUST="), rust());
    // Debian's bookworm has Python 3.11.
    assert!(dockerfile.contains("rust:${RUST}-slim-bookworm"));
    assert_eq!(conda_version("python"), "3.11");
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
