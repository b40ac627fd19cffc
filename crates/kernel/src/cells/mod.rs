//! Compiles a cell: from the store if it was compiled before, else by one run of rustc, without cargo.
//!
//! evcxr calls cargo for each cell, and cargo looks at every dependency before it starts rustc. While only the cell
//! changes it always finds the same: so its call of rustc is remembered, and made again without it.

mod apart;
mod helper;
mod loops;
mod progress;
mod rustc_args;
mod shared;
mod source;
mod store;

pub use source::{make_checkable, make_ready};

use crate::cargo_cache::{self, CacheEntry};
use crate::evcxr_contract::{CELL_CRATE, DISPLAY, LIBRARY_PATH_FILE};
use crate::fingerprint::{self, Fingerprint};
use rustc_args::RustcArgs;
use serde_json::Value;
use shared::Shared;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use store::Store;

/// Changes when this kernel compiles the same call to something else.
const VERSION: &str = "3";

/// Names the file in which rustc's stand-in below cargo remembers the call that compiles the cell.
const REMEMBER: &str = "CONVLAB_REMEMBER";

/// Makes the cell in this folder a library, as this call of cargo would.
pub fn build(mut cargo: Command, toolchain: &Path) -> ExitCode {
    let entry = CacheEntry::of(&cargo);
    match entry.as_ref().and_then(remembered) {
        Some(call) => exit_code(compile(call, toolchain, Store::from_env().as_ref())),
        None => match apart::build(&cargo, entry.as_ref()) {
            Some(output) => {
                // If evcxr is gone nobody listens.
                let _ = std::io::stdout().write_all(&output.stdout);
                let _ = std::io::stderr().write_all(&output.stderr);
                exit_code(output.status.success())
            }
            None => crate::run(remembering(&mut cargo, entry)),
        },
    }
}

/// Tells the errors of the code in this folder, which this call of cargo would build, as lines of JSON.
///
/// evcxr asks for them when it finds no type for a variable. Without the warnings: it would show those, be they of
/// whatever crate, in the place of what it has to say itself.
pub fn check(mut cargo: Command, toolchain: &Path) -> ExitCode {
    let entry = CacheEntry::of(&cargo);
    let known = entry.as_ref().and_then(|entry| {
        remembered(entry).or_else(|| {
            apart::build(&cargo, Some(entry))?;
            remembered(entry)
        })
    });
    let mut command = match known {
        Some(call) => call.checking().command(toolchain),
        None => {
            remembering(&mut cargo, entry);
            cargo
        }
    };
    let Ok(output) = command.stdin(Stdio::null()).output() else { return crate::run(&mut command) };
    for line in String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).lines() {
        if let Some(line) = message_for_evcxr(line) {
            println!("{line}");
        }
    }
    exit_code(output.status.success())
}

/// The call of rustc that is remembered of a call of cargo, if all that it links is there.
fn remembered(entry: &CacheEntry) -> Option<RustcArgs> {
    let call = RustcArgs::from_text(&entry.read()?)?.with_opt_level(entry.opt_level());
    let whole = call.dependencies().all(|(_, path)| Path::new(path).exists());
    whole.then_some(call)
}

fn remembering(cargo: &mut Command, entry: Option<CacheEntry>) -> &mut Command {
    progress::begin();
    if let Some(entry) = entry {
        cargo.env(REMEMBER, entry.begin());
    }
    cargo
}

/// Stands in for rustc below cargo: remembers how a cell is compiled, and makes one library of all it depends on.
pub fn rustc(arguments: Vec<String>, toolchain: &Path) -> ExitCode {
    let call = RustcArgs::new(arguments);
    progress::compiles(&call);
    let cell = call.crate_name() == Some(CELL_CRATE) && call.links();
    let (Some(file), true) = (std::env::var_os(REMEMBER), cell) else {
        return helper::compile(call, toolchain);
    };
    let call = apart::joined(call.for_cell());
    cargo_cache::write(Path::new(&file), &call.to_text());
    progress::links();
    // Not from the store: cargo expects all that rustc writes.
    let compiled = compile(call, toolchain, None);
    progress::end();
    exit_code(compiled)
}

/// Compiles the cell, or takes its library from the store, and tells evcxr where it lies.
///
/// It is linked with the shared library of its dependencies, where there can be one.
fn compile(call: RustcArgs, toolchain: &Path, store: Option<&Store>) -> bool {
    let library = call.library(CELL_CRATE);
    let shared = Shared::of(&call).and_then(|shared| Some(shared.made(toolchain)?.linked()));
    let key = store.and_then(|_| key_of_cell(&call, shared.is_some(), toolchain));
    let kept = store.zip(key.as_deref());
    if !kept.is_some_and(|(store, key)| store.fetch(key, &library)) {
        if shared.is_some() {
            let _ = source::read().map(|code| source::write(&shared::used(&code)));
        }
        if !compile_interruptible(shared.as_ref().unwrap_or(&call), toolchain) {
            return false;
        }
        if let (Some((store, key)), true) = (kept, call.reads_only_the_cell()) {
            store.keep(key, &library);
        }
    }
    if let Some(file) = std::env::var_os(LIBRARY_PATH_FILE) {
        // If it cannot be written evcxr will not find the library, and says so.
        let _ = std::fs::write(file, library.as_os_str().as_encoded_bytes());
    }
    true
}

