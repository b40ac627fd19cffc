//! What the labs need of a machine, each checked before anything is made.

use super::toolchain::Toolchain;
use super::{data, kernelspec, libtorch, python};
use crate::dirs::{self, CACHE_ELSEWHERE, Dirs};
use crate::port::free_port;
use crate::process;
use crate::system::{self, Tool};
use common::{Error, Result};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// What the whole set-up takes in the cache and in `target/`, with some air, in tenths of a gigabyte.
const SPACE: u64 = 40;

/// What kernels and runs take once all is prepared.
const SPACE_WHEN_PREPARED: u64 = 5;

/// How long a proxy may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Every need's name, and what meets it or what is wrong.
pub fn check(dirs: &Dirs, port: Option<u16>) -> [(&'static str, Result<String>); 10] {
    [
        ("Rust", rust()),
        ("C++ compiler", compiler(dirs)),
        ("Python", python()),
        ("libtorch", libtorch(dirs)),
        ("kernel", kernel(dirs)),
        ("data", data(dirs)),
        ("cargo's cache", cargo_home(dirs)),
        ("network", proxy(dirs)),
        ("disk space", space(&dirs.cache)),
        ("port", free_port(port).map(|port| format!("{port} is free"))),
    ]
}

fn rust() -> Result<String> {
    let toolchain = Toolchain::find_any()?;
    let version = toolchain.version.lines().next().unwrap_or_default();
    let sources = if toolchain.has_sources() { "" } else { "; rustup will add its sources" };
    Ok(format!("{version}{sources}"))
}

/// A compiler that also finds the headers of C++'s own library, which are often a package of their own.
fn compiler(dirs: &Dirs) -> Result<String> {
    let name = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let install = system::install(Tool::Compiler);
    let version = process::output(Command::new(&name).arg("--version"), &install)?;
    if !dirs::is_prepared(&dirs.cache) {
        let script = "echo '#include <vector>' | \"$0\" -x c++ -fsyntax-only -";
        let tried = process::output(Command::new("/bin/sh").args(["-c", script, &name]), &install);
        if cfg!(unix) && tried.is_err() {
            return Err(Error::problem(format!("{name} finds no headers of C++'s own library."), install));
        }
    }
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

/// The folder in which cargo keeps what it downloads.
fn cargo_home(dirs: &Dirs) -> Result<String> {
    let var = |name| std::env::var_os(name).map(PathBuf::from);
    let Some(folder) = var("CARGO_HOME").or_else(|| Some(var("HOME")?.join(".cargo"))) else {
        return Ok("cargo's own".to_owned());
    };
    match writable(&folder) {
        Err(error) if !dirs::is_prepared(&dirs.cache) => {
            let what = format!("Cargo's folder {} cannot be written: {error}.", folder.display());
            Err(Error::problem(what, "export CARGO_HOME=/other/disk/cargo"))
        }
        _ => Ok(format!("in {}", folder.display())),
    }
}

/// If downloads go through a proxy, it must answer.
fn proxy(dirs: &Dirs) -> Result<String> {
    let names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    let given =
        names.iter().find_map(|name| Some((name, std::env::var(name).ok().filter(|url| !url.is_empty())?)));
    let Some((name, url)) = given else { return Ok("no proxy is set".to_owned()) };
    if dirs::is_prepared(&dirs.cache) || answers(&url) {
        return Ok(format!("by the proxy {url}"));
    }
    let what = format!("The proxy {url}, which {name} names, does not answer.");
    Err(Error::problem(
        what,
        format!("unset {name}, or name a proxy that runs: export {name}=http://HOST:PORT"),
    ))
}

/// Whether somebody listens at the address `[SCHEME://][USER@]HOST[:PORT][/]`.
fn answers(url: &str) -> bool {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let host = rest.split('/').next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let port = if scheme.starts_with("socks") { 1080 } else { 80 };
    let is_complete = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = if is_complete { host.to_owned() } else { format!("{host}:{port}") };
    let mut addresses = address.to_socket_addrs().into_iter().flatten();
    addresses.any(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok())
}

/// Tries to make a folder in `folder`, or where it will be made.
fn writable(folder: &Path) -> std::io::Result<()> {
    let existing = folder.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let probe = existing.join(format!("convlab-probe-{}", std::process::id()));
    std::fs::create_dir(&probe).and_then(|()| std::fs::remove_dir(&probe))
}

/// Room for the cache, in a folder that can be written.
fn space(cache: &Path) -> Result<String> {
    if let Err(error) = writable(cache) {
        let what = format!("The cache folder {} cannot be written: {error}.", cache.display());
        return Err(Error::problem(what, CACHE_ELSEWHERE));
    }
    let existing = cache.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
    let Ok(python) = python::base_python() else { return Ok("not measured: there is no Python".to_owned()) };
    let script = "import shutil, sys; print(shutil.disk_usage(sys.argv[1]).free // 10**8)";
    let tenths =
        process::output(Command::new(python).args(["-c", script]).arg(existing), "cargo lab doctor")?;
    let free = tenths.parse::<u64>().unwrap_or(0);
    let needed = if dirs::is_prepared(cache) { SPACE_WHEN_PREPARED } else { SPACE };
    let gigabytes = |tenths: u64| format!("{}.{} GB", tenths / 10, tenths % 10);
    if free < needed {
        let what = format!(
            "{} are free for {}, and the labs need {}.",
            gigabytes(free),
            cache.display(),
            gigabytes(needed)
        );
        return Err(Error::problem(what, CACHE_ELSEWHERE));
    }
    Ok(format!("{} free for {}", gigabytes(free), cache.display()))
}
