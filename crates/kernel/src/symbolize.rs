//! The learner's own lines behind addresses in compiled cells.
//!
//! A cell is compiled with the numbers of its lines, and holds the code that these numbers count. Rust's own backtraces
//! do not know of libraries that were loaded after the first of them was made, which is every later cell.

use crate::evcxr_contract::rustc;
use object::{Object, ObjectSection};
use std::path::Path;

/// The section of a cell's library that holds its code; `error_capture` puts it there.
const SECTION: &str = ".convlab";

/// The line of each frame, written `1f3c /path/of/a/library.so` with a hexadecimal offset; frames that lie in no cell
/// are left out.
pub fn of<'a>(frames: impl Iterator<Item = &'a str>) -> Vec<String> {
    frames
        .filter_map(|frame| {
            let (offset, path) = frame.split_once(' ')?;
            line(Path::new(path), u64::from_str_radix(offset, 16).ok()?)
        })
        .collect()
}

fn line(library: &Path, offset: u64) -> Option<String> {
    let bytes = std::fs::read(library).ok()?;
    let object = object::File::parse(&*bytes).ok()?;
    let code = std::str::from_utf8(object.section_by_name(SECTION)?.data().ok()?).ok()?;
    let loader = addr2line::Loader::new(library).ok()?;
    // An address on the stack is that of the instruction after the call.
    let place = loader.find_location(offset.checked_sub(1)?).ok()??;
    if !is_cells_own(place.file?) {
        return None;
    }
    let line = code.lines().nth((place.line? as usize).checked_sub(1)?)?;
    Some(crate::interrupt_check::without_checks(line))
}

/// Whether code that lies in a cell's library was written there, and is not another crate's that was compiled for it.
fn is_cells_own(file: &str) -> bool {
    file.ends_with(rustc::SOURCE) && !rustc::FOREIGN_PATHS.iter().any(|part| file.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_other_crates_have_compiled_into_a_cell_is_not_the_learners() {
        assert!(is_cells_own("/home/me/.cache/convlab/kernels/1-2/work/src/lib.rs"));
        for other in [
            "/rustc/5980761/library/alloc/src/vec/mod.rs",
            "/home/me/.rustup/toolchains/stable/lib/rustlib/src/rust/library/std/src/lib.rs",
            "/home/me/.cargo/registry/src/index/rand-0.8.5/src/lib.rs",
            "convlab/src/train/fit.rs",
        ] {
            assert!(!is_cells_own(other), "{other}");
        }
    }

    #[test]
    fn a_frame_that_is_none_or_lies_elsewhere_has_no_line() {
        let here = format!("10 {}", std::env::current_exe().unwrap().display());
        assert!(of(["", "7", "x /nowhere", "10 /nowhere", &here].into_iter()).is_empty());
    }
}
