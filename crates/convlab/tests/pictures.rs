//! Pictures from the web as a cell loads them: the real download program, and a server on this machine.

use convlab::prelude::*;
use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgba, RgbaImage};
use std::io::{BufRead, BufReader, Cursor, Write};
use std::net::TcpListener;
use std::thread;

/// The address of a server that answers each request with the next of `answers`: a status and a body.
fn serving(answers: Vec<(&'static str, Vec<u8>)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/picture", listener.local_addr().unwrap());
    thread::spawn(move || {
        for (stream, (status, body)) in listener.incoming().flatten().zip(answers) {
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
            // The server says of everything that it is a page; only the bytes count.
            let head = head + "Content-Type: text/html\r\n\r\n";
            (&stream).write_all(&[head.as_bytes(), &body].concat()).unwrap();
        }
    });
    url
}

fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// What `image_from_url` makes of an answer; `None` where the download program is not prepared.
fn loaded(status: &'static str, body: Vec<u8>) -> Option<Result<Tensor>> {
    if std::env::var_os("CONVLAB_FETCH").is_none() {
        println!("skipped: not prepared");
        return None;
    }
    Some(datasets::image_from_url(&serving(vec![(status, body)])))
}

fn refused(status: &'static str, body: Vec<u8>, message: &str) {
    if let Some(result) = loaded(status, body) {
        let text = result.unwrap_err().to_string();
        assert!(text.starts_with("expected a picture (PNG, JPEG or GIF) from http://127.0.0.1:"), "{text}");
        assert!(text.contains(message) && text.contains("What to do: "), "{text}");
    }
}

#[test]
fn a_deep_grey_picture_and_a_transparent_one_come_as_from_a_file() {
    let deep = ImageBuffer::<Luma<u16>, _>::from_fn(2, 1, |x, _| Luma([[13107, 65535][x as usize]]));
    let Some(xs) = loaded("200 OK", png(DynamicImage::ImageLuma16(deep))) else { return };
    let xs = xs.unwrap();
    assert_eq!(xs.size(), [1, 1, 2]);
    assert_eq!(Vec::<f32>::try_from(xs.flatten(0, -1)).unwrap(), [0.2, 1.0]);
    let glass = RgbaImage::from_pixel(1, 1, Rgba([0, 0, 0, 51]));
    let xs = loaded("200 OK", png(glass)).unwrap().unwrap();
    assert_eq!(xs.size(), [3, 1, 1]);
    assert!((xs.double_value(&[0, 0, 0]) - 0.8).abs() < 1e-6);
}

#[test]
fn a_web_page_in_place_of_a_picture_is_reported() {
    refused("200 OK", b"<html>Log in first</html>".to_vec(), "but got a web page (HTML)");
}

#[test]
fn an_answer_that_says_no_is_reported() {
    refused("404 Not Found", png(GrayImage::new(1, 1)), "but got the answer 404 Not Found");
    refused("403 Forbidden", Vec::new(), "but got the answer 403 Forbidden");
}

#[test]
fn a_picture_of_20_000_by_20_000_pixels_is_reported_before_it_fills_the_memory() {
    let mut bytes = png(GrayImage::new(1, 1));
    bytes[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]); // width and height in the header
    let mut checksum = flate2::Crc::new();
    checksum.update(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.sum().to_be_bytes());
    refused("200 OK", bytes, "20000×20000 pixels");
}

#[test]
fn half_a_picture_is_reported() {
    let whole = png(GrayImage::from_fn(50, 50, |x, y| Luma([(x * y) as u8])));
    refused("200 OK", whole[..whole.len() / 2].to_vec(), "one that was cut off");
}

#[test]
fn what_is_no_address_is_reported_with_the_function_for_files() {
    if std::env::var_os("CONVLAB_FETCH").is_none() {
        println!("skipped: not prepared");
        return;
    }
    let text = datasets::image_from_url("pictures/cat.png").unwrap_err().to_string();
    assert!(text.contains("does not begin with http:// or https://"), "{text}");
    assert!(text.contains("datasets::image("), "{text}");
}
