//! Standard input of the learner's code: each line is requested from Jupyter when the code reads it.
//!
//! std reads from descriptor 0 with C's `read`, and sleeps with `clock_nanosleep`. On Linux a program's own functions of
//! these names come before C's, also for libraries that are loaded later. So a read of standard input sends a request,
//! and an interrupt ends both, where std would begin anew. It also ends the waiting for a socket or a pipe, as if the
//! other end were closed; locks and channels wait in a way that cannot end in Rust.

use crate::evcxr_contract::{END_OF_INPUT, INPUT_REQUEST};
use crate::streams::Protocol;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What has been typed and not been read, and the way to request more; none in the kernel itself.
static INPUT: Mutex<Option<Input>> = Mutex::new(None);

struct Input {
    protocol: Protocol,
    typed: Vec<u8>,
}

/// Requests lines from evcxr from now on.
pub fn ask_through(protocol: Protocol) {
    *INPUT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Input { protocol, typed: Vec::new() });
}

/// Whether a cell waits for what it reads, so that an interrupt may end the waiting: not while this program speaks with
/// evcxr.
static CELL_WAITS: AtomicBool = AtomicBool::new(false);

/// A cell runs from now on, or does no more.
pub fn cell_runs(runs: bool) {
    CELL_WAITS.store(runs, Ordering::Relaxed);
}

/// A new cell begins: what was typed for the last one is none of its own.
pub fn forget() {
    if let Some(input) = INPUT.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        input.typed.clear();
    }
}

impl Input {
    /// Fills the buffer with what is typed, and says how much; 0 at the end of the input.
    fn read(&mut self, buffer: &mut [u8]) -> usize {
        if self.typed.is_empty() && !buffer.is_empty() {
            let ran = CELL_WAITS.swap(false, Ordering::Relaxed);
            let sent = self.protocol.write_line(INPUT_REQUEST);
            let line = sent.ok().and_then(|()| self.protocol.line());
            cell_runs(ran);
            match line {
                Some(line) if line != END_OF_INPUT => self.typed = (line + "\n").into_bytes(),
                _ => return 0,
            }
        }
        let count = buffer.len().min(self.typed.len());
        buffer[..count].copy_from_slice(&self.typed[..count]);
        self.typed.drain(..count);
        count
    }
}

#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "they stand in for functions of C")]
mod in_place_of_c {
    use super::{CELL_WAITS, INPUT, Ordering, PoisonError};
    use crate::interrupt;
    use std::ffi::{c_int, c_long, c_void};

    /// C's `read`, but for standard input in the process that runs the learner's code.
    ///
    /// # Safety
    /// As for C's function: `buffer` has room for `count` bytes.
    #[used]
    static READ: unsafe extern "C" fn(c_int, *mut c_void, usize) -> isize = read;

    #[unsafe(no_mangle)]
    unsafe extern "C" fn read(descriptor: c_int, buffer: *mut c_void, count: usize) -> isize {
        if descriptor == libc::STDIN_FILENO {
            let mut input = INPUT.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(input) = input.as_mut() {
                // SAFETY: the caller says so.
                let buffer = unsafe { std::slice::from_raw_parts_mut(buffer.cast::<u8>(), count) };
                return input.read(buffer) as isize;
            }
        }
        // SAFETY: the same call with the same arguments.
        or_end(unsafe { libc::syscall(libc::SYS_read, c_long::from(descriptor), buffer, count) })
    }

    /// What a call has read; nothing more where the learner has interrupted it.
    fn or_end(read: c_long) -> isize {
        if read < 0 && is_interrupted() { 0 } else { read as isize }
    }

    /// Whether a call of the cell's has failed because of an interrupt.
    fn is_interrupted() -> bool {
        let error = std::io::Error::last_os_error().kind();
        error == std::io::ErrorKind::Interrupted && interrupt::is_set() && CELL_WAITS.load(Ordering::Relaxed)
    }

    #[used]
    static RECEIVE: unsafe extern "C" fn(c_int, *mut c_void, usize, c_int) -> isize = recv;

    /// C's `recv`, but at its end when the learner interrupts.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn recv(socket: c_int, buffer: *mut c_void, count: usize, flags: c_int) -> isize {
        let nobody = std::ptr::null_mut::<c_void>();
        let (socket, flags) = (c_long::from(socket), c_long::from(flags));
        // SAFETY: the same call with the same arguments; C's own makes it so too.
        or_end(unsafe { libc::syscall(libc::SYS_recvfrom, socket, buffer, count, flags, nobody, nobody) })
    }

    #[used]
    static ACCEPT: unsafe extern "C" fn(c_int, *mut c_void, *mut c_void, c_int) -> c_int = accept4;

    /// C's `accept4`, but an error when the learner interrupts.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn accept4(
        socket: c_int,
        address: *mut c_void,
        length: *mut c_void,
        flags: c_int,
    ) -> c_int {
        let (socket, flags) = (c_long::from(socket), c_long::from(flags));
        // SAFETY: the same call with the same arguments.
        let accepted = unsafe { libc::syscall(libc::SYS_accept4, socket, address, length, flags) };
        if accepted < 0 && is_interrupted() {
            // SAFETY: the number of this thread's last error, which std reads next.
            unsafe { *libc::__errno_location() = libc::ECANCELED };
        }
        accepted as c_int
    }

    #[used]
    static SLEEP: unsafe extern "C" fn(c_int, c_int, *const libc::timespec, *mut libc::timespec) -> c_int =
        clock_nanosleep;

    /// C's `clock_nanosleep`, but over when the learner interrupts.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn clock_nanosleep(
        clock: c_int,
        flags: c_int,
        request: *const libc::timespec,
        rest: *mut libc::timespec,
    ) -> c_int {
        // SAFETY: the same call with the same arguments.
        let result = unsafe {
            libc::syscall(libc::SYS_clock_nanosleep, c_long::from(clock), c_long::from(flags), request, rest)
        };
        if result == 0 || interrupt::is_set() {
            return 0;
        }
        std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EINVAL)
    }
}
