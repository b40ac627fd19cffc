//! Makes evcxr ready in the background, so that the first cell finds what it asks for.

use crate::evcxr_contract::{STD_SOURCES, WORK_FOLDER};
use crate::stage::{link_std, remove_env, set_env};
use evcxr::{CommandContext, EvalContextOutputs};
use std::path::PathBuf;

/// Code that names what first cells name: rust-analyzer reads what it needs to know the types.
const TYPICAL: &str =
    "use convlab::prelude::*;\nlet xs = Tensor::zeros([1], (Kind::Float, Device::Cpu));\nxs.siz";

/// A new context for cells, and the helper crate that its stage was compiled for.
///
/// rust-analyzer reads std whenever the dependencies change. The first time, before there are any, it is shown an empty
/// folder, and then the part of std that cells name.
pub fn context() -> Result<(CommandContext, EvalContextOutputs, Option<String>), String> {
    let folder = std::env::var_os(WORK_FOLDER).map(PathBuf::from);
    let manifest = folder.as_ref().and_then(|folder| std::fs::read_to_string(folder.join("Cargo.toml")).ok());
    let helper = manifest.as_deref().and_then(dependency).map(str::to_owned);
    let var = |name| std::env::var_os(name).map(PathBuf::from);
    let (before, toolchain) = (var(STD_SOURCES), var("CONVLAB_TOOLCHAIN"));
    if let (Some(folder), Some(_)) = (&folder, &helper) {
        set_env(STD_SOURCES, &folder.join("no-sources"));
    }
    let context = CommandContext::new().map_err(|error| error.to_string());
    let linked = toolchain.zip(folder).and_then(|(toolchain, folder)| link_std(&toolchain, &folder).ok());
    match linked.or(before) {
        Some(path) => set_env(STD_SOURCES, &path),
        None => remove_env(STD_SOURCES),
    }
    context.map(|(context, outputs)| (context, outputs, helper))
}

/// Loads the settings and the helper crate, and lets rust-analyzer read it.
pub fn up(context: &mut CommandContext, helper: Option<&str>) {
    // What fails here fails again in the cell that asks for it, and says so there.
    let _ = context.execute(":load_config --quiet");
    if let Some(line) = helper {
        let _ = context.execute(&format!(":dep {line}"));
        let _ = context.completions(TYPICAL, TYPICAL.len());
    }
}

/// The line of the manifest with the helper crate.
fn dependency(manifest: &str) -> Option<&str> {
    manifest.lines().find(|line| line.starts_with("convlab = { path = "))
}
