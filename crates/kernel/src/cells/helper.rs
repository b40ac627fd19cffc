//! The helper crate under a name that comes from its sources alone.
//!
//! Cargo's names hold the path of the checkout. Without it a library is the same wherever it was compiled, and so cells
//! that were compiled in one checkout need not be compiled in the next.

use super::call::Call;
use super::sum::Sum;
use std::fs;
use std::path::Path;

/// The crate that notebooks load.
const HELPER: &str = "convlab";

/// The call as it was, unless it compiles the helper crate.
pub fn named_by_content(call: Call) -> Call {
    let named = |call: &Call| {
        let (_, folder) = call.environment.iter().find(|(name, _)| name == "CARGO_MANIFEST_DIR")?;
        let mut named = call.clone().with_code_option("metadata", Some(&id(call, Path::new(folder))?));
        named.arguments.push(format!("--remap-path-prefix={folder}={HELPER}"));
        Some(named)
    };
    let compiles_it = call.crate_name() == Some(HELPER) && call.option("--crate-type") == Some("lib");
    compiles_it.then(|| named(&call)).flatten().unwrap_or(call)
}

/// The sum of the sources and of how they are compiled, wherever they lie.
fn id(call: &Call, folder: &Path) -> Option<String> {
    let here = std::env::current_dir().ok()?.into_os_string().into_string().ok()?;
    let is_cargos_name = |text: &str| text.starts_with("metadata=") || text.starts_with("extra-filename=");
    let mut sum = Sum::default();
    for argument in call.arguments.iter().filter(|argument| !is_cargos_name(argument)) {
        sum.add(argument.replace(&here, "").replace(folder.to_str()?, "").as_bytes());
    }
    add_files(&mut sum, &folder.join("src"))?;
    Some(sum.hex()[..16].to_owned())
}

fn add_files(sum: &mut Sum, folder: &Path) -> Option<()> {
    let mut paths: Vec<_> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        sum.add(path.file_name()?.as_encoded_bytes());
        if path.is_dir() {
            add_files(sum, &path)?;
        } else {
            sum.add(&fs::read(&path).ok()?);
        }
    }
    Some(())
}
