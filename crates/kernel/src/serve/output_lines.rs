//! Turns the lines that evcxr reads of a cell into what Jupyter shows, in their order: where the learner's process has no
//! streams of its own (`streams.rs`).

use super::iopub::IoPub;
use crossbeam_channel::{Receiver, Select, Sender, bounded};
use evcxr::EvalContextOutputs;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::Duration;

/// How a line begins that is no text but a message for Jupyter: `crates/kernel/README.md` describes it.
const MARK: &str = "\u{1b}_convlab ";

/// The messages that a cell may send.
const KINDS: [&str; 3] = ["display_data", "update_display_data", "clear_output"];

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
                iopub.output(&kind, &content);
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

/// The message in a marked line; what is none is shown as text. A display that is updated before it is there is shown.
fn message(line: &str, shown: &mut BTreeSet<String>) -> Option<(String, Value)> {
    let mut message: Value = serde_json::from_str(line).ok()?;
    let mut kind = message["type"].as_str().filter(|kind| KINDS.contains(kind))?.to_owned();
    if kind == "clear_output" {
        return Some((kind, json!({"wait": message["wait"] == true})));
    }
    let data = message["data"].take();
    data.as_object()?;
    let transient = match message["id"].as_str() {
        Some(id) => {
            if shown.insert(id.to_owned()) {
                "display_data".clone_into(&mut kind);
            }
            json!({"display_id": id})
        }
        None => json!({}),
    };
    Some((kind, json!({"data": data, "metadata": {}, "transient": transient})))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_line_becomes_a_message_and_its_first_update_a_display() {
        let mut shown = BTreeSet::new();
        let line = r#"{"type": "update_display_data", "id": "7", "data": {"text/plain": "1 of 2"}}"#;
        let (kind, content) = message(line, &mut shown).unwrap();
        assert_eq!(kind, "display_data");
        assert_eq!(
            content,
            json!({"data": {"text/plain": "1 of 2"}, "metadata": {}, "transient": {"display_id": "7"}})
        );
        assert_eq!(message(line, &mut shown).unwrap().0, "update_display_data");
        let cleared = message(r#"{"type": "clear_output", "wait": true}"#, &mut shown).unwrap();
        assert_eq!(cleared, ("clear_output".to_owned(), json!({"wait": true})));
    }

    #[test]
    fn what_is_no_message_is_text() {
        let mut shown = BTreeSet::new();
        for line in ["", "{", r#"{"type": "display_data"}"#, r#"{"type": "shutdown", "data": {}}"#, "7", "[]"]
        {
            assert_eq!(message(line, &mut shown), None, "{line}");
        }
    }
}
