//! Jupyter's *interrupt* while a cell trains: loops look at a flag and stop, and every variable stays.
//!
//! The labs' kernel ends a learner's own loops. While a [`Watch`] lives, the running cell's own copy of this crate catches
//! the signal; the disposition from before comes back with the end of the last watch.

use crate::Error;
use std::sync::atomic::{AtomicBool, Ordering};

static PENDING: AtomicBool = AtomicBool::new(false);

/// While one lives, an interrupt is noted instead of ignored.
#[derive(Debug)]
pub struct Watch {
    /// A later cell may drop what this cell began: the pointer leads back to the copy whose handler is installed.
    end: fn(),
}

impl Watch {
    /// Begins to watch.
    pub fn start() -> Self {
        signal::catch();
        Self { end: signal::release }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        (self.end)();
    }
}

/// Whether the learner has interrupted the cell and no loop has taken notice yet.
pub fn is_pending() -> bool {
    PENDING.load(Ordering::Relaxed)
}

/// Like [`is_pending`], and takes notice: nobody else ends for the same interrupt.
pub fn take() -> bool {
    PENDING.swap(false, Ordering::Relaxed)
}

/// Forgets an interrupt of an earlier cell: the one that begins now ends only for its own.
pub fn forget() {
    PENDING.store(false, Ordering::Relaxed);
}

/// What a loop that was interrupted returns when a part of its result is no result.
pub fn error(expected: &str) -> Error {
    let remedy = "run the cell again when you like; the weights are as the last step left them";
    Error::new(expected, "an interrupt", remedy)
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "std has no call for signals")]
mod signal {
    use std::sync::atomic::Ordering;
    use std::sync::{Mutex, PoisonError};

    /// How many watch, and what SIGINT did before the first of them.
    static WATCHED: Mutex<(usize, Option<libc::sigaction>)> = Mutex::new((0, None));

    extern "C" fn note(_signal: libc::c_int) {
        super::PENDING.store(true, Ordering::Relaxed);
    }

    pub fn catch() {
        let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
        watched.0 += 1;
        // SAFETY: both structures live through the calls, all zeros is a valid sigaction, and the handler only stores
        // an atomic flag. SA_RESTART: no read or write of the notebook fails because of it.
        unsafe {
            let mut before: libc::sigaction = std::mem::zeroed();
            let mut noting: libc::sigaction = std::mem::zeroed();
            noting.sa_sigaction = note as *const () as libc::sighandler_t;
            noting.sa_flags = libc::SA_RESTART;
            libc::sigemptyset(&mut noting.sa_mask);
            if libc::sigaction(libc::SIGINT, &noting, &mut before) == 0
                && before.sa_sigaction != noting.sa_sigaction
            {
                // Nobody watched in this cell until now: what was noted before was for another one.
                super::PENDING.store(seen_by_kernel(), Ordering::Relaxed);
                watched.1 = Some(before);
            }
        }
    }

    /// Whether an interrupt has come since this cell was begun, before anybody watched: the labs' kernel notes it.
    #[cfg(target_os = "linux")]
    fn seen_by_kernel() -> bool {
        // SAFETY: where the name is found it is the kernel's flag, which lives as long as the process.
        unsafe {
            let flag = libc::dlsym(libc::RTLD_DEFAULT, c"CONVLAB_INTERRUPTED".as_ptr());
            flag.cast::<std::sync::atomic::AtomicBool>()
                .as_ref()
                .is_some_and(|flag| flag.load(Ordering::Relaxed))
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn seen_by_kernel() -> bool {
        false
    }

    pub fn release() {
        let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
        watched.0 = watched.0.saturating_sub(1);
        if watched.0 > 0 {
            return;
        }
        if let Some(before) = watched.1.take() {
            // SAFETY: `before` is what the system gave in `catch`.
            unsafe {
                libc::sigaction(libc::SIGINT, &before, std::ptr::null_mut());
            }
        }
    }
}

#[cfg(not(unix))]
mod signal {
    pub fn catch() {}
    pub fn release() {}
}
