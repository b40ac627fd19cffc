//! A net that has learned from ImageNet looks at real photos. The probabilities are those that PyTorch 2.13 and
//! torchvision 0.28 give with the same weights and photos.

use convlab::prelude::*;
use std::path::{Path, PathBuf};

/// The file in the folder that `CONVLAB_DATA` names, if it is there.
fn data(file: &str) -> Option<PathBuf> {
    let path = std::env::var_os("CONVLAB_DATA").map(|folder| Path::new(&folder).join(file))?;
    path.exists().then_some(path)
}

/// SqueezeNet's first guess for a photo; `None` without the photo or the weights.
fn first_guess(photo: &str) -> Option<(String, f64)> {
    let (Some(_), Some(photo)) = (data("weights/squeezenet1_0.safetensors"), data(photo)) else {
        println!("skipped: no data");
        return None;
    };
    let net = models::squeezenet().unwrap();
    let xs = net.input(&datasets::image(photo).unwrap()).unwrap();
    net.top_k(&net.forward_t(&xs, false), 5).unwrap().guesses.into_iter().next()
}

#[test]
fn squeezenet_calls_a_cup_of_coffee_espresso() {
    let Some((name, chance)) = first_guess("photos/coffee.png") else { return };
    assert_eq!(name, "espresso");
    assert!((chance - 0.8052).abs() < 1e-3, "{chance}");
}

#[test]
fn squeezenet_calls_a_cat_an_egyptian_cat() {
    let Some((name, chance)) = first_guess("photos/chelsea.png") else { return };
    assert_eq!(name, "Egyptian cat");
    assert!((chance - 0.7043).abs() < 1e-3, "{chance}");
}
