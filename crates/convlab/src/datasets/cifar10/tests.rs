//! Where CIFAR-10 is looked for, and what is said of damaged files. Every file here is written by its test.

use super::super::Dataset;
use super::find;
use crate::Result;
use proptest::prelude::*;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use tempfile::tempdir;

/// A record as the data set's page describes it: the label, then 1024 red, 1024 green and 1024 blue pixels.
fn record(label: u8, [red, green, blue]: [u8; 3]) -> Vec<u8> {
    [vec![label], vec![red; 1024], vec![green; 1024], vec![blue; 1024]].concat()
}

/// Two files to learn from, of two records and one, and one to be tested on, of one record.
fn write_cifar(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let first = [record(6, [0, 51, 255]), record(9, [255, 0, 0])].concat();
    fs::write(folder.join("data_batch_1.bin"), first).unwrap();
    fs::write(folder.join("data_batch_2.bin"), record(4, [102, 102, 102])).unwrap();
    fs::write(folder.join("test_batch.bin"), record(3, [0, 255, 0])).unwrap();
}

fn cifar_with(vars: &[(&str, &Path)]) -> Result<Dataset> {
    let lookup = |name: &str| -> Option<OsString> {
        vars.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_os_str().to_owned())
    };
    find(&lookup, &mut |_| {})
}

/// What is said when one of the files is replaced: the text names that file and what to do.
fn complaint(name: &str, content: &[u8]) -> String {
    let dir = tempdir().unwrap();
    write_cifar(dir.path());
    fs::write(dir.path().join(name), content).unwrap();
    let text = cifar_with(&[("CONVLAB_DATA", dir.path())]).unwrap_err().to_string();
    assert!(text.contains(&dir.path().join(name).display().to_string()), "{text}");
    assert!(text.contains("What to do: delete that file, or put a good one in its place"), "{text}");
    text
}

#[test]
fn records_become_images_with_three_planes_of_colour_and_labels_in_the_order_of_the_files() {
    let dir = tempdir().unwrap();
    write_cifar(dir.path());
    let data = cifar_with(&[("CONVLAB_DATA", dir.path())]).unwrap();
    assert_eq!((data.train.images.size(), data.test.images.size()), (vec![3, 3, 32, 32], vec![1, 3, 32, 32]));
    assert_eq!(Vec::<i64>::try_from(&data.train.labels).unwrap(), [6, 9, 4]);
    assert_eq!(Vec::<i64>::try_from(&data.test.labels).unwrap(), [3]);
    let pixel = |n: i64| [0, 1, 2].map(|c| data.train.images.double_value(&[n, c, 31, 31]));
    for (found, expected) in [(pixel(0), [0.0, 0.2, 1.0]), (pixel(1), [1.0, 0.0, 0.0]), (pixel(2), [0.4; 3])]
    {
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?} {expected:?}");
    }
    assert_eq!(data.classes[6], "frog");
    assert!(data.to_string().starts_with("CIFAR-10: 3 images to train on, 1 to test on, each [3, 32, 32]"));
}

#[test]
fn pixels_keep_their_rows_and_columns() {
    let dir = tempdir().unwrap();
    write_cifar(dir.path());
    let mut bytes = record(0, [0; 3]);
    bytes[1 + 2 * 1024 + 32 * 5 + 7] = 255; // blue, row 5, column 7
    fs::write(dir.path().join("test_batch.bin"), bytes).unwrap();
    let images = cifar_with(&[("CONVLAB_DATA", dir.path())]).unwrap().test.images;
    assert_eq!(images.double_value(&[0, 2, 5, 7]), 1.0);
    assert_eq!(images.sum(tch::Kind::Float).double_value(&[]), 1.0);
}

#[test]
fn the_folders_that_archives_and_downloads_make_are_found_too() {
    for below in ["cifar10", "cifar-10-batches-bin", "cifar10/cifar-10-batches-bin"] {
        let dir = tempdir().unwrap();
        write_cifar(&dir.path().join(below));
        assert_eq!(cifar_with(&[("CONVLAB_DATA", dir.path())]).unwrap().train.len(), 3, "{below}");
    }
    let cache = tempdir().unwrap();
    write_cifar(&cache.path().join("data/cifar10"));
    assert_eq!(cifar_with(&[("CONVLAB_CACHE", cache.path())]).unwrap().train.len(), 3);
}

