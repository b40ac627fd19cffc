//! Good and bad mirrors, with small files of known sums.

mod server;

use common::Error;
use fetch::catalogue::{Packing, Set, Size, Wanted};
use fetch::{Settings, Summary, Web, fetch_file, fetch_set};
use flate2::Compression;
use flate2::write::GzEncoder;
use server::{Reply, Request, Server, nobody};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use tempfile::{TempDir, tempdir};

/// One million times `a`: the third example of the SHA standard (FIPS 180), with the sum published there.
const MILLION: u64 = 1_000_000;
const MILLION_SUM: &str = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
/// The sum of `abc`, the standard's first example.
const ABC_SUM: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// Not compressed, so that the file is long enough to be cut.
fn gz(content: &[u8]) -> Vec<u8> {
    packed(content, Compression::none())
}

fn packed(content: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn million() -> Vec<u8> {
    gz(&vec![b'a'; MILLION as usize])
}

fn wanted() -> Wanted {
    Wanted::gzip("a.gz", MILLION, MILLION_SUM)
}

fn set(mirrors: &[&str]) -> Set {
    Set {
        name: "letters".to_owned(),
        title: "Letters".to_owned(),
        mirrors: mirrors.iter().map(|&mirror| mirror.to_owned()).collect(),
        files: vec![wanted(), Wanted::gzip("b.gz", 3, ABC_SUM)],
        archive: None,
    }
}

fn settings() -> Settings {
    Settings { patience: Duration::from_millis(300), proxies: false, ..Settings::default() }
}

/// Fetches `a.gz` alone.
fn fetch_a(mirrors: &[&str], into: &Path) -> Result<usize, Error> {
    let mirrors: Vec<String> = mirrors.iter().map(|&mirror| mirror.to_owned()).collect();
    let web = Web::new(&settings()).unwrap();
    fetch_file(&web, &wanted(), &mirrors, into).map(|source| source.mirror)
}

fn fetch_letters(mirrors: &[&str], into: &Path) -> Result<Summary, Error> {
    fetch_set(&set(mirrors), into, &settings())
}

/// A mirror that does everything right.
fn good() -> Server {
    Server::start(letters)
}

fn letters(request: &Request) -> Reply {
    match request.address.as_str() {
        "/a.gz" => Reply::File(million()),
        "/b.gz" => Reply::File(gz(b"abc")),
        _ => Reply::Status("404 Not Found"),
    }
}

fn names(dir: &TempDir) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn requested(server: &Server) -> Vec<(String, Option<usize>)> {
    server.requests().into_iter().map(|request| (request.address, request.from)).collect()
}

fn request_for_a(from: Option<usize>) -> (String, Option<usize>) {
    ("/a.gz".to_owned(), from)
}

#[test]
fn all_files_come_from_a_good_mirror_and_nothing_else_is_left() {
    let (mirror, dir) = (good(), tempdir().unwrap());
    let into = dir.path().join("new/folder");
    let line = fetch_letters(&[&mirror.url], &into).unwrap().to_string();
    assert_eq!(fs::read(into.join("a.gz")).unwrap(), million());
    assert_eq!(fs::read(into.join("b.gz")).unwrap(), gz(b"abc"));
    assert_eq!(fs::read_dir(&into).unwrap().count(), 2);
    let message = format!("Letters is in {}: 2 files from {}; 1.0 MB in ", into.display(), mirror.url);
    assert!(line.starts_with(&message), "{line}");
}

#[test]
fn files_that_are_there_and_whole_are_not_requested() {
    let (mirror, dir) = (good(), tempdir().unwrap());
    fetch_letters(&[&mirror.url], dir.path()).unwrap();
    let line = fetch_letters(&[&nobody()], dir.path()).unwrap().to_string();
    assert_eq!(line, format!("Letters is in {}: 2 files there already", dir.path().display()));
    assert_eq!(mirror.requests().len(), 2);
}

#[test]
fn other_compressed_bytes_of_the_same_content_are_whole_too() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("a.gz"), packed(&vec![b'a'; MILLION as usize], Compression::best())).unwrap();
    fs::write(dir.path().join("b.gz"), packed(b"abc", Compression::fast())).unwrap();
    fetch_letters(&[&nobody()], dir.path()).unwrap();
}

