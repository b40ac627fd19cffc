//! Which bundle fits a machine: the same sources and settings, the same compiler, a C library that is not older.

use super::super::libtorch;
use super::super::profile::PROFILE;
use super::super::{Toolchain, python::base_python, sources};
use crate::dirs::Dirs;
use crate::fingerprint::Fingerprint;
use crate::{labs, process};
use common::{Error, Result};
use serde_json::{Value, json};
use std::process::Command;

/// What is known of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub file: String,
    pub size: u64,
    pub sha256: String,
    pub needs: Needs,
}

/// What a machine must have for a bundle, and a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// Such as `x86_64-unknown-linux-gnu`.
    pub target: String,
    /// All that `rustc -vV` says.
    pub rustc: String,
    /// Such as `glibc 2.36`; empty where the system has only one.
    pub libc: String,
    /// The fingerprint of sources, versions and settings.
    pub sources: String,
}

impl Entry {
    pub fn read(json: &Value) -> Option<Self> {
        let word = |name: &str| json[name].as_str().map(ToOwned::to_owned);
        let [target, rustc, libc, sources] = ["target", "rustc", "libc", "sources"].map(word);
        let needs = Needs { target: target?, rustc: rustc?, libc: libc?, sources: sources? };
        Some(Self { file: word("file")?, size: json["size"].as_u64()?, sha256: word("sha256")?, needs })
    }

    pub fn json(&self) -> Value {
        let Needs { target, rustc, libc, sources } = &self.needs;
        json!({"file": self.file, "target": target, "size": self.size, "sha256": self.sha256,
            "libc": libc, "rustc": rustc, "sources": sources})
    }
}

impl Needs {
    /// What this machine and this checkout have.
    pub fn here(dirs: &Dirs, toolchain: &Toolchain) -> Result<Self> {
        let stage = Fingerprint::default()
            .files(&dirs.helper().join("Cargo.toml"))?
            .text(PROFILE)
            .text(libtorch::VERSION)
            .text(&labs::further_crates(&dirs.notebooks())?.join("\n"));
        let sources = sources::fingerprint(dirs, stage)?;
        let libc = "import platform; print(*platform.libc_ver())";
        let libc = process::output(Command::new(base_python()?).args(["-c", libc]), "")?;
        let (target, rustc) = (toolchain.host.clone(), toolchain.version.clone());
        Ok(Self { target, rustc, libc, sources: sources.hex() })
    }

    /// Why a bundle with these needs does not fit `here`, if it does not.
    fn unmet(&self, here: &Self) -> Option<String> {
        let first = |version: &str| version.lines().next().unwrap_or_default().to_owned();
        if self.rustc != here.rustc {
            let (theirs, ours) = (first(&self.rustc), first(&here.rustc));
            return Some(format!("the bundle was compiled by {theirs}, and here is {ours}"));
        }
        if !not_older(&here.libc, &self.libc) {
            let ours = if here.libc.is_empty() { "another C library" } else { &here.libc };
            return Some(format!("the bundle needs {} or newer, and here is {ours}", self.libc));
        }
        let same = self.sources == here.sources;
        (!same).then(|| "the bundle was made of other sources or settings than these".to_owned())
    }
}

/// The bundle that fits, or what keeps the nearest from fitting; `None` where none was made.
pub fn choose<'a>(entries: &'a [Entry], dirs: &Dirs, toolchain: &Toolchain) -> Result<Option<&'a Entry>> {
    if entries.is_empty() {
        return Ok(None);
    }
    among(entries, &Needs::here(dirs, toolchain)?).map(Some)
}

fn among<'a>(entries: &'a [Entry], here: &Needs) -> Result<&'a Entry> {
    let mut reason = format!("there is none for {}", here.target);
    for entry in entries.iter().filter(|entry| entry.needs.target == here.target) {
        match entry.needs.unmet(here) {
            None => return Ok(entry),
            Some(unmet) => reason = unmet,
        }
    }
    Err(Error::problem(reason, ""))
}

/// Whether `glibc 2.39` will do where `glibc 2.36` is wanted.
fn not_older(here: &str, wanted: &str) -> bool {
    let parse = |libc: &str| -> Option<(String, Vec<u32>)> {
        let (name, version) = libc.split_once(' ')?;
        Some((name.to_owned(), version.split('.').filter_map(|number| number.parse().ok()).collect()))
    };
    match (parse(here), parse(wanted)) {
        (Some((name, version)), Some((other, least))) => name == other && version >= least,
        _ => here == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs() -> Needs {
        Needs {
            target: "x86_64-unknown-linux-gnu".into(),
            rustc: "rustc 1.95.0 (a 2026)\nhost: x".into(),
            libc: "glibc 2.36".into(),
            sources: "a1".into(),
        }
    }

    #[test]
    fn only_a_bundle_of_the_same_compiler_and_sources_and_no_newer_c_library_fits() {
        let entry = Entry { file: "b.tar.gz".into(), size: 3, sha256: "00".into(), needs: needs() };
        assert_eq!(Entry::read(&entry.json()).as_ref(), Some(&entry));
        let entries = [entry];
        let with = |change: fn(&mut Needs)| {
            let mut here = needs();
            change(&mut here);
            among(&entries, &here).map_err(|failure| failure.what().to_owned())
        };
        assert!(with(|_| {}).is_ok() && with(|here| here.libc = "glibc 2.39".into()).is_ok());
        for (change, reason) in [
            (
                with(|here| here.rustc = "rustc 1.96.0 (b 2026)".into()),
                "by rustc 1.95.0 (a 2026), and here is rustc 1.96.0",
            ),
            (with(|here| here.libc = "glibc 2.4".into()), "needs glibc 2.36 or newer, and here is glibc 2.4"),
            (
                with(|here| here.libc = String::new()),
                "needs glibc 2.36 or newer, and here is another C library",
            ),
            (with(|here| here.sources = "a2".into()), "other sources"),
            (with(|here| here.target = "aarch64-apple-darwin".into()), "none for aarch64-apple-darwin"),
        ] {
            assert!(change.clone().unwrap_err().contains(reason), "{change:?}");
        }
    }
}
