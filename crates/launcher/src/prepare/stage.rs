//! The stage: what a lab's first cell asks for, compiled once; each kernel clones it.

use super::programs::Programs;
use super::{Toolchain, text, whole_folder};
use crate::child;
use crate::failure::{Failure, Result};
use crate::key::Key;
use crate::places::Places;
use crate::say;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Must say what the workspace's own Cargo.toml says of its dependencies, so that tests share what is compiled.
const PROFILE: &str = r#"# Read by cargo in every kernel's folder below this one.
[profile.dev.package."*"]
opt-level = 3

[profile.dev.package.torch-sys]
opt-level = 0
"#;

/// Compiles the helper crate and all below it, if that is not done already.
pub fn build(
    places: &Places,
    toolchain: &Toolchain,
    libtorch: &Path,
    programs: &Programs,
    environment: &BTreeMap<String, String>,
) -> Result<PathBuf> {
    write_profile(places)?;
    let dependencies = dependencies_key(places, toolchain, libtorch)?;
    let checkout = Key::default().text(&text(&places.checkout)).hex();
    let stages = places.cache.join("stages");
    let folder = stages.join(format!("{dependencies}-{checkout}"));
    let sources = Key::default().files(&places.helper())?.text(&text(&programs.kernel())).hex();
    if fs::read_to_string(folder.join("sources")).is_ok_and(|built| built == sources) {
        return Ok(folder);
    }
    say::step("what the labs' first cell loads (tch: some minutes, once)", |line| {
        whole_folder(&folder, |new| {
            let older = [folder.clone()].into_iter().chain(siblings(&stages, &dependencies));
            let older = older.into_iter().find(|stage| stage.join("sources").exists());
            let write = |name: &str, content: &[u8]| {
                let path = new.join(name);
                fs::write(&path, content).map_err(|error| Failure::file("write", &path, &error))
            };
            let lock = places.checkout.join("Cargo.lock");
            write("labs.lock", &fs::read(&lock).map_err(|error| Failure::file("read", &lock, &error))?)?;
            let mut kernel = Command::new(programs.kernel());
            kernel.arg("--prepare").arg(new).arg(places.helper());
            kernel.args(older.iter()).envs(environment);
            kernel.env("CONVLAB_STAGE", new).env("CONVLAB_TOOLCHAIN", &toolchain.root);
            let mut compiled = 0;
            child::watch(&mut kernel, "look at the error; `cargo lab doctor` may name the cause", |text| {
                if let Some(name) = text.trim().strip_prefix("Compiling ") {
                    compiled += 1;
                    let slow = if name.starts_with("torch-sys") { " (minutes of C++)" } else { "" };
                    line.show(&format!("{compiled} crates, {name}{slow}"));
                }
            })?;
            write("sources", sources.as_bytes())
        })
    })?;
    Ok(folder)
}

/// What the compiled dependencies depend on: two checkouts with the same key can share them.
fn dependencies_key(places: &Places, toolchain: &Toolchain, libtorch: &Path) -> Result<String> {
    let key = Key::default().text(&toolchain.version).text(&text(libtorch)).text(PROFILE);
    Ok(key.files(&places.checkout.join("Cargo.lock"))?.hex())
}

/// The key in the name of a stage's folder.
pub fn dependencies_of(stage: &Path) -> String {
    let name = stage.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.split('-').next().unwrap_or_default().to_owned()
}

/// Stages of other checkouts with the same dependencies: only the helper crate itself differs.
fn siblings(stages: &Path, dependencies: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(stages).into_iter().flatten().flatten().map(|entry| entry.path());
    let same = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(dependencies))
    };
    entries.filter(same).collect()
}

fn write_profile(places: &Places) -> Result<()> {
    let path = places.cache.join(".cargo/config.toml");
    if fs::read_to_string(&path).is_ok_and(|found| found == PROFILE) {
        return Ok(());
    }
    fs::create_dir_all(places.cache.join(".cargo")).map_err(|error| Failure::file("make", &path, &error))?;
    fs::write(&path, PROFILE).map_err(|error| Failure::file("write", &path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_and_tests_compile_dependencies_with_the_same_settings() {
        let workspace = include_str!("../../../../Cargo.toml");
        for setting in PROFILE.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            assert!(workspace.contains(setting), "the workspace's Cargo.toml lacks `{setting}`");
        }
    }
}
