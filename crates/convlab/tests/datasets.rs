//! Data sets as a cell uses them. What draws from `tch`'s random numbers holds the lock: there is one generator.

use convlab::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};

static RANDOM: Mutex<()> = Mutex::new(());

fn seeded(seed: i64) -> MutexGuard<'static, ()> {
    let guard = RANDOM.lock().unwrap_or_else(PoisonError::into_inner);
    tch::manual_seed(seed);
    guard
}

/// `n` images of one pixel whose value is also the label: 0, 1, 2, …
fn numbered(n: i64) -> Split {
    let labels = Tensor::arange(n, (Kind::Int64, Device::Cpu));
    Split::new(labels.view([n, 1, 1, 1]).to_kind(Kind::Float), labels).unwrap()
}

fn labels(split: &Split) -> Vec<i64> {
    let pixels = Vec::<f32>::try_from(split.images.flatten(0, -1)).unwrap();
    let labels = Vec::<i64>::try_from(&split.labels).unwrap();
    assert!(
        pixels.iter().zip(&labels).all(|(pixel, label)| *pixel == *label as f32),
        "images lost their labels"
    );
    labels
}

fn sorted(mut numbers: Vec<i64>) -> Vec<i64> {
    numbers.sort_unstable();
    numbers
}

fn error<T>(result: Result<T>) -> String {
    result.err().expect("an error").to_string()
}

#[test]
fn a_split_of_your_own_has_a_label_for_each_image() {
    let images = || Tensor::zeros([3, 1, 2, 2], (Kind::Float, Device::Cpu));
    let labels = Tensor::from_slice(&[1u8, 0, 2]);
    let split = Split::new(images(), labels).unwrap();
    assert_eq!((split.len(), split.is_empty(), split.labels.kind()), (3, false, Kind::Int64));
    assert_eq!(split.to_string(), "your own: 3 images [1, 2, 2] and their labels");

    let text = error(Split::new(images(), Tensor::from_slice(&[1i64, 0])));
    assert!(text.contains("one label for each of the 3 images") && text.contains("shape [2]"), "{text}");
    let text = error(Split::new(images(), Tensor::from_slice(&[1f32, 0., 2.])));
    assert!(text.contains("kind Float") && text.contains("`labels.to_kind(Kind::Int64)`"), "{text}");
    let text = error(Split::new(images().squeeze(), Tensor::from_slice(&[1i64, 0, 2])));
    assert!(text.contains("[n, c, h, w]") && text.contains("shape [3, 2, 2]"), "{text}");
    let text = error(Split::new(images().to_kind(Kind::Uint8), Tensor::from_slice(&[1i64, 0, 2])));
    assert!(text.contains("kind Uint8") && text.contains("/ 255"), "{text}");
    let text = error(Split::new(Tensor::new(), Tensor::new()));
    assert!(text.contains("an undefined tensor"), "{text}");
}

#[test]
fn take_gives_the_first_images() {
    assert_eq!(labels(&numbered(10).take(4).unwrap()), [0, 1, 2, 3]);
    assert_eq!(labels(&numbered(10).take(10).unwrap()).len(), 10);
    assert!(numbered(10).take(0).unwrap().is_empty());
    assert!(error(numbered(10).take(11)).contains("from 0 to 10, which is all there are, but got 11"));
    assert!(error(numbered(10).take(-1)).contains("but got -1"));
}

#[test]
fn sample_draws_none_twice_and_the_same_after_the_same_seed() {
    let draw = |seed| {
        let _guard = seeded(seed);
        labels(&numbered(100).sample(60).unwrap())
    };
    let (one, again, other) = (draw(0), draw(0), draw(1));
    assert_eq!(one, again);
    assert_ne!(one, other);
    let mut distinct = sorted(one);
    distinct.dedup();
    assert_eq!(distinct.len(), 60);
    assert!(error(numbered(100).sample(101)).contains("but got 101"));
}

#[test]
fn split_deals_each_image_to_one_part_at_random() {
    let deal = |seed| {
        let _guard = seeded(seed);
        let parts = numbered(60).split(&[50, 10]).unwrap();
        parts.iter().map(labels).collect::<Vec<_>>()
    };
    let parts = deal(0);
    assert_eq!((parts[0].len(), parts[1].len()), (50, 10));
    assert_eq!(sorted(parts.concat()), (0..60).collect::<Vec<_>>());
    assert_ne!(parts.concat(), (0..60).collect::<Vec<_>>());
    assert_eq!((deal(0) == parts, deal(1) == parts), (true, false));
}

