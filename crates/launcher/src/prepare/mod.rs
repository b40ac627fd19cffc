//! Makes the machine ready, step by step: each step is skipped when its result is there, and leaves either the
//! whole result or nothing.

pub mod bundle;
pub mod data;
pub mod installed;
pub mod libtorch;
pub mod needs;
pub mod programs;
pub mod python;
pub mod stage;

mod gc;
mod kernelspec;
mod labextension;
mod lock;
mod profile;
mod ready;
mod sources;
mod toolchain;
pub use kernelspec::{NAME as KERNEL, STOCK as STOCK_KERNEL, read as prepared};
pub use lock::lock;
pub use ready::Ready;
pub use toolchain::Toolchain;

use crate::dirs::Dirs;
use crate::files::text;
use bundle::Bundle;
use common::Result;
use programs::Programs;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::thread::ScopedJoinHandle;

/// Makes the machine ready after checking its needs, unless an image holds it all; what is wrong is reported before
/// anything is made.
///
/// `port` is the one that JupyterLab will listen on, if one is wanted.
pub fn checked(port: Option<u16>) -> Result<Ready> {
    let dirs = Dirs::find()?;
    if let Some(ready) = as_it_is(&dirs)? {
        return Ok(ready);
    }
    fail_on_the_first(&dirs, port)?;
    prepare(&dirs)
}

/// Prepares Python, libtorch and the kernel, after the same checks: an image's layer that stays when only the labs
/// change.
pub fn checked_tools() -> Result<()> {
    let dirs = Dirs::find()?;
    fail_on_the_first(&dirs, None)?;
    let _only_one = lock(&dirs)?;
    std::thread::scope(|scope| {
        let python = scope.spawn(|| python::environment(&dirs));
        tools(&dirs).and(joined(python)).map(drop)
    })
}

/// The first need that is not met, as a failure.
fn fail_on_the_first(dirs: &Dirs, port: Option<u16>) -> Result<()> {
    needs::check(dirs, port).into_iter().try_for_each(|(_, found)| found.map(drop))
}

/// Prepares everything that labs need; says nothing when all is there. Python's packages come meanwhile.
fn prepare(dirs: &Dirs) -> Result<Ready> {
    let _only_one = lock(dirs)?;
    gc::remove_partial(&dirs.cache);
    let (python, made) = std::thread::scope(|scope| {
        let python = scope.spawn(|| python::environment(dirs));
        let made = tools(dirs).and_then(|tools| compiled(dirs, tools));
        (joined(python), made)
    });
    let ((programs, stage, environment), python) = (made?, python?);
    let jupyter_path = kernelspec::write(dirs, &python, &programs, &environment)?;
    installed::refresh(dirs)?;
    gc::remove_unused(&dirs.cache);
    Ok(Ready { dirs: dirs.clone(), python, jupyter_path, programs, stage, environment })
}

/// The programs, the stage, and the environment that kernels and builds have in common.
type Compiled = (Programs, PathBuf, BTreeMap<String, String>);

fn compiled(dirs: &Dirs, tools: Tools) -> Result<Compiled> {
    let Tools { toolchain, libtorch, programs, bundle } = tools;
    let mut environment = toolchain::build_environment(&libtorch, &toolchain);
    environment.extend(programs.environment(dirs));
    let inputs = stage::Inputs {
        dirs,
        toolchain: &toolchain,
        libtorch: &libtorch,
        programs: &programs,
        environment: &environment,
    };
    let stage = stage::build(&inputs, bundle.as_ref())?;
    bundle.map_or(Ok(()), |bundle| bundle.remove())?;
    environment.insert("CONVLAB_STAGE".to_owned(), text(&stage));
    Ok((programs, stage, environment))
}

/// What the labs need beside Python and what does not depend on the helper crate.
struct Tools {
    toolchain: Toolchain,
    libtorch: PathBuf,
    programs: Programs,
    bundle: Option<Bundle>,
}

/// libtorch comes over the network, and the kernel keeps the processor busy: side by side.
fn tools(dirs: &Dirs) -> Result<Tools> {
    let toolchain = Toolchain::find()?;
    std::thread::scope(|scope| {
        let libtorch = scope.spawn(|| libtorch::find_or_assemble(dirs));
        let programs = programs::fetch_or_build(dirs, &toolchain);
        let (libtorch, (programs, bundle)) = (joined(libtorch)?, programs?);
        Ok(Tools { toolchain, libtorch, programs, bundle })
    })
}

/// What a thread has come to; its panic is this thread's.
fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// What was prepared, where it stays as it is: this user cannot change it, or a file `sealed` in the cache says so. An
/// image that holds it all has that file, since root could change everything and lacks what preparing needs.
fn as_it_is(dirs: &Dirs) -> Result<Option<Ready>> {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    let written = File::options().write(true).open(dirs.cache.join("lock"));
    let locked = written.is_err_and(|error| matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem));
    if !locked && !dirs.cache.join("sealed").exists() {
        return Ok(None);
    }
    profile::write(&dirs.state())?;
    Ok(kernelspec::read(dirs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn a_sealed_cache_is_taken_as_it_is_and_no_other_that_can_be_written() {
        let dir = tempfile::tempdir().unwrap();
        let dirs = Dirs { checkout: dir.path().join("course"), cache: dir.path().join("cache") };
        let programs = Programs { folder: dirs.cache.join("programs-1") };
        let stage = BTreeMap::from([("CONVLAB_STAGE".to_owned(), "a-stage".to_owned())]);
        fs::create_dir_all(&dirs.cache).unwrap();
        kernelspec::write(&dirs, Path::new("python"), &programs, &stage).unwrap();
        assert!(as_it_is(&dirs).unwrap().is_none());
        fs::write(dirs.cache.join("sealed"), "").unwrap();
        assert_eq!(as_it_is(&dirs).unwrap().unwrap().stage, Path::new("a-stage"));
    }
}
