//! How long the processor's cores have worked for this process.

use std::time::Duration;

/// The time that all threads of this process have been running since it began; `None` where the system does not say.
#[cfg(unix)]
#[allow(unsafe_code, reason = "std has no call for it")]
pub fn worked() -> Option<Duration> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure lives through the call, which writes nothing else.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    (result == 0).then(|| Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
}

#[cfg(not(unix))]
pub fn worked() -> Option<Duration> {
    None
}
