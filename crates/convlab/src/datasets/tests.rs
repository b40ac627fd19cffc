//! Where MNIST is looked for, and what is said of damaged files. Every file here is written by its test.

use super::Dataset;
use super::mnist::find;
use crate::Result;
use crate::text::grouped;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::Path;
use tch::Kind;
use tempfile::{TempDir, tempdir};

const NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// An IDX file: the magic number and the sizes as big-endian numbers, then the bytes.
fn idx(magic: u32, sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let header: Vec<u8> = [magic].iter().chain(sizes).flat_map(|number| number.to_be_bytes()).collect();
    [&header, bytes].concat()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Three training images, filled with 0, 51 and 255 and labelled 5, 0, 4; one test image labelled 7.
fn write_mnist(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let pixels = [[0; 784], [51; 784], [255; 784]].concat();
    fs::write(folder.join(NAMES[0]), idx(2051, &[3, 28, 28], &pixels)).unwrap();
    fs::write(folder.join(NAMES[1]), idx(2049, &[3], &[5, 0, 4])).unwrap();
    fs::write(folder.join(NAMES[2]), idx(2051, &[1, 28, 28], &[255; 784])).unwrap();
    fs::write(folder.join(NAMES[3]), idx(2049, &[1], &[7])).unwrap();
}

/// `mnist()` where the environment is nothing but `vars`.
fn mnist_with(vars: &[(&str, &Path)]) -> Result<Dataset> {
    find(&|name| lookup(vars, name), &mut |_| {})
}

fn lookup(vars: &[(&str, &Path)], name: &str) -> Option<OsString> {
    vars.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_os_str().to_owned())
}

/// What is said when one of the files is replaced: the text names that file and what to do.
fn complaint(name: &str, content: &[u8]) -> String {
    let dir = tempdir().unwrap();
    write_mnist(dir.path());
    fs::remove_file(dir.path().join(name.trim_end_matches(".gz"))).unwrap();
    fs::write(dir.path().join(name), content).unwrap();
    let text = mnist_with(&[("CONVLAB_DATA", dir.path())]).unwrap_err().to_string();
    assert!(text.contains(&dir.path().join(name).display().to_string()), "{text}");
    assert!(text.contains("What to do: delete that file, or put a good one in its place"), "{text}");
    text
}

fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
}

