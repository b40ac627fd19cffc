//! Bundles, made here and fetched from a server of the test: whole or not at all, and else in a line why.
#![cfg(unix)]

use launcher::dirs::Dirs;
use launcher::prepare::Toolchain;
use launcher::prepare::bundle::{self, Parts};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A machine that is ready, with two small programs and one unit, and its bundle in the folder `out`.
struct Made {
    folder: tempfile::TempDir,
    file: PathBuf,
}

impl Made {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, content: &[u8]| {
            fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            fs::write(path(name), content).unwrap();
        };
        write("programs/convlab-kernel", b"kernel");
        write("programs/tools/bin/cargo", b"cargo");
        let library = "stage/target/x86_64-unknown-linux-gnu/debug/deps/libtch-0123456789abcdef";
        // What cannot be made smaller, so that a file that is cut off misses much of it.
        let next = |n: &u64| Some(n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        let noise: Vec<u8> =
            std::iter::successors(Some(7), next).take(400_000).map(|n: u64| (n >> 56) as u8).collect();
        write(&format!("{library}.rlib"), &noise);
        write(&format!("{library}.d"), b"a list");
        write("stage/target/x86_64-unknown-linux-gnu/debug/deps/libconvlab-0123456789abcdef.rlib", b"ours");
        let run = "stage/target/x86_64-unknown-linux-gnu/debug/build/torch-sys-00";
        write(&format!("{run}/out/libtch.a"), b"objects");
        write(&format!("{run}/root-output"), path(run).join("out").to_str().unwrap().as_bytes());
        let said =
            format!("cargo:search={}\ncargo:lib=/their/libtorch/lib\n", path(run).join("out").display());
        write(&format!("{run}/output"), said.as_bytes());
        let (programs, stage) = (path("programs"), path("stage"));
        let parts = Parts { programs: &programs, stage: &stage, libtorch: "/their/libtorch" };
        let file = bundle::pack(&dirs(folder.path()), &parts, &path("out")).unwrap().file;
        Self { folder, file }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn change_table(&self, change: impl Fn(&mut Value)) {
        let path = self.out().join("bundles.json");
        let mut table: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        change(&mut table["bundles"][0]);
        fs::write(path, table.to_string()).unwrap();
    }
}

fn dirs(folder: &Path) -> Dirs {
    Dirs { checkout: Dirs::find().unwrap().checkout, cache: folder.join("cache") }
}

/// A server of a folder that knows ranges; it ends each answer after `most` bytes, as often as `cuts` says.
struct Server {
    address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(folder: &Path, most: usize, cuts: usize) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (folder, log) = (folder.to_owned(), seen.clone());
        std::thread::spawn(move || {
            let mut cuts = cuts;
            for stream in listener.incoming().flatten() {
                answer(stream, &folder, &log, if cuts > 0 { most } else { usize::MAX }, &mut cuts);
            }
        });
        Self { address, seen }
    }

    fn fetch(&self, made: &Made) -> Result<Option<PathBuf>, String> {
        fetch(&self.address, made)
    }
}

fn fetch(address: &str, made: &Made) -> Result<Option<PathBuf>, String> {
    let found = bundle::fetch_from(Some(address), &dirs(made.folder.path()), &Toolchain::find_any().unwrap());
    found.map(|bundle| bundle.map(|bundle| bundle.folder)).map_err(|failure| failure.what().to_owned())
}

fn answer(mut stream: TcpStream, folder: &Path, log: &Mutex<Vec<String>>, most: usize, cuts: &mut usize) {
    let lines: Vec<_> =
        BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let Some(path) = lines.first().and_then(|line| line.split(' ').nth(1)) else { return };
    let range = lines
        .iter()
        .find_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(ToOwned::to_owned));
    let start = range.as_ref().map_or(0, |range| range.trim_end_matches('-').parse().unwrap());
    log.lock().unwrap().push(format!("{path} {start}"));
    let Ok(content) = fs::read(folder.join(&path[1..])) else {
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    };
    let status = if range.is_some() { "206 Partial Content" } else { "200 OK" };
    let rest = &content[start.min(content.len())..];
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", rest.len());
    let cut = path.ends_with(".gz") && rest.len() > most;
    *cuts -= usize::from(cut);
    // Whoever has gone away gets no more.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(&rest[..rest.len().min(if cut { most } else { rest.len() })]));
}