#[test]
fn a_broken_file_is_replaced_and_a_whole_one_stays() {
    let abc = gz(b"abc");
    let mut behind = abc.clone();
    behind.extend(gz(b"abc"));
    for broken in [&abc[..abc.len() - 1], b"", b"abc", &gz(b"abd"), &gz(b"abcd"), &behind] {
        let (mirror, dir) = (good(), tempdir().unwrap());
        fs::write(dir.path().join("a.gz"), million()).unwrap();
        fs::write(dir.path().join("b.gz"), broken).unwrap();
        fetch_letters(&[&mirror.url], dir.path()).unwrap();
        assert_eq!(fs::read(dir.path().join("b.gz")).unwrap(), abc);
        assert_eq!(requested(&mirror), [("/b.gz".to_owned(), None)]);
    }
}

#[test]
fn a_dead_first_mirror_is_passed_over_and_then_tried_last() {
    let (missing, mirror, dir) =
        (Server::start(|_| Reply::Status("404 Not Found")), good(), tempdir().unwrap());
    fetch_letters(&[&nobody(), &missing.url, &mirror.url], dir.path()).unwrap();
    assert_eq!(names(&dir), ["a.gz", "b.gz"]);
    assert_eq!(requested(&missing), [request_for_a(None)]);
}

#[test]
fn when_no_mirror_has_a_file_each_is_named_with_its_reason() {
    let (gone, missing, dir) =
        (nobody(), Server::start(|_| Reply::Status("404 Not Found")), tempdir().unwrap());
    let failure = fetch_letters(&[&gone, &missing.url], dir.path()).unwrap_err().to_string();
    for part in [
        "expected a.gz from one of its mirrors, but got it from none",
        &format!("from {gone}: no connection (Connection refused"),
        &format!("from {}: it answered 404 Not Found", missing.url),
        "What to do: try another network",
        "CONVLAB_DATA=folder",
        "cargo lab --offline",
    ] {
        assert!(failure.contains(part), "{part} is not in: {failure}");
    }
    assert!(names(&dir).is_empty(), "{:?}", names(&dir));
}

#[test]
fn a_download_that_is_cut_goes_on_where_it_ended() {
    let dir = tempdir().unwrap();
    let mirror = Server::start(|request| match request.from {
        None => Reply::CutAfter(400_000, million()),
        Some(400_000) => Reply::CutAfter(300_000, million()),
        Some(_) => Reply::File(million()),
    });
    fetch_a(&[&mirror.url], dir.path()).unwrap();
    assert_eq!(requested(&mirror), [None, Some(400_000), Some(700_000)].map(request_for_a));
    assert_eq!(fs::read(dir.path().join("a.gz")).unwrap(), million());
    assert_eq!(names(&dir), ["a.gz"]);
}

#[test]
fn what_a_cut_download_leaves_is_not_the_file_and_is_completed_by_the_next_start() {
    let dir = tempdir().unwrap();
    let cutting = Server::start(|request| match request.from {
        None => Reply::CutAfter(400_000, million()),
        Some(_) => Reply::CutAfter(0, million()),
    });
    let failure = fetch_a(&[&cutting.url], dir.path()).unwrap_err().to_string();
    assert!(failure.contains(&format!("from {}: after 0.4 of 1.0 MB: ", cutting.url)), "{failure}");
    assert_eq!(names(&dir), ["a.gz.part"]);
    let mirror = good();
    fetch_a(&[&nobody(), &mirror.url], dir.path()).unwrap();
    assert_eq!(requested(&mirror), [request_for_a(Some(400_000))]);
    assert_eq!(fs::read(dir.path().join("a.gz")).unwrap(), million());
    assert_eq!(names(&dir), ["a.gz"]);
}

#[test]
fn a_mirror_that_knows_no_ranges_sends_the_file_from_the_start() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("a.gz.part"), &million()[..500]).unwrap();
    let mirror = Server::start(|_| Reply::WholeFile(million()));
    fetch_a(&[&mirror.url], dir.path()).unwrap();
    assert_eq!(requested(&mirror), [request_for_a(Some(500))]);
    assert_eq!(fs::read(dir.path().join("a.gz")).unwrap(), million());
}

