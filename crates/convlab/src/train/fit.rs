use super::evaluate::{accuracy, measure};
use super::progress::Progress;
use super::step::step;
use super::{Epoch, FitConfig, History};
use crate::datasets::{Split, quick_epochs};
use crate::{Result, interrupt};
use std::time::Instant;
use tch::nn::{ModuleT, Optimizer};

/// Trains `net` on the images of `data`: `opt` moves the weights after each batch, against the gradient of the mean
/// cross-entropy.
///
/// It shows how far it is with a curve of the loss that grows, and prints a line for each epoch. It stops early, with what has been learned until then, when the learner
/// interrupts the cell, the time is over, or the loss is no number any more; the history says so.
/// With a [`checkpoint`](FitConfig::checkpoint) the best weights are kept in a file; that this fails ends no training.
/// `tch::manual_seed(0)` before the network is made fixes its first weights and the order of the images.
///
/// # Errors
/// If the network does not fit the images or the labels, or the checkpoint's file does not fit the network.
///
/// ```
/// # use convlab::prelude::*;
/// # let train = Split::new(Tensor::zeros([8, 1, 2, 2], (Kind::Float, Device::Cpu)), Tensor::zeros([8], (Kind::Int64, Device::Cpu)))?;
/// let vs = nn::VarStore::new(Device::Cpu);
/// let net = nn::seq().add_fn(|xs| xs.flat_view()).add(nn::linear(vs.root(), 4, 2, Default::default()));
/// let mut opt = nn::Adam::default().build(&vs, 1e-3).unwrap();
/// let config = train::FitConfig::new().epochs(2).batch_size(4);
/// let history = train::fit(&net, &mut opt, &train, config)?;
/// assert_eq!(history.losses.len(), 4);
/// # Ok::<(), Error>(())
/// ```
pub fn fit(net: &dyn ModuleT, opt: &mut Optimizer, data: &Split, config: FitConfig) -> Result<History> {
    let config = config.checked(data)?;
    let _watch = interrupt::Watch::start();
    let progress = Progress::start(config.epochs);
    let mut run = Run {
        net,
        opt,
        data,
        config,
        begin: Instant::now(),
        history: History::default(),
        best: None,
        progress,
    };
    run.resume()?;
    for number in 1..=quick_epochs(run.config.epochs, data.len()) {
        run.epoch(number)?;
        if let Some(note) = &run.history.note {
            println!("{note}");
            break;
        }
    }
    run.progress.end(&run.history.losses);
    Ok(run.history)
}

struct Run<'a> {
    net: &'a dyn ModuleT,
    opt: &'a mut Optimizer,
    data: &'a Split,
    config: FitConfig,
    begin: Instant,
    history: History,
    /// The accuracy of the weights in the checkpoint's file.
    best: Option<f64>,
    progress: Progress,
}

impl Run<'_> {
    /// Takes the weights in the checkpoint's file, if that is wanted and there is one.
    fn resume(&mut self) -> Result<()> {
        let Some(checkpoint) = self.config.checkpoint.as_ref().filter(|_| self.config.resume) else {
            return Ok(());
        };
        if !checkpoint.read()? {
            println!(
                "There is no {} yet: training starts from the network's own weights.",
                checkpoint.path()
            );
            return Ok(());
        }
        let validation = self.config.validation.as_ref();
        let accuracy = validation.map(|split| accuracy(self.net, split)).transpose()?;
        self.best = Some(accuracy.unwrap_or(f64::NEG_INFINITY));
        println!("Training goes on from {}.", checkpoint.path());
        Ok(())
    }

    /// Writes the weights of `epoch` to the checkpoint's file if they are the best yet; whether it did.
    fn keep(&mut self, epoch: &Epoch) -> bool {
        let Some(checkpoint) = &self.config.checkpoint else { return false };
        // An epoch that was cut short is not measured: its weights are kept only where there are no others.
        let accuracy = epoch.accuracy.unwrap_or(f64::NEG_INFINITY);
        let is_best = self.config.validation.is_none() || self.best.is_none_or(|best| accuracy > best);
        if !is_best || !epoch.loss.is_finite() {
            return false;
        }
        let written = checkpoint.write();
        match &written {
            Ok(()) => self.best = Some(accuracy),
            Err(error) => println!("{error}"),
        }
        written.is_ok()
    }

    /// Sees all images once, then measures the accuracy on the validation images.
    fn epoch(&mut self, number: i64) -> Result<()> {
        let (begin, first) = (Instant::now(), self.history.losses.len());
        self.steps(number)?;
        let losses = &self.history.losses[first..];
        if losses.is_empty() {
            return Ok(());
        }
        let mut epoch = Epoch {
            steps: losses.len(),
            loss: losses.iter().sum::<f64>() / losses.len() as f64,
            accuracy: None,
            seconds: begin.elapsed().as_secs_f64(),
            kept: false,
        };
        if let (Some(validation), None) = (&self.config.validation, &self.history.note) {
            epoch.accuracy = measure(self.net, validation)?.map(|measured| measured.accuracy());
            if epoch.accuracy.is_none() {
                self.history.note = Some(interrupted(number));
            }
        }
        println!("{}", line(number, &epoch));
        epoch.kept = self.keep(&epoch);
        self.history.epochs.push(epoch);
        Ok(())
    }

    fn steps(&mut self, number: i64) -> Result<()> {
        let mut seen = 0;
        let batches = self.data.batches(self.config.batch_size)?.quietly();
        self.progress.epoch(batches.len());
        for (index, (xs, labels)) in (1..).zip(batches) {
            let loss = step(self.net, self.opt, &xs, &labels)?;
            self.history.losses.push(loss);
            self.progress.step(&self.history.losses);
            seen += labels.size()[0];
            if self.config.log_every.is_some_and(|every| index % every == 0) {
                println!("epoch {number}, {seen} of {} images: loss {loss:.4}", self.data.len());
            }
            self.history.note = self.reason_to_stop(number, loss);
            if self.history.note.is_some() {
                return Ok(());
            }
        }
        // An interrupt has ended the batches.
        self.history.note = interrupt::take().then(|| interrupted(number));
        Ok(())
    }

    fn reason_to_stop(&self, epoch: i64, loss: f64) -> Option<String> {
        if !loss.is_finite() {
            Some(format!("Stopped in epoch {epoch}: the loss is {loss}. A smaller learning rate may help."))
        } else if self.config.time_limit.is_some_and(|limit| self.begin.elapsed() > limit) {
            Some(format!("Stopped in epoch {epoch}: the time limit is reached."))
        } else {
            None
        }
    }
}

fn interrupted(epoch: i64) -> String {
    format!("Interrupted in epoch {epoch}: the weights are as the last step left them.")
}

fn line(number: i64, epoch: &Epoch) -> String {
    let accuracy = epoch.accuracy.map_or(String::new(), |part| format!(", validation accuracy {part:.4}"));
    format!("epoch {number}: mean loss {:.4}{accuracy}, {:.1} s", epoch.loss, epoch.seconds)
}
