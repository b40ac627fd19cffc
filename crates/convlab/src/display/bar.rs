//! How far something is that takes a while: a bar, the rate and the time that is left.

use super::Live;
use crate::text::grouped;
use common::download::{Message, Progress};
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
        let message = crate::text::escaped(text);
        let percent = 100.0 * self.done as f64 / self.of.max(1) as f64;
        format!(
            "<div style=\"max-width:480px\"><div role=\"progressbar\" aria-label=\"{message}\" aria-valuenow=\"{percent:.0}\" \
             style=\"height:8px;border-radius:4px;background:#8884\"><div style=\"height:8px;width:{percent:.1}%;\
             border-radius:4px;background:#3b82c4\"></div></div><div style=\"font-size:90%\">{message}</div></div>"
        )
    }
}

/// Shows a download's reports: in the labs' kernel as one output with a bar, else one below the other.
pub fn progress() -> impl FnMut(&Message) {
    let mut live = Live::start(Duration::ZERO);
    move |report| match &mut live {
        Some(live) => live.show(&html(report), &report.to_string()),
        None => println!("{report}"),
    }
}

/// A bar for a file whose length is known; else the text alone.
fn html(report: &Message) -> String {
    match report {
        Message::Progress(Progress { bytes: done, total: Some(of), .. }) => {
            Bar { done: *done, of: *of, time: Duration::ZERO }.html(&report.to_string())
        }
        _ => crate::text::escaped(&report.to_string()),
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
    fn a_bar_says_how_much_is_done_how_fast_it_goes_and_how_long_it_will_take() {
        assert_eq!(bar(0, 1).text("images"), "0 of 60,000 images");
        assert_eq!(bar(12_000, 6).text("images"), "12,000 of 60,000 images, 2,000/s, 24 s left");
        assert_eq!(bar(60, 40).text("images"), "60 of 60,000 images, 1.5/s, 666 min 0 s left");
        assert_eq!(bar(60_000, 20).text("images"), "60,000 of 60,000 images, 3,000/s, 20.0 s");
    }

    #[test]
    fn a_download_of_known_length_has_a_bar_and_every_other_report_only_its_text() {
        let progress = |total| Progress { file: "a.gz".into(), bytes: 250_000, total, per_second: 1_500_000 };
        let known = html(&Message::Progress(progress(Some(1_000_000))));
        assert!(known.contains("width:25.0%") && known.contains("a.gz: 0.2 of 1.0 MB, 1.5 MB/s"), "{known}");
        assert_eq!(html(&Message::Progress(progress(None))), "a.gz: 0.2 MB, 1.5 MB/s");
        assert_eq!(html(&Message::Note("1 of 2 <mirrors>".into())), "1 of 2 &lt;mirrors&gt;");
    }

    #[test]
    fn a_bar_is_as_long_as_the_fraction_that_is_done() {
        let html = bar(15_000, 1).html("a < b");
        assert!(html.contains("width:25.0%") && html.contains("aria-label=\"a &lt; b\""), "{html}");
    }
}
