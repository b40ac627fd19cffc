//! What all clients of a kernel see: one queue, so that everything arrives in the order in which it was said.

use super::wire::{Connection, Message};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::UnboundedSender;
use zeromq::ZmqMessage;

#[derive(Clone)]
pub struct IoPub {
    connection: Connection,
    queue: UnboundedSender<ZmqMessage>,
    /// The request that output belongs to now.
    current: Arc<Mutex<Option<Message>>>,
    /// The request that was last said to be worked on.
    begun: Arc<Mutex<Option<Message>>>,
}

impl IoPub {
    pub fn new(connection: Connection, queue: UnboundedSender<ZmqMessage>) -> Self {
        Self { connection, queue, current: Arc::default(), begun: Arc::default() }
    }

    pub fn say(&self, kind: &str, parent: Option<&Message>, content: &Value) {
        if let Some(message) = self.connection.encode(kind, parent, content) {
            // Nobody listens any more when the kernel ends.
            let _ = self.queue.send(message);
        }
    }

    pub fn status(&self, parent: Option<&Message>, state: &str) {
        self.say("status", parent, &json!({"execution_state": state}));
    }

    /// Says that a request is worked on, unless that was said already.
    pub fn begin(&self, request: &Message) {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.as_ref().is_none_or(|begun| begun.id() != request.id()) {
            self.status(Some(request), "busy");
            *begun = Some(request.clone());
        }
    }

    /// From now on output belongs to this request: also what a thread prints when its cell has ended.
    pub fn turn_to(&self, parent: &Message) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(parent.clone());
    }

    /// Output of the cell that runs, or has run last.
    pub fn output(&self, kind: &str, content: &Value) {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.say(kind, current.as_ref(), content);
    }
}
