//! Asks the client that runs a cell for a line of standard input.

use super::wire::{Connection, Message};
use serde_json::json;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zeromq::{RouterSocket, SocketRecv, SocketSend, ZmqMessage};

/// Between two looks for an interrupt.
const PAUSE: Duration = Duration::from_millis(50);

#[derive(Clone)]
pub struct Stdin {
    connection: Connection,
    requests: UnboundedSender<(ZmqMessage, Sender<String>)>,
}

impl Stdin {
    /// Serves Jupyter's stdin channel.
    pub fn start(connection: Connection, socket: RouterSocket) -> Self {
        let (requests, asked) = unbounded_channel();
        tokio::spawn(serve(connection.clone(), socket, asked));
        Self { connection, requests }
    }

    /// What is typed for the cell that `request` runs; `None` where the client does not ask its user, or when `is_over`
    /// says so.
    pub fn line(
        &self,
        request: &Message,
        prompt: &str,
        is_password: bool,
        is_over: impl Fn() -> bool,
    ) -> Option<String> {
        if !request.flag("allow_stdin", false) {
            return None;
        }
        let content = json!({"prompt": prompt, "password": is_password});
        let message = self.connection.encode("input_request", Some(request), &content)?;
        let (typed, line) = channel();
        self.requests.send((message, typed)).ok()?;
        wait(&line, is_over)
    }
}

fn wait(line: &Receiver<String>, is_over: impl Fn() -> bool) -> Option<String> {
    loop {
        match line.recv_timeout(PAUSE) {
            Ok(line) => return Some(line),
            Err(RecvTimeoutError::Timeout) if !is_over() => {}
            Err(_) => return None,
        }
    }
}

async fn serve(
    connection: Connection,
    socket: RouterSocket,
    mut asked: UnboundedReceiver<(ZmqMessage, Sender<String>)>,
) {
    let (mut sender, mut receiver) = socket.split();
    let mut waiting: Option<Sender<String>> = None;
    loop {
        tokio::select! {
            frames = tokio::task::unconstrained(receiver.recv()) => {
                let Ok(frames) = frames else { return };
                let reply = connection.decode(frames).filter(|message| message.kind() == "input_reply");
                if let (Some(reply), Some(typed)) = (reply, waiting.take()) {
                    // The cell may have ended meanwhile.
                    let _ = typed.send(reply.content["value"].as_str().unwrap_or_default().to_owned());
                }
            }
            request = asked.recv() => {
                let Some((message, typed)) = request else { return };
                waiting = Some(typed);
                // The client may be gone; then the cell waits until it is interrupted.
                let _ = sender.send(message).await;
            }
        }
    }
}
