// Stands in every cell's code, with all its lines in one: so no comment may follow code.

/// Why the cell panicked, and where.
static WHY: std::sync::Mutex<(String, String)> = std::sync::Mutex::new((String::new(), String::new()));

/// Begins a cell: keeps a panic of it for where it stops, and prints that of another thread at once and in short.
pub fn begin() -> RunningCell {
    let cell = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        let why = short(panic.payload_as_str().unwrap_or("a panic without words"));
        if std::thread::current().id() != cell {
            eprintln!("A thread panicked: {why}");
        } else {
            unwinds(why);
        }
    }));
    UNWOUND.store(false, std::sync::atomic::Ordering::Relaxed);
    RunningCell
}

/// Whether code of this cell was left by a panic or an interrupt, be it caught or not.
static UNWOUND: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

fn unwinds(why: String) {
    UNWOUND.store(true, std::sync::atomic::Ordering::Relaxed);
    if let Ok(mut last) = WHY.lock() {
        *last = (why, frames());
    }
}

/// When a cell ends, what it has printed is handed on, with or without a line end.
pub struct RunningCell;

impl Drop for RunningCell {
    fn drop(&mut self) {
        let _ = std::io::Write::flush(&mut std::io::stdout());
    }
}

/// Whether something has unwound since the cell began, or since this was called last: then what the cell has switched
/// within `tch::no_grad` may have stayed so. The process that runs cells asks.
#[unsafe(no_mangle)]
pub extern "C" fn convlab_has_unwound() -> bool {
    UNWOUND.swap(false, std::sync::atomic::Ordering::Relaxed)
}

/// The type of what never comes to be; stable Rust has no other name for it.
pub type Never = <fn() -> ! as Function>::Output;

pub trait Function {
    type Output;
}

impl<T> Function for fn() -> T {
    type Output = T;
}

// Whether the learner has interrupted the cell: the program that runs it sets this when the signal comes.
#[cfg(target_os = "linux")]
unsafe extern "C" {
    pub static mut CONVLAB_INTERRUPTED: bool;
}
#[cfg(not(target_os = "linux"))]
pub static mut CONVLAB_INTERRUPTED: bool = false;

/// The same for optimised code, which would look once and not at each turn. A call would take the numbers of its loop
/// out of their registers, so it is none.
#[inline]
pub fn is_interrupted() -> bool {
    unsafe { std::sync::atomic::AtomicBool::from_ptr(&raw mut CONVLAB_INTERRUPTED) }
        .load(std::sync::atomic::Ordering::Relaxed)
}

/// Ends the cell where a loop finds that it is interrupted; not while it ends already.
#[cold]
pub fn interrupt() {
    if std::thread::panicking() {
        return;
    }
    unwinds(INTERRUPTED.to_owned());
    std::panic::resume_unwind(Box::new(INTERRUPTED));
}

/// What stands for the reason of a panic where it is an interrupt.
const INTERRUPTED: &str = "interrupted by you";

/// Tells evcxr something, on the way that is not the learner's stdout.
pub fn protocol(line: &str) {
    #[cfg(unix)]
    if let Some(descriptor) = std::env::var("CONVLAB_PROTOCOL").ok().and_then(|number| number.parse().ok()) {
        let file = unsafe { <std::fs::File as std::os::fd::FromRawFd>::from_raw_fd(descriptor) };
        let _ = std::io::Write::write_all(
            &mut &*std::mem::ManuallyDrop::new(file),
            format!("{line}\n").as_bytes(),
        );
        return;
    }
    println!("{line}");
}

#[repr(C)]
struct Library {
    path: *const std::ffi::c_char,
    base: usize,
    name: *const std::ffi::c_char,
    address: usize,
}

unsafe extern "C" {
    fn _Unwind_Backtrace(
        each: extern "C" fn(*mut std::ffi::c_void, *mut std::ffi::c_void) -> i32,
        found: *mut std::ffi::c_void,
    ) -> i32;
    fn _Unwind_GetIP(frame: *mut std::ffi::c_void) -> usize;
    fn dladdr(address: usize, library: *mut Library) -> i32;
}

extern "C" fn note(frame: *mut std::ffi::c_void, found: *mut std::ffi::c_void) -> i32 {
    unsafe { (*found.cast::<Vec<usize>>()).push(_Unwind_GetIP(frame)) };
    0
}

/// The calls that are running, the innermost first: an offset and the library that it lies in, a line for each.
fn frames() -> String {
    let mut found = Vec::<usize>::new();
    unsafe { _Unwind_Backtrace(note, std::ptr::from_mut(&mut found).cast()) };
    found.into_iter().map(frame).collect()
}

fn frame(address: usize) -> String {
    let mut library = Library { path: std::ptr::null(), base: 0, name: std::ptr::null(), address: 0 };
    if unsafe { dladdr(address, &mut library) } == 0 || library.path.is_null() {
        return String::new();
    }
    let path = unsafe { std::ffi::CStr::from_ptr(library.path) }.to_string_lossy();
    format!("{:x} {path}\n", address - library.base)
}

/// Ends the cell's output with how and why a `?` stopped it, in a line of this code.
pub fn at_question_mark(why: &str, line: u32, code: &str) {
    let line = code.lines().nth(line as usize - 1).unwrap_or_default();
    show("at `?`", why, &format!("= {}\n", line.trim()));
}

/// Ends the cell's output with why it panicked, or that it was interrupted.
pub fn in_panic() {
    UNWOUND.store(true, std::sync::atomic::Ordering::Relaxed);
    let (why, places) = WHY.lock().map(|why| why.clone()).unwrap_or_default();
    show(if why == INTERRUPTED { "early" } else { "in a panic" }, &why, &places);
}

fn show(how: &str, why: &str, places: &str) {
    let text = format!("■ The cell stopped {how}: {}", short(why));
    protocol(&format!("EVCXR_BEGIN_CONTENT text/plain\n{text}\nEVCXR_END_CONTENT"));
    protocol(&format!("EVCXR_BEGIN_CONTENT application/x-convlab-places\n{places}EVCXR_END_CONTENT"));
}

/// libtorch's error, without its frames of C++ and without tch's `unwrap`; any other as it is, but for those that say
/// too much or too little.
pub fn short(text: &str) -> String {
    let without_frames = without_frames(text);
    let says = |part: &str| without_frames.contains(part);
    if says("from the 'CUDA' backend") || says("support for cuda devices") {
        return "`Device::Cuda` names a graphics card, and this libtorch computes on the processor only: write `Device::cuda_if_available()`, or `Device::Cpu`".to_owned();
    }
    if without_frames == "no entry found for key" {
        return "the map has no entry for this key: `.keys()` lists those that it has, and `.get(key)` is `None` where there is none".to_owned();
    }
    without_frames
}

fn without_frames(text: &str) -> String {
    let cut = |text: &str, end: &str| text.split(end).next().unwrap_or_default().to_owned();
    match text.split_once("`Err` value: Torch(\"") {
        Some((_, debug)) if debug.contains("\\nException raised from") => {
            cut(debug, "\\nException raised from").replace("\\n", "\n").replace("\\\"", "\"")
        }
        Some((_, debug)) => {
            debug.strip_suffix("\")").unwrap_or(debug).replace("\\n", "\n").replace("\\\"", "\"")
        }
        None => cut(text, "\nException raised from").trim_end().to_owned(),
    }
}
