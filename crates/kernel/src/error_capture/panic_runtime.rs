// Stands in every cell's code, with all its lines in one: so no comment may follow code.

/// Why the cell panicked, and where.
static WHY: std::sync::Mutex<(String, String)> = std::sync::Mutex::new((String::new(), String::new()));

/// Keeps a panic of the cell for where the cell stops, and prints that of another thread at once and in short.
pub fn hush() {
    let cell = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        let why = short(panic.payload_as_str().unwrap_or("a panic without words"));
        if std::thread::current().id() != cell {
            eprintln!("A thread panicked: {why}");
        } else if let Ok(mut last) = WHY.lock() {
            *last = (why.to_owned(), frames());
        }
    }));
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

static PANICKED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Whether a cell has panicked since this was called last; the process that runs cells asks.
#[unsafe(no_mangle)]
pub extern "C" fn convlab_has_panicked() -> bool {
    PANICKED.swap(false, std::sync::atomic::Ordering::Relaxed)
}

/// Ends the cell's output with why it panicked.
pub fn in_panic() {
    PANICKED.store(true, std::sync::atomic::Ordering::Relaxed);
    let (why, places) = WHY.lock().map(|why| why.clone()).unwrap_or_default();
    show("in a panic", &why, &places);
}

fn show(how: &str, why: &str, places: &str) {
    let text = format!("■ The cell stopped {how}: {}", short(why));
    let html = text.replace('&', "&amp;").replace('<', "&lt;");
    let style =
        "background: var(--jp-rendermime-error-background, #fdd); padding: 0.5em; white-space: pre-wrap";
    println!("EVCXR_BEGIN_CONTENT text/plain\n{text}\nEVCXR_END_CONTENT");
    println!("EVCXR_BEGIN_CONTENT application/x-convlab-places\n{places}EVCXR_END_CONTENT");
    println!("EVCXR_BEGIN_CONTENT text/html\n<pre style=\"{style}\">{html}</pre>\nEVCXR_END_CONTENT");
}

/// libtorch's error, without its frames of C++ and without tch's `unwrap`.
pub fn short(text: &str) -> &str {
    let text = text.split("Exception raised from").next().unwrap_or(text);
    let text =
        text.split_once("`Err` value: Torch(\"").map_or(text, |(_, compiler_failure)| compiler_failure);
    text.trim_end_matches("\\n").trim_end_matches("\")").trim_end()
}
