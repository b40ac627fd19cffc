//! What is drawn: points with names.

use crate::history::History;

/// A coordinate system with lines to be drawn by [`curve`](super::curve).
///
/// ```
/// # use convlab::prelude::*;
/// let plot = show::Plot::new("shift (pixels)", "test accuracy")
///     .line("fully connected", &[(0.0, 0.97), (2.0, 0.62), (4.0, 0.24)])
///     .line("convolutional", &[(0.0, 0.98), (2.0, 0.85), (4.0, 0.41)]);
/// let figure = show::curve(&plot)?;
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) lines: Vec<Line>,
}

/// A line and its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What the legend calls it.
    pub name: String,
    /// Pairs of x and y.
    pub points: Vec<(f64, f64)>,
    /// Drawn thin, pale and without marks: what another line is the mean of.
    pub pale: bool,
}

impl Plot {
    /// A coordinate system without lines; `x` and `y` say what the axes count, with their unit.
    pub fn new(x: &str, y: &str) -> Self {
        Self { x: x.to_owned(), y: y.to_owned(), lines: Vec::new() }
    }

    /// Adds a line through `points`, pairs of x and y; at most six lines can be told apart.
    pub fn line(mut self, name: &str, points: &[(f64, f64)]) -> Self {
        self.lines.push(Line { name: name.to_owned(), points: points.to_vec(), pale: false });
        self
    }

    fn pale(mut self) -> Self {
        self.lines.iter_mut().for_each(|line| line.pale = true);
        self
    }
}

impl Line {
    /// The points that have a place.
    pub fn finite(&self) -> impl Iterator<Item = (f64, f64)> {
        self.points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite())
    }
}

/// What [`curve`](super::curve) can draw, as one coordinate system or several.
pub trait Curves {
    /// The coordinate systems, from top to bottom.
    fn plots(&self) -> Vec<Plot>;
}

impl Curves for Plot {
    fn plots(&self) -> Vec<Plot> {
        vec![self.clone()]
    }
}

/// A loss, say, for each step, counted from 1.
impl Curves for [f64] {
    fn plots(&self) -> Vec<Plot> {
        vec![Plot::new("step", "value").line("value", &counted(self))]
    }
}

/// As of a slice.
impl Curves for Vec<f64> {
    fn plots(&self) -> Vec<Plot> {
        self.as_slice().plots()
    }
}

/// The loss over the steps, with its running mean, and the validation accuracy over the epochs.
impl Curves for History {
    fn plots(&self) -> Vec<Plot> {
        let window = self.losses.len() / 40;
        let loss = Plot::new("step", "training loss");
        let loss = match window {
            ..3 => loss.line("each step", &counted(&self.losses)),
            _ => loss
                .line("each step", &counted(&self.losses))
                .pale()
                .line(&format!("mean of {window} steps"), &counted(&running_mean(&self.losses, window))),
        };
        let points = self.accuracies();
        let accuracy = Plot::new("epoch", "validation accuracy").line("validation accuracy", &points);
        if points.is_empty() { vec![loss] } else { vec![loss, accuracy] }
    }
}

/// Values with their number, from 1.
pub(super) fn counted(values: &[f64]) -> Vec<(f64, f64)> {
    values.iter().enumerate().map(|(index, value)| (index as f64 + 1.0, *value)).collect()
}

/// For each value the mean of the last `window` ones.
pub(super) fn running_mean(values: &[f64], window: usize) -> Vec<f64> {
    let last = |end: usize| &values[end.saturating_sub(window)..end];
    (1..=values.len()).map(|end| last(end).iter().sum::<f64>() / last(end).len() as f64).collect()
}
