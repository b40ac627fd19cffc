//! Makes a bundle of a machine that is ready: its programs, and a folder for each unit that cargo has compiled.

use super::fits::{Entry, Needs};
use super::{replay, script};
use crate::dirs::Dirs;
use crate::files::{self, text, whole_file, whole_folder};
use crate::prepare::Toolchain;
use crate::{process, status_line};
use common::{Error, Result};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// What is compiled of this checkout's own sources, in each checkout anew.
const OWN: [&str; 4] = ["common", "convlab", "convlab_shared", "ctx"];

/// What a bundle is made of.
pub struct Parts<'a> {
    /// The folder with the kernel and the downloader.
    pub programs: &'a Path,
    /// The folder in which cargo has compiled what labs load.
    pub stage: &'a Path,
    /// The libtorch for which that was compiled.
    pub libtorch: &'a str,
}

/// A bundle that was made.
pub struct Packed {
    /// Where it lies.
    pub file: PathBuf,
    /// In bytes.
    pub size: u64,
    /// Of its content.
    pub sha256: String,
}

/// Writes the bundle and a table that holds it into `out`.
pub fn pack(dirs: &Dirs, parts: &Parts<'_>, out: &Path) -> Result<Packed> {
    let needs = Needs::here(dirs, &Toolchain::find()?)?;
    let file = format!("convlab-{}.tar.gz", needs.target);
    // A name that no folder of somebody else's has.
    let (folder, path) = (out.join(format!("bundle-{}", std::process::id())), out.join(&file));
    let printed = status_line::step("the bundle", |_| {
        whole_folder(&folder, |new| {
            copy(parts.programs, &new.join("programs"))?;
            units(&parts.stage.join("target"), new, parts.libtorch)
        })?;
        process::output(&mut script(&["pack", &text(&folder), &text(&path)])?, "look at the free space")
    });
    files::remove(&folder)?;
    let printed = printed?;
    let failed = || Error::problem("The bundle's size is not known.", "run the same command again");
    let (size, sha256) = printed.split_once(' ').ok_or_else(failed)?;
    let size = size.parse().map_err(|_| failed())?;
    let sha256 = sha256.to_owned();
    let entry = Entry { file, size, sha256: sha256.clone(), needs };
    let table = json!({"address": null, "bundles": [entry.json()]});
    whole_file(&out.join("bundles.json"), &format!("{table:#}\n"))?;
    Ok(Packed { file: path, size, sha256 })
}

/// Takes what cargo has compiled of others' crates from its target folder.
fn units(target: &Path, to: &Path, libtorch: &str) -> Result<()> {
    for folder in below(target) {
        let nested = folder.join("debug");
        let profile = if nested.exists() { nested } else { folder };
        for file in below(&profile.join("deps")) {
            if let Some(unit) = unit_of(&file) {
                copy_file(&file, &to.join("units").join(unit))?;
            }
        }
        for build in below(&profile.join("build")) {
            for file in below(&build).into_iter().filter(|file| file.extension().is_none()) {
                let name = text(Path::new(file.file_name().unwrap_or_default()));
                if name.starts_with("build_script_") && name.contains('-') {
                    copy_file(&file, &to.join("units").join(name))?;
                }
            }
            run(&build, to, libtorch)?;
        }
    }
    Ok(())
}

/// The unit that a compiled file belongs to, such as `tch-0123456789abcdef`; none of the checkout's own.
fn unit_of(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?;
    let (stem, kind) = name.split_once('.').unwrap_or((name, ""));
    let is_kept = ["rlib", "rmeta", "so", "dylib"].contains(&kind);
    let unit = stem.strip_prefix("lib").unwrap_or(stem);
    let (name, hash) = unit.rsplit_once('-')?;
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_kept && is_hash && !OWN.contains(&name)).then(|| unit.to_owned())
}

/// Keeps what a build script has made that compiles C, and what it has said, with names for the paths in it.
fn run(build: &Path, to: &Path, libtorch: &str) -> Result<()> {
    let (out, output) = (build.join("out"), build.join("output"));
    let is_slow = below(&out).iter().any(|file| file.extension().is_some_and(|ext| ext == "a"));
    let Ok(said) = fs::read_to_string(&output) else { return Ok(()) };
    if !is_slow && !below(&out.join("lib")).iter().any(|file| file.extension().is_some_and(|ext| ext == "a"))
    {
        return Ok(());
    }
    let root = fs::read_to_string(build.join("root-output")).unwrap_or_else(|_| text(&out));
    let said = said.replace(root.trim(), replay::OUT).replace(libtorch, replay::LIBTORCH);
    let run = to.join("runs").join(build.file_name().unwrap_or_default());
    copy(&out, &run.join("out"))?;
    whole_file(&run.join("output"), &said)
}

fn below(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Copies a folder, but for what only the making of a static library needed.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).map_err(|error| Error::file("make the folder", to, &error))?;
    for path in below(from) {
        if path.is_dir() {
            copy(&path, &to.join(path.file_name().unwrap_or_default()))?;
        } else if path.extension().is_none_or(|ext| ext != "o") {
            copy_file(&path, to)?;
        }
    }
    Ok(())
}

fn copy_file(file: &Path, folder: &Path) -> Result<()> {
    let to = folder.join(file.file_name().unwrap_or_default());
    fs::create_dir_all(folder).map_err(|error| Error::file("make the folder", folder, &error))?;
    fs::copy(file, &to).map(drop).map_err(|error| Error::file("write", &to, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_of_others_are_kept_and_nothing_of_the_checkouts_own() {
        let unit = |name: &str| unit_of(Path::new(name));
        assert_eq!(unit("/t/libtch-0123456789abcdef.rlib").as_deref(), Some("tch-0123456789abcdef"));
        assert_eq!(
            unit("libserde_derive-00112233445566aa.so").as_deref(),
            Some("serde_derive-00112233445566aa")
        );
        for name in [
            "libconvlab-0123456789abcdef.rlib",
            "libcommon-0123456789abcdef.rmeta",
            "libconvlab_shared-0123456789abcdef.so",
            "tch-0123456789abcdef.d",
            "libctx.so",
        ] {
            assert_eq!(unit(name), None, "{name}");
        }
    }
}
