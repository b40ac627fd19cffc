//! Turns what a cell prints into what Jupyter shows, in its order.

use super::iopub::IoPub;
use super::split::{Piece, Splitter};
pub use crate::streams::Outputs;
use evcxr::EvalContextOutputs;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// The messages that a cell may send.
const KINDS: [&str; 3] = ["display_data", "update_display_data", "clear_output"];

/// Text is handed on together, up to so many bytes.
const MAX_BYTES: usize = 1 << 16;

/// Between two looks at what was printed: output comes together, and a client is not drowned in messages.
const PAUSE: Duration = Duration::from_millis(2);

/// What a cell has printed as results: by MIME type, the last of each.
pub type Contents = BTreeMap<String, String>;

/// Hands on what the learner's process and all that it starts print.
pub struct Pump {
    wake: io::PipeWriter,
    fences: Sender<Sender<Contents>>,
}

impl Pump {
    /// Begins to hand on both streams.
    ///
    /// `lines` is what evcxr takes for output among what its process says to it: none of it is the learner's.
    pub fn start(outputs: Outputs, lines: EvalContextOutputs, iopub: IoPub) -> io::Result<Self> {
        std::thread::spawn(move || lines.stdout.iter().for_each(drop));
        std::thread::spawn(move || lines.stderr.iter().for_each(drop));
        let (woken, wake) = io::pipe()?;
        let (fences, asked) = channel();
        let streams = [Stream::new("stdout", outputs.stdout), Stream::new("stderr", outputs.stderr)];
        let reader = Reader { streams, iopub, shown: BTreeSet::new(), contents: Contents::new() };
        std::thread::spawn(move || reader.run(woken, &asked));
        Ok(Self { wake, fences })
    }

    /// Waits until all that was printed is handed on, and returns the results among it.
    pub fn drain(&mut self) -> Contents {
        let (done, contents) = channel();
        let sent = self.fences.send(done).is_ok() && self.wake.write_all(b".").is_ok();
        if sent { contents.recv().unwrap_or_default() } else { Contents::new() }
    }
}

struct Stream {
    name: &'static str,
    file: File,
    splitter: Splitter,
}

impl Stream {
    fn new(name: &'static str, file: File) -> Self {
        Self { name, file, splitter: Splitter::default() }
    }

    /// What has come by now; empty if nothing has.
    fn read(&mut self) -> Vec<u8> {
        let mut bytes = vec![0; MAX_BYTES];
        let count = self.file.read(&mut bytes).unwrap_or(0);
        bytes.truncate(count);
        bytes
    }
}

struct Reader {
    streams: [Stream; 2],
    iopub: IoPub,
    shown: BTreeSet<String>,
    contents: Contents,
}

impl Reader {
    fn run(mut self, mut woken: io::PipeReader, asked: &Receiver<Sender<Contents>>) {
        loop {
            let files =
                [self.streams[0].file.as_raw_fd(), self.streams[1].file.as_raw_fd(), woken.as_raw_fd()];
            let [stdout, stderr, fence] = wait(files);
            if fence {
                if !matches!(woken.read(&mut [0]), Ok(1)) {
                    return;
                }
                let Ok(done) = asked.recv() else { return };
                self.hand_on_all();
                // Whoever has asked may be gone.
                let _ = done.send(std::mem::take(&mut self.contents));
            } else if stdout || stderr {
                self.hand_on();
                std::thread::sleep(PAUSE);
            }
        }
    }

    /// Hands on a portion of each stream; whether there was any.
    fn hand_on(&mut self) -> bool {
        let mut any = false;
        for index in 0..self.streams.len() {
            let bytes = self.streams[index].read();
            any |= !bytes.is_empty();
            let pieces = self.streams[index].splitter.push(&bytes);
            self.show(index, pieces);
        }
        any
    }

    /// Hands on all that was printed until now, whole or not.
    fn hand_on_all(&mut self) {
        while self.hand_on() {}
        for index in 0..self.streams.len() {
            let pieces = self.streams[index].splitter.finish();
            self.show(index, pieces);
        }
    }

    fn show(&mut self, stream: usize, pieces: Vec<Piece>) {
        let name = self.streams[stream].name;
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.text(name, &text),
                Piece::Content(mime, content) => drop(self.contents.insert(mime, content)),
                Piece::Marked(json) => match message(&json, &mut self.shown) {
                    Some((kind, content)) => self.iopub.output(&kind, &content),
                    None => self.text(name, &format!("\u{1b}_convlab {json}\n")),
                },
            }
        }
    }

    fn text(&self, name: &str, text: &str) {
        if !text.is_empty() {
            self.iopub.output("stream", &json!({"name": name, "text": text}));
        }
    }
}

/// Waits until one of the files can be read, and says which.
#[allow(unsafe_code, reason = "std has no call for it")]
fn wait(files: [i32; 3]) -> [bool; 3] {
    let mut polled = files.map(|fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 });
    // SAFETY: the structures live through the call, which only writes into them.
    unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, -1) };
    polled.map(|file| file.revents != 0)
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
