//! Good and bad archives, made here byte by byte.

mod server;

use common::Error;
use fetch::catalogue::{Set, Wanted};
use fetch::{Settings, Summary, fetch_set};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use server::{Reply, Server};
use std::fs;
use std::path::Path;
use std::time::Duration;
use tar::{Builder, EntryType, Header};
use tempfile::{TempDir, tempdir};

/// The sum of `abc`, the first example of the SHA standard (FIPS 180).
const ABC_SUM: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
/// The sum of nothing, published with the same standard's examples.
const EMPTY_SUM: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A set of `a.bin` (`abc`) and `b.bin` (empty) in an archive whose own sum is not known.
fn set(mirror: &str) -> Set {
    Set {
        name: "letters".to_owned(),
        title: "Letters".to_owned(),
        mirrors: vec![mirror.to_owned()],
        files: vec![Wanted::plain("a.bin", 3, ABC_SUM), Wanted::plain("b.bin", 0, EMPTY_SUM)],
        archive: Some(Wanted {
            sha256: None,
            size: fetch::catalogue::Size::AtMost(100_000),
            ..Wanted::plain("l.tar.gz", 0, "")
        }),
    }
}

type Tar = Builder<GzEncoder<Vec<u8>>>;

/// An archive with `a.bin` and `b.bin` in a folder, and then what `more` adds.
fn archive(more: impl Fn(&mut Tar)) -> Vec<u8> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    add(&mut tar, "letters/", EntryType::Directory, b"");
    add(&mut tar, "letters/readme.html", EntryType::Regular, b"two files");
    add(&mut tar, "letters/a.bin", EntryType::Regular, b"abc");
    add(&mut tar, "letters/b.bin", EntryType::Regular, b"");
    more(&mut tar);
    tar.into_inner().unwrap().finish().unwrap()
}

/// Writes the name into the header as it is: `tar` itself refuses to write the bad ones.
fn add(tar: &mut Tar, name: &str, kind: EntryType, content: &[u8]) {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(content.len() as u64);
    if kind.is_symlink() || kind.is_hard_link() {
        header.set_link_name("/etc/passwd").unwrap();
    }
    header.set_cksum();
    tar.append(&header, content).unwrap();
}

fn fetched(archive: Vec<u8>, into: &Path) -> Result<Summary, Error> {
    let mirror = Server::start(move |_| Reply::File(archive.clone()));
    fetch_set(
        &set(&mirror.url),
        into,
        &Settings { patience: Duration::from_millis(300), proxies: false, ..Settings::default() },
    )
}

fn names(dir: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(dir.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What is said of the archive; nothing of it may be left, neither in the folder nor beside it.
fn refused(archive: Vec<u8>) -> String {
    let dir = tempdir().unwrap();
    let into = dir.path().join("into");
    let message = fetched(archive, &into).unwrap_err().to_string();
    assert_eq!(fs::read_dir(&into).unwrap().count(), 0, "{message}");
    assert_eq!(names(&dir), ["into"]);
    assert!(
        message.contains("a whole and safe archive in ") && message.contains("nothing was stored"),
        "{message}"
    );
    message
}

#[test]
fn the_wanted_files_are_taken_out_of_their_folder_and_the_archive_goes() {
    let dir = tempdir().unwrap();
    let message = fetched(archive(|_| {}), dir.path()).unwrap().to_string();
    assert_eq!(names(&dir), ["a.bin", "b.bin"]);
    assert_eq!(fs::read(dir.path().join("a.bin")).unwrap(), b"abc");
    assert!(message.contains(": 2 files from http://127.0.0.1:"), "{message}");
}

#[test]
fn only_what_is_missing_is_taken_out_and_what_is_whole_is_not_requested() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("a.bin"), "abc").unwrap();
    let message = fetched(archive(|_| {}), dir.path()).unwrap().to_string();
    assert!(
        message.contains(": 1 file from http://") && message.contains("1 file there already"),
        "{message}"
    );
    let none = fetch_set(&set("http://127.0.0.1:9/"), dir.path(), &Settings::default()).unwrap().to_string();
    assert!(none.ends_with(": 2 files there already"), "{none}");
}

#[test]
fn an_archive_that_leads_out_of_its_folder_is_refused_as_a_whole() {
    for name in ["../a.bin", "letters/../../a.bin", "/tmp/a.bin", "letters/../a.bin"] {
        let message = refused(archive(|tar| add(tar, name, EntryType::Regular, b"abc")));
        assert!(message.contains(&format!("that would write outside of its folder: {name}")), "{message}");
    }
}

#[test]
fn an_archive_with_a_link_or_a_device_is_refused_as_a_whole() {
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Fifo] {
        let message = refused(archive(|tar| add(tar, "letters/c.bin", kind, b"")));
        assert!(message.contains("with a link or a device in it: letters/c.bin"), "{message}");
    }
}

#[test]
fn an_archive_with_a_wrong_file_or_without_one_is_refused_with_the_file_s_name() {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    add(&mut tar, "b.bin", EntryType::Regular, b"");
    let message = refused(tar.into_inner().unwrap().finish().unwrap());
    assert!(message.contains("one without a.bin"), "{message}");
    for (content, flaw) in [
        (&b"abd"[..], "its content has the SHA-256 "),
        (b"ab", "it holds 2 bytes instead of 3"),
        (b"abcdef", "it holds more than the expected 3 bytes"),
    ] {
        let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        add(&mut tar, "b.bin", EntryType::Regular, b"");
        add(&mut tar, "a.bin", EntryType::Regular, content);
        let message = refused(tar.into_inner().unwrap().finish().unwrap());
        assert!(message.contains(&format!("one whose a.bin is wrong: {flaw}")), "{message}");
    }
}

#[test]
fn an_archive_that_is_cut_off_or_none_at_all_is_refused() {
    let whole = archive(|tar| add(tar, "letters/c.bin", EntryType::Regular, &[7; 5000]));
    for bytes in [whole[..whole.len() / 2].to_vec(), b"no gzip at all".to_vec(), Vec::new()] {
        let message = refused(bytes);
        assert!(
            message.contains("one that cannot be read to its end (") || message.contains("one without"),
            "{message}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is wrong with an archive, it stores both files whole or nothing, and nothing beside its folder.
    #[test]
    fn a_damaged_archive_stores_all_or_nothing(at: prop::sample::Index, byte: u8, cut: bool) {
        let dir = tempdir().unwrap();
        let mut bytes = archive(|_| {});
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let into = dir.path().join("into");
        let stored = fetched(bytes, &into).is_ok();
        let mut names: Vec<_> =
            fs::read_dir(&into).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        prop_assert_eq!(names, if stored { vec!["a.bin", "b.bin"] } else { vec![] });
        prop_assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        prop_assert!(!stored || fs::read(into.join("a.bin")).unwrap() == b"abc");
    }
}
