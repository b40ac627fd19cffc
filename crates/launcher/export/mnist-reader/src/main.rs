//! `cargo run -- picture.png` names the digit in the picture.

use mnist_reader::{Reader, picture};
use std::env;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "cargo run -- picture.png

Names the digit in a picture, and its probability. The picture is a PNG or a JPEG, of any size, dark on light or
light on dark.";

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let [file] = arguments.as_slice() else {
        eprintln!("Name one picture of a digit: cargo run -- picture.png");
        return ExitCode::FAILURE;
    };
    let answer = picture::load(Path::new(file)).and_then(|pixels| Ok(Reader::new()?.read(&pixels)));
    match answer {
        Ok((digit, probability)) => {
            println!("{digit} ({:.1} %)", 100.0 * probability);
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}
