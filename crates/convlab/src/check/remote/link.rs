//! Lines of JSON between the judge and a learner's process, which may send anything, slowly, or nothing.

use super::wire::Unpack;
use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The longest line, in bytes.
const MAX_LINE: usize = 32 << 20;

/// One end.
#[derive(Debug)]
pub struct Link {
    reader: BufReader<UnixStream>,
    ends: Option<Instant>,
}

impl Link {
    /// `ends` is when nobody waits any longer.
    pub fn new(stream: UnixStream, ends: Option<Instant>) -> Self {
        Self { reader: BufReader::new(stream), ends }
    }

    /// How long it waits from now on.
    pub fn left(&self) -> Option<Duration> {
        self.ends.map(|ends| ends.saturating_duration_since(Instant::now()))
    }

    fn patience(&self) -> io::Result<()> {
        let Some(left) = self.left().map(|left| left.max(Duration::from_millis(1))) else { return Ok(()) };
        self.reader.get_ref().set_read_timeout(Some(left))?;
        self.reader.get_ref().set_write_timeout(Some(left))
    }

    fn is_late(&self) -> bool {
        self.ends.is_some_and(|ends| Instant::now() >= ends)
    }

    /// Sends one value.
    pub fn send(&mut self, value: &Value) -> io::Result<()> {
        let line = format!("{value}\n");
        for piece in line.as_bytes().chunks(1 << 16) {
            if self.is_late() {
                return Err(ErrorKind::TimedOut.into());
            }
            self.patience()?;
            self.reader.get_mut().write_all(piece)?;
        }
        Ok(())
    }

    /// The next value; `None` where the other end is closed.
    pub fn receive(&mut self) -> io::Result<Option<Value>> {
        let mut line = Vec::new();
        loop {
            if self.is_late() {
                return Err(ErrorKind::TimedOut.into());
            }
            self.patience()?;
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let end = buffer.iter().position(|&byte| byte == b'\n');
            let taken = end.map_or(buffer.len(), |end| end + 1);
            line.extend_from_slice(&buffer[..taken]);
            self.reader.consume(taken);
            if end.is_some() {
                return serde_json::from_slice(&line).map(Some).map_err(io::Error::other);
            }
            if line.len() > MAX_LINE {
                return Err(io::Error::other("a value is too large"));
            }
        }
    }
}

/// A learner's function in another process.
#[derive(Clone)]
pub struct Remote(Arc<Mutex<Link>>, u64);

impl Remote {
    /// `seconds` is what its calls may take together.
    pub fn new(link: Link, seconds: u64) -> Self {
        Self(Arc::new(Mutex::new(link)), seconds)
    }

    /// The function's value for these arguments.
    ///
    /// # Panics
    /// As the learner's function does, with its message; and if no value comes.
    pub fn call<T: Unpack>(&self, args: &[Value]) -> T {
        self.call_with(args, |_| Err("its process asks for what is not there".to_owned()))
    }

    /// Like [`call`](Self::call), where `answer` answers what the function asks for before it returns.
    ///
    /// # Panics
    /// As [`call`](Self::call) does.
    pub fn call_with<T: Unpack>(
        &self,
        args: &[Value],
        answer: impl Fn(&Value) -> Result<Value, String>,
    ) -> T {
        match self.reply(args, answer) {
            Ok(value) => value,
            Err(message) => panic!("{message}"),
        }
    }

    fn reply<T: Unpack>(
        &self,
        args: &[Value],
        answer: impl Fn(&Value) -> Result<Value, String>,
    ) -> Result<T, String> {
        let mut link = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = link.left().map_or(self.1 as f64, |left| left.as_secs_f64());
        let mut message = json!({"call": args, "seconds": left});
        let reply = loop {
            let sent = link.send(&message).and_then(|()| link.receive());
            let reply = sent.map_err(|error| match error.kind() {
                ErrorKind::TimedOut | ErrorKind::WouldBlock => format!("it ran longer than {} s", self.1),
                _ => format!("its process broke off: {error}"),
            })?;
            let reply = reply.ok_or("it ended the process")?;
            match reply.get("ask") {
                Some(question) => message = json!({"answer": answer(question)?}),
                None => break reply,
            }
        };
        match (reply.get("value"), reply.get("panic").and_then(Value::as_str)) {
            (Some(value), None) => T::unpack(value),
            (None, Some(message)) => Err(message.to_owned()),
            _ => Err("its process sent neither a value nor a panic".to_owned()),
        }
    }
}
