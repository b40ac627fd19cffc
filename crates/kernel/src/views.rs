//! The views of the learner's process: functions of `convlab::interact` that are called while no cell runs.
//!
//! `crates/convlab/src/interact/host.rs` has the other half, and says how requests and answers look.

use libloading::Library;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::ffi::c_void;

/// Of more views than this the one that was used least recently is dropped, with what its function holds.
const MAX_VIEWS: usize = 64;

/// How the helper crate is told where to register.
const CONNECT: &[u8] = b"convlab_connect";

type Write = unsafe extern "C" fn(out: *mut c_void, bytes: *const u8, len: usize);
type Call =
    unsafe extern "C" fn(view: *mut c_void, request: *const u8, len: usize, out: *mut c_void, write: Write);
type Release = unsafe extern "C" fn(view: *mut c_void);
type Connect = unsafe extern "C" fn(host: *const Host);
type HasUnwound = extern "C" fn() -> bool;
type Restore = extern "C" fn();

#[repr(C)]
struct Host {
    register: unsafe extern "C" fn(
        id: *const u8,
        len: usize,
        view: *mut c_void,
        call: Call,
        release: Release,
    ) -> bool,
}

struct View {
    id: String,
    view: *mut c_void,
    call: Call,
    release: Release,
}

impl Drop for View {
    #[allow(unsafe_code, reason = "the helper crate is another library")]
    fn drop(&mut self) {
        // SAFETY: the helper crate has made it, and it is released once: here.
        unsafe { (self.release)(self.view) };
    }
}

thread_local! {
    /// Whether this thread answers requests.
    static SERVES: Cell<bool> = const { Cell::new(false) };
    /// The one that was used last stands last.
    static VIEWS: RefCell<Vec<View>> = const { RefCell::new(Vec::new()) };
}

/// From now on this thread takes views.
pub fn serve_here() {
    SERVES.set(true);
}

/// Has the helper crate bring back what a cell has left switched in which something has unwound, such as gradients.
#[allow(unsafe_code, reason = "the helper crate is another library")]
pub fn after_cell(library: &Library) {
    // SAFETY: `error_capture/panic_runtime.rs` and the helper crate define these with these types.
    unsafe {
        let unwound = library.get::<HasUnwound>(b"convlab_has_unwound").is_ok_and(|unwound| unwound());
        if unwound && let Ok(restore) = library.get::<Restore>(b"convlab_restore_modes") {
            restore();
        }
    }
}

/// Tells the helper crate in a cell's library, or in one that it links, where to register.
#[allow(unsafe_code, reason = "the helper crate is another library")]
pub fn connect(library: &Library) {
    static HOST: Host = Host { register };
    if !SERVES.get() {
        return;
    }
    // SAFETY: the helper crate gives this name to a function of this type.
    unsafe {
        if let Ok(connect) = library.get::<Connect>(CONNECT) {
            connect(&HOST);
        }
    }
}

#[allow(unsafe_code, reason = "the helper crate is another library")]
unsafe extern "C" fn register(
    id: *const u8,
    len: usize,
    view: *mut c_void,
    call: Call,
    release: Release,
) -> bool {
    if !SERVES.get() {
        return false;
    }
    // SAFETY: the id has `len` bytes.
    let id = String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(id, len) }).into_owned();
    let view = View { id, view, call, release };
    // A view that is dropped may drop what registers or drops others.
    let oldest = VIEWS.with_borrow_mut(|views| {
        views.push(view);
        (views.len() > MAX_VIEWS).then(|| views.remove(0))
    });
    drop(oldest);
    true
}

/// Answers a request to a view: what its function returns, or whether there is such a view.
#[allow(unsafe_code, reason = "the helper crate is another library")]
pub fn answer(request: &[u8]) -> Vec<u8> {
    let Some(asked) = json_of(request) else { return framed(&json!({"error": "a damaged request"}), &[]) };
    let id = asked["id"].as_str().unwrap_or_default();
    let known = |views: &Vec<View>| views.iter().position(|view| view.id == id);
    if asked.get("data").is_none() {
        return framed(&json!({"known": VIEWS.with_borrow(known).is_some()}), &[]);
    }
    // While its function runs it is in no list: the function may make views of its own.
    let view = VIEWS.with_borrow_mut(|views| known(views).map(|at| views.remove(at)));
    let Some(view) = view else { return framed(&json!({"unknown": true}), &[]) };
    let mut bytes = Vec::<u8>::new();
    // SAFETY: `view` and `call` came together; `write` gets the vector that lives here.
    unsafe {
        let out = std::ptr::from_mut(&mut bytes).cast();
        (view.call)(view.view, request.as_ptr(), request.len(), out, write);
    }
    VIEWS.with_borrow_mut(|views| views.push(view));
    bytes
}