#[test]
fn a_named_folder_without_cifar_is_an_error_and_not_a_silent_download() {
    for missing in ["test_batch.bin", "data_batch_1.bin"] {
        let dir = tempdir().unwrap();
        write_cifar(dir.path());
        fs::remove_file(dir.path().join("data_batch_2.bin")).unwrap();
        fs::remove_file(dir.path().join(missing)).unwrap();
        let text = cifar_with(&[("CONVLAB_DATA", dir.path())]).unwrap_err().to_string();
        assert!(text.contains(&format!("a folder without {missing}")), "{text}");
        assert!(text.contains("unset CONVLAB_DATA"), "{text}");
    }
}

#[test]
fn the_cache_s_own_folder_named_by_the_launcher_still_allows_a_download() {
    let cache = tempdir().unwrap();
    let data = cache.path().join("data");
    let vars = [("CONVLAB_DATA", data.as_path()), ("CONVLAB_CACHE", cache.path())];
    let text = cifar_with(&vars).unwrap_err().to_string();
    assert!(text.contains("neither the files nor the program that downloads them"), "{text}");
    assert!(
        text.contains("cargo lab --offline") && text.contains("datasets::synthetic_objects(0)?"),
        "{text}"
    );
}

#[test]
fn offline_mode_gives_drawn_objects_that_say_so_whatever_files_there_are() {
    let dir = tempdir().unwrap();
    write_cifar(dir.path());
    let data = cifar_with(&[("CONVLAB_OFFLINE", Path::new("1")), ("CONVLAB_DATA", dir.path())]).unwrap();
    let message = data.to_string();
    assert!(message.starts_with("synthetic objects (drawn by convlab, seed 0): 50,000 images"), "{message}");
    assert_eq!((data.train.len(), data.test.len()), (50_000, 10_000));
}

#[test]
fn a_file_that_was_cut_off_is_reported_by_its_whole_records() {
    let text = complaint("data_batch_2.bin", &record(4, [0; 3])[..3000]);
    assert!(text.contains("one or more whole records of 3073 bytes"), "{text}");
    assert!(text.contains("0 of them and 3000 bytes: the file was cut off"), "{text}");
    let text = complaint("test_batch.bin", &[record(4, [0; 3]), vec![1; 10]].concat());
    assert!(text.contains("1 of them and 10 bytes"), "{text}");
    assert!(complaint("test_batch.bin", b"").contains("0 of them and 0 bytes"));
}

#[test]
fn a_label_above_9_is_reported_with_its_place() {
    let text = complaint("data_batch_1.bin", &[record(9, [0; 3]), record(10, [0; 3])].concat());
    assert!(text.contains("labels from 0 to 9") && text.contains("10 as label number 1"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn records_come_back_as_they_were_written_and_nothing_else_is_read(
        labels in prop::collection::vec(0..12u8, 1..4), grey: u8, more in prop_oneof![Just(0), 1..3072usize]
    ) {
        let dir = tempdir().unwrap();
        write_cifar(dir.path());
        let mut bytes: Vec<u8> = labels.iter().flat_map(|label| record(*label, [grey; 3])).collect();
        bytes.extend(vec![0; more]);
        fs::write(dir.path().join("test_batch.bin"), bytes).unwrap();
        match cifar_with(&[("CONVLAB_DATA", dir.path())]) {
            Ok(data) => {
                let read = Vec::<i64>::try_from(&data.test.labels).unwrap();
                prop_assert_eq!(read, labels.iter().map(|label| i64::from(*label)).collect::<Vec<_>>());
                prop_assert!((data.test.images.max().double_value(&[]) - f64::from(grey) / 255.0).abs() < 1e-6);
            }
            Err(_) => prop_assert!(more > 0 || labels.iter().any(|label| *label > 9)),
        }
    }
}
