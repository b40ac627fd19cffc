//! The program as it is called: with a digit, and with what is none.

use image::{GrayImage, RgbaImage, imageops};
use mnist_reader::{Reader, SIDE, picture};
use safetensors::SafeTensors;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

fn file(name: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("mnist-reader-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

fn run(arguments: &[PathBuf]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mnist-reader")).args(arguments).output().unwrap()
}

fn refused(arguments: &[PathBuf]) -> String {
    let output = run(arguments);
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The first of the notebook's test images.
fn digit() -> GrayImage {
    let answers = SafeTensors::deserialize(include_bytes!("answers.safetensors")).unwrap();
    let pixels = answers.tensor("images").unwrap().data()[..SIDE * SIDE].to_vec();
    GrayImage::from_raw(SIDE as u32, SIDE as u32, pixels).unwrap()
}

#[test]
fn it_names_a_digit_with_its_probability() {
    let path = file("digit.png");
    digit().save(&path).unwrap();
    let pixels = picture::load(&path).unwrap();
    let (name, probability) = Reader::new().unwrap().read(&pixels);
    let output = run(&[path]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{name} ({:.1} %)\n", 100.0 * probability));
}

/// The digit enlarged on a page of its own paper, as the program reads it.
fn drawn(name: &str, side: u32, [width, height]: [u32; 2], at: [i64; 2], dark_on_light: bool) -> Vec<f32> {
    let mut page = GrayImage::new(width, height);
    let large = imageops::resize(&digit(), side, side, imageops::FilterType::Triangle);
    imageops::replace(&mut page, &large, at[0], at[1]);
    if dark_on_light {
        imageops::invert(&mut page);
    }
    let path = file(name);
    page.save(&path).unwrap();
    picture::load(&path).unwrap()
}

/// How alike two pictures are, 1 at most, with the second moved by so many pixels.
fn cosine(one: &[f32], other: &[f32], step: i32) -> f32 {
    let product = |a: &[f32], b: &[f32], step: i32| {
        let moved = |at: usize| b.get((at as i32 + step) as usize).copied().unwrap_or(0.0);
        (0..a.len()).map(|at| a[at] * moved(at)).sum::<f32>()
    };
    product(one, other, step) / (product(one, one, 0) * product(other, other, 0)).sqrt()
}

#[test]
fn a_drawing_is_read_alike_whatever_its_size_its_place_and_its_colours() {
    let one = drawn("large.png", 700, [900, 800], [150, 40], true);
    let other = drawn("small.png", 280, [300, 500], [5, 200], false);
    // The centre of the ink comes to a whole pixel, so two drawings of one digit may lie a pixel apart.
    let steps = (-1..=1).flat_map(|rows| (-1..=1).map(move |columns| rows * SIDE as i32 + columns));
    let alike = steps.map(|step| cosine(&one, &other, step)).fold(0.0, f32::max);
    assert!(alike > 0.97, "{alike}");
    // As MNIST's are: no more than 20 by 20 pixels are inked.
    let inked: Vec<usize> = (0..one.len()).filter(|at| one[*at] > 0.0).collect();
    let (rows, columns) = (inked.iter().map(|at| at / SIDE), inked.iter().map(|at| at % SIDE));
    let extent = |all: Vec<usize>| all.iter().max().unwrap() - all.iter().min().unwrap() + 1;
    assert_eq!(extent(rows.collect()).max(extent(columns.collect())), 20);
}

#[test]
fn what_is_no_picture_is_refused_with_a_sentence() {
    let text = file("letter.png");
    fs::write(&text, "Dear reader").unwrap();
    assert!(refused(&[text]).contains("letter.png is no picture that can be read: it is neither"));
    let moving = file("moving.gif");
    fs::write(&moving, b"GIF89a\x01\0\x01\0\0\0\0;").unwrap();
    assert!(refused(&[moving]).contains("moving.gif is a GIF, and only a PNG or a JPEG can be read"));
    for name in ["list.toml", "list.gif"] {
        fs::write(file(name), "[package]").unwrap();
        let sentence = refused(&[file(name)]);
        assert!(
            sentence.contains(&format!("{name} is no picture that can be read: it is neither")),
            "{sentence}"
        );
    }
    let half = file("half.png");
    digit().save(&half).unwrap();
    let bytes = fs::read(&half).unwrap();
    fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    let sentence = refused(&[half]);
    assert!(sentence.contains("half.png is no picture that can be read"), "{sentence}");
    assert!(sentence.trim_end().ends_with('.') && !sentence.contains(".."), "{sentence}");
    assert!(refused(&[file("nowhere.png")]).contains("nowhere.png cannot be read"));
    assert!(refused(&[]).contains("cargo run -- picture.png"));
    assert!(refused(&[file("a.png"), file("b.png")]).contains("Name one picture"));
}

#[test]
fn a_sheet_of_one_colour_has_no_digit_on_it() {
    let side = SIDE as u32;
    for [width, height] in [[60, 40], [side, side], [1, 1]] {
        for (name, colour) in [
            ("white.png", [255; 4]),
            ("dark.png", [40, 40, 40, 255]),
            ("black.png", [0, 0, 0, 255]),
            ("glass.png", [0; 4]),
        ] {
            let path = file(name);
            RgbaImage::from_pixel(width, height, image::Rgba(colour)).save(&path).unwrap();
            let sentence = refused(&[path]);
            assert!(
                sentence.contains("Nothing is drawn in") && sentence.contains(name),
                "{width} by {height}: {sentence}"
            );
        }
    }
}

#[test]
fn a_picture_that_is_half_black_is_refused_and_not_as_one_of_one_colour() {
    let path = file("half-black.png");
    GrayImage::from_fn(2000, 1, |x, _| image::Luma([if x < 1000 { 0 } else { 255 }])).save(&path).unwrap();
    let sentence = refused(&[path]);
    assert!(sentence.contains("No digit is found in") && !sentence.contains("one colour"), "{sentence}");
}

#[test]
fn the_help_says_how_it_is_called() {
    for word in ["--help", "-h"] {
        let output = run(&[word.into()]);
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        assert!(String::from_utf8(output.stdout).unwrap().starts_with("cargo run -- picture.png\n"));
    }
}
