//! Makes a cell that stops half-way, at a failing `?` or in a panic, end in a result that says why.
//!
//! evcxr calls such a cell "ok". All that shows is text on stderr: among frames of C++ when libtorch objects, and
//! sometimes so late that it lands below the next cell. So the code around the learner's is changed a little before
//! it is compiled. Every line stays in its place, since evcxr finds the learner's own by their numbers.

#[cfg(test)]
#[allow(dead_code, unsafe_code, reason = "cells call it; here only `short` is tested")]
mod in_cell;

/// What every cell gets to say it with.
const IN_CELL: &str = include_str!("in_cell.rs");

/// How evcxr begins the function that holds the cell, and how that function's body begins: with variables kept from
/// cell to cell, and without.
const FUNCTION: &str = "#[unsafe(no_mangle)]";
const BODIES: [&str; 2] = [
    "let evcxr_variable_store = unsafe {&mut *evcxr_variable_store};",
    "evcxr_variable_store: *mut u8) -> *mut u8 {",
];

/// What a cell does, after it has printed the error, when `?` has met one; and when it has caught a panic.
const QUESTION_MARK: &str = r#"println!("{}", evcxr_internal_runtime::USER_ERROR_OCCURRED);"#;
const PANIC: &str = r#"println!("EVCXR_PANIC_NOTIFICATION");"#;

/// What keeps the code in its library, for `lines.rs`.
#[cfg(target_os = "linux")]
const CODE: &str = r#"#[used] #[unsafe(link_section = ".convlab")] static CONVLAB_CODE: [u8; include_bytes!("lib.rs").len()] = *include_bytes!("lib.rs");"#;
#[cfg(not(target_os = "linux"))]
const CODE: &str = "";

/// What is called with the error: it learns from its caller in which line.
const FROM: &str = "fn from(error: T)";

/// What every cell gets to say why it stops, as a module in one line.
pub fn module() -> String {
    let lines = IN_CELL.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    format!("mod convlab_stops {{ {} }}", lines.collect::<String>())
}

/// Returns the code that evcxr wants compiled, made to say why it stops.
pub fn with_reasons(code: &str) -> String {
    let module = format!("{} {CODE} {FUNCTION}", module());
    let hushed = BODIES.iter().fold(code.replacen(FUNCTION, &module, 1), |code, body| {
        code.replacen(body, &format!("{body} convlab_stops::hush();"), 1)
    });
    question_mark(&hushed).replacen(PANIC, &format!("convlab_stops::in_panic(); {PANIC}"), 1)
}

/// Turns the printing of the error that stands before `?` gives up into a result.
fn question_mark(code: &str) -> String {
    let print = code.find(QUESTION_MARK).and_then(|end| Some(code[..end].rfind("eprintln!(")?..end));
    let Some(print) = print else { return code.to_owned() };
    let shown = code[print.clone()].replacen("eprintln!(", "convlab_stops::at_question_mark(&format!(", 1);
    let shown =
        shown.replacen(");", "), std::panic::Location::caller().line(), include_str!(\"lib.rs\"));", 1);
    let (before, after) = (&code[..print.start], &code[print.end..]);
    let from = before.rfind(FROM).unwrap_or(before.len());
    [&before[..from], "#[track_caller] ", &before[from..], &shown, after].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of what evcxr writes around a cell that matter here.
    const CODE: &str = r#"struct EvcxrUserCodeError {}
impl<T: std::fmt::Display> From<T> for EvcxrUserCodeError {
    fn from(error: T) -> Self {
        eprintln!("{}", error);
        println!("{}", evcxr_internal_runtime::USER_ERROR_OCCURRED);
        EvcxrUserCodeError {}
#[unsafe(no_mangle)]
pub extern "C" fn run_user_code_2(
let evcxr_variable_store = unsafe {&mut *evcxr_variable_store};
let x = 1;
  Err(_) => {
    println!("EVCXR_PANIC_NOTIFICATION");
"#;

    #[test]
    fn a_cell_that_stops_says_why_and_no_line_moves() {
        let marked = with_reasons(CODE);
        let (old, new): (Vec<_>, Vec<_>) = (CODE.lines().collect(), marked.lines().collect());
        assert_eq!(new.len(), old.len());
        assert_eq!(new[2].trim(), "#[track_caller] fn from(error: T) -> Self {");
        let shown = r#"convlab_stops::at_question_mark(&format!("{}", error), std::panic::Location::caller().line(), include_str!("lib.rs"));"#;
        assert_eq!(new[3].trim(), shown);
        assert!(new[6].starts_with("mod convlab_stops { ") && new[6].ends_with(FUNCTION), "{}", new[6]);
        assert_eq!(new[8], format!("{} convlab_stops::hush();", old[8]));
        assert!(new[11].contains("convlab_stops::in_panic();") && new[11].ends_with(PANIC), "{}", new[11]);
        for same in [0, 1, 4, 5, 7, 9, 10] {
            assert_eq!(new[same], old[same]);
        }
    }

    #[test]
    fn the_error_may_be_printed_in_any_of_evcxrs_formats() {
        let marked = with_reasons(&CODE.replace(r#"eprintln!("{}", error)"#, r#"eprintln!("{:#?}", error)"#));
        assert!(marked.contains(r#"at_question_mark(&format!("{:#?}", error), "#), "{marked}");
    }

    #[test]
    fn what_is_no_cell_stays_as_it_is() {
        let code = "fn evcxr_analysis_wrapper() { eprintln!(\"{}\", 1); }";
        assert_eq!(with_reasons(code), code);
    }

    #[test]
    fn an_objection_of_libtorch_is_told_without_its_frames() {
        let panic = r#"called `Result::unwrap()` on an `Err` value: Torch("shapes cannot be multiplied (2x2 and 4x1)\nException raised from meta at a.cpp:204\nframe #0")"#;
        assert_eq!(in_cell::short(panic), "shapes cannot be multiplied (2x2 and 4x1)");
        let error = "shapes cannot be multiplied\nException raised from meta at a.cpp:204\nframe #0";
        assert_eq!(in_cell::short(error), "shapes cannot be multiplied");
        assert_eq!(in_cell::short(r#"on an `Err` value: Torch("no file")"#), "no file");
        assert_eq!(in_cell::short("index out of bounds"), "index out of bounds");
    }
}
