//! All that cells depend on in one shared library, made once: a cell that is linked with it is ready in half the time
//! and takes a hundredth of the room.
//!
//! It also holds what every cell is made of beside the learner's code: evcxr's runtime, and what says why a cell stops.

use super::rustc_args::RustcArgs;
use super::source;
use crate::error_capture;
use crate::evcxr_contract::{CELL_CRATE, RUNTIME, rustc};
use crate::fingerprint::{self, Fingerprint};
use std::fs;
use std::path::{Path, PathBuf};

/// What the library is called in a cell's code.
const NAME: &str = "convlab_shared";

/// Where that module is kept, in the folder that cells are compiled in.
const KEPT: &str = "evcxr_internal_runtime.rs";

/// Compiles what cells do with their variables: where a library has it, they find it.
const VARIABLES: &str = r#"
pub fn variables() {
    let mut all = evcxr_internal_runtime::VariableStore::new();
    all.put_variable("", ());
    all.check_variable::<()>("");
    all.take_variable::<()>("");
}
"#;

/// The code of a cell that uses the library; every line stays in its place.
pub fn used(code: &str) -> String {
    let code = match RUNTIME.find(code) {
        Ok(at) => {
            let library = format!("use {NAME}::evcxr_internal_runtime; #[cfg(any())] ");
            [&code[..at.start], &library, &code[at.start..]].concat()
        }
        // A cell without variables has no such module.
        Err(_) => code.to_owned(),
    };
    let code = code.replacen(&error_capture::module(), &format!("use {NAME}::convlab_error_capture;"), 1);
    source::with(&code, &format!("extern crate {NAME} as _;"))
}

/// The module that evcxr has written into this cell: up to ours.
fn runtime(code: &str) -> Option<&str> {
    let start = RUNTIME.find(code).ok()?.start;
    code[start..].split_once(&error_capture::module()).map(|(runtime, _)| runtime)
}

/// The same for a cell without variables: as an earlier one in this folder, or in its stage, had it.
fn kept_runtime(code: &str) -> Option<String> {
    let kept = fs::read_to_string(KEPT).ok();
    match runtime(code) {
        Some(runtime) => {
            if kept.as_deref() != Some(runtime) {
                fs::write(KEPT, runtime).ok()?;
            }
            Some(runtime.to_owned())
        }
        None => kept,
    }
}

/// For the linker: rustc exports what is Rust; a cell may also call the C below it, as tch's generic functions do.
const EXPORTS: &str = "{ global: [a-zA-Z]*; };\n";

/// The shared library for the cells that `call` compiles.
pub struct Shared<'a> {
    call: &'a RustcArgs,
    id: String,
    /// What the library holds beside the dependencies.
    own: String,
    /// Where the call's dependencies lie, by the names that the cell has for them.
    dependencies: Vec<(&'a str, &'a str)>,
}

impl<'a> Shared<'a> {
    /// `None` if the call has no dependencies, or has no such library on this system.
    pub fn of(call: &'a RustcArgs) -> Option<Self> {
        let dependencies: Vec<_> = call.dependencies().filter(|(_, path)| path.ends_with(".rlib")).collect();
        if !cfg!(target_os = "linux") || dependencies.is_empty() {
            return None;
        }
        let code = source::read().ok()?;
        let own = format!("pub {}pub {}{VARIABLES}", kept_runtime(&code)?, error_capture::module());
        let mut fingerprint = Fingerprint::default();
        fingerprint.add(own.as_bytes());
        for (name, path) in &dependencies {
            fingerprint.add(name.as_bytes()).add(fingerprint::of_file(Path::new(path))?.as_bytes());
        }
        Some(Self { call, id: fingerprint.hex()[..16].to_owned(), own, dependencies })
    }

    fn library(&self) -> PathBuf {
        self.call.library(&format!("{NAME}-{}", self.id))
    }

    /// Makes the library, if it is not there. Where it cannot be made cells are linked without it.
    pub fn made(&self, toolchain: &Path) -> Option<&Self> {
        let library = self.library();
        if library.exists() {
            return Some(self);
        }
        let code = self.dependencies.iter().map(|(name, _)| format!("pub extern crate {name};\n"));
        let (source, exports) = (library.with_extension("rs"), library.with_extension("exports"));
        let written = fs::write(&source, code.collect::<String>() + &self.own)
            .and_then(|()| fs::write(&exports, EXPORTS));
        let made = written.and_then(|()| self.making(&source, &exports).command(toolchain).output());
        if made.is_ok_and(|made| made.status.success()) {
            return Some(self);
        }
        let _ = fs::remove_file(library);
        None
    }

    /// The call that compiles a cell, turned to compile `source` to a library that has `exports` too.
    fn making(&self, source: &Path, exports: &Path) -> RustcArgs {
        let mut call = self.call.clone().with_code_option("metadata", Some(&self.id));
        for argument in &mut call.arguments {
            match argument.as_str() {
                CELL_CRATE => *argument = NAME.to_owned(),
                rustc::SOURCE => *argument = source.display().to_string(),
                rustc::CRATE_TYPE => *argument = "dylib".to_owned(),
                rustc::EMIT => *argument = "--emit=link".to_owned(),
                _ => {}
            }
        }
        let name = self.library().file_name().unwrap_or_default().to_string_lossy().into_owned();
        call.arguments.push(format!("-Cextra-filename=-{}", self.id));
        call.arguments.push(format!("-Clink-arg=-Wl,-soname,{name},--version-script={}", exports.display()));
        call
    }

    /// The call with the library.
    pub fn linked(&self) -> RustcArgs {
        let mut call = self.call.clone();
        call.arguments.extend(["--extern".to_owned(), format!("{NAME}={}", self.library().display())]);
        call
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::evcxr_contract::tests::WITH_VARIABLES;

    fn ready() -> String {
        error_capture::with_reasons(&WITH_VARIABLES.replace("run_user_code_2", "run_user_code_"))
            .unwrap()
            .replace("run_user_code_(", "run_user_code(")
    }

    #[test]
    fn a_cell_takes_from_the_library_what_all_cells_have_and_no_line_moves() {
        let used = used(&ready());
        assert!(used.contains(
            "\nuse convlab_shared::evcxr_internal_runtime; #[cfg(any())] mod evcxr_internal_runtime {\n"
        ));
        assert!(used.contains("use convlab_shared::convlab_error_capture;"), "{used}");
        assert!(used.contains("extern crate convlab_shared as _; #[unsafe(no_mangle)]"), "{used}");
        assert!(!used.contains("mod convlab_error_capture"), "{used}");
        assert_eq!(used.lines().count(), ready().lines().count());
    }

    #[test]
    fn the_library_holds_evcxrs_module_as_it_is() {
        let module = "mod evcxr_internal_runtime {\npub struct VariableStore {\n}\ncrate::convlab_error_capture::protocol(&format!(\"{VARIABLE_CHANGED_TYPE}{name}\"));\n}\n";
        assert_eq!(runtime(&ready()).unwrap(), module);
        assert_eq!(runtime("fn main() {}"), None);
    }
}
