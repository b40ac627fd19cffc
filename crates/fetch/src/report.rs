//! What is said while a download goes on: for people as lines of text, which in a notebook cannot be written over; for
//! another program as JSON.

use common::download::{Message, Progress};
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Takes a message to whoever follows the download.
pub type Report = fn(&Message);

/// Writes the message to stderr as people read it; that nobody reads it is no reason to stop.
pub fn as_text(message: &Message) {
    let _ = writeln!(io::stderr(), "{message}");
}

/// Writes the message to stderr as another program reads it.
pub fn as_json(message: &Message) {
    let _ = writeln!(io::stderr(), "{}", message.line());
}

/// Reports at most once a second how far a download is.
pub struct Meter<'a> {
    report: Report,
    file: &'a str,
    from: u64,
    total: Option<u64>,
    begun: Instant,
    reported: Instant,
}

impl<'a> Meter<'a> {
    /// For a download of `file` that goes on after `from` bytes, up to `total` if the server says so.
    pub fn new(report: Report, file: &'a str, from: u64, total: Option<u64>) -> Self {
        Self { report, file, from, total, begun: Instant::now(), reported: Instant::now() }
    }

    /// The file has now `bytes` bytes.
    pub fn reached(&mut self, bytes: u64) {
        if self.reported.elapsed() >= Duration::from_secs(1) {
            self.reported = Instant::now();
            (self.report)(&Message::Progress(self.progress(bytes, self.begun.elapsed())));
        }
    }

    fn progress(&self, bytes: u64, time: Duration) -> Progress {
        let per_second = ((bytes - self.from) as f64 / time.as_secs_f64()) as u64;
        Progress { file: self.file.to_owned(), bytes, total: self.total, per_second }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_counts_only_what_came_in_this_download() {
        let meter = Meter::new(as_text, "a.gz", 500_000, Some(9_912_422));
        let progress = meter.progress(3_100_000, Duration::from_secs(2));
        assert_eq!((progress.bytes, progress.per_second), (3_100_000, 1_300_000));
    }
}