#[test]
fn plain_files_are_read_with_pixels_from_0_to_1_and_labels_as_whole_numbers() {
    let dir = tempdir().unwrap();
    write_mnist(dir.path());
    let data = mnist_with(&[("CONVLAB_DATA", dir.path())]).unwrap();
    assert_eq!(data.train.images.size(), [3, 1, 28, 28]);
    assert_eq!((data.train.images.kind(), data.train.labels.kind()), (Kind::Float, Kind::Int64));
    let means = data.train.images.mean_dim([1i64, 2, 3].as_slice(), false, Kind::Float);
    let means = Vec::<f32>::try_from(means).unwrap();
    assert!(
        means.iter().zip([0.0, 0.2, 1.0]).all(|(mean, wanted)| (mean - wanted).abs() < 1e-5),
        "{means:?}"
    );
    assert_eq!(Vec::<i64>::try_from(&data.train.labels).unwrap(), [5, 0, 4]);
    assert_eq!(Vec::<i64>::try_from(&data.test.labels).unwrap(), [7]);
    assert_eq!(data.classes, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    assert_eq!(
        data.to_string(),
        "MNIST: 3 images to train on, 1 to test on, each [1, 28, 28]\n10 classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    );
}

#[test]
fn pixels_keep_their_rows_and_columns() {
    let dir = tempdir().unwrap();
    write_mnist(dir.path());
    let mut pixels = [0; 784];
    pixels[28 * 3 + 5] = 255;
    fs::write(dir.path().join(NAMES[2]), idx(2051, &[1, 28, 28], &pixels)).unwrap();
    let test = mnist_with(&[("CONVLAB_DATA", dir.path())]).unwrap().test;
    assert_eq!(test.images.double_value(&[0, 0, 3, 5]), 1.0);
    assert_eq!(test.images.sum(Kind::Float).double_value(&[]), 1.0);
}

#[test]
fn compressed_files_in_the_folder_mnist_are_found_too() {
    let dir = tempdir().unwrap();
    let folder = dir.path().join("mnist");
    write_mnist(&folder);
    for name in NAMES {
        let content = fs::read(folder.join(name)).unwrap();
        fs::write(folder.join(format!("{name}.gz")), gz(&content)).unwrap();
        fs::remove_file(folder.join(name)).unwrap();
    }
    assert_eq!(mnist_with(&[("CONVLAB_DATA", dir.path())]).unwrap().train.len(), 3);
}

#[test]
fn without_convlab_data_the_cache_is_looked_at_without_any_download() {
    let dir = tempdir().unwrap();
    write_mnist(&dir.path().join("data/mnist"));
    assert_eq!(mnist_with(&[("CONVLAB_CACHE", dir.path())]).unwrap().train.len(), 3);
    let home: TempDir = tempdir().unwrap();
    write_mnist(&home.path().join("convlab/data/mnist"));
    assert_eq!(mnist_with(&[("XDG_CACHE_HOME", home.path())]).unwrap().train.len(), 3);
}

#[test]
fn a_named_folder_without_mnist_is_an_error_and_not_a_silent_download() {
    let (data, cache) = (tempdir().unwrap(), tempdir().unwrap());
    write_mnist(&cache.path().join("data/mnist"));
    write_mnist(data.path());
    fs::remove_file(data.path().join(NAMES[3])).unwrap();
    let vars = [("CONVLAB_DATA", data.path()), ("CONVLAB_CACHE", cache.path())];
    let text = mnist_with(&vars).unwrap_err().to_string();
    let folder = data.path().display().to_string();
    assert_says(&text, &[&folder, "a folder without t10k-labels-idx1-ubyte", "unset CONVLAB_DATA"]);
}

#[test]
fn offline_mode_gives_drawn_digits_that_say_so_whatever_files_there_are() {
    let dir = tempdir().unwrap();
    write_mnist(dir.path());
    let data = mnist_with(&[("CONVLAB_OFFLINE", Path::new("1")), ("CONVLAB_DATA", dir.path())]).unwrap();
    assert_eq!(data.train.source, "synthetic digits (drawn by convlab, seed 0)");
    assert_says(&data.to_string(), &["synthetic digits (drawn by convlab, seed 0): 60,000 images"]);
}

#[test]
fn without_files_and_without_the_download_program_the_error_names_all_ways_out() {
    let cache = tempdir().unwrap();
    let text = mnist_with(&[("CONVLAB_CACHE", cache.path())]).unwrap_err().to_string();
    let ways =
        ["CONVLAB_DATA=", "cargo lab --offline", "CONVLAB_OFFLINE=1", "datasets::synthetic_digits(0)?"];
    assert_says(&text, &ways);
    assert_says(&text, &NAMES);
    assert_says(&text, &["`cargo lab` sets CONVLAB_FETCH"]);
}

#[test]
fn without_a_home_folder_the_error_names_the_variable_to_set() {
    assert_says(&mnist_with(&[]).unwrap_err().to_string(), &["no home folder", "CONVLAB_CACHE"]);
}

#[cfg(unix)]
mod download {
    use super::*;
    use crate::Error;
    use common::download::{Message, Progress};
    use std::path::PathBuf;
    use std::process::Command;

    /// A program in the place of `convlab-fetch`; it is called as `mnist --into FOLDER --json`.
    ///
    /// `install` writes it: no file can be started while a process forked by another test holds it open for writing.
    fn program(dir: &Path, script: &str) -> PathBuf {
        let (text, path) = (dir.join("script"), dir.join("fetch"));
        fs::write(&text, format!("#!/bin/sh\n{script}\n")).unwrap();
        assert!(
            Command::new("install").args(["-m", "755"]).arg(&text).arg(&path).status().unwrap().success()
        );
        path
    }

    #[test]
    fn the_program_gets_the_folder_for_the_files_and_they_are_read_from_there() {
        let dir = tempdir().unwrap();
        write_mnist(&dir.path().join("mirror"));
        let script = format!(
            "[ \"$1 $2 $4\" = 'mnist --into --json' ] && mkdir -p \"$3\" && cp {}/* \"$3\"",
            dir.path().join("mirror").display()
        );
        let fetch = program(dir.path(), &script);
        let vars = [("CONVLAB_CACHE", dir.path()), ("CONVLAB_FETCH", fetch.as_path())];
        assert_eq!(mnist_with(&vars).unwrap().train.len(), 3);
        assert!(dir.path().join("data/mnist").join(NAMES[0]).exists());
    }

    #[test]
    fn each_report_is_handed_on_while_the_program_still_works() {
        let dir = tempdir().unwrap();
        let heard = dir.path().join("heard");
        // The program ends only when its first line has been heard (or fails after ten seconds without).
        let wait = format!("for i in $(seq 100); do [ -e {} ] && break; sleep 0.1; done", heard.display());
        let first = r#"{"progress": {"file": "a", "bytes": 10, "total": 11, "per_second": 2}}"#;
        let script =
            format!("echo '{first}' >&2; {wait}; [ -e {} ] && echo 'heard' >&2; exit 3", heard.display());
        let fetch = program(dir.path(), &script);
        let vars = [("CONVLAB_CACHE", dir.path()), ("CONVLAB_FETCH", fetch.as_path())];
        let mut reports = Vec::new();
        let mut report = |message: &Message| {
            fs::write(&heard, "").unwrap();
            reports.push(message.clone());
        };
        assert!(find(&|name| lookup(&vars, name), &mut report).is_err());
        let progress = Progress { file: "a".into(), bytes: 10, total: Some(11), per_second: 2 };
        assert_eq!(reports, [Message::Progress(progress), Message::Note("heard".into())]);
    }

    #[test]
    fn a_failed_download_repeats_the_programs_own_words_and_names_the_ways_out() {
        let dir = tempdir().unwrap();
        let fetch = program(dir.path(), "echo 'no mirror answers' >&2; exit 1");
        let vars = [("CONVLAB_CACHE", dir.path()), ("CONVLAB_FETCH", fetch.as_path())];
        let text = mnist_with(&vars).unwrap_err().to_string();
        assert_says(
            &text,
            &["no mirror answers.\nWhat to do:", "CONVLAB_DATA=", "datasets::synthetic_digits(0)?"],
        );
    }

    #[test]
    fn of_a_failed_download_only_the_reason_is_repeated() {
        let dir = tempdir().unwrap();
        let failed = Message::Failed(Error::new("a file", "none\n  from a", "wait")).line();
        fs::write(dir.path().join("reports"), format!("1 of 11 MB\n{failed}\n")).unwrap();
        let script = format!("cat {} >&2; exit 1", dir.path().join("reports").display());
        let fetch = program(dir.path(), &script);
        let vars = [("CONVLAB_CACHE", dir.path()), ("CONVLAB_FETCH", fetch.as_path())];
        let text = mnist_with(&vars).unwrap_err().to_string();
        assert_says(
            &text,
            &["(exit status: 1):\n    expected a file, but got none\n      from a.\nWhat to do: any one"],
        );
    }

    #[test]
    fn a_program_that_is_missing_or_brings_nothing_is_an_error_with_the_ways_out() {
        let dir = tempdir().unwrap();
        let missing = dir.path().join("nowhere");
        let vars = [("CONVLAB_CACHE", dir.path()), ("CONVLAB_FETCH", missing.as_path())];
        let text = mnist_with(&vars).unwrap_err().to_string();
        assert_says(&text, &["nowhere cannot be run", "CONVLAB_DATA="]);
        let idle = program(dir.path(), "exit 0");
        let vars = [("CONVLAB_CACHE", dir.path()), ("CONVLAB_FETCH", idle.as_path())];
        let text = mnist_with(&vars).unwrap_err().to_string();
        assert_says(&text, &["a download without train-images-idx3-ubyte", "CONVLAB_DATA="]);
    }
}

#[test]
fn a_wrong_magic_number_is_an_error_with_the_right_one() {
    let text = complaint(NAMES[0], &idx(2049, &[3, 28, 28], &[0; 3 * 784]));
    assert_says(&text, &["the magic number 2051 (0x00000803) of MNIST images", "2049 (0x00000801)"]);
    let text = complaint(NAMES[1], &idx(2051, &[3], &[0; 3]));
    assert_says(&text, &["the magic number 2049 (0x00000801) of MNIST labels", "2051 (0x00000803)"]);
}

#[test]
fn a_file_that_was_cut_off_is_an_error_with_its_length() {
    let text = complaint(NAMES[0], &idx(2051, &[3, 28, 28], &[0; 2000]));
    assert_says(
        &text,
        &["2352 bytes after the header, which says [3, 28, 28]", "2000: the file was cut off"],
    );
    assert_says(&complaint(NAMES[1], &idx(2049, &[], &[0, 0])), &["a whole file", "cut off"]);
    assert_says(&complaint(NAMES[1], b""), &["a whole file", "cut off"]);
}

#[test]
fn bytes_after_the_end_are_errors() {
    let text = complaint(NAMES[1], &idx(2049, &[3], &[5, 0, 4, 1]));
    assert_says(&text, &["3 bytes after the header, which says [3]", "more"]);
}

#[test]
fn images_of_another_size_and_empty_files_are_errors() {
    let text = complaint(NAMES[0], &idx(2051, &[3, 32, 32], &[0; 3 * 1024]));
    assert_says(&text, &["images of 28×28 pixels", "32×32"]);
    assert_says(&complaint(NAMES[1], &idx(2049, &[0], &[])), &["at least one image or label", "none"]);
}

#[test]
fn sizes_that_no_memory_could_hold_are_errors_as_in_a_cut_off_file() {
    let text = complaint(NAMES[0], &idx(2051, &[u32::MAX, 28, 28], &[0; 784]));
    assert_says(&text, &["784: the file was cut off"]);
}

#[test]
fn a_label_above_9_is_an_error_with_its_index() {
    let text = complaint(NAMES[1], &idx(2049, &[3], &[5, 10, 4]));
    assert_says(&text, &["labels from 0 to 9", "10 as label number 1"]);
}

#[test]
fn counts_of_images_and_labels_that_differ_are_errors() {
    let text = complaint(NAMES[1], &idx(2049, &[2], &[5, 0]));
    assert_says(&text, &["a label for each of the 3 images", "2 labels"]);
}

#[test]
fn damaged_compressed_files_are_errors() {
    let name = format!("{}.gz", NAMES[0]);
    let good = gz(&idx(2051, &[3, 28, 28], &[7; 3 * 784]));
    assert_says(&complaint(&name, &good[..good.len() / 2]), &["a whole file", "cut off"]);
    let mut flipped = good.clone();
    let checksum = flipped.len() - 8;
    flipped[checksum] ^= 1;
    assert_says(&complaint(&name, &flipped), &["sound gzip data", "damaged data"]);
    assert_says(
        &complaint(&name, b"not gzip at all, but long enough to hold a header"),
        &["sound gzip data"],
    );
    let text = complaint(&name, &[good.as_slice(), b"more"].concat());
    assert_says(&text, &["nothing after the compressed data", "further bytes"]);
}

#[test]
fn counts_are_written_with_their_thousands_set_apart() {
    let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (60_000, "60,000"), (-1_234_567, "-1,234,567")];
    for (count, text) in cases {
        assert_eq!(grouped(count), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn labels_come_back_as_they_were_written_plain_or_compressed(labels in prop::collection::vec(0..10u8, 1..40)) {
        let dir = tempdir().unwrap();
        let file = idx(2049, &[labels.len() as u32], &labels);
        let (plain, packed) = (dir.path().join("a"), dir.path().join("a.gz"));
        fs::write(&plain, &file).unwrap();
        fs::write(&packed, gz(&file)).unwrap();
        prop_assert_eq!(super::idx::labels(&plain).unwrap(), labels.clone());
        prop_assert_eq!(super::idx::labels(&packed).unwrap(), labels);
    }

    #[test]
    fn a_file_with_a_header_that_promises_anything_is_read_or_refused(
        magic in prop::sample::select(vec![2049u32, 2051, 0, u32::MAX]),
        sizes in prop::collection::vec(prop_oneof![0..60u32, any::<u32>()], 0..4),
        bytes: Vec<u8>,
    ) {
        let dir = tempdir().unwrap();
        for name in ["a", "a.gz"] {
            let path = dir.path().join(name);
            fs::write(&path, idx(magic, &sizes, &bytes)).unwrap();
            if let Ok(labels) = super::idx::labels(&path) {
                prop_assert!(magic == 2049 && sizes == [labels.len() as u32] && labels == bytes);
            }
            let _ = super::idx::images(&path);
        }
    }
}
