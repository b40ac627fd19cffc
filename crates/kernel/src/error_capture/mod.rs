//! Makes a cell that stops half-way, at a failing `?` or in a panic, end in a result that says why.
//!
//! evcxr calls such a cell "ok". All that shows is text on stderr: among frames of C++ when libtorch objects, and
//! sometimes so late that it lands below the next cell. So the code around the learner's is changed a little before
//! it is compiled. Every line stays in its place, since evcxr finds the learner's own by their numbers.

use crate::evcxr_contract::{
    BODY_WITH_VARIABLES, BODY_WITHOUT_CODE, BODY_WITHOUT_VARIABLES, CATCHES, CHANGED_TYPE, FROM, HEAD,
    Missing, PANIC, PRINT, QUESTION_MARK, RUNTIME,
};

#[cfg(test)]
#[allow(dead_code, unsafe_code, reason = "cells call it; here only `short` is tested")]
mod panic_runtime;

/// What every cell gets to say it with.
const PANIC_RUNTIME: &str = include_str!("panic_runtime.rs");

/// What a cell does first, and with it what it does last.
const BEGIN_CELL: &str = "let _convlab_running_cell = convlab_error_capture::begin();";

/// What keeps the code in its library, for `symbolize.rs`.
#[cfg(target_os = "linux")]
const CODE: &str = r#"#[used] #[unsafe(link_section = ".convlab")] static CONVLAB_CODE: [u8; include_bytes!("lib.rs").len()] = *include_bytes!("lib.rs");"#;
#[cfg(not(target_os = "linux"))]
const CODE: &str = "";

/// What every cell gets to say why it stops, as a module in one line.
pub fn module() -> String {
    let lines = PANIC_RUNTIME.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    format!("mod convlab_error_capture {{ {} }}", lines.collect::<String>())
}

/// Returns the code that evcxr wants compiled, made to say why it stops.
///
/// # Errors
/// If a text is missing that evcxr writes around a cell.
pub fn with_reasons(code: &str) -> Result<String, Missing> {
    if !HEAD.is_in(code) {
        return Ok(code.to_owned());
    }
    let (items, function) = code.split_at(HEAD.find(code)?.start);
    let items = changed_type(&question_mark(items)?)?;
    Ok(format!("{items}{} {CODE} {}", module(), stops_in_panic(function)?))
}

/// The cell's function, which learns of its panics.
fn stops_in_panic(function: &str) -> Result<String, Missing> {
    let body = [BODY_WITH_VARIABLES, BODY_WITHOUT_VARIABLES, BODY_WITHOUT_CODE];
    let body = body.into_iter().find(|body| body.is_in(function)).unwrap_or(BODY_WITH_VARIABLES);
    let begin = body.find(function)?.end;
    // Code that has failed is compiled once more without the catching of panics, for its errors alone.
    if body == BODY_WITHOUT_CODE || !CATCHES.iter().any(|catch| catch.is_in(function)) {
        return Ok(function.to_owned());
    }
    let panic = PANIC.find_last(function)?;
    let (head, user_code, end) = (&function[..begin], &function[begin..panic.start], &function[panic.end..]);
    let report = PANIC.written("convlab_error_capture::protocol");
    Ok(format!("{head} {BEGIN_CELL}{user_code}convlab_error_capture::in_panic(); {report}{end}"))
}

/// Has the variables' module tell evcxr, and not print, which of them have changed their type.
fn changed_type(items: &str) -> Result<String, Missing> {
    if !RUNTIME.is_in(items) {
        return Ok(items.to_owned());
    }
    let at = CHANGED_TYPE.find(items)?;
    let report = "crate::convlab_error_capture::protocol(&format!(\"{VARIABLE_CHANGED_TYPE}{name}\"));";
    Ok([&items[..at.start], report, &items[at.end..]].concat())
}

