//! In the learner's process: the judge's calls, one after the other.

use super::link::Link;
use crate::catch_panic::{Panic, catch_panic_at};
use serde_json::{Value, json};
use std::os::unix::net::UnixStream;
use std::slice::Iter;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// Answers every call with what `answer` makes of its arguments, until the judge hangs up.
pub fn answer_calls(socket: &str, exercise: &str, mut answer: impl FnMut(&[Value]) -> Result<Value, String>) {
    let stream = match UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(error) => return eprintln!("no judge listens at {socket}: {error}"),
    };
    let mut link = Link::new(stream, None);
    let mut sent = link.send(&json!({"exercise": exercise}));
    while let (Ok(()), Ok(Some(request))) = (&sent, link.receive()) {
        let args = request["call"].as_array().map(Vec::as_slice).unwrap_or_default();
        let _end = Deadline::of(&request);
        let reply = match catch_panic_at(|| answer(args)) {
            Ok(Ok(value)) => json!({"value": value}),
            Ok(Err(why)) => json!({"panic": why}),
            Err(panic) => json!({"panic": with_location(panic)}),
        };
        sent = link.send(&reply);
    }
}

/// Ends this process when the judge waits no longer, unless it is dropped before.
struct Deadline(#[expect(dead_code, reason = "the thread sees it dropped")] Sender<()>);

impl Deadline {
    fn of(request: &Value) -> Self {
        let left =
            Duration::try_from_secs_f64(request["seconds"].as_f64().unwrap_or(60.0)).unwrap_or_default();
        let (alive, dropped) = channel::<()>();
        thread::spawn(move || {
            if dropped.recv_timeout(left + Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                std::process::exit(1);
            }
        });
        Self(alive)
    }
}

fn with_location(panic: Panic) -> String {
    panic.location.map_or_else(|| panic.message.clone(), |location| format!("{}\n{location}", panic.message))
}

pub fn next<'a>(args: &mut Iter<'a, Value>) -> Result<&'a Value, String> {
    args.next().ok_or_else(|| "an argument is missing".to_owned())
}
