//! Turns the lines that evcxr reads of a cell into what Jupyter shows, in their order: where the learner's process has no
//! streams of its own (`streams.rs`).

use super::iopub::IoPub;
use super::marked::{MARK, message};
use crossbeam_channel::{Receiver, Select, Sender, bounded};
use evcxr::EvalContextOutputs;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::Duration;

/// Lines are handed on together, up to so many bytes.
const MAX_BYTES: usize = 1 << 16;

/// Between two looks at what was printed: lines come together, and a client is not drowned in messages.
const PAUSE: Duration = Duration::from_millis(2);

/// How long stderr must be silent after a cell's end to be taken for read: another thread of evcxr reads it.
const SILENCE: Duration = Duration::from_millis(10);

/// The results that a cell has printed: here evcxr collects them.
pub type Contents = BTreeMap<String, String>;

/// No streams of its own for the learner's process.
pub struct Outputs;

impl Outputs {
    pub fn make() -> io::Result<Self> {
        Ok(Self)
    }
}

/// Lets whoever ends a cell wait until all that the cell has printed is handed on.
#[derive(Clone)]
pub struct Pump(Sender<Sender<()>>);

impl Pump {
    /// Begins to hand on both streams.
    pub fn start(_: Outputs, lines: EvalContextOutputs, iopub: IoPub) -> io::Result<Self> {
        let (stdout, stderr) = (lines.stdout, lines.stderr);
        let (sender, fences) = bounded::<Sender<()>>(0);
        std::thread::spawn(move || {
            let mut shown = BTreeSet::new();
            let mut select = Select::new();
            select.recv(&stdout);
            select.recv(&stderr);
            select.recv(&fences);
            loop {
                match select.ready() {
                    0 => {
                        hand_on("stdout", &stdout, &iopub, &mut shown);
                        std::thread::sleep(PAUSE);
                    }
                    1 => {
                        hand_on("stderr", &stderr, &iopub, &mut shown);
                        std::thread::sleep(PAUSE);
                    }
                    _ => match fences.try_recv() {
                        Ok(done) => {
                            hand_on("stdout", &stdout, &iopub, &mut shown);
                            while let Ok(line) = stderr.recv_timeout(SILENCE) {
                                text("stderr", &format!("{line}\n"), &iopub);
                                hand_on("stderr", &stderr, &iopub, &mut shown);
                            }
                            drop(done);
                        }
                        Err(error) if error.is_disconnected() => return,
                        Err(_) => {}
                    },
                }
            }
        });
        Ok(Self(sender))
    }

    /// Waits until all that was printed is handed on.
    pub fn drain(&mut self) -> Contents {
        let (done, waiting) = bounded(0);
        if self.0.send(done).is_ok() {
            let _ = waiting.recv();
        }
        Contents::new()
    }
}

fn hand_on(stream: &str, lines: &Receiver<String>, iopub: &IoPub, shown: &mut BTreeSet<String>) {
    let mut together = String::new();
    while let Ok(line) = lines.try_recv() {
        match line.strip_prefix(MARK).and_then(|json| message(json, shown)) {
            Some((kind, content)) => {
                text(stream, &std::mem::take(&mut together), iopub);
                iopub.output(kind, &content);
            }
            None => {
                together.push_str(&line);
                together.push('\n');
            }
        }
        if together.len() > MAX_BYTES {
            text(stream, &std::mem::take(&mut together), iopub);
        }
    }
    text(stream, &together, iopub);
}

fn text(stream: &str, text: &str, iopub: &IoPub) {
    if !text.is_empty() {
        iopub.output("stream", &json!({"name": stream, "text": text}));
    }
}
