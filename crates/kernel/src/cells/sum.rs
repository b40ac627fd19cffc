//! What a compiled cell depends on, as one number.

use super::call::Call;
use super::source;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Changes when this kernel compiles the same call to something else.
const VERSION: &str = "2";

/// Collects parts; no two lists of parts have the same sum.
#[derive(Default)]
pub struct Sum(Sha256);

impl Sum {
    pub fn add(&mut self, part: &[u8]) -> &mut Self {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    pub fn hex(self) -> String {
        hex(&self.0.finalize())
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The sum of the cell's code, its compiler, the call and all that the call links; `None` if a part cannot be read.
pub fn of_cell(call: &Call, shared: bool, toolchain: &Path) -> Option<String> {
    let here = std::env::current_dir().ok()?.into_os_string().into_string().ok()?;
    let mut sum = Sum::default();
    sum.add(VERSION.as_bytes()).add(state(&toolchain.join("bin/rustc"))?.as_bytes());
    sum.add(source::canonical(&fs::read_to_string("src/lib.rs").ok()?).as_bytes());
    sum.add(&[shared.into()]);
    // Where the dependencies lie does not matter, but what they are.
    for argument in call.arguments.iter().filter(|argument| !argument.contains(".rlib")) {
        sum.add(argument.replace(&here, "").as_bytes());
    }
    for (name, path) in call.dependencies() {
        sum.add(name.as_bytes()).add(of_file(Path::new(path))?.as_bytes());
    }
    Some(sum.hex())
}

/// The sum of a library's content, noted beside it: it is long, and asked for with each cell.
pub fn of_file(path: &Path) -> Option<String> {
    let note = Path::new(&format!("{}.sum", path.display())).to_owned();
    let state = state(path)?;
    let noted = fs::read_to_string(&note).unwrap_or_default();
    if let Some((noted, sum)) = noted.split_once(' ')
        && noted == state
        && sum.len() == 64
    {
        return Some(sum.to_owned());
    }
    let sum = hex(&Sha256::digest(fs::read(path).ok()?));
    // Without the note it is summed up again.
    let _ = fs::write(&note, format!("{state} {sum}"));
    Some(sum)
}

/// Length and time of a file: another content has another.
fn state(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok()?;
    let time = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{}-{}", meta.len(), time.as_nanos()))
}
