//! What a walk of the helper's iterators does between two steps: it shows how far it is, and listens to the learner.

use crate::display::{Bar, Live};
use crate::interrupt::{self, Watch};
use std::time::{Duration, Instant};

/// A walk that is over sooner needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// A walk through so many things of one kind.
#[derive(Debug)]
pub struct ProgressIter {
    /// What it walks through: `images`.
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

    /// Without a bar: whoever walks shows one of their own.
    pub fn quiet(self) -> Self {
        Self { shows: false, ..self }
    }

    /// Whether there shall be a step after so much of so much; a learner's interrupt ends the walk.
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
