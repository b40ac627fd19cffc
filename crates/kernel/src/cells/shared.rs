//! All that cells depend on in one shared library, made once: a cell that is linked with it is ready in half the time
//! and takes a hundredth of the room.

use super::call::Call;
use super::sum::{self, Sum};
use std::fs;
use std::path::{Path, PathBuf};

/// What the library is called in a cell's code.
const NAME: &str = "convlab_shared";

/// What makes a cell's code use the library.
pub const USED: &str = "extern crate convlab_shared as _;";

/// For the linker: rustc exports what is Rust; a cell may also call the C below it, as tch's generic functions do.
const EXPORTS: &str = "{ global: [a-zA-Z]*; };\n";

/// The shared library for the cells that `call` compiles.
pub struct Shared<'a> {
    call: &'a Call,
    id: String,
    /// Where the call's dependencies lie, by the names that the cell has for them.
    dependencies: Vec<(&'a str, &'a str)>,
}

impl<'a> Shared<'a> {
    /// `None` if the call has no dependencies, or has no such library on this system.
    pub fn of(call: &'a Call) -> Option<Self> {
        let dependencies: Vec<_> = call.dependencies().filter(|(_, path)| path.ends_with(".rlib")).collect();
        if !cfg!(target_os = "linux") || dependencies.is_empty() {
            return None;
        }
        let mut sum = Sum::default();
        for (name, path) in &dependencies {
            sum.add(name.as_bytes()).add(sum::of_file(Path::new(path))?.as_bytes());
        }
        Some(Self { call, id: sum.hex()[..16].to_owned(), dependencies })
    }

    fn library(&self) -> PathBuf {
        self.call.library(&format!("{NAME}-{}", self.id))
    }

    /// Makes the library, if it is not there.
    pub fn make(&self, toolchain: &Path) {
        let library = self.library();
        if library.exists() {
            return;
        }
        let code = self.dependencies.iter().map(|(name, _)| format!("pub extern crate {name};\n"));
        let (source, exports) = (library.with_extension("rs"), library.with_extension("exports"));
        let written =
            fs::write(&source, code.collect::<String>()).and_then(|()| fs::write(&exports, EXPORTS));
        // Where it cannot be made cells are linked without it.
        let made = written.and_then(|()| self.making(&source, &exports).command(toolchain).output());
        if !made.is_ok_and(|made| made.status.success()) {
            let _ = fs::remove_file(library);
        }
    }

    /// The call that compiles a cell, turned to compile `source` to a library that has `exports` too.
    fn making(&self, source: &Path, exports: &Path) -> Call {
        let mut call = self.call.clone().with_code_option("metadata", Some(&self.id));
        for argument in &mut call.arguments {
            match argument.as_str() {
                super::CELL => *argument = NAME.to_owned(),
                "src/lib.rs" => *argument = source.display().to_string(),
                "cdylib" => *argument = "dylib".to_owned(),
                "--emit=dep-info,link" => *argument = "--emit=link".to_owned(),
                _ => {}
            }
        }
        let name = self.library().file_name().unwrap_or_default().to_string_lossy().into_owned();
        call.arguments.push(format!("-Cextra-filename=-{}", self.id));
        call.arguments.push(format!("-Clink-arg=-Wl,-soname,{name},--version-script={}", exports.display()));
        call
    }

    /// The call with the library, if it is there.
    pub fn linked(&self) -> Option<Call> {
        let library = self.library();
        let mut call = self.call.clone();
        call.arguments.extend(["--extern".to_owned(), format!("{NAME}={}", library.display())]);
        library.exists().then_some(call)
    }
}