/// Turns the printing of the error that stands before `?` gives up into a result.
fn question_mark(items: &str) -> Result<String, Missing> {
    if !QUESTION_MARK.is_in(items) {
        return Ok(items.to_owned());
    }
    let report = QUESTION_MARK.find_last(items)?;
    let end = report.start;
    let print = PRINT.find_last(&items[..end])?;
    let from = FROM.find_last(&items[..print.start])?.start;
    // `"{}", error);` and a line end.
    let arguments = items[print.end..end].replacen(
        ");",
        "), std::panic::Location::caller().line(), include_str!(\"lib.rs\"));",
        1,
    );
    let shown = format!("convlab_error_capture::at_question_mark(&format!({arguments}");
    let occurred = "convlab_error_capture::protocol(evcxr_internal_runtime::USER_ERROR_OCCURRED);";
    Ok([
        &items[..from],
        "#[track_caller] ",
        &items[from..print.start],
        &shown,
        occurred,
        &items[report.end..],
    ]
    .concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::evcxr_contract::tests::{WITH_VARIABLES, WITHOUT_VARIABLES};

    #[test]
    fn a_cell_that_stops_says_why_and_no_line_moves() {
        let marked = with_reasons(WITH_VARIABLES).unwrap();
        let (old, new): (Vec<_>, Vec<_>) = (WITH_VARIABLES.lines().collect(), marked.lines().collect());
        assert_eq!(new.len(), old.len());
        let line = |start: &str| old.iter().position(|line| line.trim().starts_with(start)).unwrap();
        let changed = |start| new[line(start)].trim();
        assert_eq!(changed("fn from"), "#[track_caller] fn from(error: T) -> Self {");
        let shown = r#"convlab_error_capture::at_question_mark(&format!("{}", error), std::panic::Location::caller().line(), include_str!("lib.rs"));"#;
        assert_eq!(changed("eprintln!"), shown);
        let head = changed("#[unsafe(no_mangle)]");
        assert!(
            head.starts_with("mod convlab_error_capture { ") && head.ends_with("#[unsafe(no_mangle)]"),
            "{head}"
        );
        let body = "let evcxr_variable_store = unsafe {&mut *evcxr_variable_store};";
        assert_eq!(changed(body), format!("{body} {BEGIN_CELL}"));
        let panic = r#"println!("EVCXR_PANIC_NOTIFICATION");"#;
        assert_eq!(
            changed(panic),
            r#"convlab_error_capture::in_panic(); convlab_error_capture::protocol("EVCXR_PANIC_NOTIFICATION");"#
        );
        let report = "convlab_error_capture::protocol(evcxr_internal_runtime::USER_ERROR_OCCURRED);";
        assert_eq!(changed("println!(\"{}\", evcxr_internal"), report);
        assert_eq!(old.iter().zip(&new).filter(|(old, new)| old != new).count(), 7);
    }

    #[test]
    fn a_cell_without_variables_says_why_it_panicked() {
        let marked = with_reasons(WITHOUT_VARIABLES).unwrap();
        assert!(
            marked.contains("*mut u8 { let _convlab_running_cell = convlab_error_capture::begin();\n"),
            "{marked}"
        );
        assert!(
            marked.contains("convlab_error_capture::in_panic(); convlab_error_capture::protocol("),
            "{marked}"
        );
    }

    #[test]
    fn a_learners_own_text_that_looks_like_evcxrs_stays_as_it_is() {
        let own = r#"println!("EVCXR_PANIC_NOTIFICATION");"#;
        let item = "#[unsafe(no_mangle)]\nfn mine() {}\nfn from(error: T) {}\n";
        let code = format!("{item}{}", WITH_VARIABLES.replace("let x = 1;", own));
        let marked = with_reasons(&code).unwrap();
        assert!(marked.starts_with(item) && marked.contains(&format!("\n{own}\n")), "{marked}");
    }

    #[test]
    fn the_error_may_be_printed_in_any_of_evcxrs_formats() {
        let other = WITH_VARIABLES.replace(r#"eprintln!("{}", error)"#, r#"eprintln!("{:#?}", error)"#);
        let marked = with_reasons(&other).unwrap();
        assert!(marked.contains(r#"at_question_mark(&format!("{:#?}", error), "#), "{marked}");
    }

    #[test]
    fn what_is_no_cell_stays_as_it_is() {
        let code = "fn evcxr_analysis_wrapper() { eprintln!(\"{}\", 1); }";
        assert_eq!(with_reasons(code).unwrap(), code);
        let empty = "#[unsafe(no_mangle)]\npub extern \"C\" fn run_user_code_0(\nmut x: *mut std::os::raw::c_void) -> *mut std::os::raw::c_void {x}";
        assert!(with_reasons(empty).unwrap().ends_with(empty));
    }

    #[test]
    fn a_cell_that_is_compiled_for_its_errors_alone_catches_no_panic() {
        let (start, rest) = WITH_VARIABLES.split_once("match std::panic").unwrap();
        let (_, end) = rest.split_once("}}\n").unwrap();
        let marked = with_reasons(&format!("{start}let r = std::panic::catch_unwind(|| 1);\n{end}")).unwrap();
        assert!(marked.contains("at_question_mark(") && !marked.contains("in_panic();"), "{marked}");
    }

    #[test]
    fn a_cell_in_which_a_text_of_evcxr_is_gone_is_not_compiled() {
        for (from, to) in [("EVCXR_PANIC_NOTIFICATION", "PANIC"), ("fn from(error: T)", "fn from(e: T)")] {
            let missing = with_reasons(&WITH_VARIABLES.replace(from, to)).unwrap_err().to_string();
            assert!(missing.contains("0 times"), "{missing}");
        }
    }

    #[test]
    fn an_error_of_libtorch_is_shown_without_its_frames() {
        let panic = r#"called `Result::unwrap()` on an `Err` value: Torch("shapes cannot be multiplied (2x2 and 4x1)\nException raised from meta at a.cpp:204\nframe #0")"#;
        assert_eq!(panic_runtime::short(panic), "shapes cannot be multiplied (2x2 and 4x1)");
        let error = "shapes cannot be multiplied\nException raised from meta at a.cpp:204\nframe #0";
        assert_eq!(panic_runtime::short(error), "shapes cannot be multiplied");
        assert_eq!(panic_runtime::short(r#"on an `Err` value: Torch("no file")"#), "no file");
        for own in [
            "index out of bounds",
            "no \\\"water\\\"\")",
            "Wrong(\"salt\")",
            "called on an `Err` value: Wrong(\"salt\")",
        ] {
            assert_eq!(panic_runtime::short(own), own);
        }
    }

    #[test]
    fn a_card_that_is_not_there_and_a_key_that_is_not_there_are_answered_with_what_to_write() {
        let panic = r#"called `Result::unwrap()` on an `Err` value: Torch("Could not run 'aten::empty.memory_format' with arguments from the 'CUDA' backend. This could be because\nException raised from reportError at a.cpp:1\nframe #0")"#;
        assert!(panic_runtime::short(panic).contains("`Device::Cpu`"));
        assert!(panic_runtime::short("no entry found for key").contains("`.keys()`"));
        assert_eq!(panic_runtime::short("no entry found for Kay"), "no entry found for Kay");
    }
}
