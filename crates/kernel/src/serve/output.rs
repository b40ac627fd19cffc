//! Turns what a cell prints into what Jupyter shows, in its order.

use super::iopub::IoPub;
use super::marked::{MARK, message};
use super::split::{Piece, Splitter};
pub use crate::streams::Outputs;
use evcxr::EvalContextOutputs;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

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
                    Some((kind, content)) => self.iopub.output(kind, &content),
                    None => self.text(name, &format!("{MARK}{json}\n")),
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
