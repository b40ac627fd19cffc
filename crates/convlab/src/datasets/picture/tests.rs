use super::image;
use super::web::from_url;
use ::image::{
    DynamicImage, GrayAlphaImage, GrayImage, ImageBuffer, ImageFormat, Luma, LumaA, Rgb, RgbImage, Rgba,
    RgbaImage,
};
use proptest::prelude::*;
use std::fs;
use tch::Kind;
use tempfile::tempdir;

/// Saves `picture` under `name` and loads it: its shape and its numbers, channel by channel.
fn saved_and_loaded(picture: impl Into<DynamicImage>, name: &str) -> (Vec<i64>, Vec<f32>) {
    let dir = tempdir().unwrap();
    let path = dir.path().join(name);
    picture.into().save(&path).unwrap();
    let xs = image(&path).unwrap();
    (xs.size(), Vec::try_from(xs.flatten(0, -1)).unwrap())
}

fn complaint(name: &str, content: &[u8]) -> String {
    let dir = tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, content).unwrap();
    let text = image(&path).unwrap_err().to_string();
    assert!(text.contains("a picture (PNG, JPEG or GIF) in ") && text.contains(name), "{text}");
    text
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn a_grey_picture_has_one_channel_with_rows_downwards() {
    let picture = GrayImage::from_fn(3, 2, |x, y| Luma([51 * (3 * y + x) as u8]));
    let expected = vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
    assert_eq!(saved_and_loaded(picture, "grey.png"), (vec![1, 2, 3], expected));
}

#[test]
fn a_picture_in_colour_has_its_red_then_its_green_then_its_blue() {
    let picture = RgbImage::from_fn(2, 1, |x, _| if x == 0 { Rgb([255, 0, 51]) } else { Rgb([0, 102, 255]) });
    let expected = vec![1.0, 0.0, 0.0, 0.4, 0.2, 1.0];
    assert_eq!(saved_and_loaded(picture, "colour.png"), (vec![3, 1, 2], expected));
}

#[test]
fn what_is_transparent_shows_white_paper() {
    // Opaque red stays, 20 % of black on white is 0.8, and what cannot be seen is white.
    let colours = [Rgba([255, 0, 0, 255]), Rgba([0, 0, 0, 51]), Rgba([0, 255, 0, 0])];
    let (shape, values) = saved_and_loaded(RgbaImage::from_fn(3, 1, |x, _| colours[x as usize]), "alpha.png");
    let expected = [1.0, 0.8, 1.0, 0.0, 0.8, 1.0, 0.0, 0.8, 1.0];
    assert_eq!(shape, [3, 1, 3]);
    assert!(values.iter().zip(expected).all(|(value, wanted)| (value - wanted).abs() < 1e-6), "{values:?}");
    let (shape, values) = saved_and_loaded(GrayAlphaImage::from_pixel(1, 1, LumaA([0, 51])), "grey.png");
    assert_eq!(shape, [1, 1, 1]);
    assert!((values[0] - 0.8).abs() < 1e-6, "{values:?}");
}

#[test]
fn sixteen_bits_a_channel_keep_their_precision() {
    let grey = ImageBuffer::<Luma<u16>, _>::from_fn(2, 1, |x, _| Luma([[1, 65535][x as usize]]));
    assert_eq!(saved_and_loaded(grey, "deep.png"), (vec![1, 1, 2], vec![1.0 / 65535.0, 1.0]));
    let colour = ImageBuffer::<Rgb<u16>, _>::from_pixel(1, 1, Rgb([13107, 1, 65535]));
    assert_eq!(saved_and_loaded(colour, "deep.png"), (vec![3, 1, 1], vec![0.2, 1.0 / 65535.0, 1.0]));
}

#[test]
fn jpeg_and_gif_are_pictures_too_whatever_their_name_ends_in() {
    let (shape, values) = saved_and_loaded(RgbImage::from_pixel(8, 8, Rgb([255; 3])), "white.jpg");
    assert_eq!(shape, [3, 8, 8]);
    assert!(values.iter().all(|value| *value > 0.98));
    assert_eq!(saved_and_loaded(RgbImage::from_pixel(2, 3, Rgb([0; 3])), "black.gif").0, [3, 3, 2]);
    let dir = tempdir().unwrap();
    let path = dir.path().join("really-a-png.jpg");
    fs::write(&path, encoded(GrayImage::new(5, 4), ImageFormat::Png)).unwrap();
    assert_eq!(image(&path).unwrap().size(), [1, 4, 5]);
}

