//! What a training shows of itself while it goes on: how far it is, and the loss of its steps as a curve.

use crate::display::{Bar, Live};
use crate::show;
use std::time::{Duration, Instant};

/// The curve has at most so many points: each is the mean of its steps.
const MAX_POINTS: usize = 200;

/// One output that grows; in a kernel that shows none it does nothing.
pub struct Progress {
    live: Option<Live>,
    begin: Instant,
    epochs: i64,
    steps: usize,
}

impl Progress {
    /// For a training of so many epochs.
    pub fn start(epochs: i64) -> Self {
        Self { live: Live::start(Duration::from_millis(500)), begin: Instant::now(), epochs, steps: 0 }
    }

    /// An epoch begins that will have so many steps.
    pub fn epoch(&mut self, steps: usize) {
        self.steps = steps;
    }

    /// Shows the steps until now, if it is time to.
    pub fn step(&mut self, losses: &[f64]) {
        if self.live.as_ref().is_some_and(Live::is_due) {
            self.show(losses);
        }
    }

    /// Shows how it ended: this state stays in the notebook.
    pub fn end(mut self, losses: &[f64]) {
        self.show(losses);
    }

    fn show(&mut self, losses: &[f64]) {
        let Some(live) = &mut self.live else { return };
        let of = self.epochs as u64 * self.steps as u64;
        let bar = Bar { done: losses.len() as u64, of, time: self.begin.elapsed() };
        let text = bar.text("steps");
        let plot = show::Plot::new("step", "loss").line("loss", &points(losses));
        match show::curve(&plot) {
            Ok(figure) => {
                live.show(&(bar.html(&text) + figure.picture()), &format!("{text}\n{}", figure.text()))
            }
            Err(_) => live.show(&bar.html(&text), &text),
        }
    }
}

/// The steps, counted from 1, and their losses; of many steps the means of as many groups of neighbours.
fn points(losses: &[f64]) -> Vec<(f64, f64)> {
    let size = losses.len().div_ceil(MAX_POINTS).max(1);
    let groups = losses.chunks(size).enumerate();
    groups
        .map(|(index, group)| {
            let middle = (index * size) as f64 + (group.len() + 1) as f64 / 2.0;
            (middle, group.iter().sum::<f64>() / group.len() as f64)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_losses_are_drawn_as_they_are_and_many_as_means() {
        assert_eq!(points(&[3.0, 1.0]), [(1.0, 3.0), (2.0, 1.0)]);
        let many: Vec<f64> = (1..=400).map(f64::from).collect();
        let drawn = points(&many);
        assert_eq!(drawn.len(), MAX_POINTS);
        assert_eq!((drawn[0], drawn[199]), ((1.5, 1.5), (399.5, 399.5)));
    }
}
