//! The way from the kernel to a view's function, in the process that runs the learner's code.
//!
//! The kernel's process finds [`convlab_connect`] in the library of a cell and hands over a [`Host`]; a view registers
//! with it. Requests and answers are bytes: a length, JSON of that length, a count of buffers, and for each its length
//! and its bytes; all numbers are `u32`, little-endian. Any other kernel calls nothing: there views stand still.

use crate::modes::Modes;
use serde_json::{Value, json};
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Takes the bytes of an answer.
type Write = unsafe extern "C" fn(out: *mut c_void, bytes: *const u8, len: usize);
/// Answers a request.
type Call =
    unsafe extern "C" fn(view: *mut c_void, request: *const u8, len: usize, out: *mut c_void, write: Write);
/// Drops a view.
type Release = unsafe extern "C" fn(view: *mut c_void);

type Register =
    unsafe extern "C" fn(id: *const u8, len: usize, view: *mut c_void, call: Call, release: Release) -> bool;

/// What the process that runs cells offers to them; `crates/kernel/src/views.rs` has its other half.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Host {
    /// Takes a view; returns whether it did, which it does only in the thread that runs cells.
    register: Register,
}

static HOST: OnceLock<Host> = OnceLock::new();

/// What was switched how when the running cell began.
static BEFORE: Mutex<Option<Modes>> = Mutex::new(None);

/// Called by the labs' kernel for the library of each cell, before the cell runs.
///
/// # Safety
/// `host` points to a [`Host`].
#[unsafe(no_mangle)]
#[allow(unsafe_code, reason = "the kernel is another program")]
pub unsafe extern "C" fn convlab_connect(host: *const Host) {
    crate::interrupt::forget();
    *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(Modes::now());
    // SAFETY: as above.
    let _ = HOST.set(unsafe { *host });
}

/// Called by the labs' kernel in the same thread after a cell in which something has unwound: what it had switched off
/// within `tch::no_grad` would stay off for all that come.
#[unsafe(no_mangle)]
#[allow(unsafe_code, reason = "the kernel is another program")]
pub extern "C" fn convlab_restore_modes() {
    if let Some(before) = *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) {
        before.restore();
    }
}

/// One event of a view: what the page sent.
#[derive(Debug, PartialEq)]
pub struct Request {
    pub data: Value,
    pub buffers: Vec<Vec<u8>>,
}

/// Answers a view's requests with JSON.
pub type Handler = Box<dyn FnMut(Request) -> Value>;

/// Makes `handler` answer for the view `id`; returns whether this kernel can do that.
#[allow(unsafe_code, reason = "the kernel is another program")]
pub fn register(id: &str, handler: Handler) -> bool {
    let Some(host) = HOST.get() else { return false };
    let view = Box::into_raw(Box::new(handler)).cast::<c_void>();
    // SAFETY: the host copies the id, and hands `view` to `call` and `release` only, to the latter once; a view that it
    // has not taken is released here.
    unsafe {
        let taken = (host.register)(id.as_ptr(), id.len(), view, call, release);
        if !taken {
            release(view);
        }
        taken
    }
}

#[allow(unsafe_code, reason = "the kernel is another program")]
unsafe extern "C" fn call(view: *mut c_void, request: *const u8, len: usize, out: *mut c_void, write: Write) {
    // SAFETY: `view` comes from `register`, and `request` has `len` bytes.
    let (handler, request) =
        unsafe { (&mut *view.cast::<Handler>(), std::slice::from_raw_parts(request, len)) };
    let answer = catch_unwind(AssertUnwindSafe(|| match decode(request) {
        Some(request) => handler(request),
        None => json!({"error": "The message to this view is damaged."}),
    }));
    let answer = answer.unwrap_or_else(|_| json!({"error": "The view's function panicked."}));
    let bytes = encode(&answer);
    // SAFETY: the host reads these bytes before it returns.
    unsafe { write(out, bytes.as_ptr(), bytes.len()) };
}

#[allow(unsafe_code, reason = "the kernel is another program")]
unsafe extern "C" fn release(view: *mut c_void) {
    // SAFETY: `view` comes from `register`, and is released once.
    let handler = unsafe { Box::from_raw(view.cast::<Handler>()) };
    // What a learner's value does when it is dropped may panic.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(handler)));
}

fn encode(json: &Value) -> Vec<u8> {
    let json = json.to_string();
    let mut bytes = u32::try_from(json.len()).unwrap_or(0).to_le_bytes().to_vec();
    bytes.extend(json.as_bytes());
    bytes.extend(0_u32.to_le_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<Request> {
    let (json, rest) = chunk(bytes)?;
    let (count, mut rest) = number(rest)?;
    let data = serde_json::from_slice::<Value>(json).ok()?["data"].take();
    let mut buffers = Vec::new();
    for _ in 0..count {
        let (buffer, after) = chunk(rest)?;
        buffers.push(buffer.to_vec());
        rest = after;
    }
    rest.is_empty().then_some(Request { data, buffers })
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*number) as usize, rest))
}

fn chunk(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = number(bytes)?;
    rest.split_at_checked(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_its_json_and_its_buffers_and_nothing_behind_them() {
        let json = br#"{"data":{"seq":1}}"#;
        let mut bytes = vec![json.len() as u8, 0, 0, 0];
        bytes.extend(json);
        bytes.extend([2, 0, 0, 0, 3, 0, 0, 0, 7, 8, 9, 0, 0, 0, 0]);
        let request = Request { data: json!({"seq": 1}), buffers: vec![vec![7, 8, 9], vec![]] };
        assert_eq!(decode(&bytes), Some(request));
        for len in 0..bytes.len() {
            assert_eq!(decode(&bytes[..len]), None, "{len} bytes");
        }
        bytes.push(0);
        assert_eq!(decode(&bytes), None);
    }

    #[test]
    fn an_answer_is_framed_as_a_request_is() {
        assert_eq!(encode(&json!({})), [2, 0, 0, 0, b'{', b'}', 0, 0, 0, 0]);
    }
}
