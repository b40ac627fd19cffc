// Stands in every cell's code, with all its lines in one: so no comment may follow code.

pub static WHY: std::sync::Mutex<String> = std::sync::Mutex::new(String::new());

/// Lets a panic of the cell be told where the cell stops, and that of another thread at once and in short.
pub fn hush() {
    let cell = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        let why = short(panic.payload_as_str().unwrap_or("a panic without words"));
        if std::thread::current().id() != cell {
            eprintln!("A thread panicked: {why}");
        } else if let Ok(mut last) = WHY.lock() {
            why.clone_into(&mut last);
        }
    }));
}

/// Ends the cell's output with how and why it stopped.
pub fn show(how: &str, why: &str) {
    let text = format!("■ The cell stopped {how}: {}", short(why));
    let html = text.replace('&', "&amp;").replace('<', "&lt;");
    let style =
        "background: var(--jp-rendermime-error-background, #fdd); padding: 0.5em; white-space: pre-wrap";
    println!("EVCXR_BEGIN_CONTENT text/plain\n{text}\nEVCXR_END_CONTENT");
    println!("EVCXR_BEGIN_CONTENT text/html\n<pre style=\"{style}\">{html}</pre>\nEVCXR_END_CONTENT");
}

/// What libtorch objects to, without its frames of C++ and without tch's `unwrap`.
pub fn short(text: &str) -> &str {
    let text = text.split("Exception raised from").next().unwrap_or(text);
    let text = text.split_once("`Err` value: Torch(\"").map_or(text, |(_, objection)| objection);
    text.trim_end_matches("\\n").trim_end_matches("\")").trim_end()
}
