//! In the learner's process: the judge's calls, one after the other.

use super::link::Link;
use crate::catch_panic::{Panic, catch_panic_at};
use serde_json::{Value, json};
use std::os::unix::net::UnixStream;
use std::slice::Iter;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Answers every call with what `answer` makes of its arguments, until the judge hangs up.
pub fn answer_calls(socket: &str, exercise: &str, mut answer: impl FnMut(&[Value]) -> Result<Value, String>) {
    answer_calls_with(socket, exercise, |args, _| answer(args));
}

/// The judge, which may be asked for values while a call of its is answered.
#[derive(Debug, Clone)]
pub struct Judge(Arc<Mutex<Link>>);

impl Judge {
    /// The answer to a question.
    ///
    /// # Panics
    /// If the judge is gone.
    pub fn ask(&self, question: &Value) -> Value {
        let mut link = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = link.send(&json!({"ask": question})).and_then(|()| link.receive());
        match answer {
            Ok(Some(answer)) => answer["answer"].clone(),
            _ => panic!("the judge is gone"),
        }
    }
}

/// Like [`answer_calls`], where `answer` may ask the judge.
pub fn answer_calls_with(
    socket: &str,
    exercise: &str,
    mut answer: impl FnMut(&[Value], &Judge) -> Result<Value, String>,
) {
    let stream = match UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(error) => return eprintln!("no judge listens at {socket}: {error}"),
    };
    let judge = Judge(Arc::new(Mutex::new(Link::new(stream, None))));
    let link = || judge.0.lock().unwrap_or_else(PoisonError::into_inner);
    let mut sent = link().send(&json!({"exercise": exercise}));
    while sent.is_ok() {
        let Ok(Some(request)) = link().receive() else { return };
        let args = request["call"].as_array().map(Vec::as_slice).unwrap_or_default();
        let _end = Deadline::of(&request);
        let reply = match catch_panic_at(|| answer(args, &judge)) {
            Ok(Ok(value)) => json!({"value": value}),
            Ok(Err(why)) => json!({"panic": why}),
            Err(panic) => json!({"panic": with_location(panic)}),
        };
        sent = link().send(&reply);
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
