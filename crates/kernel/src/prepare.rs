//! `--prepare`: compiles what lab 1's first cell asks for, exactly as a cell would, so that kernels can clone it.

use crate::evcxr_contract::{self as contract, STD_SOURCES, WORK_FOLDER};
use crate::serve::warm;
use crate::stage::{Settings, remove_env, set_env, write_config};
use evcxr::CommandContext;
use std::fs;
use std::path::{Path, PathBuf};

/// A cell that keeps a variable: with it what all cells are linked with is made too.
const STATEMENT: &str = "let ready: i32 = 0;";

/// Cells for which evcxr writes all that [`contract::prove`] looks for.
const WITHOUT_VARIABLES: &str = "std::hint::black_box(());";
const WITH_VARIABLES: &str = "let ready: i32 = 0; std::str::from_utf8(b\"\")?;";

/// Makes `dir` a stage for the crate at `krate`; what cargo compiles is reported line by line on stderr.
///
/// `more` are lines `:dep …` that labs have further down; what they ask for is compiled beside the rest.
/// What is compiled there already is taken over where it still fits.
pub fn prepare(dir: &Path, krate: &Path, more: &[&str]) -> Result<(), String> {
    let sources = std::env::var_os(STD_SOURCES).map(PathBuf::from);
    // rust-analyzer would read all of std, twice; nothing is queried here.
    let no_sources = dir.join("no-sources");
    fs::create_dir_all(no_sources.join("core"))
        .map_err(|error| format!("cannot write to {}: {error}", dir.display()))?;
    set_env(STD_SOURCES, &no_sources);
    set_env(WORK_FOLDER, dir);
    if let Some(settings) = Settings::from_env() {
        settings.put_tools_first(dir);
    }
    let (mut context, outputs) = CommandContext::new().map_err(|error| error.to_string())?;
    std::thread::spawn(move || outputs.stderr.iter().for_each(|line| eprintln!("{line}")));
    context.execute(":opt 0").map_err(|error| error.to_string())?;
    prove_contract(&mut context, &dir.join("contract"))?;
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
        Some(path) => set_env(STD_SOURCES, &path),
        None => remove_env(STD_SOURCES),
    }
    rehearse(dir, &format!("{name} = {{ path = {:?} }}", krate.display().to_string()))
}

/// Has evcxr write its code around two cells, and finds there all that the kernel counts on.
fn prove_contract(context: &mut CommandContext, kept: &Path) -> Result<(), String> {
    let code_of = |context: &mut CommandContext, cell: &str| {
        // Our `cargo` objects to a text that is gone, but in the compiler's name: the proof names it better.
        let result = context.execute(cell);
        let newest = fs::read_dir(kept).ok().into_iter().flatten().flatten().map(|entry| entry.path()).max();
        match newest.and_then(|path| fs::read_to_string(path).ok()) {
            Some(code) => Ok(code),
            None => Err(format!(
                "a first cell does not run: {}",
                result.err().map_or_else(String::new, |e| e.to_string())
            )),
        }
    };
    // What an interrupted preparation has left is no proof.
    let _ = fs::remove_dir_all(kept);
    set_env(contract::KEEP_CODE, kept);
    let without = code_of(context, WITHOUT_VARIABLES)?;
    let with = code_of(context, WITH_VARIABLES)?;
    remove_env(contract::KEEP_CODE);
    let _ = fs::remove_dir_all(kept);
    contract::prove(&with, &without).map_err(|missing| missing.to_string())
}

/// Gets ready once as each kernel does, so that what cargo answers is remembered.
fn rehearse(dir: &Path, helper: &str) -> Result<(), String> {
    write_config(&dir.join("config"))
        .map_err(|error| format!("cannot write to {}: {error}", dir.display()))?;
    let (mut context, _outputs, _) = warm::context()?;
    warm::up(&mut context, Some(helper));
    Ok(())
}