#[test]
fn a_mirror_without_the_file_spoils_no_half_of_it() {
    let (missing, mirror, dir) =
        (Server::start(|_| Reply::Status("403 Forbidden")), good(), tempdir().unwrap());
    fs::write(dir.path().join("a.gz.part"), &million()[..500]).unwrap();
    assert_eq!(fetch_a(&[&missing.url, &mirror.url], dir.path()).unwrap(), 1);
    assert_eq!(requested(&mirror), [request_for_a(Some(500))]);
}

#[test]
fn a_left_over_part_of_another_file_costs_one_more_request_and_no_error() {
    for left_over in [vec![b'x'; 500], vec![b'x'; million().len()], vec![b'x'; 2 * million().len()]] {
        let (mirror, dir) = (good(), tempdir().unwrap());
        fs::write(dir.path().join("a.gz.part"), left_over).unwrap();
        fetch_a(&[&mirror.url], dir.path()).unwrap();
        assert_eq!(requested(&mirror).last(), Some(&request_for_a(None)));
        assert_eq!(fs::read(dir.path().join("a.gz")).unwrap(), million());
    }
}

#[test]
fn wrong_content_is_not_kept_and_the_next_mirror_is_tried_from_the_start() {
    let mut other = vec![b'a'; MILLION as usize];
    other[500_000] = b'b';
    let (wrong, mirror, dir) = (Server::start(move |_| Reply::File(gz(&other))), good(), tempdir().unwrap());
    assert_eq!(fetch_a(&[&wrong.url, &mirror.url], dir.path()).unwrap(), 1);
    assert_eq!(requested(&wrong), [request_for_a(None)]);
    assert_eq!(requested(&mirror), [request_for_a(None)]);
    assert_eq!(fs::read(dir.path().join("a.gz")).unwrap(), million());
}

#[test]
fn wrong_content_everywhere_is_an_error_and_nothing_is_left() {
    let page = b"<!DOCTYPE html><title>Log in</title>";
    for (body, reason) in [
        (gz(&vec![b'b'; MILLION as usize]), format!(" instead of {MILLION_SUM}")),
        (gz(b"aaa"), "it holds 3 bytes instead of 1000000".to_owned()),
        (
            packed(&vec![0; 50_000_000], Compression::best()),
            "more than the expected 1000000 bytes".to_owned(),
        ),
        (million()[..5000].to_vec(), "it cannot be read to its end".to_owned()),
        (page.to_vec(), "it is a web page instead of a gzip file".to_owned()),
        (b"abc".to_vec(), "it is not a gzip file".to_owned()),
        (Vec::new(), "it is not a gzip file".to_owned()),
    ] {
        let (wrong, dir) = (Server::start(move |_| Reply::File(body.clone())), tempdir().unwrap());
        let failure = fetch_a(&[&wrong.url], dir.path()).unwrap_err().to_string();
        assert!(failure.contains("what came is not the file: ") && failure.contains(&reason), "{failure}");
        assert!(names(&dir).is_empty(), "{:?}", names(&dir));
    }
}

#[test]
fn a_server_that_falls_silent_is_given_up() {
    let (mute, stalling) = (
        Server::start(|_| Reply::StallAfter(0, million())),
        Server::start(|request| {
            Reply::StallAfter(if request.from.is_none() { 100_000 } else { 0 }, million())
        }),
    );
    let (mirror, dir) = (good(), tempdir().unwrap());
    let failure = fetch_a(&[&mute.url, &stalling.url], dir.path()).unwrap_err().to_string();
    assert!(failure.contains("after 0.0 of 1.0 MB: nothing came for 0.3 s"), "{failure}");
    assert!(failure.contains("after 0.1 of 1.0 MB: nothing came for 0.3 s"), "{failure}");
    assert_eq!(names(&dir), ["a.gz.part"]);
    fetch_a(&[&mirror.url], dir.path()).unwrap();
    assert_eq!(requested(&mirror), [request_for_a(Some(100_000))]);
}

#[test]
fn a_body_without_an_end_is_cut_at_what_the_file_can_be() {
    let start = million();
    for reply in [Reply::Endless(start), Reply::Huge(10_000_000_000_000)] {
        let (endless, dir) = (Server::start(move |_| reply.clone()), tempdir().unwrap());
        let failure = fetch_a(&[&endless.url], dir.path()).unwrap_err().to_string();
        assert!(failure.contains("it sends more than the 1.0 MB that can be the file"), "{failure}");
        assert!(names(&dir).is_empty(), "{:?}", names(&dir));
    }
}