#[test]
fn lengths_that_do_not_add_up_are_reported_with_their_sum() {
    let text = error(numbered(60).split(&[50, 20]));
    assert!(text.contains("add up to 60") && text.contains("[50, 20], which add up to 70"), "{text}");
    assert!(error(numbered(60).split(&[70, -10])).contains("[70, -10]"));
    assert!(error(numbered(60).split(&[i64::MAX, 1])).contains("add up to 60"));
}

#[test]
fn batches_hold_each_image_once_in_a_new_order_each_time() {
    let progress_iter = |split: &Split| {
        let batches = split.batches(4).unwrap().map(|(xs, labels)| Split::new(xs, labels).unwrap());
        batches.map(|batch| labels(&batch)).collect::<Vec<_>>()
    };
    let split = numbered(10);
    let (first, second, again) = {
        let _guard = seeded(0);
        let pair = (progress_iter(&split), progress_iter(&split));
        tch::manual_seed(0);
        (pair.0, pair.1, progress_iter(&split))
    };
    assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
    assert_eq!(sorted(first.concat()), (0..10).collect::<Vec<_>>());
    assert_ne!(first, second);
    assert_eq!(first, again);
}

#[test]
fn batches_know_how_many_are_to_come() {
    let mut batches = numbered(10).batches_in_order(4).unwrap();
    assert_eq!(batches.len(), 3);
    batches.next();
    assert_eq!(batches.len(), 2);
    assert_eq!(numbered(0).batches_in_order(4).unwrap().count(), 0);
    assert_eq!(numbered(8).batches_in_order(100).unwrap().len(), 1);
}

#[test]
fn batches_in_order_leave_the_images_as_they_lie() {
    let batches = numbered(5).batches_in_order(2).unwrap();
    let walked = batches.map(|(_, labels)| Vec::<i64>::try_from(&labels).unwrap());
    assert_eq!(walked.collect::<Vec<_>>(), [vec![0, 1], vec![2, 3], vec![4]]);
}

#[test]
fn a_batch_size_below_one_is_reported_and_costs_no_random_number() {
    let next = || Tensor::rand([4], (Kind::Float, Device::Cpu));
    let _guard = seeded(5);
    let undisturbed = next();
    tch::manual_seed(5);
    for size in [0, -5] {
        let text = error(numbered(5).batches(size));
        assert!(text.contains("a batch size of at least 1") && text.contains(&size.to_string()), "{text}");
        assert!(error(numbered(5).batches_in_order(size)).contains("at least 1"));
    }
    assert_eq!(next(), undisturbed);
}

#[test]
fn normalize_subtracts_the_mean_and_divides_by_the_deviation_of_each_channel() {
    // Two channels, 1 and 2: (1 - 0.5) / 0.25 = 2 and (2 - 1) / 4 = 0.25.
    let images = Tensor::from_slice(&[1f32, 2.]).view([1, 2, 1, 1]);
    let split = Split::new(images, Tensor::from_slice(&[0i64])).unwrap();
    let values = |split: &Split| Vec::<f32>::try_from(split.images.flatten(0, -1)).unwrap();
    assert_eq!(values(&split.normalize(&[0.5, 1.0], &[0.25, 4.0]).unwrap()), [2.0, 0.25]);
    assert_eq!(values(&split.normalize(&[0.5], &[0.5]).unwrap()), [1.0, 3.0]);
    assert_eq!(values(&split), [1.0, 2.0]);
}

#[test]
fn numbers_that_cannot_normalize_are_reported() {
    let split =
        Split::new(Tensor::zeros([1, 3, 2, 2], (Kind::Float, Device::Cpu)), Tensor::from_slice(&[0i64]))
            .unwrap();
    let text = error(split.normalize(&[0.5, 0.5], &[1.0]));
    assert!(
        text.contains("one mean for all channels or one for each of the 3") && text.contains("2 numbers"),
        "{text}"
    );
    assert!(error(split.normalize(&[0.5], &[])).contains("one std"));
    for std in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(error(split.normalize(&[0.5], &[std])).contains("standard deviations above 0"));
    }
    assert!(error(split.normalize(&[f64::NAN], &[1.0])).contains("finite"));
}

