//! Serves a notebook: Jupyter's messages on one side, evcxr on the other.
//!
//! Questions about the kernel are answered at once; all that needs evcxr waits in one queue for the [`Worker`].

#[cfg(unix)]
mod batch;
mod comm;
mod compile_notice;
mod complete;
mod history;
mod interrupt;
mod iopub;
mod marked;
#[cfg_attr(not(unix), path = "output_lines.rs")]
mod output;
#[cfg(unix)]
mod split;
mod startup_notice;
mod stdin;
pub mod warm;
mod wire;
mod worker;

#[cfg(unix)]
pub use batch::batch;
use comm::{Comms, is_comm};
use complete::is_complete;
use history::History;
use interrupt::Interrupts;
use iopub::{IoPub, Published};
use serde_json::{Value, json};
use startup_notice::StartupNotice;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stdin::Stdin;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::unconstrained;
use wire::{Connection, Message};
use worker::{Needs, Reply, Worker, reply_to};
use zeromq::{PubSocket, RepSocket, RouterSocket, Socket, SocketRecv, SocketSend};

/// Serves the client that `file` names until it asks for a shutdown.
pub fn serve(file: &Path) -> Result<(), String> {
    let connection = Connection::read(file)?;
    // More threads than there are sockets: while clients come and go, the publisher's socket blocks a thread of its own.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(8).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let served = runtime.block_on(run(connection)).map_err(|error| error.to_string());
    // The worker may be in the middle of a cell.
    runtime.shutdown_background();
    served
}

async fn run(connection: Connection) -> Result<(), zeromq::ZmqError> {
    let mut socket = PubSocket::new();
    socket.bind(&connection.endpoint("iopub_port")).await?;
    let shell = router(&connection, "shell_port").await?;
    let control = router(&connection, "control_port").await?;
    let stdin = router(&connection, "stdin_port").await?;
    let mut heartbeat = RepSocket::new();
    heartbeat.bind(&connection.endpoint("hb_port")).await?;

    let (queue, messages) = unbounded_channel();
    let iopub = IoPub::new(connection.clone(), queue);
    tokio::spawn(publish(socket, messages));
    tokio::spawn(async move {
        while let Ok(beat) = heartbeat.recv().await {
            if heartbeat.send(beat).await.is_err() {
                return;
            }
        }
    });
    iopub.status(None, "starting");
    let interrupts = Interrupts::start(iopub.clone());
    let stdin = Stdin::start(connection.clone(), stdin);
    let server = Arc::new(Server::new(connection, iopub, interrupts, stdin));
    // Whichever of them is asked to shut down ends the kernel.
    let shell = tokio::spawn(Arc::clone(&server).listen(shell, true));
    tokio::select! {
        _ = shell => {}
        () = Arc::clone(&server).listen(control, false) => {}
    }
    server.iopub.flush().await;
    Ok(())
}

async fn router(connection: &Connection, port: &str) -> Result<RouterSocket, zeromq::ZmqError> {
    let mut socket = RouterSocket::new();
    socket.bind(&connection.endpoint(port)).await?;
    Ok(socket)
}

async fn publish(mut iopub: PubSocket, mut messages: UnboundedReceiver<Published>) {
    while let Some(message) = messages.recv().await {
        match message {
            // A client that is gone is no reason to stop.
            Published::Message(message) => drop(iopub.send(message).await),
            Published::Fence(done) => drop(done.send(())),
        }
    }
}

/// Takes requests in and gives replies out.
struct Server {
    connection: Connection,
    iopub: IoPub,
    interrupts: Arc<Interrupts>,
    requests: mpsc::Sender<Message>,
    /// How many requests wait for the worker or are with it.
    waiting: Arc<AtomicUsize>,
    replies: std::sync::Mutex<Option<UnboundedReceiver<Reply>>>,
    getting_ready: StartupNotice,
    history: Arc<Mutex<History>>,
    comms: Comms,
}

