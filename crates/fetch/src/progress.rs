//! Plain lines for people: in a notebook a line cannot be written over.

use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Writes one line to stderr; that nobody reads it is no reason to stop.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Tells at most once a second how far a download is.
pub struct Progress<'a> {
    name: &'a str,
    from: u64,
    total: Option<u64>,
    begun: Instant,
    told: Instant,
}

impl<'a> Progress<'a> {
    /// A download of the file `name` that goes on after `from` bytes, up to `total` if the server says so.
    pub fn new(name: &'a str, from: u64, total: Option<u64>) -> Self {
        Self { name, from, total, begun: Instant::now(), told: Instant::now() }
    }

    /// Tells that the file has now `so_far` bytes.
    pub fn reached(&mut self, so_far: u64) {
        if self.told.elapsed() >= Duration::from_secs(1) {
            self.told = Instant::now();
            say(&self.line(so_far, self.begun.elapsed()));
        }
    }

    fn line(&self, so_far: u64, time: Duration) -> String {
        let of = self.total.map_or_else(|| amount(so_far), |total| part_of(so_far, total));
        let speed = (so_far - self.from) as f64 / time.as_secs_f64();
        format!("{}: {of}, {}/s", self.name, amount(speed as u64))
    }
}

/// `812 bytes`, `28.9 kB`, `9.9 MB`.
pub fn amount(bytes: u64) -> String {
    let (unit, size) = unit(bytes);
    if size == 1 { format!("{bytes} {unit}") } else { format!("{:.1} {unit}", bytes as f64 / size as f64) }
}

/// `3.1 of 9.9 MB`.
pub fn part_of(bytes: u64, total: u64) -> String {
    let (_, size) = unit(total);
    let digits = usize::from(size > 1);
    format!("{:.digits$} of {}", bytes as f64 / size as f64, amount(total))
}

fn unit(bytes: u64) -> (&'static str, u64) {
    match bytes {
        0..1_000 => ("bytes", 1),
        1_000..100_000 => ("kB", 1_000),
        _ => ("MB", 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_how_much_of_what_and_how_fast() {
        let progress = Progress::new("a.gz", 500_000, Some(9_912_422));
        let line = progress.line(3_100_000, Duration::from_secs(2));
        assert_eq!(line, "a.gz: 3.1 of 9.9 MB, 1.3 MB/s");
        let unknown = Progress::new("a.gz", 0, None);
        assert_eq!(unknown.line(28_881, Duration::from_secs(1)), "a.gz: 28.9 kB, 28.9 kB/s");
    }

    #[test]
    fn small_amounts_are_told_in_small_units() {
        assert_eq!([amount(812), amount(4_542), amount(1_648_877)], ["812 bytes", "4.5 kB", "1.6 MB"]);
        assert_eq!(part_of(100, 812), "100 of 812 bytes");
    }
}
