//! Compiles a cell: from the store if it was compiled before, else by one run of rustc, without cargo.
//!
//! evcxr calls cargo for each cell, and cargo looks at every dependency before it starts rustc. While only the cell
//! changes it always finds the same: so its call of rustc is remembered, and made again without it.

mod call;
mod helper;
mod shared;
mod source;
mod store;
mod sum;

pub use source::make_ready;
pub use sum::Sum;

use crate::memory::{self, Memory};
use call::Call;
use shared::Shared;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use store::Store;

/// What evcxr calls the crate that holds a cell.
const CELL: &str = "ctx";

/// Names the file that tells evcxr which library to load.
const LIBRARY_TOLD: &str = "EVCXR_EXECUTION_SO_PATH";

/// Names the file in which rustc's stand-in below cargo remembers the call that compiles the cell.
const REMEMBER: &str = "CONVLAB_REMEMBER";

/// Makes the cell in this folder a library, as this call of cargo would.
pub fn build(mut cargo: Command, toolchain: &Path) -> ExitCode {
    let memory = Memory::of(&cargo);
    match memory.as_ref().and_then(remembered) {
        Some(call) => exit_code(compile(call, toolchain, Store::from_env().as_ref())),
        None => crate::run(remembering(&mut cargo, memory)),
    }
}

/// Tells the errors of the code in this folder, which this call of cargo would build, as lines of JSON.
///
/// evcxr asks for them when it finds no type for a variable. Without the warnings: it would show those, be they of
/// whatever crate, in the place of what it has to say itself.
pub fn check(mut cargo: Command, toolchain: &Path) -> ExitCode {
    let memory = Memory::of(&cargo);
    let mut command = match memory.as_ref().and_then(remembered) {
        Some(call) => call.checking().command(toolchain),
        None => {
            remembering(&mut cargo, memory);
            cargo
        }
    };
    let Ok(output) = command.stdin(Stdio::null()).output() else { return crate::run(&mut command) };
    for line in String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).lines() {
        if line.starts_with('{') && !line.contains(r#""level":"warning""#) {
            println!("{line}");
        }
    }
    exit_code(output.status.success())
}

/// The call of rustc that is remembered of a call of cargo, if all that it links is there.
fn remembered(memory: &Memory) -> Option<Call> {
    let call = Call::from_text(&memory.recall()?)?;
    let whole = call.dependencies().all(|(_, path)| Path::new(path).exists());
    whole.then_some(call)
}

fn remembering(cargo: &mut Command, memory: Option<Memory>) -> &mut Command {
    if let Some(memory) = memory {
        cargo.env(REMEMBER, memory.begin());
    }
    cargo
}

/// Stands in for rustc below cargo: remembers how a cell is compiled, and makes one library of all it depends on.
pub fn rustc(arguments: Vec<String>, toolchain: &Path) -> ExitCode {
    let call = Call::new(arguments);
    let cell = call.crate_name() == Some(CELL) && call.links();
    let (Some(file), true) = (std::env::var_os(REMEMBER), cell) else {
        return helper::compile(call, toolchain);
    };
    let call = call.for_cell();
    memory::note(Path::new(&file), &call.to_text());
    // Not from the store: cargo expects all that rustc writes.
    exit_code(compile(call, toolchain, None))
}

/// Compiles the cell, or takes its library from the store, and tells evcxr where it lies.
///
/// It is linked with the shared library of its dependencies, where there can be one.
fn compile(call: Call, toolchain: &Path, store: Option<&Store>) -> bool {
    let library = call.library(CELL);
    let shared = Shared::of(&call).and_then(|shared| Some(shared.made(toolchain)?.linked()));
    let key = store.and_then(|_| sum::of_cell(&call, shared.is_some(), toolchain));
    let kept = store.zip(key.as_deref());
    if !kept.is_some_and(|(store, key)| store.fetch(key, &library)) {
        if shared.is_some() {
            source::change(shared::used);
        }
        if !shared.as_ref().unwrap_or(&call).command(toolchain).status().is_ok_and(|status| status.success())
        {
            return false;
        }
        if let (Some((store, key)), true) = (kept, call.reads_only_the_cell()) {
            store.keep(key, &library);
        }
    }
    if let Some(told) = std::env::var_os(LIBRARY_TOLD) {
        // If it cannot be written evcxr will not find the library, and says so.
        let _ = std::fs::write(told, library.as_os_str().as_encoded_bytes());
    }
    true
}

fn exit_code(success: bool) -> ExitCode {
    if success { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