#[allow(unsafe_code, reason = "the helper crate is another library")]
unsafe extern "C" fn write(out: *mut c_void, bytes: *const u8, len: usize) {
    // SAFETY: `answer` passes a vector, and the helper crate `len` bytes.
    unsafe { (*out.cast::<Vec<u8>>()).extend(std::slice::from_raw_parts(bytes, len)) };
}

/// JSON and buffers as the helper crate reads them: each behind its length, the buffers behind their count.
pub fn framed(json: &Value, buffers: &[bytes::Bytes]) -> Vec<u8> {
    let len = |len: usize| u32::try_from(len).unwrap_or(0).to_le_bytes();
    let json = json.to_string();
    let mut bytes = len(json.len()).to_vec();
    bytes.extend(json.as_bytes());
    bytes.extend(len(buffers.len()));
    for buffer in buffers {
        bytes.extend(len(buffer.len()));
        bytes.extend(buffer.as_ref());
    }
    bytes
}

/// The JSON of a request or an answer.
pub fn json_of(bytes: &[u8]) -> Option<Value> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    serde_json::from_slice(rest.get(..u32::from_le_bytes(*len) as usize)?).ok()
}

#[cfg(test)]
#[allow(unsafe_code, reason = "the tests stand for the helper crate")]
mod tests {
    use super::*;

    /// A view that answers with its own name, and counts how often it was called and released.
    struct Counted(String, std::rc::Rc<Cell<[u32; 2]>>);

    unsafe extern "C" fn call(view: *mut c_void, _: *const u8, _: usize, out: *mut c_void, write: Write) {
        let view = unsafe { &*view.cast::<Counted>() };
        view.1.set([view.1.get()[0] + 1, view.1.get()[1]]);
        unsafe { write(out, view.0.as_ptr(), view.0.len()) };
    }

    unsafe extern "C" fn release(view: *mut c_void) {
        let view = unsafe { Box::from_raw(view.cast::<Counted>()) };
        view.1.set([view.1.get()[0], view.1.get()[1] + 1]);
    }

    fn add(id: &str, counts: &std::rc::Rc<Cell<[u32; 2]>>) -> bool {
        let view = Box::into_raw(Box::new(Counted(id.to_owned(), counts.clone())));
        unsafe { register(id.as_ptr(), id.len(), view.cast(), call, release) }
    }

    fn asked(json: &Value) -> Vec<u8> {
        answer(&framed(json, &[]))
    }

    #[test]
    fn the_view_that_is_named_answers_and_others_are_unknown() {
        serve_here();
        let counts = std::rc::Rc::default();
        assert!(add("a", &counts) && add("b", &counts));
        assert_eq!(asked(&json!({"id": "b", "data": {}})), b"b");
        assert_eq!(asked(&json!({"id": "a", "data": {}})), b"a");
        let json = |json: &Value| json_of(&asked(json)).unwrap();
        assert_eq!(json(&json!({"id": "c", "data": {}})), json!({"unknown": true}));
        assert_eq!(json(&json!({"id": "a"})), json!({"known": true}));
        assert_eq!(json(&json!({"id": "c"})), json!({"known": false}));
        assert!(json_of(&answer(b"no")).unwrap()["error"].is_string());
        assert_eq!(counts.get(), [2, 0]);
    }

    #[test]
    fn of_too_many_views_the_one_used_least_recently_is_dropped() {
        serve_here();
        let counts = std::rc::Rc::default();
        for id in 0..MAX_VIEWS {
            add(&id.to_string(), &counts);
        }
        asked(&json!({"id": "0", "data": {}}));
        add("new", &counts);
        assert_eq!(counts.get(), [1, 1]);
        assert_eq!(asked(&json!({"id": "0", "data": {}})), b"0");
        assert_eq!(json_of(&asked(&json!({"id": "1"}))).unwrap(), json!({"known": false}));
    }

    #[test]
    fn a_thread_that_answers_nothing_takes_no_view() {
        std::thread::spawn(|| assert!(!add("a", &std::rc::Rc::default()))).join().unwrap();
    }
}
