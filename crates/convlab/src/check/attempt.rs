//! Runs a learner's code so that a panic in it becomes a verdict.

use super::Verdict;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex};

/// Runs `code`; a panic in it is not printed but returned as a verdict with its message.
pub fn attempt<T>(code: impl FnOnce() -> T) -> Result<T, Verdict> {
    let told = Arc::new(Mutex::new(String::new()));
    let tell = Arc::clone(&told);
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if let Ok(mut told) = tell.lock() {
            *told = info.payload_as_str().unwrap_or("it panicked").to_owned();
        }
    }));
    let result = panic::catch_unwind(AssertUnwindSafe(code));
    panic::set_hook(before);
    let message = told.lock().map(|told| told.clone()).unwrap_or_default();
    result.map_err(|_| {
        if message.starts_with("not yet implemented") {
            Verdict::NotAttempted
        } else {
            Verdict::Stopped(readable(&message))
        }
    })
}

/// libtorch's messages hold a C++ stack trace: what a learner can use is what stands before it.
fn readable(message: &str) -> String {
    let cut =
        ["\\nException raised from", "\nException raised from"].iter().find_map(|mark| message.find(mark));
    cut.map_or(message, |cut| &message[..cut]).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind, Tensor};

    #[test]
    fn a_panic_becomes_a_verdict_with_its_message() {
        let verdict = attempt(|| panic!("index {} is too large", 7)).unwrap_err();
        assert_eq!(verdict, Verdict::Stopped("index 7 is too large".into()));
    }

    #[test]
    fn what_is_still_to_do_is_not_attempted() {
        assert_eq!(attempt(|| -> i64 { todo!() }), Err(Verdict::NotAttempted));
        assert_eq!(attempt(|| 7), Ok(7));
    }

    #[test]
    fn of_a_message_of_libtorch_the_first_sentence_is_kept() {
        let of = |n| Tensor::zeros([n], (Kind::Float, Device::Cpu));
        let verdict = attempt(|| of(2) + of(3)).unwrap_err().to_string();
        assert!(verdict.contains("must match the size of tensor"), "{verdict}");
        assert!(!verdict.contains("Exception raised from"), "{verdict}");
    }
}
