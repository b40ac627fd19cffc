//! Jupyter's *interrupt* in the process that runs the learner's code.
//!
//! Jupyter signals the whole process group. The signal sets a flag; the learner's loops look at it (`cells/loops.rs`
//! writes that into them) and unwind to the cell's end. A sleep and a read of standard input end when it comes. While
//! the helper crate trains or downloads it catches the signal itself and ends after its step.

/// Ignores SIGINT here and in every process started from here: for evcxr's own kernel, whose helper crate listens
/// while it trains.
pub fn leave_to_the_cell() {
    #[cfg(unix)]
    #[allow(unsafe_code, reason = "std has no call for it; SIG_IGN runs no code of ours")]
    // SAFETY: SIG_IGN is a valid disposition for SIGINT, set before any thread is started.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_IGN);
    }
}

#[cfg(unix)]
pub use flag::{forget, is_set, note_in_cells};

#[cfg(unix)]
mod flag {
    use std::sync::atomic::{AtomicBool, Ordering};

    // In assembly, since rustc hides a program's own symbols from the libraries that it loads.
    #[cfg(target_os = "linux")]
    #[allow(unsafe_code, reason = "it defines a byte")]
    mod byte {
        std::arch::global_asm!(
            ".pushsection .bss.CONVLAB_INTERRUPTED,\"aw\",@nobits",
            ".globl CONVLAB_INTERRUPTED",
            ".type CONVLAB_INTERRUPTED,@object",
            ".size CONVLAB_INTERRUPTED,1",
            "CONVLAB_INTERRUPTED:",
            ".byte 0",
            ".popsection",
        );
    }

    #[cfg(target_os = "linux")]
    #[allow(unsafe_code, reason = "defined above: a byte, 0 at first")]
    unsafe extern "C" {
        /// Whether the learner has interrupted the running cell. Cells name it too (`panic_runtime.rs`).
        safe static CONVLAB_INTERRUPTED: AtomicBool;
    }

    #[cfg(not(target_os = "linux"))]
    static CONVLAB_INTERRUPTED: AtomicBool = AtomicBool::new(false);

    extern "C" fn note(_signal: libc::c_int) {
        CONVLAB_INTERRUPTED.store(true, Ordering::Relaxed);
    }

    /// Sets the flag at each interrupt, and lets what waits in the system return. Called before each cell: whatever the
    /// last one has set, this one begins as if it had not been.
    #[allow(unsafe_code, reason = "std has no call for signals")]
    pub fn note_in_cells() {
        // SAFETY: all zeros is a valid sigaction, and the handler only stores an atomic flag. Without SA_RESTART.
        unsafe {
            let mut noting: libc::sigaction = std::mem::zeroed();
            noting.sa_sigaction = note as *const () as libc::sighandler_t;
            libc::sigemptyset(&mut noting.sa_mask);
            libc::sigaction(libc::SIGINT, &noting, std::ptr::null_mut());
        }
    }

    /// A new cell begins, which is to be compiled first: an interrupt from before is none of its own.
    pub fn forget() {
        CONVLAB_INTERRUPTED.store(false, Ordering::Relaxed);
        note_in_cells();
    }

    pub fn is_set() -> bool {
        CONVLAB_INTERRUPTED.load(Ordering::Relaxed)
    }
}
