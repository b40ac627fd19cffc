//! `--prepare`: compiles what lab 1's first cell asks for, exactly as a cell would, so that kernels can clone it.

use crate::serve::warm;
use crate::stage::{Settings, remove_env, set_env, write_config};
use evcxr::CommandContext;
use std::fs;
use std::path::{Path, PathBuf};

/// A cell that keeps a variable: with it what all cells are linked with is made too.
const STATEMENT: &str = "let ready: i32 = 0;";

/// Makes `dir` a stage for the crate at `krate`; what cargo compiles is told line by line on stderr.
///
/// `more` are lines `:dep …` that labs have further down; what they ask for is compiled beside the rest.
/// What is compiled there already is taken over where it still fits.
pub fn prepare(dir: &Path, krate: &Path, more: &[&str]) -> Result<(), String> {
    let sources = std::env::var_os("RUST_SRC_PATH").map(PathBuf::from);
    // rust-analyzer would read all of std, twice; here it is asked nothing.
    let no_sources = dir.join("no-sources");
    fs::create_dir_all(no_sources.join("core"))
        .map_err(|error| format!("cannot write to {}: {error}", dir.display()))?;
    set_env("RUST_SRC_PATH", &no_sources);
    set_env("EVCXR_TMPDIR", dir);
    if let Some(settings) = Settings::from_env() {
        settings.put_tools_first(dir);
    }
    let (mut context, outputs) = CommandContext::new().map_err(|error| error.to_string())?;
    std::thread::spawn(move || outputs.stderr.iter().for_each(|line| eprintln!("{line}")));
    context.execute(":opt 0").map_err(|error| error.to_string())?;
    let name = krate.file_name().unwrap_or_default().to_string_lossy();
    let cell = format!(
        ":dep {name} = {{ path = {:?} }}\nuse {name}::prelude::*;\n{STATEMENT}",
        krate.display().to_string()
    );
    context.execute(&cell).map_err(|error| format!("the first cell does not run: {error}"))?;
    if !more.is_empty() {
        let cell = format!("{}\n{STATEMENT}", more.join("\n"));
        context.execute(&cell).map_err(|error| format!("this cell does not run: {error}\n{cell}"))?;
    }
    drop(context);
    match sources {
        Some(path) => set_env("RUST_SRC_PATH", &path),
        None => remove_env("RUST_SRC_PATH"),
    }
    rehearse(dir, &format!("{name} = {{ path = {:?} }}", krate.display().to_string()))
}

/// Gets ready once as each kernel does, so that what cargo answers is remembered.
fn rehearse(dir: &Path, helper: &str) -> Result<(), String> {
    write_config(&dir.join("config"))
        .map_err(|error| format!("cannot write to {}: {error}", dir.display()))?;
    let (mut context, _outputs, _) = warm::context()?;
    warm::up(&mut context, Some(helper));
    Ok(())
}
