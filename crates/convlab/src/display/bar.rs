//! How far something is that takes a while: a bar, the rate and the time that is left.

use super::Live;
use crate::text::grouped;
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
        let part = 100.0 * self.done as f64 / self.of.max(1) as f64;
        format!(
            "<div style=\"max-width:480px\"><div role=\"progressbar\" aria-label=\"{message}\" aria-valuenow=\"{part:.0}\" \
             style=\"height:8px;border-radius:4px;background:#8884\"><div style=\"height:8px;width:{part:.1}%;\
             border-radius:4px;background:#3b82c4\"></div></div><div style=\"font-size:90%\">{message}</div></div>"
        )
    }
}

/// Shows a download's lines: in the labs' kernel as one output with a bar, else one below the other.
pub fn progress() -> impl FnMut(&str) {
    let mut live = Live::start(Duration::ZERO);
    move |line| match &mut live {
        Some(live) => {
            let bar = part(line).map(|(done, of)| Bar { done, of, time: Duration::ZERO }.html(line));
            live.show(&bar.unwrap_or_else(|| crate::text::escaped(line)), line);
        }
        None => println!("{line}"),
    }
}

/// How much of how much `a.gz: 3.1 of 9.9 MB, 1.5 MB/s` tells, in tenths.
fn part(line: &str) -> Option<(u64, u64)> {
    let (_, amounts) = line.rsplit_once(": ")?;
    let (done, rest) = amounts.split_once(" of ")?;
    let tenths = |number: &str| Some((number.parse::<f64>().ok()? * 10.0).round() as u64);
    tenths(done).zip(tenths(rest.split(' ').next()?))
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
    fn a_line_of_a_download_tells_how_long_its_bar_is() {
        assert_eq!(part("train-images-idx3-ubyte.gz: 3.1 of 9.9 MB, 1.5 MB/s"), Some((31, 99)));
        assert_eq!(part("a.gz: 812 of 1000 bytes, 9 bytes/s"), Some((8120, 10_000)));
        for line in ["a.gz: 3.1 MB, 1.5 MB/s", "a.gz is there: 9.9 MB", "trying the next of 2 mirrors", ""] {
            assert_eq!(part(line), None, "{line}");
        }
    }

    #[test]
    fn a_bar_is_as_long_as_the_part_that_is_done() {
        let html = bar(15_000, 1).html("a < b");
        assert!(html.contains("width:25.0%") && html.contains("aria-label=\"a &lt; b\""), "{html}");
    }
}
