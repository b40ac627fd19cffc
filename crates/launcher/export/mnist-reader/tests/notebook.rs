//! The program says of a thousand test images what the notebook said.

use mnist_reader::{Reader, SIDE};
use safetensors::SafeTensors;

/// What the notebook wrote: images, one byte a pixel, and their ten logits.
const ANSWERS: &[u8] = include_bytes!("answers.safetensors");

/// What it means if the two disagree.
const WHY: &str = "the code in network.rs is not the one that was trained: train it again in the notebook, run its last \
                   section, save, and export it again";

#[test]
fn it_agrees_with_the_notebook_on_every_test_image() {
    let answers = SafeTensors::deserialize(ANSWERS).unwrap();
    let (images, logits) = (answers.tensor("images").unwrap(), answers.tensor("logits").unwrap());
    let logits: Vec<f32> =
        logits.data().chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect();
    let reader = Reader::new().unwrap();
    let (mut apart, mut count) = (0_f32, 0);
    for (image, wanted) in images.data().chunks_exact(SIDE * SIDE).zip(logits.chunks_exact(10)) {
        let pixels: Vec<f32> = image.iter().map(|byte| f32::from(*byte) / 255.0).collect();
        let found = reader.logits(&pixels);
        let largest = |all: &[f32]| (0..all.len()).max_by(|a, b| all[*a].total_cmp(&all[*b]));
        assert_eq!(reader.read(&pixels).0, largest(wanted).unwrap(), "image {count}: {WHY}");
        let scale = wanted.iter().fold(1_f32, |most, logit| most.max(logit.abs()));
        apart = found.iter().zip(wanted).fold(apart, |most, (a, b)| most.max((a - b).abs() / scale));
        count += 1;
    }
    println!("{count} images; largest difference of a logit, as a fraction of the largest: {apart:e}");
    assert!(count > 0 && apart < 1e-4, "{count} images, {apart:e}: {WHY}");
}
