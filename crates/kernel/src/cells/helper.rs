//! The helper crate, and the crate of ours that it uses, under names that come from their sources alone.
//!
//! Cargo's names hold the path of the checkout. Without it a library is the same wherever it was compiled: it need not
//! be compiled in the next checkout, nor need the cells that use it.

use super::rustc_args::RustcArgs;
use crate::evcxr_contract::cargo::MANIFEST_DIR;
use crate::fingerprint::Fingerprint;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

/// The crate that notebooks load, and what it uses of this checkout.
const HELPERS: [&str; 2] = ["convlab", "common"];

/// Runs the call; if it compiles one of these crates, then only where the same was not compiled before.
pub fn compile(call: RustcArgs, toolchain: &Path) -> ExitCode {
    let Some(helper) = Helper::of(&call) else { return crate::run(&mut call.command(toolchain)) };
    if !helper.kept("rlib").exists() {
        // If it cannot be made rustc says so.
        let _ = fs::create_dir_all(helper.new_dir());
        let compiled = helper.making(call).command(toolchain).status();
        if !compiled.is_ok_and(|status| status.success()) {
            return ExitCode::FAILURE;
        }
    }
    match helper.put_in_place() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write to {}: {error}; free some space", helper.out_dir.display());
            ExitCode::FAILURE
        }
    }
}

/// One of these crates as one call compiles it.
struct Helper {
    name: &'static str,
    out_dir: PathBuf,
    folder: String,
    /// What cargo adds to the names of files.
    cargos_name: String,
    id: String,
}

/// The kinds of files that are made, the library last: where it is, all are.
const KINDS: [&str; 3] = ["d", "rmeta", "rlib"];

/// Stands for the crate's folder in the list of sources that is kept.
const FOLDER: &str = "{convlab}";

impl Helper {
    fn of(call: &RustcArgs) -> Option<Self> {
        let name = HELPERS.into_iter().find(|name| call.crate_name() == Some(name))?;
        let compiles_it = call.option("--crate-type") == Some("lib");
        let (_, folder) = call.environment.iter().find(|(name, _)| name == MANIFEST_DIR)?;
        let cargos_name = call.arguments.iter().find_map(|word| word.strip_prefix("extra-filename="))?;
        compiles_it.then_some(())?;
        let (out_dir, folder, cargos_name) = (call.out_dir(), folder.clone(), cargos_name.to_owned());
        let id = id(&whole(call.clone()), &out_dir, &folder)?;
        Some(Self { name, out_dir, folder, cargos_name, id })
    }

    /// Where the call writes, until all is written.
    fn new_dir(&self) -> PathBuf {
        self.out_dir.join(format!("{}-{}.new", self.name, self.id))
    }

    /// What is added to its own names of files.
    fn own_name(&self) -> String {
        format!("-{}", self.id)
    }

    fn kept(&self, kind: &str) -> PathBuf {
        self.out_dir.join(self.file_name(kind, &self.own_name()))
    }

    /// The call that compiles it under its own name.
    fn making(&self, call: RustcArgs) -> RustcArgs {
        let mut call = whole(call)
            .with_code_option("metadata", Some(&self.id))
            .with_code_option("extra-filename", Some(&self.own_name()));
        let new_dir = self.new_dir().display().to_string();
        if let Some(at) = call.arguments.iter().position(|argument| argument == "--out-dir") {
            call.arguments[at + 1] = new_dir;
        }
        // Cargo must not hear of a file before it has the name that cargo expects: it would go on at once.
        for argument in call.arguments.iter_mut().filter(|argument| argument.starts_with("--json=")) {
            *argument = argument.replace(",artifacts", "");
        }
        call.arguments.push(format!("--remap-path-prefix={}={}", self.folder, self.name));
        call
    }

