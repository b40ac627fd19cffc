//! The process that runs the learner's code: loads one library for each cell and calls its function.
//!
//! It speaks as evcxr's own does (`LOAD_AND_RUN LIBRARY FUNCTION` on stdin, `EVCXR_EXECUTION_COMPLETE` on stdout), but
//! finds a cell's function under one name whatever number evcxr gave it: see `cells/source.rs`.

use crate::evcxr_contract::{EXECUTION_COMPLETE, FUNCTION, IS_RUNTIME, LOAD_AND_RUN};
use libloading::Library;
use std::ffi::c_void;
use std::io::BufRead;

/// A cell's function: takes the kept variables and gives them back.
type Cell = extern "C" fn(*mut c_void) -> *mut c_void;

/// Runs cells until stdin ends, if this process was started for that by a kernel with a stage.
pub fn run_if_asked() {
    if std::env::var_os(IS_RUNTIME).is_none() || std::env::var_os("CONVLAB_LOCK").is_none() {
        return;
    }
    // Only who asks for an interrupt shall see it.
    crate::interrupt::leave_to_the_cell();
    let mut variables = std::ptr::null_mut();
    let mut lines = std::io::stdin().lock().lines();
    let mut requests = crate::comm_channel::Requests::inherited().inspect(|_| crate::views::serve_here());
    loop {
        // evcxr sends a line when it wants a cell to run, and then waits: none is left unread between cells.
        if let Some(requests) = &mut requests {
            requests.serve_until_stdin(crate::views::answer);
        }
        let Some(Ok(line)) = lines.next() else { break };
        match run(&line, variables) {
            Ok(kept) => variables = kept,
            Err(error) => {
                eprintln!("The cell cannot be loaded: {error}");
                std::process::exit(99);
            }
        }
        println!("{EXECUTION_COMPLETE}");
    }
    std::process::exit(0);
}

#[allow(unsafe_code, reason = "the learner's code is loaded into this process: that is what it is for")]
fn run(line: &str, variables: *mut c_void) -> Result<*mut c_void, String> {
    let call = line.strip_prefix(LOAD_AND_RUN).and_then(|call| call.rsplit_once(' '));
    let (path, function) = call.ok_or_else(|| format!("`{line}` is no call"))?;
    // SAFETY: rustc made the library of the learner's code and of what evcxr writes around it, whose functions have
    // this type; `variables` is what the last of them returned.
    unsafe {
        let library = Library::new(path).map_err(|error| loader_error(&error))?;
        let cell = [FUNCTION, function]
            .iter()
            .find_map(|name| library.get::<Cell>(name.as_bytes()).ok().map(|cell| *cell));
        crate::views::connect(&library);
        // Threads and kept variables may need its code as long as this process lives.
        let library = std::mem::ManuallyDrop::new(library);
        let cell = cell.ok_or_else(|| format!("{path} holds no `{function}`"))?;
        let kept = cell(variables);
        crate::views::after_cell(&library);
        Ok(kept)
    }
}

/// libloading keeps the loader's own error one level down.
fn loader_error(error: &libloading::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
