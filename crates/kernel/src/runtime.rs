//! The process that runs the learner's code: loads one library for each cell and calls its function.
//!
//! It speaks as evcxr's own does (`LOAD_AND_RUN LIBRARY FUNCTION` from evcxr, `EVCXR_EXECUTION_COMPLETE` back), but finds
//! a cell's function under one name whatever number evcxr gave it (`cells/source.rs`), and gives the learner's code
//! standard streams of its own (`streams.rs`).

use crate::evcxr_contract::{EXECUTION_COMPLETE, FUNCTION, IS_RUNTIME, LOAD_AND_RUN};
use crate::interrupt;
use libloading::Library;
use std::ffi::c_void;

/// A cell's function: takes the kept variables and gives them back.
type Cell = extern "C" fn(*mut c_void) -> *mut c_void;

/// Runs cells until evcxr wants no more, if this process was started for that by a kernel with a stage.
pub fn run_if_asked() {
    if std::env::var_os(IS_RUNTIME).is_none() || std::env::var_os("CONVLAB_LOCK").is_none() {
        return;
    }
    if let Err(error) = serve() {
        eprintln!("The learner's process cannot work: {error}");
        std::process::exit(99);
    }
    std::process::exit(0);
}

#[cfg(unix)]
fn serve() -> Result<(), String> {
    use crate::input;
    let text = |error: std::io::Error| error.to_string();
    let mut protocol = crate::streams::Protocol::take().map_err(text)?;
    protocol.give_streams().map_err(text)?;
    input::ask_through(protocol.try_clone().map_err(text)?);
    interrupt::note_in_cells();
    let mut variables = std::ptr::null_mut();
    let mut requests = crate::comm_channel::Requests::inherited().inspect(|_| crate::views::serve_here());
    loop {
        // evcxr sends a line when it wants a cell to run, and then waits: none is left unread between cells.
        if let Some(requests) = &mut requests {
            requests.serve_until_line(protocol.input(), |request| {
                interrupt::forget();
                crate::views::answer(request)
            });
        }
        let Some(line) = protocol.line() else { break };
        interrupt::note_in_cells();
        input::forget();
        variables = run(&line, variables)?;
        flush_c();
        protocol.give_streams().map_err(text)?;
        protocol.write_line(EXECUTION_COMPLETE).map_err(text)?;
    }
    Ok(())
}

/// As evcxr's own process does it: what a cell prints goes the same way as what is said to evcxr.
#[cfg(not(unix))]
fn serve() -> Result<(), String> {
    use std::io::BufRead;
    interrupt::leave_to_the_cell();
    let mut variables = std::ptr::null_mut();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        variables = run(&line, variables)?;
        println!("{EXECUTION_COMPLETE}");
    }
    Ok(())
}

/// Writes what libraries in C have printed and still hold.
#[cfg(unix)]
#[allow(unsafe_code, reason = "std has no call for it")]
fn flush_c() {
    // SAFETY: a null pointer stands for all of C's streams.
    unsafe { libc::fflush(std::ptr::null_mut()) };
}

#[cfg(unix)]
use crate::input::cell_runs;
#[cfg(not(unix))]
fn cell_runs(_runs: bool) {}

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
        cell_runs(true);
        let kept = cell(variables);
        cell_runs(false);
        crate::views::after_cell(&library);
        Ok(kept)
    }
}

/// libloading keeps the loader's own error one level down.
fn loader_error(error: &libloading::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
