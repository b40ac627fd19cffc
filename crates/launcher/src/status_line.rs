//! One line per step: what is being done, how far it is, how long it took.

use common::Result;
use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The titles of the steps that work this moment, the oldest first: the line on the terminal is its own.
static WORKING: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A step's line on the terminal; it moves while the step works.
pub struct StatusLine {
    title: String,
    started: Instant,
    detail: Mutex<String>,
}

/// Runs `work` under a line with `title`, and says how long it took.
///
/// The line shows the newest detail and the seconds, ten times a second on a terminal, every 20 s in a log.
pub fn step<T>(title: &str, work: impl FnOnce(&StatusLine) -> Result<T>) -> Result<T> {
    let line = StatusLine { title: title.to_owned(), started: Instant::now(), detail: Mutex::default() };
    let terminal = std::io::stderr().is_terminal();
    let pause = Duration::from_millis(if terminal { 100 } else { 20_000 });
    working().push(line.title.clone());
    let result = std::thread::scope(|scope| {
        // Dropped when the work ends, be it in a panic.
        let (_working, ended) = mpsc::channel::<()>();
        let line = &line;
        scope.spawn(move || {
            while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                line.draw(terminal);
            }
        });
        work(line)
    });
    working().retain(|title| *title != line.title);
    let mark = if result.is_ok() { "✔" } else { "✘" };
    let clear = if terminal { "\r\x1b[K" } else { "" };
    eprintln!("{clear}{mark} {} ({})", line.title, seconds(line.started.elapsed()));
    result
}

impl StatusLine {
    /// Shows `detail` behind the title from now on.
    pub fn show(&self, detail: &str) {
        detail.clone_into(&mut self.detail.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn draw(&self, terminal: bool) {
        if terminal && working().first() != Some(&self.title) {
            return;
        }
        let time = seconds(self.started.elapsed());
        let detail = self.detail.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let text = [format!("… {} ({time})", self.title), detail].join(" ");
        let mut stderr = std::io::stderr().lock();
        // A line that cannot be shown is no reason to stop the work.
        let _ = if terminal {
            write!(stderr, "\r\x1b[K{}", clipped(&text, width())).and_then(|()| stderr.flush())
        } else {
            writeln!(stderr, "{}", clipped(text.trim_end(), LOG_WIDTH))
        };
    }
}

fn working() -> MutexGuard<'static, Vec<String>> {
    WORKING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Letters of a line in a log, where nothing is drawn over: pip names all packages at once.
const LOG_WIDTH: usize = 160;

/// Columns to use: a longer line would be broken, and could not be drawn over.
fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(79)
}

/// `1 notebook`, `3 notebooks`.
pub fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
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
    fn one_thing_is_no_plural() {
        assert_eq!([0, 1, 2].map(|n| counted(n, "lab")), ["0 labs", "1 lab", "2 labs"]);
    }

    #[test]
    fn times_are_written_as_people_say_them() {
        let text = |s: f64| seconds(Duration::from_secs_f64(s));
        assert_eq!([text(0.42), text(12.3), text(200.0)], ["0.4 s", "12 s", "3 min 20 s"]);
    }

    #[test]
    fn a_step_returns_what_its_work_returns_and_ends_though_the_work_panics() {
        assert_eq!(step("quick", |_| Ok(7)).unwrap(), 7);
        let panics = std::panic::catch_unwind(|| step("broken", |_| -> Result<()> { panic!("on purpose") }));
        assert!(panics.is_err());
    }
}
