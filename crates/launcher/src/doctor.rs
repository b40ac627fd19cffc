//! `cargo lab doctor`: a line per need, and for each that is not met exactly one thing to do.

use crate::child;
use crate::failure::{Failure, Result};
use crate::places::Places;
use crate::prepare::{self, data, libtorch, python};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the whole set-up takes in the cache and in `target/`, with some air (measured: see README).
const SPACE_GB: u64 = 6;

/// Checks everything, prints a line for each, fails if anything is wrong.
pub fn doctor() -> Result<()> {
    let places = Places::find()?;
    let mut wrong = 0;
    for (need, found) in needs(&places) {
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

/// Checks what `cargo lab` cannot mend itself, and says nothing when it is there.
pub fn preflight(places: &Places) -> Result<()> {
    compiler()?;
    python::base_python()?;
    if let Some(given) = std::env::var_os("LIBTORCH") {
        libtorch::check(Path::new(&given))?;
    }
    space(&places.cache).map(drop)
}

fn needs(places: &Places) -> Vec<(&'static str, Result<String>)> {
    vec![
        ("Rust", rust()),
        ("C++ compiler", compiler()),
        (
            "Python",
            python::base_python()
                .and_then(|path| Ok(format!("{} ({})", python::version(&path)?, path.display()))),
        ),
        ("libtorch", libtorch(places)),
        ("kernel", kernel(places)),
        ("data", data(places)),
        ("disk space", space(&places.cache)),
        ("port", port(8888).map(|()| "8888 is free".to_owned())),
    ]
}

fn rust() -> Result<String> {
    let toolchain = prepare::Toolchain::find()?;
    Ok(toolchain.version.lines().next().unwrap_or_default().to_owned())
}

fn compiler() -> Result<String> {
    let name = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let remedy = "install one, on Debian: sudo apt install g++; on macOS: xcode-select --install";
    let told = child::output(Command::new(&name).arg("--version"), remedy)?;
    Ok(told.lines().next().unwrap_or_default().to_owned())
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
    let built = std::fs::read_dir(&places.cache).into_iter().flatten().flatten();
    let built = built.map(|entry| entry.path().join("convlab-kernel")).find(|path| path.exists());
    Ok(built.map_or_else(
        || "will be built by `cargo lab` (several minutes, once)".to_owned(),
        |path| format!("built in {}", path.parent().unwrap_or(&path).display()),
    ))
}

fn data(places: &Places) -> Result<String> {
    Ok(data::find(places).map_or_else(
        || "MNIST will be downloaded by the first lab that needs it (12 MB); without a network: cargo lab --offline".to_owned(),
        |folder| format!("MNIST in {}", folder.display()),
    ))
}

fn space(cache: &Path) -> Result<String> {
    let existing = cache.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let script = "import shutil, sys; print(shutil.disk_usage(sys.argv[1]).free // 10**9)";
    let told = child::output(
        Command::new(python::base_python()?).args(["-c", script]).arg(existing),
        "cargo lab doctor",
    )?;
    let free = told.parse::<u64>().unwrap_or(0);
    let done = std::fs::read_dir(cache.join("stages")).is_ok_and(|mut stages| stages.next().is_some());
    if free < SPACE_GB && !done {
        let what =
            format!("{free} GB are free below {}; the set-up takes up to {SPACE_GB} GB.", existing.display());
        return Err(Failure::new(
            what,
            "free some, or name another disk: export CONVLAB_CACHE=/other/disk/convlab",
        ));
    }
    Ok(format!("{free} GB free below {}", existing.display()))
}

/// Whether JupyterLab can listen on `port`.
pub fn port(port: u16) -> Result<()> {
    TcpListener::bind(("127.0.0.1", port)).map(drop).map_err(|error| {
        let next =
            (port..port.saturating_add(100)).find(|&next| TcpListener::bind(("127.0.0.1", next)).is_ok());
        let next = next.unwrap_or(9999);
        Failure::new(format!("Port {port} cannot be had: {error}."), format!("cargo lab --port {next}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_named_and_a_free_one_offered() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let number = taken.local_addr().unwrap().port();
        let failure = port(number).unwrap_err();
        assert!(failure.what().contains(&number.to_string()), "{failure}");
        let offered: u16 = failure.remedy().rsplit(' ').next().unwrap().parse().unwrap();
        assert_ne!(offered, number);
        assert_eq!(port(offered), Ok(()));
    }
}