/// The fingerprint of the cell's code, its compiler, the call and all that the call links; `None` if a part cannot be
/// read.
fn key_of_cell(call: &RustcArgs, shared: bool, toolchain: &Path) -> Option<String> {
    let here = std::env::current_dir().ok()?.into_os_string().into_string().ok()?;
    let mut key = Fingerprint::default();
    key.add(VERSION.as_bytes()).add(fingerprint::state(&toolchain.join("bin/rustc"))?.as_bytes());
    key.add(source::canonical(&source::read().ok()?).as_bytes());
    key.add(&[shared.into()]);
    // Where the dependencies lie does not matter, but what they are.
    for argument in call.arguments.iter().filter(|argument| !argument.contains(".rlib")) {
        key.add(argument.replace(&here, "").as_bytes());
    }
    for (name, path) in call.dependencies() {
        key.add(name.as_bytes()).add(fingerprint::of_file(Path::new(path))?.as_bytes());
    }
    Some(key.hex())
}

/// Compiles the cell with loops that can be interrupted; where that does not compile, as it is: then rustc's messages
/// name the columns that the learner has written.
fn compile_interruptible(call: &RustcArgs, toolchain: &Path) -> bool {
    let Ok(code) = source::read() else { return compile_with_errors(&mut call.command(toolchain)) };
    let changed = loops::interruptible(&code, call.is_optimised());
    if changed != code && source::write(&changed).is_ok() {
        let output = call.command(toolchain).output();
        let _ = source::write(&code);
        if let Some(output) = output.ok().filter(|output| output.status.success()) {
            let _ = std::io::stdout().write_all(&output.stdout);
            let _ = std::io::stderr().write_all(&output.stderr);
            return true;
        }
    }
    compile_with_errors(&mut call.command(toolchain))
}

/// Compiles, and hands on what the compiler says as far as it is of use to evcxr.
fn compile_with_errors(command: &mut Command) -> bool {
    let Ok(output) = command.output() else { return false };
    let _ = std::io::stdout().write_all(&output.stdout);
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        if let Some(line) = message_for_evcxr(line) {
            eprintln!("{line}");
        }
    }
    output.status.success()
}

/// A line of the compiler's, without warnings, which evcxr would take for errors, and without the positions of notes:
/// where an error is in evcxr's own code it would show a note that is in the learner's in its place. Where the error is
/// that a value has no display of its own, evcxr has to see that it is its own, since it has another way to show it.
fn message_for_evcxr(line: &str) -> Option<String> {
    let mut message: Value = serde_json::from_str(line).ok()?;
    if message["level"] == "warning" {
        return None;
    }
    let of_display = message["message"].as_str().is_some_and(|text| text.contains(DISPLAY));
    let Some(children) = message["children"].as_array_mut() else { return Some(line.to_owned()) };
    for child in children.iter_mut().filter(|child| of_display || child["level"] == "note") {
        child["spans"] = Value::Array(Vec::new());
    }
    Some(message.to_string())
}

fn exit_code(success: bool) -> ExitCode {
    if success { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spans_of_children(message: &str, level: &str) -> Option<usize> {
        let child = json!({"level": level, "message": "write a type", "spans": [{"line_start": 1}]});
        let line =
            json!({"level": "error", "message": message, "spans": [], "children": [child]}).to_string();
        let message: Value = serde_json::from_str(&message_for_evcxr(&line)?).ok()?;
        Some(message["children"][0]["spans"].as_array()?.len())
    }

    #[test]
    fn a_value_that_cannot_display_itself_is_evcxrs_to_show_whatever_the_compiler_proposes() {
        let ambiguous = "can't call method `evcxr_display` on ambiguous numeric type `{integer}`";
        assert_eq!(spans_of_children(ambiguous, "help"), Some(0));
        let own = "can't call method `pow` on ambiguous numeric type `{integer}`";
        assert_eq!(spans_of_children(own, "help"), Some(1));
        assert_eq!(spans_of_children(own, "note"), Some(0));
    }

    #[test]
    fn a_warning_is_no_error() {
        assert_eq!(message_for_evcxr(r#"{"level": "warning", "message": "unused", "children": []}"#), None);
    }
}