/// What a refused bundle leaves in the cache: nothing that counts as one.
fn nothing_is_left(made: &Made) {
    let left: Vec<_> =
        fs::read_dir(made.folder.path().join("cache")).into_iter().flatten().flatten().collect();
    assert!(left.iter().all(|entry| !entry.path().is_dir()), "{left:?}");
}

#[test]
fn a_bundle_that_fits_is_fetched_whole_and_holds_what_others_have_made_and_nothing_of_the_checkout() {
    let made = Made::new();
    let folder = Server::start(&made.out(), 0, 0).fetch(&made).unwrap().unwrap();
    assert_eq!(fs::read(folder.join("programs/tools/bin/cargo")).unwrap(), b"cargo");
    let units: Vec<_> =
        fs::read_dir(folder.join("units")).unwrap().map(|unit| unit.unwrap().file_name()).collect();
    assert_eq!(units, ["tch-0123456789abcdef"]);
    assert!(!folder.join("units/tch-0123456789abcdef/tch-0123456789abcdef.d").exists());
    let said = fs::read_to_string(folder.join("runs/torch-sys-00/output")).unwrap();
    assert_eq!(
        said, "cargo:search={convlab:out}\ncargo:lib={convlab:libtorch}/lib\n",
        "no path of the machine that made it"
    );
    assert_eq!(fs::read_dir(made.folder.path().join("cache")).unwrap().count(), 1, "the archive is gone");
}

#[test]
fn a_download_that_is_cut_off_goes_on_where_it_was_and_one_that_is_always_cut_off_is_refused() {
    let made = Made::new();
    let server = Server::start(&made.out(), 100_000, 2);
    assert!(server.fetch(&made).unwrap().is_some());
    let seen = server.seen.lock().unwrap().clone();
    let starts: Vec<_> =
        seen.iter().filter_map(|line| line.split_once(".gz ")?.1.parse::<u64>().ok()).collect();
    assert_eq!(starts, [0, 100_000, 200_000]);
    let made = Made::new();
    let failure = Server::start(&made.out(), 1000, 99).fetch(&made).unwrap_err();
    assert!(failure.contains("cut it off after 4000 of"), "{failure}");
    nothing_is_left(&made);
}

#[test]
fn a_bundle_with_another_sum_is_refused_with_both_sums() {
    let made = Made::new();
    let mut content = fs::read(&made.file).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    fs::write(&made.file, content).unwrap();
    let failure = Server::start(&made.out(), 0, 0).fetch(&made).unwrap_err();
    assert!(failure.contains("SHA-256") && failure.contains("was expected"), "{failure}");
    nothing_is_left(&made);
    assert_eq!(fs::read_dir(made.folder.path().join("cache")).unwrap().count(), 0, "not even a part of it");
}

#[test]
fn a_bundle_of_another_compiler_a_server_that_is_gone_and_a_file_that_is_gone_are_named_in_a_line() {
    let made = Made::new();
    let server = Server::start(&made.out(), 0, 0);
    fs::rename(&made.file, made.out().join("elsewhere")).unwrap();
    assert!(server.fetch(&made).unwrap_err().contains("answers 404"));
    made.change_table(|entry| entry["rustc"] = "rustc 1.0.0".into());
    let failure = server.fetch(&made).unwrap_err();
    assert!(failure.contains("compiled by rustc 1.0.0, and here is rustc"), "{failure}");
    made.change_table(|entry| entry["target"] = "sparc".into());
    assert!(server.fetch(&made).unwrap_err().contains("there is none for"));
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let failure = fetch(&format!("http://127.0.0.1:{port}"), &made).unwrap_err();
    assert!(failure.contains("cannot be read") && !failure.contains('\n'), "{failure}");
    nothing_is_left(&made);
}