    /// Gives what was compiled, now or before, the names that cargo expects.
    ///
    /// As copies with a time of their own, by which cargo goes: kernels share what is kept.
    fn put_in_place(&self) -> io::Result<()> {
        let new_dir = self.new_dir();
        // The list of sources is of this checkout.
        let folder = self.folder.replace(' ', "\\ ");
        if new_dir.exists() {
            let list = new_dir.join(self.file_name("d", &self.own_name()));
            fs::write(&list, fs::read_to_string(&list)?.replace(&folder, FOLDER))?;
            for kind in KINDS {
                fs::rename(new_dir.join(self.file_name(kind, &self.own_name())), self.kept(kind))?;
            }
            fs::remove_dir_all(new_dir)?;
        }
        for kind in KINDS {
            let place = self.out_dir.join(self.file_name(kind, &self.cargos_name));
            // It may be a file that other kernels have too.
            if place.exists() {
                fs::remove_file(&place)?;
            }
            if kind == "d" {
                fs::write(place, fs::read_to_string(self.kept(kind))?.replace(FOLDER, &folder))?;
            } else {
                fs::copy(self.kept(kind), place)?;
            }
        }
        Ok(())
    }

    fn file_name(&self, kind: &str, extra: &str) -> String {
        let prefix = if kind == "d" { "" } else { "lib" };
        format!("{prefix}{}{extra}.{kind}", self.name)
    }
}

/// Without what is kept for compiling it once more: the same library would be made of other parts.
fn whole(call: RustcArgs) -> RustcArgs {
    call.with_code_option("incremental", None)
}

/// The fingerprint of the sources and of how they are compiled, wherever they lie and whatever folder cargo works in.
fn id(call: &RustcArgs, out_dir: &Path, folder: &str) -> Option<String> {
    let work = out_dir.ancestors().find(|path| path.ends_with("target"))?.to_str()?;
    let is_cargos_name = |text: &str| text.starts_with("metadata=") || text.starts_with("extra-filename=");
    let mut fingerprint = Fingerprint::default();
    for argument in call.arguments.iter().filter(|argument| !is_cargos_name(argument)) {
        match used_helper(argument) {
            // Its file has cargo's name; what counts is what is in it.
            Some((name, path)) => fingerprint.add(name.as_bytes()).add(&fs::read(path).ok()?),
            None => fingerprint.add(argument.replace(work, "").replace(folder, "").as_bytes()),
        };
    }
    add_files(&mut fingerprint, &Path::new(folder).join("src"))?;
    Some(fingerprint.hex()[..16].to_owned())
}

/// The name and the file of another of these crates, if the argument says where it lies.
fn used_helper(argument: &str) -> Option<(&str, &str)> {
    argument.split_once('=').filter(|(name, path)| HELPERS.contains(name) && path.ends_with(".rmeta"))
}

