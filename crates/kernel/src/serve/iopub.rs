//! What all clients of a kernel see: one queue, so that everything arrives in the order in which it was sent.

use super::wire::{Connection, Message};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use zeromq::ZmqMessage;

/// What goes through the queue.
pub enum Published {
    Message(ZmqMessage),
    /// Is answered when all before it is sent.
    Fence(oneshot::Sender<()>),
}

#[derive(Clone)]
pub struct IoPub {
    connection: Connection,
    queue: UnboundedSender<Published>,
    /// The request that output belongs to now.
    current: Arc<Mutex<Option<Message>>>,
    /// The request that was last announced as begun.
    begun: Arc<Mutex<Option<Message>>>,
    /// Whether output is dropped: the request that runs is silent.
    is_silent: Arc<AtomicBool>,
    /// What stands below the cell.
    below: Arc<Mutex<Below>>,
}

/// What stands below a cell.
#[derive(Default)]
enum Below {
    #[default]
    Nothing,
    Notice,
    /// Something that a notice must not take with it when it is removed.
    Output,
}

/// The name of the output that holds a notice.
const NOTICE: &str = "convlab-notice";

impl IoPub {
    pub fn new(connection: Connection, queue: UnboundedSender<Published>) -> Self {
        let (current, begun, is_silent, below) = Default::default();
        Self { connection, queue, current, begun, is_silent, below }
    }

    pub fn send(&self, kind: &str, parent: Option<&Message>, content: &Value) {
        if let Some(message) = self.connection.encode(kind, parent, content) {
            // Nobody listens any more when the kernel ends.
            let _ = self.queue.send(Published::Message(message));
        }
    }

    /// Waits until all is sent.
    pub async fn flush(&self) {
        let (done, sent) = oneshot::channel();
        if self.queue.send(Published::Fence(done)).is_ok() {
            let _ = sent.await;
        }
    }

    pub fn status(&self, parent: Option<&Message>, state: &str) {
        self.send("status", parent, &json!({"execution_state": state}));
    }

    /// Announces that a request is worked on, unless that was done already.
    pub fn begin(&self, request: &Message) {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.as_ref().is_none_or(|begun| begun.id() != request.id()) {
            self.status(Some(request), "busy");
            *begun = Some(request.clone());
        }
    }

    /// From now on output belongs to this request: also what a thread prints when its cell has ended.
    pub fn turn_to(&self, parent: &Message) {
        let mut below = self.below();
        if let Below::Output = *below {
            *below = Below::Nothing;
        }
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(parent.clone());
    }

    /// Whether what is put out from now on is shown to nobody.
    pub fn silence(&self, silent: bool) {
        self.is_silent.store(silent, Ordering::SeqCst);
    }

    fn below(&self) -> MutexGuard<'_, Below> {
        self.below.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows what the cell waits for, in the place of the last such text, until it has output of its own.
    pub fn notice(&self, text: &str) {
        let mut below = self.below();
        let kind = match *below {
            Below::Nothing => "display_data",
            Below::Notice => "update_display_data",
            Below::Output => return,
        };
        *below = Below::Notice;
        let transient = json!({"display_id": NOTICE});
        self.put(kind, &json!({"data": {"text/plain": text}, "metadata": {}, "transient": transient}));
    }

    /// Removes what [`notice`](Self::notice) has shown.
    pub fn end_notice(&self) {
        self.remove_notice(&mut self.below());
    }

    fn remove_notice(&self, below: &mut Below) {
        if let Below::Notice = *below {
            *below = Below::Nothing;
            self.put("clear_output", &json!({"wait": false}));
        }
    }

    /// The code of the cell that begins.
    pub fn input(&self, content: &Value) {
        self.end_notice();
        self.put("execute_input", content);
    }

    /// Output of the cell that runs, or has run last.
    pub fn output(&self, kind: &str, content: &Value) {
        let mut below = self.below();
        self.remove_notice(&mut below);
        *below = Below::Output;
        self.put(kind, content);
    }

    fn put(&self, kind: &str, content: &Value) {
        if self.is_silent.load(Ordering::SeqCst) {
            return;
        }
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.send(kind, current.as_ref(), content);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc::unbounded_channel;

    #[test]
    fn a_notice_is_removed_by_output_and_none_that_follows_takes_output_with_it() {
        let (queue, mut published) = unbounded_channel();
        let connection = Connection::for_tests("key");
        let iopub = IoPub::new(connection.clone(), queue);
        let request = |id: &str| {
            let frames = connection.encode("execute_request", None, &json!({"code": id})).unwrap();
            connection.decode(frames).unwrap()
        };
        let stream = json!({"name": "stdout", "text": "1"});
        iopub.turn_to(&request("first"));
        iopub.notice("one");
        iopub.notice("two");
        iopub.output("stream", &stream);
        iopub.notice("three");
        iopub.end_notice();
        iopub.turn_to(&request("second"));
        iopub.input(&json!({}));
        iopub.notice("four");
        iopub.end_notice();
        let mut kinds = Vec::new();
        while let Ok(Published::Message(message)) = published.try_recv() {
            kinds.push(connection.decode(message).unwrap().kind().to_owned());
        }
        assert_eq!(
            kinds,
            [
                "display_data",
                "update_display_data",
                "clear_output",
                "stream",
                "execute_input",
                "display_data",
                "clear_output"
            ]
        );
    }
}
