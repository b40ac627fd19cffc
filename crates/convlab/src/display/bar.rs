//! How far something is that takes a while: a bar, the rate and the time that is left.

use crate::datasets::grouped;
use std::time::Duration;

/// So much of so much, after a while.
#[derive(Debug, Clone, Copy)]
pub struct Bar {
    pub done: u64,
    pub of: u64,
    pub time: Duration,
}

impl Bar {
    /// `12,800 of 60,000 images, 2,100/s, 22 s left`.
    pub fn text(&self, what: &str) -> String {
        let (done, of) = (grouped(self.done as i64), grouped(self.of as i64));
        let seconds = self.time.as_secs_f64();
        if self.done == 0 || seconds <= 0.0 {
            return format!("{done} of {of} {what}");
        }
        let rate = self.done as f64 / seconds;
        let rest = match self.of.saturating_sub(self.done) {
            0 => format!("{seconds:.1} s"),
            left => format!("{} left", time(left as f64 / rate)),
        };
        let rate = if rate < 10.0 { format!("{rate:.1}") } else { grouped(rate.round() as i64) };
        format!("{done} of {of} {what}, {rate}/s, {rest}")
    }

    /// The bar with `text` below it.
    pub fn html(&self, text: &str) -> String {
        let part = 100.0 * self.done as f64 / self.of.max(1) as f64;
        format!(
            "<div style=\"max-width:480px\"><div role=\"progressbar\" aria-valuenow=\"{part:.0}\" \
             style=\"height:8px;border-radius:4px;background:#8884\"><div style=\"height:8px;width:{part:.1}%;\
             border-radius:4px;background:#3b82c4\"></div></div><div style=\"font-size:90%\">{}</div></div>",
            crate::show::escaped(text)
        )
    }
}

fn time(seconds: f64) -> String {
    let whole = seconds.ceil() as u64;
    if whole < 100 { format!("{whole} s") } else { format!("{} min {} s", whole / 60, whole % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(done: u64, seconds: u64) -> Bar {
        Bar { done, of: 60_000, time: Duration::from_secs(seconds) }
    }

    #[test]
    fn a_bar_tells_how_much_is_done_how_fast_it_goes_and_how_long_it_will_take() {
        assert_eq!(bar(0, 1).text("images"), "0 of 60,000 images");
        assert_eq!(bar(12_000, 6).text("images"), "12,000 of 60,000 images, 2,000/s, 24 s left");
        assert_eq!(bar(60, 40).text("images"), "60 of 60,000 images, 1.5/s, 666 min 0 s left");
        assert_eq!(bar(60_000, 20).text("images"), "60,000 of 60,000 images, 3,000/s, 20.0 s");
    }

    #[test]
    fn a_bar_is_as_long_as_the_part_that_is_done() {
        let html = bar(15_000, 1).html("a < b");
        assert!(html.contains("width:25.0%") && html.contains("a &lt; b"), "{html}");
    }
}
