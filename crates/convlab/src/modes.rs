//! What a learner's code can leave switched in this thread or process when it stops half-way.

/// Whether gradients are recorded, and on how many threads libtorch computes.
#[derive(Debug, Clone, Copy)]
pub struct Modes {
    gradients: bool,
    threads: i32,
}

impl Modes {
    /// As they are now.
    pub fn now() -> Self {
        Self { gradients: gradients(), threads: tch::get_num_threads() }
    }

    /// Brings them back.
    pub fn restore(self) {
        set_gradients(self.gradients);
        if tch::get_num_threads() != self.threads {
            tch::set_num_threads(self.threads);
        }
    }
}

/// Brings the modes back when it is dropped, also while a panic unwinds: `tch::no_grad(f)` alone leaves gradients off
/// when `f` panics.
#[derive(Debug)]
pub struct Guard(Modes);

impl Guard {
    /// For the modes as they are now.
    pub fn new() -> Self {
        Self(Modes::now())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.restore();
    }
}

/// Whether this thread records gradients.
pub fn gradients() -> bool {
    let on = set_gradients(false);
    set_gradients(on);
    on
}

/// Returns what was set before.
#[allow(unsafe_code, reason = "tch has no call that outlives a panic")]
fn set_gradients(on: bool) -> bool {
    // SAFETY: the call sets a flag of this thread and returns the one before.
    unsafe { torch_sys::at_grad_set_enabled(i32::from(on)) == 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    #[test]
    fn a_panic_within_no_grad_leaves_gradients_off_and_modes_bring_them_back() {
        let stopped = |code: &mut dyn FnMut()| catch_unwind(AssertUnwindSafe(code)).is_err();
        let before = Modes::now();
        assert!(before.gradients);
        assert!(stopped(&mut || tch::no_grad(|| resume_unwind(Box::new(())))));
        assert!(!gradients(), "if tch itself brings them back, this module is not needed");
        before.restore();
        assert!(gradients());
        assert!(stopped(&mut || {
            let _guard = Guard::new();
            tch::no_grad(|| resume_unwind(Box::new(())))
        }));
        assert!(gradients());
    }

    #[test]
    fn modes_keep_gradients_off_where_they_were_off() {
        let _off = tch::no_grad_guard();
        drop(Guard::new());
        assert!(!gradients());
    }
}
