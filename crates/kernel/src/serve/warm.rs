//! Makes evcxr ready in the background, so that the first cell finds what it asks for.

use crate::evcxr_contract::{CONFIG_FILE, STD_SOURCES, WORK_FOLDER};
use crate::stage::{OPT_LEVEL, link_std, remove_env, set_env};
use evcxr::{CommandContext, EvalContextOutputs};
use std::path::{Path, PathBuf};

/// Code that names what first cells name: rust-analyzer reads what it needs to know the types.
const TYPICAL: &str =
    "use convlab::prelude::*;\nlet xs = Tensor::zeros([1], (Kind::Float, Device::Cpu));\nxs.siz";

/// A new context for cells, and the helper crate that its stage was compiled for.
///
/// rust-analyzer reads std whenever evcxr's manifest changes. The first time, before a cell wants it, it is shown an
/// empty folder, and then the part of std that cells name; the level of optimisation is another one then, so that the
/// manifest changes with or without the helper. Not where the notebook's folder has settings of its own.
pub fn context() -> Result<(CommandContext, EvalContextOutputs, Option<String>), String> {
    let folder = std::env::var_os(WORK_FOLDER).map(PathBuf::from);
    let manifest = folder.as_ref().and_then(|folder| std::fs::read_to_string(folder.join("Cargo.toml")).ok());
    let helper = manifest.as_deref().and_then(dependency).map(str::to_owned);
    let var = |name| std::env::var_os(name).map(PathBuf::from);
    let (before, toolchain) = (var(STD_SOURCES), var("CONVLAB_TOOLCHAIN"));
    let linked = toolchain.zip(folder.clone());
    let sources = linked.and_then(|(toolchain, folder)| link_std(&toolchain, &folder).ok()).or(before);
    let show = |sources: Option<&Path>| match sources {
        Some(path) => set_env(STD_SOURCES, path),
        None => remove_env(STD_SOURCES),
    };
    let own_settings = Path::new(CONFIG_FILE).exists();
    let empty = folder.map(|folder| folder.join("no-sources"));
    let empty = empty.filter(|_| helper.is_some() && !own_settings);
    show(empty.as_deref().or(sources.as_deref()));
    let context = CommandContext::new().map_err(|error| error.to_string());
    show(sources.as_deref());
    context.map(|(mut context, outputs)| {
        if !own_settings {
            // It only fails without a level.
            let _ = context.set_opt_level(OPT_LEVEL);
        }
        (context, outputs, helper)
    })
}

/// Loads the helper crate and the settings, and lets rust-analyzer read it.
pub fn up(context: &mut CommandContext, helper: Option<&str>) {
    // What fails here fails again in the cell that asks for it, and says so there.
    if let Some(line) = helper {
        let _ = context.execute(&format!(":dep {line}"));
    }
    let _ = context.execute(":load_config --quiet");
    if helper.is_some() {
        let _ = context.completions(TYPICAL, TYPICAL.len());
    }
}

/// The line of the manifest with the helper crate.
fn dependency(manifest: &str) -> Option<&str> {
    manifest.lines().find(|line| line.starts_with("convlab = { path = "))
}
