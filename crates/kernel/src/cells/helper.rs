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
        // Nor with what is kept for compiling it once more: the same library would be made of other parts.
        let whole = call.clone().with_code_option("incremental", None);
        let mut named = whole.clone().with_code_option("metadata", Some(&id(&whole, folder)?));
        named.arguments.push(format!("--remap-path-prefix={folder}={HELPER}"));
        Some(named)
    };
    let compiles_it = call.crate_name() == Some(HELPER) && call.option("--crate-type") == Some("lib");
    compiles_it.then(|| named(&call)).flatten().unwrap_or(call)
}

/// The sum of the sources and of how they are compiled, wherever they lie and whatever folder cargo works in.
fn id(call: &Call, folder: &str) -> Option<String> {
    let out_dir = call.out_dir();
    let work = out_dir.ancestors().find(|path| path.ends_with("target"))?.to_str()?;
    let is_cargos_name = |text: &str| text.starts_with("metadata=") || text.starts_with("extra-filename=");
    let mut sum = Sum::default();
    for argument in call.arguments.iter().filter(|argument| !is_cargos_name(argument)) {
        sum.add(argument.replace(work, "").replace(folder, "").as_bytes());
    }
    add_files(&mut sum, &Path::new(folder).join("src"))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn call(work: &str, checkout: &Path, cargos_name: &str) -> Call {
        let folder = checkout.display().to_string();
        let arguments = format!(
            "--crate-name convlab {folder}/src/lib.rs --crate-type lib -C metadata={cargos_name} \
             -C extra-filename=-{cargos_name} -C incremental={work}/target/debug/incremental \
             --out-dir {work}/target/debug/deps -L dependency={work}/target/debug/deps \
             --extern tch={work}/target/debug/deps/libtch-1.rmeta"
        );
        Call {
            arguments: arguments.split_whitespace().map(str::to_owned).collect(),
            environment: vec![("CARGO_MANIFEST_DIR".to_owned(), folder)],
        }
    }

    fn checkout(code: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("src")).unwrap();
        fs::write(dir.path().join("src/lib.rs"), code).unwrap();
        dir
    }

    fn metadata(call: Call) -> String {
        let named = named_by_content(call).arguments;
        named.iter().find(|argument| argument.starts_with("metadata=")).unwrap().clone()
    }

    #[test]
    fn the_helper_has_one_name_in_all_checkouts_and_folders_and_another_when_its_code_changes() {
        let (one, two, changed) = (checkout("fn a() {}"), checkout("fn a() {}"), checkout("fn b() {}"));
        let name = metadata(call("/cache/builds/1", one.path(), "1111"));
        assert_ne!(name, "metadata=1111");
        assert_eq!(name, metadata(call("/cache/builds/2", two.path(), "2222")));
        assert_ne!(name, metadata(call("/cache/builds/1", changed.path(), "1111")));
        let named = named_by_content(call("/cache/builds/1", one.path(), "1111"));
        assert!(named.arguments.contains(&format!("--remap-path-prefix={}=convlab", one.path().display())));
        assert!(!named.arguments.iter().any(|argument| argument.contains("incremental")));
    }

    #[test]
    fn another_crate_keeps_its_name() {
        let mut other = call("/cache/builds/1", checkout("").path(), "1111");
        other.arguments[1] = "tch".to_owned();
        assert_eq!(named_by_content(other.clone()), other);
    }
}
