//! What the learner's loops and statements do first: they look whether the cell is interrupted.

/// Unoptimised code is compiled as it is written, a call and all: there the flag itself is read.
#[allow(dead_code, reason = "the kernel's `cargo` writes it")]
pub const CHECK: &str =
    "if unsafe{crate::convlab_error_capture::CONVLAB_INTERRUPTED}{crate::convlab_error_capture::interrupt()}";

/// The same where `while` counts: rustc, unoptimised, spends on the other one what an index costs.
#[allow(dead_code, reason = "the kernel's `cargo` writes it")]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub const CHECK_IN_WHILE: &str = "unsafe{::core::arch::asm!(\"mov {0}, qword ptr [rip + CONVLAB_INTERRUPTED@GOTPCREL]\",\"cmp byte ptr [{0}], 0\",\"jne {1}\",out(reg)_,label{crate::convlab_error_capture::interrupt()},options(nostack,readonly))}";
#[allow(dead_code, reason = "the kernel's `cargo` writes it")]
#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
pub const CHECK_IN_WHILE: &str = CHECK;

/// The same for optimised code, which would read the flag once and not at each turn.
#[allow(dead_code, reason = "the kernel's `cargo` writes it")]
pub const CHECK_IN_OPTIMISED_CODE: &str =
    "if crate::convlab_error_capture::is_interrupted(){crate::convlab_error_capture::interrupt()}";

/// A line of a cell as its learner has written it.
#[allow(dead_code, reason = "the kernel shows it")]
pub fn without_checks(line: &str) -> String {
    let line =
        [CHECK, CHECK_IN_WHILE, CHECK_IN_OPTIMISED_CODE].iter().fold(line.to_owned(), |line, check| {
            line.replace(&format!(" {check}"), "").replace(&format!("{check} "), "")
        });
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_as_it_was_written() {
        assert_eq!(without_checks(&format!("{CHECK} let y = 2;")), "let y = 2;");
        assert_eq!(without_checks(&format!("  loop {{ {CHECK} step() }}")), "loop { step() }");
        assert_eq!(without_checks(&format!("for x in xs {{ {CHECK_IN_OPTIMISED_CODE}}}")), "for x in xs {}");
        assert_eq!(
            without_checks(&format!("while x < 3 {{ {CHECK_IN_WHILE} x += 1 }}")),
            "while x < 3 { x += 1 }"
        );
        assert_eq!(without_checks("let y = 2;"), "let y = 2;");
    }
}
