//! What a view's function prints: no cell runs in which it could be shown, so it is shown in the view.

/// Runs `f`; returns what it printed as well.
#[cfg(unix)]
#[allow(unsafe_code, reason = "std cannot turn its own output to a file")]
pub fn printed<T>(f: impl FnOnce() -> T) -> (T, String) {
    use std::fs::File;
    use std::io::{Read, Seek, Write};
    use std::os::fd::{AsRawFd, FromRawFd};

    /// The process has one output: what runs beside this, or within it, keeps what it has.
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let Ok(_only) = ONE.try_lock() else { return (f(), String::new()) };
    let flush = || {
        let _ = (std::io::stdout().flush(), std::io::stderr().flush());
    };
    flush();
    // SAFETY: `tmpfile` returns a stream or null; its descriptor is copied before the stream is closed, and each copy is
    // owned by the one `File` made of it.
    let file = unsafe {
        let stream = libc::tmpfile();
        if stream.is_null() {
            return (f(), String::new());
        }
        let copy = libc::dup(libc::fileno(stream));
        libc::fclose(stream);
        if copy < 0 {
            return (f(), String::new());
        }
        File::from_raw_fd(copy)
    };
    let mut file = file;
    // SAFETY: 1 and 2 are this process's own output; what they were is put back below.
    let before = [1, 2].map(|stream| unsafe {
        let before = libc::dup(stream);
        libc::dup2(file.as_raw_fd(), stream);
        before
    });
    let result = f();
    flush();
    for (stream, before) in [1, 2].into_iter().zip(before) {
        if before >= 0 {
            // SAFETY: `before` is the copy made above, used for the last time.
            unsafe {
                libc::dup2(before, stream);
                libc::close(before);
            }
        }
    }
    let mut bytes = Vec::new();
    let _ = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
    (result, String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(not(unix))]
pub fn printed<T>(f: impl FnOnce() -> T) -> (T, String) {
    (f(), String::new())
}
