//! Jupyter's comms: how a view in the page reaches its function in the learner's process.

use super::interrupt::Interrupts;
use super::iopub::IoPub;
use super::wire::Message;
use crate::comm_channel::Channel;
use crate::views::{framed, json_of};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What the page's end of a view opens.
const TARGET: &str = "convlab.view";

/// The comms that are open, by their id.
#[derive(Clone, Default)]
pub struct Comms(Arc<Mutex<BTreeMap<String, Comm>>>);

struct Comm {
    view: String,
    /// The last message that came: what came before it and still waits is out of date.
    last: Value,
}

impl Comms {
    /// Notes a message when it comes, before it waits for its turn.
    pub fn note(&self, message: &Message) {
        if message.kind() == "comm_msg"
            && let Some(comm) = self.lock().get_mut(id(message))
        {
            comm.last = message.id().clone();
        }
    }

    /// The content of a `comm_info_reply`.
    pub fn info(&self, request: &Message) -> Value {
        let wanted = request.content["target_name"].as_str().is_none_or(|target| target == TARGET);
        let open = self.lock();
        let comms: serde_json::Map<_, _> =
            open.keys().filter(|_| wanted).map(|id| (id.clone(), json!({"target_name": TARGET}))).collect();
        json!({"status": "ok", "comms": comms})
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Comm>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which view a message is for, unless its comm is not open; and whether no newer one has come.
    fn view(&self, message: &Message) -> Option<(String, bool)> {
        let open = self.lock();
        let comm = open.get(id(message))?;
        Some((comm.view.clone(), comm.last.is_null() || comm.last == *message.id()))
    }
}

fn id(message: &Message) -> &str {
    message.content["comm_id"].as_str().unwrap_or_default()
}

/// Whether a message belongs to a comm.
pub fn is_comm(message: &Message) -> bool {
    matches!(message.kind(), "comm_open" | "comm_msg" | "comm_close")
}

/// Answers the messages of comms, one after the other, between cells.
pub struct Views {
    comms: Comms,
    channel: Option<Channel>,
    iopub: IoPub,
    interrupts: Arc<Interrupts>,
}

impl Views {
    /// Opens the way to the learner's process, before that is started.
    pub fn new(comms: Comms, iopub: IoPub, interrupts: Arc<Interrupts>) -> Self {
        Self { comms, channel: Channel::open().ok(), iopub, interrupts }
    }

    /// Has the learner's process forget an interrupt from before the cell that begins now: while it is compiled, one is
    /// for this cell.
    pub fn forget_interrupts(&mut self) {
        let _ = self.request(&json!({"id": ""}), &[]);
    }

    /// Answers one message.
    pub fn serve(&mut self, message: &Message) {
        match message.kind() {
            "comm_open" => self.open(message),
            "comm_msg" => self.update(message),
            _ => drop(self.comms.lock().remove(id(message))),
        }
    }

    fn open(&mut self, message: &Message) {
        let view = message.content["data"]["id"].as_str().unwrap_or_default().to_owned();
        let is_ours = message.content["target_name"] == TARGET;
        if !is_ours || self.request(&json!({"id": view}), &[])["known"] != true {
            return self.close(message);
        }
        self.comms.lock().insert(id(message).to_owned(), Comm { view, last: Value::Null });
    }

    fn update(&mut self, message: &Message) {
        let Some((view, is_newest)) = self.comms.view(message) else { return self.close(message) };
        if !is_newest {
            return;
        }
        let data = &message.content["data"];
        let mut answer = self.request(&json!({"id": view, "data": data}), &message.buffers);
        if answer["unknown"] == true {
            return self.close(message);
        }
        answer["seq"] = data["seq"].clone();
        self.iopub.send("comm_msg", Some(message), &json!({"comm_id": id(message), "data": answer}));
    }

    fn close(&self, message: &Message) {
        self.comms.lock().remove(id(message));
        self.iopub.send("comm_close", Some(message), &json!({"comm_id": id(message), "data": {}}));
    }

    fn request(&mut self, json: &Value, buffers: &[bytes::Bytes]) -> Value {
        let Some(channel) = &mut self.channel else { return json!({"unknown": true}) };
        self.interrupts.begin();
        let answer = channel.request(&framed(json, buffers), || self.interrupts.process_lives());
        self.interrupts.end();
        match answer {
            Ok(bytes) => json_of(&bytes).unwrap_or_else(|| json!({"error": "The view's answer is damaged."})),
            Err(_) => {
                json!({"error": "The process that held your variables has ended. Run the cells again."})
            }
        }
    }
}
