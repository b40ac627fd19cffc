//! The program as it is called: with a digit, and with what is none.

use image::{GrayImage, Luma, RgbaImage, imageops};
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

#[test]
fn a_large_dark_drawing_on_light_paper_is_prepared_as_the_notebooks_pictures_are() {
    let mut large = imageops::resize(&digit(), 700, 700, imageops::FilterType::Triangle);
    imageops::invert(&mut large);
    let path = file("drawing.png");
    let mut page = GrayImage::from_pixel(900, 800, Luma([255]));
    imageops::replace(&mut page, &large, 150, 40);
    page.save(&path).unwrap();
    let (drawn, own) = (picture::load(&path).unwrap(), digit());
    let own: Vec<f32> = own.pixels().map(|pixel| f32::from(pixel.0[0]) / 255.0).collect();
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let alike = product(&drawn, &own) / (product(&drawn, &drawn) * product(&own, &own)).sqrt();
    assert!(alike > 0.8, "{alike}");
}

#[test]
fn what_is_no_picture_is_refused_with_a_sentence() {
    let text = file("letter.png");
    fs::write(&text, "Dear reader").unwrap();
    assert!(refused(&[text]).contains("letter.png is no picture that can be read"));
    let half = file("half.png");
    digit().save(&half).unwrap();
    let bytes = fs::read(&half).unwrap();
    fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    assert!(refused(&[half]).contains("half.png is no picture that can be read"));
    assert!(refused(&[file("nowhere.png")]).contains("nowhere.png cannot be read"));
    assert!(refused(&[]).contains("cargo run -- picture.png"));
    assert!(refused(&[file("a.png"), file("b.png")]).contains("Name one picture"));
}

#[test]
fn a_sheet_of_one_colour_has_no_digit_on_it() {
    for (name, colour) in [("white.png", [255; 4]), ("dark.png", [40, 40, 40, 255]), ("glass.png", [0; 4])] {
        let path = file(name);
        RgbaImage::from_pixel(60, 40, image::Rgba(colour)).save(&path).unwrap();
        assert!(refused(&[path]).contains("Nothing is drawn in"), "{name}");
    }
}
