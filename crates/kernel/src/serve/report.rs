//! The compiler's objection as a learner reads it, with the line it is about.

use ariadne::sources;
use evcxr::{CompilationError, Theme};

/// The lines that tell of `error` in the code of cell number `count`.
pub fn of(error: &CompilationError, code: &str, count: u64) -> Vec<String> {
    let name = format!("cell {count}");
    if error.is_from_user_code()
        && let Some(report) = error.build_report(name.clone(), code.to_owned(), Theme::Light)
    {
        let mut message = Vec::new();
        if report.write(sources([(name, code.to_owned())]), &mut message).is_ok() {
            return String::from_utf8_lossy(&message).lines().map(str::to_owned).collect();
        }
    }
    let mut message: Vec<String> = error
        .spanned_messages()
        .iter()
        .flat_map(|message| message.lines.iter().cloned().chain([message.label.clone()]))
        .filter(|line| !line.is_empty())
        .collect();
    message.insert(0, error.message());
    message.extend(error.help().into_iter().map(|help| format!("help: {help}")));
    message
}
