//! `cargo lab doctor`: a line per need, and for each that is not met exactly one thing to do.

use crate::child;
use crate::cli;
use crate::failure::{Failure, Result};
use crate::places::Places;
use crate::prepare::{self, CACHE_ELSEWHERE, Ready, data, libtorch, python};
use crate::system::{self, Tool};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the whole set-up takes in the cache and in `target/`, with some air, in tenths of a gigabyte.
const SPACE: u64 = 40;

/// What kernels and runs take once all is prepared.
const SPACE_WHEN_PREPARED: u64 = 5;

/// The port that is tried first.
const FIRST_PORT: u16 = 8888;

/// Checks everything, prints a line for each, fails if anything is wrong.
pub fn doctor(options: &cli::Doctor) -> Result<()> {
    let places = Places::find()?;
    let mut wrong = 0;
    for (need, found) in needs(&places, options.port) {
        match found {
            Ok(what) => println!("✔ {need:<13} {what}"),
            Err(failure) => {
                wrong += 1;
                println!("✘ {need:<13} {}\n{:16}→ {}", failure.what(), "", failure.remedy());
            }
        }
    }
    match wrong {
        0 => Ok(()),
        _ => Err(Failure::new(format!("{wrong} of the labs' needs are not met."), "follow the arrows above")),
    }
}

/// Makes the machine ready after the same checks, unless an image holds it all; what is wrong is told before anything
/// is made.
pub fn checked_prepare(port: Option<u16>) -> Result<Ready> {
    let places = Places::find()?;
    if let Some(ready) = prepare::as_it_is(&places)? {
        return Ok(ready);
    }
    checked(&places, port)?;
    prepare::prepare(&places)
}

/// Makes ready what does not depend on the helper crate, after the same checks.
pub fn checked_prepare_tools() -> Result<()> {
    let places = Places::find()?;
    checked(&places, None)?;
    prepare::prepare_tools(&places)
}

/// The first thing that is wrong, as a failure.
fn checked(places: &Places, port: Option<u16>) -> Result<()> {
    needs(places, port).into_iter().try_for_each(|(_, found)| found.map(drop))
}

fn needs(places: &Places, port: Option<u16>) -> [(&'static str, Result<String>); 8] {
    [
        ("Rust", rust()),
        ("C++ compiler", compiler()),
        ("Python", python()),
        ("libtorch", libtorch(places)),
        ("kernel", kernel(places)),
        ("data", data(places)),
        ("disk space", space(&places.cache)),
        ("port", free_port(port).map(|port| format!("{port} is free"))),
    ]
}

fn rust() -> Result<String> {
    let toolchain = prepare::Toolchain::find()?;
    Ok(toolchain.version.lines().next().unwrap_or_default().to_owned())
}

fn compiler() -> Result<String> {
    let name = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let told = child::output(Command::new(&name).arg("--version"), &system::install(Tool::Compiler))?;
    Ok(told.lines().next().unwrap_or_default().to_owned())
}

fn python() -> Result<String> {
    let path = python::base_python()?;
    Ok(format!("{} ({})", python::version(&path)?, path.display()))
}

fn libtorch(places: &Places) -> Result<String> {
    let env = |name: &str| std::env::var_os(name).map(PathBuf::from);
    if let Some(found) = libtorch::find(env)? {
        return Ok(format!("{} in {}", libtorch::VERSION, found.display()));
    }
    let cached = libtorch::cached(places);
    if !cached.exists() {
        return Ok(format!("{} will be fetched by `cargo lab` (about 540 MB)", libtorch::VERSION));
    }
    libtorch::check(&cached)?;
    Ok(format!("{} in {}", libtorch::VERSION, cached.display()))
}

fn kernel(places: &Places) -> Result<String> {
    Ok(prepare::built_kernel(places).map_or_else(
        || "will be built by `cargo lab` (several minutes, once)".to_owned(),
        |path| format!("evcxr 0.22.0 in {}", path.display()),
    ))
}

fn data(places: &Places) -> Result<String> {
    data::check_given()?;
    Ok(data::find(places).map_or_else(
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
    let told = child::output(Command::new(python).args(["-c", script]).arg(existing), "cargo lab doctor")?;
    let free = told.parse::<u64>().unwrap_or(0);
    let needed = if prepare::is_prepared(cache) { SPACE_WHEN_PREPARED } else { SPACE };
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

/// The port for JupyterLab: the one `asked` for if it is free, else the first free one from 8888 on.
pub fn free_port(asked: Option<u16>) -> Result<u16> {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let next = |first: u16| (first..first.saturating_add(100)).find(is_free);
    match asked {
        None => next(FIRST_PORT)
            .ok_or_else(|| Failure::new("Ports 8888 to 8987 are all taken.", "cargo lab --port 9999")),
        Some(port) if is_free(&port) => Ok(port),
        Some(port) => {
            let remedy = format!("cargo lab --port {}", next(port).unwrap_or(9999));
            Err(Failure::new(format!("Port {port} is taken, or may not be used."), remedy))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_named_and_a_free_one_offered() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let number = taken.local_addr().unwrap().port();
        let failure = free_port(Some(number)).unwrap_err();
        assert!(failure.what().contains(&number.to_string()), "{failure}");
        let offered: u16 = failure.remedy().rsplit(' ').next().unwrap().parse().unwrap();
        assert_ne!(offered, number);
        assert_eq!(free_port(Some(offered)), Ok(offered));
    }
}
