//! Trainings side by side.

use super::figure::Figure;
use super::table::table;
use crate::history::History;
use crate::text::grouped;
use crate::{Error, Result};
use tch::nn::VarStore;

const HEAD: [&str; 5] = ["run", "accuracy", "parameters", "steps", "seconds"];

/// One training, as a row of [`runs`].
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    name: String,
    accuracy: f64,
    parameters: i64,
    steps: usize,
    seconds: f64,
}

impl Run {
    /// Notes what a training came to: `vs` holds the network's weights, `history` is what `train::fit` returned, and
    /// `accuracy`, 0 to 1, is what you measured.
    ///
    /// Weights that are not trained are not counted.
    pub fn new(name: &str, vs: &VarStore, history: &History, accuracy: f64) -> Self {
        let parameters = vs.trainable_variables().iter().map(|variable| variable.numel() as i64).sum();
        let (steps, seconds) = (history.losses.len(), history.seconds());
        Self { name: name.to_owned(), accuracy, parameters, steps, seconds }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.name.clone(),
            format!("{:.2} %", 100.0 * self.accuracy),
            grouped(self.parameters),
            grouped(self.steps as i64),
            format!("{:.1}", self.seconds),
        ]
    }
}

/// Draws a table of trainings: accuracy, number of parameters, steps and seconds.
///
/// # Errors
/// If there is no run.
///
/// ```
/// # use convlab::prelude::*;
/// # fn compare(vs: nn::VarStore, history: train::History, accuracy: f64) -> Result<show::Figure> {
/// let mut runs = Vec::new();
/// runs.push(show::Run::new("three convolutions", &vs, &history, accuracy));
/// show::runs(&runs)
/// # }
/// ```
pub fn runs(runs: &[Run]) -> Result<Figure> {
    if runs.is_empty() {
        let remedy = "add one: `runs.push(show::Run::new(\"my net\", &vs, &history, accuracy))`";
        return Err(Error::new("runs to compare", "an empty list", remedy));
    }
    let rows: Vec<_> = runs.iter().map(Run::cells).collect();
    table(&HEAD, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Epoch;
    use tch::{Device, nn};

    fn run(name: &str, accuracy: f64) -> Run {
        let vs = nn::VarStore::new(Device::Cpu);
        let _layer = nn::conv2d(vs.root(), 5, 10, 2, Default::default());
        let epoch = Epoch { seconds: 4.06, ..Epoch::default() };
        let history = History { losses: vec![0.5; 1407], epochs: vec![epoch; 3], ..History::default() };
        Run::new(name, &vs, &history, accuracy)
    }

    #[test]
    fn each_run_is_a_row_with_its_numbers() {
        let figure = runs(&[run("a", 0.953), run("a < b", 0.9712)]).unwrap();
        let table = "run    accuracy  parameters  steps  seconds\n\
                     a       95.30 %         210  1,407     12.2\n\
                     a < b   97.12 %         210  1,407     12.2";
        assert_eq!(figure.text(), table);
    }

    #[test]
    fn no_run_is_refused_and_the_way_out_is_reported() {
        assert!(runs(&[]).unwrap_err().to_string().contains("runs.push"));
    }
}
