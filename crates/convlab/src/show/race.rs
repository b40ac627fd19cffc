//! A race as bars: the shorter, the faster.

use super::colour::Rgb;
use super::elements::{Area, Block, Drawn, Surface, label};
use super::figure::{Drawing, Figure};
use super::region::{Names, Region, Values};
use super::table::table;
use super::tiles::shortened;
use crate::Result;
use crate::bench::{Race, Timing};
use crate::display::Displayed;
use plotters::style::text_anchor::HPos;

const WIDTH: i32 = 850;
const ROW: i32 = 38;
/// The line of the axis's numbers below the bars.
const AXIS: i32 = 30;
/// Where the bars begin and end; behind them there is room for a time.
const LEFT: i32 = 270;
const RIGHT: i32 = 720;
const BAR: Rgb = [26, 128, 196];
const LIMIT: Rgb = [247, 103, 7];
const TICK: Rgb = [150, 150, 150];
const WHISKER: Rgb = [96, 96, 96];
/// Longer names are cut here.
const MAX_LETTERS: usize = 26;
/// Where the slowest takes so many times as long as the fastest, the axis is logarithmic.
const WIDE: f64 = 30.0;

/// Draws a race: a bar for each contestant, as long as the median of its times, and a line across it for the middle
/// half of them; the machine's limit, where it is known, is a line through all.
///
/// A cell that ends with a race draws it without being asked.
///
/// # Errors
/// If it cannot be drawn.
pub fn race(race: &Race) -> Result<Figure> {
    Figure::of(Bars { axis: Axis::of(race), race: race.clone() })
}

impl Displayed for Race {
    fn evcxr_display(&self) {
        race(self).evcxr_display();
    }
}

/// Which pixel belongs to a time in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Axis {
    /// From 0 to this time.
    Linear(f64),
    /// Between two powers of ten.
    Logarithmic(i32, i32),
}

impl Axis {
    fn of(race: &Race) -> Self {
        let times = || race.timings.iter().map(|timing| timing.median).chain(race.limit);
        let spread = race.timings.iter().map(|timing| timing.spread[1]);
        let longest = times().chain(spread).fold(1e-9, f64::max);
        let shortest = times().fold(f64::INFINITY, f64::min).max(1e-9);
        match longest / shortest > WIDE {
            true => Self::Logarithmic((shortest.log10() - 0.1).floor() as i32, longest.log10().ceil() as i32),
            false => Self::Linear(longest),
        }
    }

    fn at(self, time: f64) -> i32 {
        let fraction = match self {
            Self::Linear(longest) => time / longest,
            Self::Logarithmic(low, high) => {
                (time.max(1e-12).log10() - f64::from(low)) / f64::from(high - low)
            }
        };
        LEFT + (fraction.clamp(0.0, 1.0) * f64::from(RIGHT - LEFT)).round() as i32
    }

    /// The times that are written below.
    fn ticks(self) -> Vec<f64> {
        match self {
            Self::Linear(longest) => {
                let power = 10_f64.powf(longest.log10().floor());
                let step = [0.2, 0.5, 1.0, 2.0]
                    .map(|step| step * power)
                    .into_iter()
                    .find(|step| longest / step <= 5.0);
                let step = step.unwrap_or(power * 5.0);
                (0..=(longest / step) as i32).map(|n| f64::from(n) * step).collect()
            }
            Self::Logarithmic(low, high) => (low..=high).map(|power| 10_f64.powi(power)).collect(),
        }
    }
}

