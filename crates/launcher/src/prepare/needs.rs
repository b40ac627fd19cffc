//! What the labs need of a machine, each checked before anything is made.

use super::toolchain::Toolchain;
use super::{data, kernelspec, libtorch, python, stage};
use crate::dirs::{CACHE_ELSEWHERE, Dirs};
use crate::failure::{Failure, Result};
use crate::port::free_port;
use crate::process;
use crate::system::{self, Tool};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the whole set-up takes in the cache and in `target/`, with some air, in tenths of a gigabyte.
const SPACE: u64 = 40;

/// What kernels and runs take once all is prepared.
const SPACE_WHEN_PREPARED: u64 = 5;

/// Every need's name, and what meets it or what is wrong.
pub fn check(dirs: &Dirs, port: Option<u16>) -> [(&'static str, Result<String>); 8] {
    [
        ("Rust", rust()),
        ("C++ compiler", compiler()),
        ("Python", python()),
        ("libtorch", libtorch(dirs)),
        ("kernel", kernel(dirs)),
        ("data", data(dirs)),
        ("disk space", space(&dirs.cache)),
        ("port", free_port(port).map(|port| format!("{port} is free"))),
    ]
}

fn rust() -> Result<String> {
    let toolchain = Toolchain::find()?;
    Ok(toolchain.version.lines().next().unwrap_or_default().to_owned())
}

fn compiler() -> Result<String> {
    let name = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let version = process::output(Command::new(&name).arg("--version"), &system::install(Tool::Compiler))?;
    Ok(version.lines().next().unwrap_or_default().to_owned())
}

fn python() -> Result<String> {
    let path = python::base_python()?;
    Ok(format!("{} ({})", python::version(&path)?, path.display()))
}

fn libtorch(dirs: &Dirs) -> Result<String> {
    let env = |name: &str| std::env::var_os(name).map(PathBuf::from);
    if let Some(found) = libtorch::find(env)? {
        return Ok(format!("{} in {}", libtorch::VERSION, found.display()));
    }
    let cached = libtorch::cached(dirs);
    if !cached.exists() {
        return Ok(format!("{} will be fetched by `cargo lab` (about 540 MB)", libtorch::VERSION));
    }
    libtorch::check(&cached)?;
    Ok(format!("{} in {}", libtorch::VERSION, cached.display()))
}

fn kernel(dirs: &Dirs) -> Result<String> {
    Ok(kernelspec::built_kernel(dirs).map_or_else(
        || "will be built by `cargo lab` (several minutes, once)".to_owned(),
        |path| format!("built, in {}", path.display()),
    ))
}

fn data(dirs: &Dirs) -> Result<String> {
    data::check_given()?;
    Ok(data::find(dirs).map_or_else(
        || "MNIST will be downloaded by the first lab that needs it (12 MB)".to_owned(),
        |folder| format!("MNIST in {}", folder.display()),
    ))
}

/// Room for the cache, in a folder that can be written.
fn space(cache: &Path) -> Result<String> {
    let existing = cache.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let probe = existing.join(format!("convlab-probe-{}", std::process::id()));
    if let Err(error) = std::fs::create_dir(&probe).and_then(|()| std::fs::remove_dir(&probe)) {
        let what = format!("The cache folder {} cannot be written: {error}.", cache.display());
        return Err(Failure::new(what, CACHE_ELSEWHERE));
    }
    let Ok(python) = python::base_python() else { return Ok("not measured: there is no Python".to_owned()) };
    let script = "import shutil, sys; print(shutil.disk_usage(sys.argv[1]).free // 10**8)";
    let tenths =
        process::output(Command::new(python).args(["-c", script]).arg(existing), "cargo lab doctor")?;
    let free = tenths.parse::<u64>().unwrap_or(0);
    let needed = if stage::is_prepared(cache) { SPACE_WHEN_PREPARED } else { SPACE };
    let gigabytes = |tenths: u64| format!("{}.{} GB", tenths / 10, tenths % 10);
    if free < needed {
        let what = format!(
            "{} are free for {}, and the labs need {}.",
            gigabytes(free),
            cache.display(),
            gigabytes(needed)
        );
        return Err(Failure::new(what, CACHE_ELSEWHERE));
    }
    Ok(format!("{} free for {}", gigabytes(free), cache.display()))
}