fn add_files(fingerprint: &mut Fingerprint, folder: &Path) -> Option<()> {
    let mut paths: Vec<_> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        fingerprint.add(path.file_name()?.as_encoded_bytes());
        if path.is_dir() {
            add_files(fingerprint, &path)?;
        } else {
            fingerprint.add(&fs::read(&path).ok()?);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(work: &Path, checkout: &Path, cargos_name: &str) -> RustcArgs {
        let (folder, work) = (checkout.display().to_string(), work.display());
        let arguments = format!(
            "--crate-name convlab {folder}/src/lib.rs --crate-type lib -C metadata={cargos_name} \
             -C extra-filename=-{cargos_name} --json=diagnostic-rendered-ansi,artifacts -C incremental={work}/target/debug/incremental \
             --out-dir {work}/target/debug/deps -L dependency={work}/target/debug/deps \
             --extern tch={work}/target/debug/deps/libtch-1.rmeta"
        );
        RustcArgs {
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

    #[test]
    fn the_helper_has_one_name_in_all_checkouts_and_folders_and_another_when_its_code_changes() {
        let (one, two, changed) = (checkout("fn a() {}"), checkout("fn a() {}"), checkout("fn b() {}"));
        let (first, second) = (Path::new("/cache/builds/1"), Path::new("/cache/builds/2"));
        let id = |call| Helper::of(&call).unwrap().id;
        assert_eq!(id(call(first, one.path(), "1111")), id(call(second, two.path(), "2222")));
        assert_ne!(id(call(first, one.path(), "1111")), id(call(first, changed.path(), "1111")));
    }

    #[test]
    fn what_it_uses_of_this_checkout_counts_by_its_content_and_not_by_the_name_that_cargo_gives() {
        let (dir, helper) = (tempfile::tempdir().unwrap(), checkout(""));
        let id = |file: &str, content: &str| {
            let path = dir.path().join(file);
            fs::write(&path, content).unwrap();
            let mut call = call(Path::new("/cache/builds/1"), helper.path(), "1111");
            call.arguments.push(format!("common={}", path.display()));
            Helper::of(&call).unwrap().id
        };
        let one = id("libcommon-1111.rmeta", "a");
        assert_eq!(one, id("libcommon-2222.rmeta", "a"));
        assert_ne!(one, id("libcommon-1111.rmeta", "b"));
        let mut own = call(Path::new("/cache/builds/1"), helper.path(), "1111");
        own.arguments[1] = "common".to_owned();
        let own = Helper::of(&own).unwrap();
        assert!(own.kept("rlib").ends_with(format!("libcommon-{}.rlib", own.id)));
    }

    #[test]
    fn it_is_compiled_under_its_own_name_and_as_a_whole() {
        let (work, one) = (Path::new("/cache/builds/1"), checkout(""));
        let call = call(work, one.path(), "1111");
        let helper = Helper::of(&call).unwrap();
        let arguments = helper.making(call).arguments;
        let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
        assert!(has(&format!("metadata={}", helper.id)) && has(&format!("extra-filename=-{}", helper.id)));
        assert!(has(&format!("--remap-path-prefix={}=convlab", one.path().display())));
        assert!(has("--json=diagnostic-rendered-ansi"), "nothing is announced before it has cargo's name");
        assert!(!arguments.iter().any(|argument| argument.contains("incremental")));
    }

    #[test]
    fn cargo_finds_what_was_kept_under_the_name_it_expects_and_what_is_kept_stays_as_it_was() {
        let (work, one) = (tempfile::tempdir().unwrap(), checkout(""));
        let helper = Helper::of(&call(work.path(), one.path(), "1111")).unwrap();
        fs::create_dir_all(helper.new_dir()).unwrap();
        let write = |kind, text: &str| {
            fs::write(helper.new_dir().join(helper.file_name(kind, &helper.own_name())), text).unwrap();
        };
        write("d", &format!("a.d: {}/src/lib.rs", one.path().display()));
        write("rmeta", "rmeta");
        write("rlib", "rlib");
        helper.put_in_place().unwrap();
        assert!(!helper.new_dir().exists());
        let library = helper.out_dir.join("libconvlab-1111.rlib");
        assert_eq!(fs::read_to_string(&library).unwrap(), "rlib");
        let kept = fs::metadata(helper.kept("rlib")).unwrap().modified().unwrap();
        fs::write(&library, "changed").unwrap();
        helper.put_in_place().unwrap();
        assert_eq!(fs::read_to_string(&library).unwrap(), "rlib");
        assert_eq!(fs::metadata(helper.kept("rlib")).unwrap().modified().unwrap(), kept);
        let other = checkout("");
        Helper::of(&call(work.path(), other.path(), "2222")).unwrap().put_in_place().unwrap();
        let list = fs::read_to_string(helper.out_dir.join("convlab-2222.d")).unwrap();
        assert_eq!(list, format!("a.d: {}/src/lib.rs", other.path().display()));
    }

    #[test]
    fn another_crate_is_compiled_as_cargo_says() {
        let mut other = call(Path::new("/cache/builds/1"), checkout("").path(), "1111");
        other.arguments[1] = "tch".to_owned();
        assert!(Helper::of(&other).is_none());
    }
}
