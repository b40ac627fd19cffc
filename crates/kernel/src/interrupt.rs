/// Ignores SIGINT here and in every process started from here, so that *interrupt* reaches only who asks for it.
///
/// Jupyter signals the whole process group. evcxr would end the learner's process, and every variable with it;
/// ignored, the signal is seen only by the running cell, whose copy of the helper crate installs a handler while
/// it trains or downloads.
pub fn leave_to_the_cell() {
    #[cfg(unix)]
    #[allow(unsafe_code, reason = "std has no call for it; SIG_IGN runs no code of ours")]
    // SAFETY: SIG_IGN is a valid disposition for SIGINT, set before any thread is started.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_IGN);
    }
}
