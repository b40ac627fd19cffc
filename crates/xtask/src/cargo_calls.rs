//! Calls of cargo for each crate of the workspace, where its dependencies are compiled already.

use common::Result;
use launcher::files::whole_folder;
use launcher::prepare::{self, Ready, programs, stage};
use launcher::process;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The crates that are compiled in every checkout, those of the kernel, and those that load libtorch.
const SMALL: [&str; 3] = ["common", "launcher", "xtask"];
const PROGRAMS: [&str; 3] = ["kernel", "fetch", "grader"];
const WITH_LIBTORCH: [&str; 1] = ["convlab"];

/// `cargo VERB`, a call for each set of settings, with a title.
pub fn cargo_calls(ready: &Ready, verb: &str) -> Result<Vec<(&'static str, Command)>> {
    let toolchain = prepare::Toolchain::find()?;
    let call = |crates: &[&str]| {
        let mut command = process::command("cargo");
        command
            .args([verb, "--locked", "--release"])
            .args(packages(crates))
            .current_dir(&ready.dirs.checkout);
        command
    };
    let mut programs = call(&PROGRAMS);
    programs.arg("--target-dir").arg(programs::target_folder(&ready.dirs, &toolchain));
    let (_, helper) = helper_call(ready, verb)?;
    Ok(vec![
        ("common, launcher and xtask", call(&SMALL)),
        ("kernel, fetch and grader", programs),
        ("convlab", helper),
    ])
}

/// A cargo call for the helper crate, and the folder below which its results are.
pub fn helper_call(ready: &Ready, verb: &str) -> Result<(PathBuf, Command)> {
    let host = prepare::Toolchain::find()?.host;
    let target = helper_target(ready)?;
    let mut helper = process::command("cargo");
    helper.args([verb, "--locked"]).args(packages(&WITH_LIBTORCH)).args(["--target", &host]);
    helper.arg("--target-dir").arg(&target).envs(&ready.environment).current_dir(&ready.dirs.checkout);
    // evcxr's own flag: with another one cargo would compile everything a second time.
    helper.env("RUSTFLAGS", "-Cprefer-dynamic").env("CONVLAB_TEST_PYTHON", &ready.python);
    Ok((target.join(host), helper))
}

fn packages<'a>(crates: &'a [&str]) -> impl Iterator<Item = &'a str> {
    crates.iter().flat_map(|name| ["--package", name])
}

/// A target folder of its own for the helper crate's tests: a clone of the stage's, made anew when the dependencies
/// have changed, since those are compiled there already.
fn helper_target(ready: &Ready) -> Result<PathBuf> {
    let _only_one = prepare::lock(&ready.dirs)?;
    let folder = ready.dirs.cache.join("tests").join(ready.stage.file_name().unwrap_or_default());
    let lock = |folder: &Path| fs::read(folder.join(stage::LOCK)).ok();
    if !folder.exists() || lock(&folder) != lock(&ready.stage) {
        whole_folder(&folder, |new| stage::clone(&ready.programs, &ready.stage, new))?;
    }
    Ok(folder.join("target"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_of_the_workspace_is_tested_and_linted_in_one_of_the_calls() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let entries = fs::read_dir(crates).unwrap().map(|entry| entry.unwrap().path());
        let mut there: Vec<_> = entries
            .filter(|path| path.join("Cargo.toml").exists())
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        let mut called = [&SMALL[..], &PROGRAMS, &WITH_LIBTORCH].concat();
        there.sort();
        called.sort();
        assert_eq!(there, called);
    }
}
