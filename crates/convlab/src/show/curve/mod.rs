//! Lines in a coordinate system.

mod draw;
mod plot;

pub use plot::{Curves, Plot};

use super::figure::Figure;
use crate::{Error, Result};
use draw::{Curve, MAX_LINES};
use plot::Line;

/// Draws lines: a training's [`History`](crate::train::History), a list of losses, or any [`Plot`].
///
/// Each line has a colour and a mark of its own; the text has its first, last, smallest and largest number.
///
/// # Errors
/// If there is no finite number to draw, or there are more than six lines.
///
/// ```
/// # use convlab::prelude::*;
/// let losses = vec![2.3, 1.1, 0.6, 0.4];
/// let figure = show::curve(&losses)?;
/// # Ok::<(), Error>(())
/// ```
pub fn curve(what: &(impl Curves + ?Sized)) -> Result<Figure> {
    let plots = what.plots();
    plots.iter().try_for_each(check)?;
    let text = plots.iter().map(in_words).collect::<Vec<_>>().join("\n");
    Figure::of(Curve { plots, text })
}

fn check(plot: &Plot) -> Result<()> {
    if plot.lines.len() > MAX_LINES {
        let expected = format!("at most {MAX_LINES} lines, so that they can be distinguished");
        let found = format!("{} lines", plot.lines.len());
        return Err(Error::new(expected, found, "draw some of them in a plot of their own"));
    }
    if plot.lines.iter().flat_map(Line::finite).next().is_none() {
        let found = match plot.lines.iter().map(|line| line.points.len()).sum::<usize>() {
            0 => "no point at all".to_owned(),
            count => format!("{count} points without a finite number"),
        };
        let remedy = "add points with `.line(\"name\", &points)`, or look at the numbers for NaN";
        return Err(Error::new("points to draw", found, remedy));
    }
    Ok(())
}

/// What a plot shows, in words and numbers.
fn in_words(plot: &Plot) -> String {
    let lines = plot.lines.iter().map(|line| {
        let points: Vec<_> = line.finite().collect();
        let by_height = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let at = |point: Option<&(f64, f64)>| {
            point.map_or("none".into(), |(x, y)| format!("{} at {}", short(*y), short(*x)))
        };
        let strange = match line.points.len() - points.len() {
            0 => String::new(),
            count => format!(", {count} not finite"),
        };
        format!(
            "\n{}: {} points, first {}, last {}, smallest {}, largest {}{strange}",
            line.name,
            line.points.len(),
            at(points.first()),
            at(points.last()),
            at(points.iter().min_by(by_height)),
            at(points.iter().max_by(by_height)),
        )
    });
    format!("{} by {}{}", plot.y, plot.x, lines.collect::<String>())
}

/// At most four decimals, none that say nothing.
fn short(value: f64) -> String {
    if value != 0.0 && !(5e-5..1e6).contains(&value.abs()) {
        return format!("{value:.2e}");
    }
    let text = format!("{:.4}", value + 0.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
