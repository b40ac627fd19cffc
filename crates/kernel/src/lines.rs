//! The learner's own lines behind addresses in compiled cells.
//!
//! A cell is compiled with the numbers of its lines, and holds the code that these numbers count. Rust's own backtraces
//! do not know of libraries that were loaded after the first of them was made, which is every later cell.

use object::{Object, ObjectSection};
use std::path::Path;

/// The section of a cell's library that holds its code; `stops/` puts it there.
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
    let number = loader.find_location(offset.checked_sub(1)?).ok()??.line?;
    let line = code.lines().nth((number as usize).checked_sub(1)?)?;
    Some(line.trim().to_owned())
}
