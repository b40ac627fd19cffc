//! What a cell shows while cargo compiles the crates that it adds.

use super::iopub::IoPub;
use crate::compile_progress::{FILE, LINKS};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{env, fs};

/// Between two looks at what cargo does.
const PAUSE: Duration = Duration::from_millis(500);

/// Watches while it lives.
pub struct CompileNotice(Option<(Sender<()>, JoinHandle<()>)>);

impl CompileNotice {
    pub fn watch(iopub: &IoPub) -> Self {
        let Some(file) = env::var_os(FILE).map(PathBuf::from) else { return Self(None) };
        remove(&file);
        let (iopub, begun) = (iopub.clone(), Instant::now());
        let (end, ended) = channel();
        let thread = std::thread::spawn(move || {
            while ended.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                match fs::read_to_string(&file) {
                    Ok(crates) => iopub.notice(&text(&crates, begun.elapsed())),
                    Err(_) => iopub.end_notice(),
                }
            }
            remove(&file);
            iopub.end_notice();
        });
        Self(Some((end, thread)))
    }
}

impl Drop for CompileNotice {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.0.take() {
            drop(end);
            // It only reads a file.
            let _ = thread.join();
        }
    }
}

fn remove(file: &Path) {
    // In most cells there is none.
    let _ = fs::remove_file(file);
}

fn text(crates: &str, time: Duration) -> String {
    let seconds = time.as_secs();
    let count = crates.lines().filter(|line| *line != LINKS).collect::<BTreeSet<_>>().len();
    match crates.lines().last() {
        Some(LINKS) => format!("Linking what this cell adds ({seconds} s)."),
        Some(last) => {
            let noun = if count == 1 { "crate" } else { "crates" };
            format!("Compiling what this cell adds: {count} {noun} so far, now {last} ({seconds} s).")
        }
        None => format!("Cargo looks for the crates that this cell adds ({seconds} s)."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_counts_the_crates_and_names_the_last() {
        let at = |crates| text(crates, Duration::from_millis(12_700));
        assert_eq!(at(""), "Cargo looks for the crates that this cell adds (12 s).");
        assert_eq!(at("libc\n"), "Compiling what this cell adds: 1 crate so far, now libc (12 s).");
        assert_eq!(
            at("libc\nlibc\nrand\n"),
            "Compiling what this cell adds: 2 crates so far, now rand (12 s)."
        );
        assert_eq!(at("libc\n=\n"), "Linking what this cell adds (12 s).");
    }
}
