//! Where in a cell's code a panic came from.
//!
//! The kernel compiles a cell without line numbers, so a panic inside tch does not lead to a line by itself: the names
//! of the functions that were running do.

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;
use std::path::PathBuf;

/// The file that the kernel compiles the running cell from, below its folder.
const CELL: &str = "src/lib.rs";

/// The line, or the function and the call, where the panic came from; `None` outside a kernel.
pub fn of(panic: &PanicHookInfo<'_>) -> Option<String> {
    let folder = std::env::var_os("EVCXR_TMPDIR").map(PathBuf::from)?;
    let code = std::fs::read_to_string(folder.join(CELL)).ok()?;
    let trace = Backtrace::force_capture().to_string();
    match panic.location() {
        Some(location) if location.file() == CELL => at(location.line() as usize - 1, &trace, &code),
        _ => calling(&trace, &code),
    }
}

/// The line with this number, if it is one of the cell's function that was running: a cell that was compiled earlier
/// may have had its functions in another order.
fn at(number: usize, trace: &str, code: &str) -> Option<String> {
    // A check has the same name as the function that it judges.
    let mut cell = frames(trace).into_iter().filter(|frame| !frame.contains("convlab::"));
    let (name, (head, lines)) = cell.find_map(|frame| Some((name(frame), body(code, name(frame))?)))?;
    match number.checked_sub(head).and_then(|index| lines.get(index)) {
        Some(line) => Some(in_line(line.trim())),
        None => Some(format!("in `{name}`")),
    }
}

fn in_line(line: &str) -> String {
    format!("in the line `{line}`")
}

/// Finds the cell's function that called tch last, and in it the line with that call, if it is the only one.
fn calling(trace: &str, code: &str) -> Option<String> {
    let frames = frames(trace);
    let is_tch = |frame: &&str| frame.contains("tch::");
    let first = frames.iter().position(is_tch)?;
    let count = frames[first..].iter().take_while(|frame| is_tch(frame)).count();
    let (called, caller) = (name(frames[first + count - 1]), name(frames.get(first + count)?));
    let (_, body) = body(code, caller)?;
    let marks = [format!(".{called}("), format!("::{called}("), operator(called).to_owned()];
    let mut lines =
        body.iter().filter(|line| marks.iter().any(|mark| !mark.is_empty() && line.contains(mark)));
    match (lines.next(), lines.next()) {
        (Some(line), None) => Some(in_line(line.trim())),
        _ => Some(format!("in `{caller}`, where it calls `{called}`")),
    }
}

/// The last part of a function's path, closures in it left out.
fn name(frame: &str) -> &str {
    let parts = frame.rsplit("::").map(str::trim);
    parts.into_iter().find(|part| !part.starts_with('{')).unwrap_or(frame)
}

/// The functions of a trace, from the inside out.
fn frames(trace: &str) -> Vec<&str> {
    let numbered = trace.lines().filter_map(|line| line.trim_start().split_once(": "));
    numbered.filter(|(n, _)| n.parse::<u32>().is_ok()).map(|(_, frame)| frame).collect()
}

/// The lines of the function `name`, from its head to the brace that stands as far to the left, and the head's number.
fn body<'a>(code: &'a str, name: &str) -> Option<(usize, Vec<&'a str>)> {
    let head = code.lines().position(|line| line.contains(&format!("fn {name}(")))?;
    let mut lines = code.lines().skip(head);
    let first = lines.next()?;
    let end = format!("{}}}", &first[..first.len() - first.trim_start().len()]);
    Some((head, std::iter::once(first).chain(lines.take_while(|line| line.trim_end() != end)).collect()))
}

fn operator(called: &str) -> &'static str {
    match called {
        "add" => " + ",
        "sub" => " - ",
        "mul" => " * ",
        "div" => " / ",
        "neg" => "-",
        "add_assign" => " += ",
        "sub_assign" => " -= ",
        "mul_assign" => " *= ",
        "div_assign" => " /= ",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "fn other() {\n    x.get(1);\n}\nfn corr2d(x: &Tensor, k: &Tensor) -> Tensor {\n    let y = x.narrow(0, 1, 1);\n    let z = x.get(100);\n    let w = y.narrow(0, 0, 1) * k;\n    w\n}\n";

    fn trace(called: &str, caller: &str) -> String {
        format!(
            "   0: a::hook\n             at /rustc/library.rs:1:2\n   7: core::result::unwrap_failed\n   8: {called}\n   9: {caller}\n  10: convlab::check::lab02::corr2d\n"
        )
    }

    #[test]
    fn the_only_line_with_the_call_is_named() {
        let get = trace("tch::wrappers::tensor::Tensor::get", "cell::corr2d");
        assert_eq!(calling(&get, CODE).unwrap(), "in the line `let z = x.get(100);`");
        let mul = trace(
            "tch::tensor::ops::<impl core::ops::arith::Mul for &tch::Tensor>::mul",
            "cell::corr2d::{{closure}}",
        );
        assert_eq!(calling(&mul, CODE).unwrap(), "in the line `let w = y.narrow(0, 0, 1) * k;`");
    }

    #[test]
    fn of_several_lines_the_function_and_the_call_are_named() {
        let narrow =
            trace("tch::inner\n   9: tch::wrappers::tensor_generated::Tensor::narrow", "cell::corr2d");
        assert_eq!(calling(&narrow, CODE).unwrap(), "in `corr2d`, where it calls `narrow`");
    }

    #[test]
    fn a_line_is_named_only_where_it_belongs_to_the_function_that_was_running() {
        let panics = trace("core::panicking::panic_bounds_check", "cell::corr2d");
        assert_eq!(at(5, &panics, CODE).unwrap(), "in the line `let z = x.get(100);`");
        assert_eq!(at(1, &panics, CODE).unwrap(), "in `corr2d`");
        assert_eq!(at(5, &trace("core::panicking::panic", "elsewhere::fit"), CODE), None);
    }

    #[test]
    fn what_is_not_of_the_cell_has_no_place() {
        assert_eq!(calling(&trace("tch::Tensor::get", "convlab::train::fit"), CODE), None);
        assert_eq!(calling(&trace("core::panicking::panic", "cell::corr2d"), CODE), None);
    }
}