/// A time as people write it: `1.43 ms`, `28 µs`, `9.7 s`.
fn written(seconds: f64) -> String {
    let (value, unit) = match seconds {
        _ if seconds == 0.0 => return "0".into(),
        _ if seconds < 0.999_5e-3 => (seconds * 1e6, "µs"),
        _ if seconds < 0.999_5 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    let decimals = [10.0, 100.0].iter().filter(|edge| value < **edge * 0.999_5).count();
    let text = format!("{value:.decimals$}");
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{short} {unit}")
}

struct Bars {
    race: Race,
    axis: Axis,
}

impl Bars {
    fn height(&self) -> i32 {
        ROW * self.race.timings.len() as i32
    }

    fn bar<B: Surface>(&self, area: &Area<B>, row: usize, timing: &Timing) -> Drawn<B> {
        let middle = ROW * row as i32 + ROW / 2;
        let end = self.axis.at(timing.median).max(LEFT + 1);
        label(area, (LEFT - 10, middle), 17.0, HPos::Right, &shortened(&timing.name, MAX_LETTERS))?;
        area.draw(&Block { rect: [LEFT, middle - 11, end - LEFT, 22], colour: BAR })?;
        let [fast, slow] = timing.spread.map(|time| self.axis.at(time));
        area.draw(&Block { rect: [fast, middle - 1, (slow - fast).max(1), 3], colour: WHISKER })?;
        label(area, (end.max(slow) + 8, middle), 17.0, HPos::Left, &written(timing.median))
    }
}

impl Drawing for Bars {
    fn title(&self) -> String {
        let threads = if self.race.threads == 1 { "thread" } else { "threads" };
        let scale = if matches!(self.axis, Axis::Linear(_)) { "" } else { ", logarithmic" };
        let limit = self
            .race
            .limit
            .map_or_else(String::new, |limit| format!("; orange: the machine's limit, {}", written(limit)));
        format!("Time on {} {threads}{scale}{limit}", self.race.threads)
    }

    fn text(&self) -> String {
        let limit =
            |timing: &Timing| self.race.limit.map(|limit| format!("{:.0} %", 100.0 * limit / timing.median));
        let row = |timing: &Timing| {
            let [fast, slow] = timing.spread.map(written);
            let cores = timing.cores.map_or_else(|| "?".to_owned(), |cores| format!("{cores:.1}"));
            let cells = [timing.name.clone(), written(timing.median), format!("{fast} to {slow}")];
            let cells = cells.into_iter().chain([timing.rounds.to_string(), cores]);
            cells.chain(limit(timing)).collect::<Vec<_>>()
        };
        let rows: Vec<_> = self.race.timings.iter().map(row).collect();
        let all = ["", "median", "middle half", "rounds", "cores busy", "of the limit"];
        let names = &all[..rows.first().map_or(0, Vec::len)];
        let table = table(names, &rows).map_or_else(|_| String::new(), |table| table.text().to_owned());
        format!("{}\n{table}", self.title())
    }

    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (self.height() + AXIS) as u32)
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        for time in self.axis.ticks() {
            let x = self.axis.at(time);
            area.draw(&Block { rect: [x, 0, 1, self.height() + 4], colour: TICK })?;
            label(area, (x, self.height() + 16), 15.0, HPos::Center, &written(time))?;
        }
        for (row, timing) in self.race.timings.iter().enumerate() {
            self.bar(area, row, timing)?;
        }
        if let Some(limit) = self.race.limit {
            area.draw(&Block { rect: [self.axis.at(limit) - 1, 0, 3, self.height()], colour: LIMIT })?;
        }
        let rows: Vec<String> = self.race.timings.iter().map(|timing| timing.name.clone()).collect();
        let numbers = self.race.timings.iter().map(|timing| timing.median * 1e3).collect();
        let names = Names { rows, columns: vec!["ms".into()], ..Names::default() };
        let values = Values::Grid { size: [self.race.timings.len(), 1], numbers, names };
        area.draw(&Region { name: "median".into(), rect: [0, 0, WIDTH, self.height()], values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Tensor;

    fn race_of(times: &[(&str, f64)], limit: Option<f64>) -> Race {
        let mut race = crate::bench::race(&[("a", &|| Tensor::from(1.0))]).unwrap();
        let timing = |(name, median): &(&str, f64)| Timing {
            name: (*name).to_owned(),
            median: *median,
            spread: [median * 0.9, median * 1.2],
            rounds: 31,
            cores: Some(0.99),
            ..race.timings[0].clone()
        };
        race.timings = times.iter().map(timing).collect();
        race.limit = limit;
        race
    }

    #[test]
    fn a_time_has_three_digits_at_most_and_its_unit() {
        for (seconds, text) in [
            (0.0, "0"),
            (2.84e-5, "28.4 µs"),
            (0.001_43, "1.43 ms"),
            (0.048, "48 ms"),
            (0.999_9, "1 s"),
            (0.000_999_9, "1 ms"),
            (9.7, "9.7 s"),
            (123.4, "123 s"),
            (1e-7, "0.1 µs"),
        ] {
            assert_eq!(written(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn a_bar_is_as_long_as_its_time_and_the_limit_stands_where_it_belongs() {
        let figure = super::race(&race_of(&[("mine", 0.010), ("libtorch", 0.005)], Some(0.0025))).unwrap();
        let html = figure.picture().to_owned();
        // The axis ends with the upper quartile of the slowest, 12 ms, at 450 pixels.
        for part in ["width='375'", "width='188'", ">10 ms<", ">5 ms<", ">mine<", ">libtorch<", "x='363'"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        let text = figure.text();
        assert!(text.contains("mine      10 ms   9 ms to 12 ms") && text.contains("50 %"), "{text}");
        assert!(text.starts_with("Time on 1 thread; orange: the machine's limit, 2.5 ms\n"), "{text}");
    }

    #[test]
    fn where_one_takes_a_thousand_times_as_long_the_axis_is_logarithmic_and_says_so() {
        let race = race_of(&[("tensors", 10.0), ("mine", 0.001)], None);
        assert_eq!(Axis::of(&race), Axis::Logarithmic(-4, 2));
        assert_eq!(Axis::of(&race).ticks().len(), 7);
        let text = super::race(&race).unwrap().text().to_owned();
        assert!(text.starts_with("Time on 1 thread, logarithmic\n") && !text.contains("limit"), "{text}");
    }

    #[test]
    fn an_axis_from_zero_has_a_few_round_numbers() {
        assert_eq!(Axis::Linear(0.012).ticks(), [0.0, 0.005, 0.01]);
        assert_eq!(Axis::Linear(0.05).ticks().len(), 6);
        assert_eq!(Axis::Linear(0.9).at(0.9), RIGHT);
    }
}
