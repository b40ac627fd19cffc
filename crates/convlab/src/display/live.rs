//! One output of a cell that changes while the cell runs.
//!
//! Evcxr as it comes shows no such output, so there nothing is sent, and what matters is printed in lines as well.

use common::live::{Message, SUPPORTED};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// At most so often an output changes.
const PAUSE: Duration = Duration::from_millis(200);

/// Whether the kernel that runs this cell shows such outputs.
pub fn supports_live_output() -> bool {
    std::env::var(SUPPORTED).is_ok_and(|value| value == "1")
}

/// Whether this code runs in a notebook's cell, in the labs' kernel or in evcxr's own.
pub fn is_notebook() -> bool {
    supports_live_output() || std::env::var_os("EVCXR_IS_RUNTIME").is_some()
}

/// Shows `html`, or `text` where there is no HTML, at this place among the cell's outputs.
pub fn show(html: &str, text: &str) {
    show_data(Message::bundle(html, text));
}

/// Shows `data`, contents by their MIME types, at this place among the cell's outputs.
pub fn show_data(data: Value) {
    println!("{}", Message::Display { data }.line());
}

/// An output that is shown anew, again and again, in its place.
#[derive(Debug)]
pub struct Live {
    id: String,
    /// When it was shown last; before the first time, when it can be taken for shown.
    shown: Instant,
    is_shown: bool,
}

impl Live {
    /// An output that is not shown before `after` is over; `None` where the kernel shows none.
    pub fn start(after: Duration) -> Option<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let id = format!("{now}-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        supports_live_output().then(|| Self {
            id,
            shown: Instant::now() + after - PAUSE.min(after),
            is_shown: false,
        })
    }

    /// Whether it was shown at all.
    pub fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// Whether it is time to show something new.
    pub fn is_due(&self) -> bool {
        Instant::now().saturating_duration_since(self.shown) >= PAUSE
    }

    /// Shows `html`, or `text` where there is no HTML, in the place of what was there.
    pub fn show(&mut self, html: &str, text: &str) {
        (self.shown, self.is_shown) = (Instant::now(), true);
        let update = Message::Update { id: self.id.clone(), data: Message::bundle(html, text) };
        println!("{}", update.line());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_waits_before_it_is_shown_and_between_two_changes() {
        let now = Live { id: "1".into(), shown: Instant::now() - PAUSE, is_shown: false };
        assert!(now.is_due());
        let mut shown = now;
        assert!(!shown.is_shown());
        shown.show("", "");
        assert!(!shown.is_due() && shown.is_shown());
        assert!(
            !Live { id: "2".into(), shown: Instant::now() + Duration::from_secs(60), is_shown: false }
                .is_due()
        );
    }
}
