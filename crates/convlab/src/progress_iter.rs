//! What the helper's iterators do between two steps: they show how far they are, and end at an interrupt.

use crate::display::{Bar, Live};
use crate::interrupt::{self, Watch};
use std::time::{Duration, Instant};

/// An iteration that is over sooner needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// An iteration over so many things of one kind.
#[derive(Debug)]
pub struct ProgressIter {
    /// What it goes through: `images`.
    what: &'static str,
    /// What it hands out, as the subject of *end here*: `batches`.
    pieces: &'static str,
    shows: bool,
    running: Option<Running>,
}

/// From the first step to the last.
#[derive(Debug)]
struct Running {
    _watch: Watch,
    live: Option<Live>,
    begun: Instant,
}

impl ProgressIter {
    pub fn new(what: &'static str, pieces: &'static str) -> Self {
        Self { what, pieces, shows: true, running: None }
    }

    /// Without a bar: the caller shows one of its own.
    pub fn quiet(self) -> Self {
        Self { shows: false, ..self }
    }

    /// Whether there is another step after `done` of `of`; a learner's interrupt ends the iteration.
    pub fn advance(&mut self, done: i64, of: i64) -> bool {
        let live = || if self.shows { Live::start(PATIENCE) } else { None };
        let begin = || Running { _watch: Watch::start(), live: live(), begun: Instant::now() };
        let running = self.running.get_or_insert_with(begin);
        let stopped = done < of && interrupt::is_pending();
        let ends = done >= of || stopped;
        if let Some(live) = &mut running.live
            && (live.is_due() || ends && live.is_shown())
        {
            let bar = Bar { done: done as u64, of: of as u64, time: running.begun.elapsed() };
            let text = bar.text(self.what);
            live.show(&bar.html(&text), &text);
        }
        if stopped {
            println!("Interrupted: the {} end here.", self.pieces);
        }
        if ends {
            self.running = None;
        }
        !ends
    }
}
