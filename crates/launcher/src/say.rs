//! One line per step: what is being done, how far it is, how long it took.

use crate::failure::Result;
use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A step's line on the terminal; it moves while the step works.
pub struct Line {
    title: String,
    started: Instant,
    shown: Mutex<Instant>,
}

/// Runs `work` under a line with `title`, and says how long it took. Nothing is said of a step that was instant.
pub fn step<T>(title: &str, work: impl FnOnce(&Line) -> Result<T>) -> Result<T> {
    let line = Line { title: title.to_owned(), started: Instant::now(), shown: Mutex::new(Instant::now()) };
    let result = work(&line);
    let mark = if result.is_ok() { "✔" } else { "✘" };
    line.close(mark);
    result
}

impl Line {
    /// Shows `detail` behind the title: at most ten times a second on a terminal, every 20 s in a log.
    pub fn show(&self, detail: &str) {
        let terminal = std::io::stderr().is_terminal();
        let pause = Duration::from_millis(if terminal { 100 } else { 20_000 });
        let Ok(mut shown) = self.shown.lock() else { return };
        if shown.elapsed() < pause {
            return;
        }
        *shown = Instant::now();
        let text = format!("… {}: {detail} ({})", self.title, seconds(self.started.elapsed()));
        let mut stderr = std::io::stderr().lock();
        // A line that cannot be shown is no reason to stop the work.
        let _ = if terminal {
            write!(stderr, "\r\x1b[K{}", clipped(&text, 100)).and_then(|()| stderr.flush())
        } else {
            writeln!(stderr, "{text}")
        };
    }

    fn close(&self, mark: &str) {
        let clear = if std::io::stderr().is_terminal() { "\r\x1b[K" } else { "" };
        eprintln!("{clear}{mark} {} ({})", self.title, seconds(self.started.elapsed()));
    }
}

/// `0.4 s`, `12 s`, `3 min 20 s`.
pub fn seconds(time: Duration) -> String {
    let s = time.as_secs_f64();
    match s {
        _ if s < 9.95 => format!("{s:.1} s"),
        _ if s < 119.5 => format!("{s:.0} s"),
        _ => format!("{} min {} s", s.round() as u64 / 60, s.round() as u64 % 60),
    }
}

fn clipped(text: &str, width: usize) -> String {
    text.chars().take(width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_tell_them() {
        let told = |s: f64| seconds(Duration::from_secs_f64(s));
        assert_eq!([told(0.42), told(12.3), told(200.0)], ["0.4 s", "12 s", "3 min 20 s"]);
    }
}
