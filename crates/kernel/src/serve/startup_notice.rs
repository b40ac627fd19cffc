//! What the first cell shows while the kernel gets ready.

use super::iopub::IoPub;
use super::wire::Message;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A kernel that is ready sooner need not say anything; after that it says it so often.
const PAUSE: Duration = Duration::from_millis(500);

/// Whether the kernel is ready, and whether a cell was told that it is not.
#[derive(Clone, Default)]
pub struct StartupNotice(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    ready: bool,
    /// A cell waits.
    waits: bool,
}

impl StartupNotice {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A cell is to be run: the first one shows what it waits for.
    pub fn begin(&self, iopub: &IoPub, request: &Message) {
        let mut state = self.state();
        if state.ready || std::mem::replace(&mut state.waits, true) {
            return;
        }
        iopub.begin(request);
        iopub.turn_to(request);
        let (waiting, iopub, begun) = (self.clone(), iopub.clone(), Instant::now());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(PAUSE).await;
                if !waiting.tell(&iopub, begun.elapsed()) {
                    return;
                }
            }
        });
    }

    /// Says once more what is waited for; not when the kernel has become ready.
    fn tell(&self, iopub: &IoPub, time: Duration) -> bool {
        let state = self.state();
        if state.ready {
            return false;
        }
        iopub.notice(&format!(
            "The kernel gets ready: it loads the compiled crates and reads what completion and Shift-Tab \
             show ({:.1} s).",
            time.as_secs_f64()
        ));
        true
    }

    /// The kernel is ready: what the cell was told makes room for what it shows itself.
    pub fn end(&self, iopub: &IoPub) {
        self.state().ready = true;
        iopub.end_notice();
    }
}