#[test]
fn two_downloads_at_once_ask_for_each_file_once() {
    let (mirror, dir) = (good(), tempdir().unwrap());
    std::thread::scope(|scope| {
        let both = [0, 1].map(|_| scope.spawn(|| fetch_letters(&[&mirror.url], dir.path()).unwrap()));
        for one in both {
            one.join().unwrap();
        }
    });
    assert_eq!(mirror.requests().len(), 2);
    assert_eq!(names(&dir), ["a.gz", "b.gz"]);
}

#[test]
fn a_plain_file_without_a_published_sum_comes_up_to_its_limit() {
    let (web, mirror, dir) = (
        Web::new(&settings()).unwrap(),
        Server::start(|_| Reply::File(b"weights".to_vec())),
        tempdir().unwrap(),
    );
    let weights = |most| Wanted {
        name: "net.ot".to_owned(),
        packing: Packing::Plain,
        size: Size::AtMost(most),
        sha256: None,
    };
    let mirrors = [mirror.url.clone()];
    let failure = fetch_file(&web, &weights(6), &mirrors, dir.path()).unwrap_err().to_string();
    assert!(failure.contains("it sends more than the 6 bytes"), "{failure}");
    assert!(names(&dir).is_empty());
    assert_eq!(fetch_file(&web, &weights(7), &mirrors, dir.path()).unwrap().bytes, 7);
    assert_eq!(fs::read(dir.path().join("net.ot")).unwrap(), b"weights");
}

/// `/dev/full` is a device that every write finds full; the part file here is a link to it.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_and_nothing_half_written_stays() {
    let (mirror, dir) = (good(), tempdir().unwrap());
    std::os::unix::fs::symlink("/dev/full", dir.path().join("a.gz.part")).unwrap();
    let failure = fetch_a(&[&mirror.url, &nobody()], dir.path()).unwrap_err().to_string();
    assert!(failure.contains("a.gz.part: the disk is full ("), "{failure}");
    assert!(failure.ends_with("free some space, or name another folder"), "{failure}");
    assert!(names(&dir).is_empty(), "{:?}", names(&dir));
}

/// Not even root may make files or folders in `/sys`.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_to_is_named_before_anything_is_requested() {
    let mirror = good();
    for (into, path) in [("/sys/kernel", "write /sys/kernel/a.gz.part"), ("/sys/a", "make the folder /sys/a")]
    {
        let failure = fetch_letters(&[&mirror.url], Path::new(into)).unwrap_err().to_string();
        assert!(failure.contains(&format!("Cannot {path}: this user may not (")), "{failure}");
        let remedy = "make the folder writable, or name another one";
        assert!(failure.ends_with(remedy), "{failure}");
    }
    assert!(mirror.requests().is_empty());
}

#[test]
fn a_folder_that_is_a_file_is_named() {
    let dir = tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let failure = fetch_letters(&[&nobody()], &file).unwrap_err().to_string();
    assert!(failure.contains(&format!("Cannot make the folder {}", file.display())), "{failure}");
    assert!(failure.ends_with("look at what lies there, or name another folder"), "{failure}");
}

#[test]
fn a_file_without_a_published_sum_is_stored_unless_it_is_a_web_page_or_too_long() {
    let fetch = |content: &'static [u8]| {
        let (mirror, dir) = (Server::start(|_| Reply::File(content.to_vec())), tempdir().unwrap());
        let wanted = Wanted { sha256: None, size: Size::AtMost(9), ..Wanted::plain("w.ot", 0, "") };
        let web = Web::new(&settings()).unwrap();
        let result = fetch_file(&web, &wanted, std::slice::from_ref(&mirror.url), dir.path());
        (result.map_err(|failure| failure.to_string()), names(&dir))
    };
    assert_eq!(fetch(b"PK\x03\x04 etc").1, ["w.ot"]);
    let (message, left) = fetch(b" <html>");
    assert!(message.unwrap_err().contains("it is a web page instead of the file") && left.is_empty());
    let (message, left) = fetch(b"much longer");
    assert!(message.unwrap_err().contains("it sends more than the 9 bytes") && left.is_empty());
}
