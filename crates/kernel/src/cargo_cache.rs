//! What cargo answered, kept in the folder `memory` of a stage and of each kernel that clones it.
//!
//! While a notebook's dependencies stay the same cargo says the same, and each time takes a while to find it out.

use crate::evcxr_contract::cargo::{OPT_LEVEL, VARIABLES};
use crate::fingerprint::Fingerprint;
use std::env;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// What stands for this kernel's own folder.
const HERE: &str = "{here}";

/// The place for what one call of cargo says.
#[derive(Clone)]
pub struct CacheEntry {
    here: PathBuf,
    file: PathBuf,
    manifest: String,
    opt_level: String,
}

impl CacheEntry {
    /// The same folder, arguments, manifest, lock file and flags make cargo say the same, but for the level at which the
    /// cell itself is optimised: its dependencies have a level of their own. `None` outside a kernel's
    /// folder: what lies there is not known.
    pub fn of(cargo: &Command) -> Option<Self> {
        let lock = PathBuf::from(env::var_os("CONVLAB_LOCK")?);
        let here = lock.parent()?.to_owned();
        let (folder, toolchain) = (env::current_dir().ok()?, env::var_os("CONVLAB_TOOLCHAIN")?);
        if !folder.starts_with(&here) {
            return None;
        }
        let manifest = fs::read_to_string(here.join("Cargo.toml")).unwrap_or_default();
        let (manifest, opt_level) = without_level(&manifest);
        let mut fingerprint = Fingerprint::default();
        fingerprint.add(manifest.as_bytes()).add(&fs::read(lock).ok()?).add(toolchain.as_encoded_bytes());
        for word in [folder.as_os_str()].into_iter().chain(cargo.get_args()) {
            fingerprint.add(word.to_string_lossy().replace(&*here.to_string_lossy(), HERE).as_bytes());
        }
        for name in VARIABLES {
            fingerprint.add(env::var_os(name).unwrap_or_default().as_encoded_bytes());
        }
        Some(Self { file: here.join("memory").join(fingerprint.hex()), here, manifest, opt_level })
    }

    /// The level at which the manifest has the cell optimised, such as `3`.
    pub fn opt_level(&self) -> &str {
        &self.opt_level
    }

    /// What was kept, if no dependency has changed since.
    pub fn read(&self) -> Option<String> {
        let written = fs::metadata(&self.file).and_then(|meta| meta.modified()).ok()?;
        let text = fs::read_to_string(&self.file).ok().filter(|text| !text.is_empty())?;
        let fresh = paths(&self.manifest).iter().all(|path| newest(path).is_ok_and(|time| time <= written));
        fresh.then(|| text.replace(HERE, &self.here.to_string_lossy()))
    }

    /// The file for [`write`], made now: what changes while cargo runs is newer.
    pub fn begin(&self) -> &Path {
        // Without it nothing is remembered.
        let _ = fs::create_dir_all(self.file.parent().unwrap_or(&self.file))
            .and_then(|()| File::create(&self.file));
        &self.file
    }
}

/// Writes what is to be remembered to a file that [`CacheEntry::begin`] made, and leaves it its time.
pub fn write(file: &Path, text: &str) {
    let here = file.parent().and_then(Path::parent).map(Path::to_string_lossy).unwrap_or_default();
    let written = fs::metadata(file).and_then(|meta| meta.modified()).and_then(|begun| {
        common::files::write_with(file, |partial| {
            fs::write(partial, text.replace(&*here, HERE))?;
            File::options().write(true).open(partial)?.set_modified(begun)
        })
    });
    // Without it cargo is asked again the next time.
    drop(written);
}

/// A manifest without its first line `opt-level = N`, and N; evcxr writes one, for the cell.
fn without_level(manifest: &str) -> (String, String) {
    let Some((before, rest)) = manifest.split_once(OPT_LEVEL) else {
        return (manifest.to_owned(), "0".to_owned());
    };
    let (level, after) = rest.split_once('\n').unwrap_or((rest, ""));
    (format!("{before}\n{after}"), level.trim().trim_matches('"').to_owned())
}

/// The folders of the dependencies that are no packages of a registry.
fn paths(manifest: &str) -> Vec<PathBuf> {
    let dependencies = manifest.split_once("[dependencies]").map_or("", |(_, rest)| rest);
    let quoted = dependencies.lines().filter_map(|line| {
        let (_, value) = line.split_once("path")?;
        value.trim_start().strip_prefix('=')?.trim_start().strip_prefix('"')?.split('"').next()
    });
    quoted.map(PathBuf::from).collect()
}

/// When the newest file below the folder was written, be it of its sources or its manifest.
fn newest(folder: &Path) -> io::Result<SystemTime> {
    let mut newest = fs::metadata(folder)?.modified()?;
    for entry in fs::read_dir(folder)?.flatten().filter(|entry| entry.file_name() != "target") {
        let time = match entry.metadata()? {
            folder if Metadata::is_dir(&folder) => self::newest(&entry.path())?,
            file => file.modified()?,
        };
        newest = newest.max(time);
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_manifests_that_differ_in_the_cells_level_are_one_and_the_level_is_read() {
        let manifest =
            |level: &str| format!("[profile.dev]\nopt-level = {level}\ndebug = false\n\n[dependencies]\n");
        let (plain, optimised) = (without_level(&manifest("0")), without_level(&manifest("3")));
        assert_eq!(plain.0, "[profile.dev]\ndebug = false\n\n[dependencies]\n");
        assert_eq!((plain.0, plain.1.as_str(), optimised.1.as_str()), (optimised.0, "0", "3"));
        assert_eq!(without_level("[package]\n"), ("[package]\n".to_owned(), "0".to_owned()));
    }
}