impl Server {
    fn new(connection: Connection, iopub: IoPub, interrupts: Arc<Interrupts>, stdin: Stdin) -> Self {
        let (requests, queue) = mpsc::channel();
        let (sender, replies) = unbounded_channel();
        let history = Arc::new(Mutex::new(History::open()));
        let needs = Needs {
            iopub: iopub.clone(),
            interrupts: Arc::clone(&interrupts),
            stdin,
            history: Arc::clone(&history),
        };
        let getting_ready = StartupNotice::default();
        let waiting = getting_ready.clone();
        let comms = Comms::default();
        let open = comms.clone();
        std::thread::spawn(move || work(needs, open, &waiting, &queue, &sender));
        let (waiting, replies) = (Arc::default(), Some(replies).into());
        Self { connection, iopub, interrupts, requests, waiting, replies, getting_ready, history, comms }
    }

    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves one socket until it is closed or a shutdown is asked for.
    async fn listen(self: Arc<Self>, socket: RouterSocket, shell: bool) {
        let (mut sender, mut receiver) = socket.split();
        let replies = shell.then(|| self.replies.lock().ok()?.take()).flatten();
        let (_nobody, nothing) = unbounded_channel();
        let mut replies = replies.unwrap_or(nothing);
        loop {
            tokio::select! {
                // With a budget, a socket that is not done by its end would be asked again and again.
                frames = unconstrained(receiver.recv()) => {
                    let Ok(frames) = frames else { return };
                    let Some(request) = self.connection.decode(frames) else { continue };
                    let Some((kind, content)) = self.answer(&request) else { continue };
                    self.send(&mut sender, &request, kind, &content).await;
                    self.iopub.status(Some(&request), "idle");
                    if kind == "shutdown_reply" {
                        return;
                    }
                }
                reply = replies.recv() => {
                    let Some((request, kind, content)) = reply else { continue };
                    self.waiting.fetch_sub(1, Ordering::SeqCst);
                    self.send(&mut sender, &request, kind, &content).await;
                }
            }
        }
    }

    async fn send(&self, socket: &mut impl SocketSend, request: &Message, kind: &str, content: &Value) {
        if let Some(message) = self.connection.encode(kind, Some(request), content) {
            // The client may be gone.
            let _ = socket.send(message).await;
        }
    }

    /// The answer, if it can be given at once.
    fn answer(&self, request: &Message) -> Option<(&'static str, Value)> {
        let busy = self.waiting.load(Ordering::SeqCst) > 0;
        let answer = match request.kind() {
            "kernel_info_request" => ("kernel_info_reply", kernel_info()),
            "is_complete_request" => ("is_complete_reply", is_complete(request.code())),
            "comm_info_request" => ("comm_info_reply", self.comms.info(request)),
            "history_request" => ("history_reply", self.history().answer(&request.content)),
            "interrupt_request" => {
                self.interrupts.ask();
                ("interrupt_reply", json!({"status": "ok"}))
            }
            "shutdown_request" => {
                let restart = request.flag("restart", false);
                ("shutdown_reply", json!({"status": "ok", "restart": restart}))
            }
            // A cell is not kept waiting for what is only looked up.
            "complete_request" if busy => {
                let at = request.content["cursor_pos"].clone();
                let nothing: [&str; 0] = [];
                let content = json!({"status": "ok", "matches": nothing, "cursor_start": at, "cursor_end": at, "metadata": {}});
                ("complete_reply", content)
            }
            "inspect_request" if busy => {
                ("inspect_reply", json!({"status": "ok", "found": false, "data": {}, "metadata": {}}))
            }
            "execute_request" | "complete_request" | "inspect_request" => {
                self.waiting.fetch_add(1, Ordering::SeqCst);
                if request.kind() == "execute_request" && !request.flag("silent", false) {
                    self.getting_ready.begin(&self.iopub, request);
                }
                // When the worker is gone so is the kernel.
                let _ = self.requests.send(request.clone());
                return None;
            }
            "comm_open" | "comm_msg" | "comm_close" => {
                self.comms.note(request);
                let _ = self.requests.send(request.clone());
                return None;
            }
            _ => return None,
        };
        self.iopub.status(Some(request), "busy");
        Some(answer)
    }
}

/// Makes the worker and lets it work; where evcxr cannot start every request is answered with why.
fn work(
    needs: Needs,
    comms: Comms,
    waiting: &StartupNotice,
    requests: &mpsc::Receiver<Message>,
    replies: &UnboundedSender<Reply>,
) {
    let iopub = needs.iopub.clone();
    let worker = Worker::new(needs, comms, requests);
    waiting.end(&iopub);
    match worker {
        Ok(worker) => worker.serve(requests, replies),
        Err(error) => {
            let message = format!("The kernel cannot start: {error}\nWhat to do: run `cargo lab doctor`.");
            while let Ok(request) = requests.recv() {
                if is_comm(&request) {
                    continue;
                }
                iopub.begin(&request);
                let mut content = json!({"ename": "Kernel", "evalue": message, "traceback": [message]});
                iopub.send("error", Some(&request), &content);
                content["status"] = "error".into();
                let _ = replies.send((request.clone(), reply_to(&request), content));
                iopub.status(Some(&request), "idle");
            }
        }
    }
}

fn kernel_info() -> Value {
    json!({
        "status": "ok",
        "protocol_version": "5.3",
        "implementation": "convlab",
        "implementation_version": env!("CARGO_PKG_VERSION"),
        "language_info": {
            "name": "rust", "version": env!("CONVLAB_RUSTC"), "mimetype": "text/rust", "file_extension": ".rs",
            "pygments_lexer": "rust", "codemirror_mode": "rust",
        },
        "banner": "convlab: Rust notebooks, compiled by evcxr",
        "help_links": [{"text": "Rust's standard library", "url": "https://doc.rust-lang.org/stable/std/"}],
    })
}
