use crate::Result;
use crate::display::displayed_as_text;
use crate::tensorboard::SummaryWriter;
use std::fmt;

/// What [`fit`](crate::train::fit) has seen while it trained; `show::curve(&history)?` draws it.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct History {
    /// The loss of each step, in order.
    pub losses: Vec<f64>,
    /// What each epoch came to; the last one may have been cut short.
    pub epochs: Vec<Epoch>,
    /// Why training ended before its last step, if it did.
    pub note: Option<String>,
}

/// One epoch of a [`History`].
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct Epoch {
    /// How many steps it had.
    pub steps: usize,
    /// The mean of its steps' losses.
    pub loss: f64,
    /// The accuracy on the validation images after it, 0 to 1, if there are such images.
    pub accuracy: Option<f64>,
    /// How long its steps took; measuring the accuracy is not counted.
    pub seconds: f64,
    /// Whether the checkpoint's file was given the weights of this epoch.
    pub kept: bool,
}

impl History {
    /// How long all steps took together.
    pub fn seconds(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.seconds).sum()
    }

    /// The validation accuracies as points to draw, `(epoch, accuracy)`, the epochs counted from 1; epochs without a
    /// measured accuracy are left out.
    ///
    /// ```
    /// # use convlab::prelude::*;
    /// # fn draw(wide: train::History, narrow: train::History) -> Result<show::Figure> {
    /// let plot = show::Plot::new("epoch", "validation accuracy")
    ///     .line("wide", &wide.accuracies())
    ///     .line("narrow", &narrow.accuracies());
    /// show::curve(&plot)
    /// # }
    /// ```
    pub fn accuracies(&self) -> Vec<(f64, f64)> {
        let epochs = (1..).zip(&self.epochs);
        epochs.filter_map(|(number, epoch)| Some((f64::from(number), epoch.accuracy?))).collect()
    }

    /// Writes the losses as `loss/train` and the accuracies as `accuracy/validation` to a folder for TensorBoard.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    ///
    /// ```no_run
    /// # use convlab::prelude::*;
    /// # fn write(history: train::History) -> Result<()> {
    /// history.write_tensorboard("runs/first")?; // look at it with: tensorboard --logdir runs
    /// # Ok(()) }
    /// ```
    pub fn write_tensorboard(&self, dir: impl AsRef<std::path::Path>) -> Result<()> {
        let mut writer = SummaryWriter::new(dir)?;
        for (step, loss) in (1..).zip(&self.losses) {
            writer.add_scalar("loss/train", *loss, step)?;
        }
        for (epoch, accuracy) in self.accuracies() {
            writer.add_scalar("accuracy/validation", accuracy, epoch as i64)?;
        }
        Ok(())
    }
}

/// A line for each epoch: its steps, mean loss, accuracy on the validation images, seconds, and whether it was kept.
impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let measured = self.epochs.iter().any(|epoch| epoch.accuracy.is_some());
        let column = if measured { "  validation accuracy" } else { "" };
        write!(f, "epoch  steps  mean loss{column}  seconds")?;
        for (number, epoch) in (1..).zip(&self.epochs) {
            write!(f, "\n{number:>5}  {:>5}  {:>9.4}", epoch.steps, epoch.loss)?;
            match epoch.accuracy {
                Some(accuracy) => write!(f, "  {accuracy:>19.4}")?,
                None if measured => write!(f, "  {:>19}", "-")?,
                None => {}
            }
            write!(f, "  {:>7.1}{}", epoch.seconds, if epoch.kept { "  kept" } else { "" })?;
        }
        self.note.iter().try_for_each(|note| write!(f, "\n{note}"))
    }
}

// Thousands of losses would be no help to a reader.
displayed_as_text!(History);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_a_table_with_a_line_for_each_epoch_and_says_why_it_ended() {
        let epoch = |accuracy| Epoch { steps: 196, loss: 0.51234, accuracy, seconds: 8.06, kept: false };
        let mut history = History {
            losses: vec![0.5; 392],
            epochs: vec![epoch(Some(0.91)), epoch(None)],
            note: Some("Interrupted.".into()),
        };
        let table = "epoch  steps  mean loss  validation accuracy  seconds\n    \
                     1    196     0.5123               0.9100      8.1\n    \
                     2    196     0.5123                    -      8.1\nInterrupted.";
        assert_eq!(history.to_string(), table);
        assert_eq!(format!("{history:?}"), table);
        assert!((history.seconds() - 16.12).abs() < 1e-9);
        history.epochs[0].accuracy = None;
        history.epochs[1].kept = true;
        let table = history.to_string();
        assert!(
            !table.contains("accuracy") && table.contains("8.1\n") && table.contains("8.1  kept\n"),
            "{table}"
        );
    }
}
