//! What the helper's iterators do between two steps: they show how far they are, and end at an interrupt.

use crate::display::{Bar, Live};
use crate::interrupt::{self, Watch};
use std::cell::RefCell;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// An iteration that is over sooner needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

thread_local! {
    /// The iteration of this thread that shows how far it is: one inside it shows nothing.
    static OUTERMOST: RefCell<Weak<()>> = const { RefCell::new(Weak::new()) };
}

/// While one lives, no other iteration of the thread in which it began shows how far it is; it may end in any.
#[derive(Debug)]
struct Outermost(#[allow(dead_code, reason = "it lives as long as this")] Arc<()>);

impl Outermost {
    /// `None` inside another one: a bar for each epoch of a training would bury the training's own.
    fn begin() -> Option<Self> {
        OUTERMOST.with_borrow_mut(|running| {
            if running.strong_count() > 0 {
                return None;
            }
            let this = Arc::new(());
            *running = Arc::downgrade(&this);
            Some(Self(this))
        })
    }
}

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
    _outermost: Option<Outermost>,
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
        let begin = || {
            let outermost = if self.shows { Outermost::begin() } else { None };
            let live = outermost.as_ref().and_then(|_| Live::start(PATIENCE));
            Running { _watch: Watch::start(), _outermost: outermost, live, begun: Instant::now() }
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iteration_inside_another_shows_nothing_and_one_after_it_does() {
        let [mut outer, mut inner] = [(); 2].map(|()| ProgressIter::new("steps", "steps"));
        let is_outermost =
            |iter: &ProgressIter| iter.running.as_ref().is_some_and(|all| all._outermost.is_some());
        assert!(outer.advance(0, 2) && inner.advance(0, 2));
        assert!(is_outermost(&outer) && !is_outermost(&inner));
        drop(inner);
        assert!(!outer.advance(2, 2));
        let mut next = ProgressIter::new("steps", "steps");
        assert!(next.advance(0, 2) && is_outermost(&next));
        drop(next);
        let mut quiet = ProgressIter::new("steps", "steps").quiet();
        assert!(quiet.advance(0, 2) && !is_outermost(&quiet));
        assert!(Outermost::begin().is_some());
    }
}
