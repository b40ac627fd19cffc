//! Where in a learner's code a panic came from.
//!
//! Cells are compiled with the numbers of their lines. The kernel's program, which is also the one that runs them, can
//! tell the line behind an address; Rust's own backtraces do not know of cells that were loaded after the first of them.

use std::process::{Command, Stdio};

/// The program that runs cells, in the labs and in stock evcxr as the labs start it.
const KERNEL: &str = "convlab-kernel";

/// The innermost line of a cell that was running, such as ``in the line `x.get(7)` ``; `None` outside a kernel.
pub fn of_this() -> Option<String> {
    let program = std::env::current_exe().ok()?;
    program.file_stem().filter(|name| *name == KERNEL)?;
    let mut kernel = Command::new(program);
    kernel.arg("--lines").args(frames::running()).stdin(Stdio::null()).stderr(Stdio::null());
    let message = kernel.output().ok()?;
    let line = String::from_utf8_lossy(&message.stdout).lines().next()?.to_owned();
    Some(format!("in the line `{line}`"))
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "std hands out no addresses")]
mod frames {
    use libc::{c_int, c_void};
    use std::ffi::CStr;

    unsafe extern "C" {
        fn _Unwind_Backtrace(
            each: extern "C" fn(*mut c_void, *mut c_void) -> c_int,
            found: *mut c_void,
        ) -> c_int;
        fn _Unwind_GetIP(frame: *mut c_void) -> usize;
    }

    extern "C" fn note(frame: *mut c_void, found: *mut c_void) -> c_int {
        // SAFETY: `running` passes a vector of these; the frame comes from the unwinder.
        unsafe { (*found.cast::<Vec<usize>>()).push(_Unwind_GetIP(frame)) };
        0
    }

    /// The calls that are running, the innermost first: an offset and the library that it lies in.
    pub fn running() -> Vec<String> {
        let mut found = Vec::<usize>::new();
        // SAFETY: the unwinder calls `note` with this pointer before it returns.
        unsafe { _Unwind_Backtrace(note, std::ptr::from_mut(&mut found).cast()) };
        found.into_iter().filter_map(frame).collect()
    }

    fn frame(address: usize) -> Option<String> {
        // SAFETY: all zeros is a valid `Dl_info`, and `dladdr` only writes to it.
        let (found, library) = unsafe {
            let mut library: libc::Dl_info = std::mem::zeroed();
            (libc::dladdr(address as *const c_void, &mut library), library)
        };
        if found == 0 || library.dli_fname.is_null() {
            return None;
        }
        // SAFETY: the loader keeps the names of what is loaded.
        let path = unsafe { CStr::from_ptr(library.dli_fname) }.to_string_lossy();
        Some(format!("{:x} {path}", address - library.dli_fbase as usize))
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn this_program_is_among_the_calls_that_are_running() {
            let running = super::running();
            let here = std::env::current_exe().unwrap().file_name().unwrap().to_string_lossy().into_owned();
            assert!(running.iter().any(|frame| frame.ends_with(&here)), "{running:?}");
        }
    }
}

#[cfg(not(unix))]
mod frames {
    pub fn running() -> Vec<String> {
        Vec::new()
    }
}