#[test]
fn a_photo_taken_with_the_camera_on_its_side_is_turned_upright() {
    // Exif's orientation 6: what is stored at the top belongs to the right.
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let stored = GrayImage::from_fn(8, 16, |_, y| Luma([if y < 8 { 255 } else { 0 }]));
    let jpeg = encoded(stored, ImageFormat::Jpeg);
    let segment = [&[0xff, 0xe1, 0, exif.len() as u8 + 2], &exif[..]].concat();
    let dir = tempdir().unwrap();
    let path = dir.path().join("photo.jpg");
    fs::write(&path, [&jpeg[..2], &segment, &jpeg[2..]].concat()).unwrap();
    let xs = image(&path).unwrap();
    assert_eq!(xs.size(), [1, 8, 16]);
    let [left, right] = [0, 8].map(|x| xs.narrow(2, x, 8).mean(Kind::Float).double_value(&[]));
    assert!(left < 0.1 && right > 0.9, "{left} {right}");
}

#[test]
fn a_missing_file_is_reported_with_the_folder_that_paths_start_from() {
    let text = image("no/such/picture.png").unwrap_err().to_string();
    let here = std::env::current_dir().unwrap().display().to_string();
    assert!(text.contains("no/such/picture.png") && text.contains(&here), "{text}");
}

#[test]
fn a_file_that_is_no_picture_or_a_damaged_one_is_reported_with_a_remedy() {
    let good = encoded(GrayImage::new(50, 50), ImageFormat::Png);
    let mut damaged = good.clone();
    damaged[20] ^= 0xff; // the width, and with it the header's checksum
    for (name, content, remedy) in [
        ("text.png", &b"this is no picture"[..], "save it as a PNG file"),
        ("header.png", damaged.as_slice(), "save it as a PNG file"),
        ("cut.png", &good[..good.len() / 2], "download or copy it again"),
        ("start.png", &good[..20], "download or copy it again"),
    ] {
        let text = complaint(name, content);
        assert!(text.contains(remedy), "{text}");
    }
}

/// Pictures of each format, some of several scans or frames, and what follows them in files of some cameras.
fn whole_pictures() -> Vec<(&'static str, Vec<u8>)> {
    let picture = RgbImage::from_fn(40, 30, |x, y| Rgb([(x * y) as u8, (x * 7) as u8, (y * 11) as u8]));
    let mut frames = Vec::new();
    let mut gif = ::image::codecs::gif::GifEncoder::new(&mut frames);
    for _ in 0..2 {
        let frame = DynamicImage::from(picture.clone()).into_rgba8();
        gif.encode_frame(::image::Frame::new(frame)).unwrap();
    }
    drop(gif);
    vec![
        ("a.png", encoded(picture.clone(), ImageFormat::Png)),
        ("a.jpg", encoded(picture, ImageFormat::Jpeg)),
        ("progressive.jpg", include_bytes!("progressive.jpg").to_vec()),
        ("a.gif", frames),
    ]
}

#[test]
fn a_picture_that_was_cut_off_anywhere_is_refused() {
    for (name, bytes) in whole_pictures() {
        let cuts = (1..bytes.len()).step_by(bytes.len() / 60).chain([bytes.len() - 2, bytes.len() - 1]);
        for cut in cuts {
            let text = complaint(name, &bytes[..cut]);
            assert!(cut < 20 || text.contains("one that was cut off"), "{cut} of {name}: {text}");
        }
    }
}

