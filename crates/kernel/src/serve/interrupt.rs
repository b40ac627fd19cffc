//! Jupyter's *interrupt*. It signals the whole group: the compiler ends; a cell that listens ends after its step; the
//! kernel only counts. A second one ends the learner's process.

use super::iopub::IoPub;
use serde_json::json;
use std::process::Child;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many signals have come.
static SIGNALS: AtomicUsize = AtomicUsize::new(0);

/// After this time a cell is taken for one that does not listen.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Default)]
pub struct Interrupts {
    process: Mutex<Option<Arc<Mutex<Child>>>>,
    runs: AtomicBool,
    /// How many signals had come when the cell began.
    before: AtomicUsize,
}

impl Interrupts {
    /// Begins to watch for signals.
    pub fn start(iopub: IoPub) -> Arc<Self> {
        catch();
        let interrupts = Arc::new(Self::default());
        let watched = Arc::clone(&interrupts);
        std::thread::spawn(move || watched.look(&iopub));
        interrupts
    }

    /// Tells which process runs the learner's code.
    pub fn watch(&self, process: Arc<Mutex<Child>>) {
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
    }

    pub fn begin(&self) {
        self.before.store(SIGNALS.load(Ordering::SeqCst), Ordering::SeqCst);
        self.runs.store(true, Ordering::SeqCst);
    }

    /// Whether the cell that has ended was interrupted.
    pub fn end(&self) -> bool {
        self.runs.store(false, Ordering::SeqCst);
        self.count() > 0
    }

    /// Whether the running cell was interrupted.
    pub fn has_come(&self) -> bool {
        self.count() > 0
    }

    fn count(&self) -> usize {
        SIGNALS.load(Ordering::SeqCst) - self.before.load(Ordering::SeqCst)
    }

    /// An interrupt that came as a message: the learner's process is signalled as the group would be.
    pub fn ask(&self) {
        SIGNALS.fetch_add(1, Ordering::SeqCst);
        self.with_process(|process| signal(process.id()));
    }

    /// Ends the learner's process.
    pub fn kill(&self) {
        // It may have ended already.
        self.with_process(|process| drop(process.kill()));
    }

    /// Whether the process that runs the learner's code has not ended.
    pub fn process_lives(&self) -> bool {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner).clone();
        process.is_some_and(|process| {
            matches!(process.lock().unwrap_or_else(PoisonError::into_inner).try_wait(), Ok(None))
        })
    }

    fn with_process(&self, act: impl FnOnce(&mut Child)) {
        let process = self.process.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(process) = process {
            act(&mut process.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    fn look(&self, iopub: &IoPub) {
        let mut first: Option<Instant> = None;
        let mut message = false;
        loop {
            std::thread::sleep(Duration::from_millis(50));
            let count = if self.runs.load(Ordering::SeqCst) { self.count() } else { 0 };
            match count {
                0 => (first, message) = (None, false),
                1 => {
                    let since = first.get_or_insert_with(Instant::now);
                    if since.elapsed() > PATIENCE && !message {
                        message = true;
                        let text = "The cell does not listen to the interrupt. Interrupt once more to end it; \
                                    all variables will be gone.\n";
                        iopub.output("stream", &json!({"name": "stderr", "text": text}));
                    }
                }
                _ => self.kill(),
            }
        }
    }
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "std has no call for signals")]
fn catch() {
    extern "C" fn count(_signal: libc::c_int) {
        SIGNALS.fetch_add(1, Ordering::SeqCst);
    }
    // SAFETY: the handler only counts up an atomic number.
    unsafe { libc::signal(libc::SIGINT, count as *const () as libc::sighandler_t) };
}

#[cfg(unix)]
#[allow(unsafe_code, reason = "std has no call for signals")]
fn signal(process: u32) {
    // SAFETY: signalling a process touches no memory of ours.
    unsafe { libc::kill(process as libc::pid_t, libc::SIGINT) };
}

#[cfg(not(unix))]
fn catch() {}

#[cfg(not(unix))]
fn signal(_process: u32) {}