#[test]
fn drawn_digits_come_in_mnists_numbers_and_leave_the_learners_random_numbers_alone() {
    let next = |data: Option<Dataset>| {
        drop(data);
        Tensor::rand([4], (Kind::Float, Device::Cpu))
    };
    let _guard = seeded(3);
    let undisturbed = next(None);
    tch::manual_seed(3);
    let data = datasets::synthetic_digits(0).unwrap();
    assert_eq!(
        (data.train.images.size(), data.test.images.size()),
        (vec![60_000, 1, 28, 28], vec![10_000, 1, 28, 28])
    );
    assert_eq!((data.train.labels.size(), data.classes.len()), (vec![60_000], 10));
    assert_eq!(next(Some(data)), undisturbed);
}

#[test]
fn the_real_mnist_has_its_known_labels_counts_mean_and_deviation() {
    if std::env::var_os("CONVLAB_DATA").is_none() {
        println!("skipped: no data");
        return;
    }
    let Dataset { train, test, .. } = datasets::mnist().unwrap();
    assert_eq!((train.images.size(), test.images.size()), (vec![60_000, 1, 28, 28], vec![10_000, 1, 28, 28]));
    let first = |split: &Split| Vec::<i64>::try_from(split.labels.narrow(0, 0, 10)).unwrap();
    assert_eq!(first(&train), [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    assert_eq!(first(&test), [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    let counts = Vec::<i64>::try_from(train.labels.bincount::<Tensor>(None, 10)).unwrap();
    assert_eq!(counts, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    let (mean, std) =
        (train.images.mean(Kind::Float).double_value(&[]), train.images.std(true).double_value(&[]));
    assert!((mean - 0.1307).abs() < 5e-5 && (std - 0.3081).abs() < 5e-5, "{mean} {std}");
    assert_eq!((train.images.min().double_value(&[]), train.images.max().double_value(&[])), (0.0, 1.0));
}

#[test]
fn the_real_cifar10_has_its_known_labels_and_mean() {
    let there = std::env::var_os("CONVLAB_DATA").is_some_and(|folder| {
        let folder = std::path::Path::new(&folder);
        ["cifar10", "cifar-10-batches-bin", "."]
            .iter()
            .any(|sub| folder.join(sub).join("test_batch.bin").exists())
    });
    if !there {
        println!("skipped: no data");
        return;
    }
    let Dataset { train, test, .. } = datasets::cifar10().unwrap();
    assert_eq!(
        (train.images.size()[1..].to_vec(), test.images.size()[1..].to_vec()),
        (vec![3, 32, 32], vec![3, 32, 32])
    );
    let first = Vec::<i64>::try_from(train.labels.narrow(0, 0, 20)).unwrap();
    assert_eq!(first, [6, 9, 9, 4, 1, 1, 2, 7, 8, 3, 4, 7, 7, 2, 9, 9, 9, 3, 2, 6]);
    let counts = test.labels.narrow(0, 0, 1_000).bincount::<Tensor>(None, 10);
    assert_eq!(Vec::<i64>::try_from(counts).unwrap(), [103, 89, 100, 103, 90, 86, 112, 102, 106, 109]);
    // The means that everybody normalises CIFAR-10 with.
    let means = train.images.mean_dim([0i64, 2, 3].as_slice(), false, Kind::Float);
    let means = Vec::<f32>::try_from(means).unwrap();
    assert!(
        means.iter().zip([0.4914, 0.4822, 0.4465]).all(|(mean, known)| (mean - known).abs() < 0.01),
        "{means:?}"
    );
}

#[test]
fn images_that_lie_in_memory_with_gaps_can_be_flattened() {
    let wide = Tensor::arange(2 * 3 * 4, (Kind::Float, Device::Cpu)).view([2, 1, 3, 4]);
    let cut = Split::new(wide.narrow(3, 1, 2), Tensor::from_slice(&[0i64, 1])).unwrap();
    let first = Vec::<f32>::try_from(cut.images.view([2, 6]).get(0)).unwrap();
    assert_eq!(first, [1., 2., 5., 6., 9., 10.]);
}