#[test]
fn what_follows_a_whole_picture_in_its_file_does_not_matter() {
    let dir = tempdir().unwrap();
    for (name, bytes) in whole_pictures() {
        let path = dir.path().join(name);
        fs::write(&path, &bytes).unwrap();
        let whole = image(&path).unwrap();
        fs::write(&path, [bytes.as_slice(), b"\0\xff\xd8 a film"].concat()).unwrap();
        assert!(image(&path).unwrap().equal(&whole), "{name}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(start in 0..4usize, rest: Vec<u8>, at: prop::sample::Index, byte: u8) {
        let (name, mut bytes) = whole_pictures().swap_remove(start);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.truncate(at + 1 + rest.len() % 3 * bytes.len());
        bytes.extend(rest);
        let path = tempdir().unwrap().keep().join(name);
        fs::write(&path, bytes).unwrap();
        let _ = image(&path);
        fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }
}

#[test]
fn a_picture_of_too_many_pixels_is_reported_before_it_fills_the_memory() {
    let mut bytes = encoded(GrayImage::new(1, 1), ImageFormat::Png);
    bytes[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]); // width and height in the header
    let mut checksum = flate2::Crc::new();
    checksum.update(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.sum().to_be_bytes());
    let text = complaint("huge.png", &bytes);
    assert!(text.contains("at most 64 million pixels") && text.contains("60000×60000"), "{text}");
}

/// A JPEG of 16×8 pixels for printing, written by Pillow 12: on the left cyan alone (255), on the right magenta (255)
/// and some black (51).
const CMYK: &str = "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYI\
CwwLCgwJCgoK/8AAFAgACAAQBEMRAE0RAFkRAEsRAP/EABcAAAMBAAAAAAAAAAAAAAAAAAAJCgj/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oADgRDAE0AWQBL\
AAA/AJ/z/D/D/F/iAMMZv//Z";

#[test]
fn a_jpeg_for_printing_becomes_red_green_and_blue() {
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, CMYK).unwrap();
    let dir = tempdir().unwrap();
    let path = dir.path().join("print.jpg");
    fs::write(&path, bytes).unwrap();
    let xs = image(&path).unwrap();
    assert_eq!(xs.size(), [3, 8, 16]);
    let pixel = |column: i64| [0, 1, 2].map(|c| xs.double_value(&[c, 4, column]));
    // Cyan swallows red; magenta swallows green, and a fifth of black a fifth of the rest: 1 - 51 / 255.
    for (found, expected) in [(pixel(2), [0.0, 1.0, 1.0]), (pixel(13), [0.8, 0.0, 0.8])] {
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.02), "{found:?} {expected:?}");
    }
}

#[test]
fn what_is_known_to_be_no_picture_for_us_is_reported_by_its_name() {
    for (content, found) in [
        (&b"<!DOCTYPE html><title>Log in</title>"[..], "a web page (HTML)"),
        (b"\xef\xbb\xbf\n <html>", "a web page (HTML)"),
        (b"<?xml version='1.0'?><svg width='3'/>", "a drawing in SVG"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "a picture in WebP"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "AVIF, HEIC or MP4"),
        (b"%PDF-1.7", "a PDF document"),
        (b"", "nothing: no byte at all"),
    ] {
        let text = complaint("thing.png", content);
        assert!(text.contains(found), "{text}");
    }
    assert!(complaint("page.png", b"<html>").contains("right-click the picture and copy its address"));
}

#[test]
fn offline_mode_gives_the_drawn_picture_and_sends_no_request() {
    let offline = |name: &str| (name == "CONVLAB_OFFLINE").then(|| "1".into());
    let xs = from_url("http://127.0.0.1:9/a.png", &offline).unwrap();
    assert!(xs.equal(&crate::datasets::synthetic_picture()));
}

#[test]
fn a_photo_of_the_same_name_in_the_named_folder_spares_the_download() {
    let dir = tempdir().unwrap();
    fs::create_dir(dir.path().join("photos")).unwrap();
    GrayImage::from_pixel(3, 2, Luma([255])).save(dir.path().join("photos/cat.png")).unwrap();
    let named = |name: &str| (name == "CONVLAB_DATA").then(|| dir.path().as_os_str().to_owned());
    let xs = from_url("https://example.org/pictures/cat.png?size=large", &named).unwrap();
    assert_eq!(xs.size(), [1, 2, 3]);
    let message = from_url("https://example.org/pictures/dog.png", &named).unwrap_err().to_string();
    assert!(message.contains("`cargo lab` sets CONVLAB_FETCH"), "{message}");
}
