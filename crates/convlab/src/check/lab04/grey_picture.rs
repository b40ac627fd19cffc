use crate::check::cases::{close, counting, rendered};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use crate::datasets::{Page, Served};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use std::fmt::Display;
use std::io::Cursor;
use tch::{Kind, Tensor};

pub(super) const GREY_PICTURE: Exercise = Exercise {
    name: "grey_picture",
    lab: "04",
    hints: &[
        "`let bytes = reqwest::blocking::get(url)?.error_for_status()?.bytes()?;` sends the request, turns an answer such as 404 into an error, and reads the bytes",
        "`let grey = image::load_from_memory(&bytes)?.to_luma32f();` decodes them and makes the picture grey, from 0 to 1; its size is `grey.height() as i64` and `grey.width() as i64`",
        "the last line is `Ok(Tensor::from_slice(grey.as_raw()).view([h, w]))`",
    ],
};

/// Judges a function that downloads the picture at an address and returns it in grey, [h, w], from 0 to 1; what is no
/// picture, and an answer that is an error, must become an error.
pub fn grey_picture<E: Display>(yours: impl Fn(&str) -> Result<Tensor, E>) -> Answer {
    GREY_PICTURE.judge(|| {
        let server = match Served::pages(pages()) {
            Ok(server) => server,
            Err(error) => return Verdict::wrong(format!("this cannot be judged here: {error}")),
        };
        let wrong = grey_mistake(yours(&server.url))
            .or_else(|| colour_mistake(yours(&server.of("colour.png"))))
            .or_else(|| error_mistake(&yours, &server));
        let right = "It reads grey and coloured pictures, and returns an error for anything else.";
        wrong.map_or_else(|| Verdict::right(right), Verdict::wrong)
    })
}

/// A grey picture of 2 rows and 3 columns, a white and a red pixel, and what is no picture.
fn pages() -> Vec<Page> {
    let png = |picture: DynamicImage| {
        let mut bytes = Cursor::new(Vec::new());
        // Nothing is lost where it cannot be written: the learner sees what came.
        let _ = picture.write_to(&mut bytes, ImageFormat::Png);
        bytes.into_inner()
    };
    let grey = GrayImage::from_fn(3, 2, |x, y| Luma([51 * (3 * y + x) as u8]));
    let colours = [Rgb([255, 255, 255]), Rgb([255, 0, 0])];
    let colour = RgbImage::from_fn(2, 1, |x, _| colours[x as usize]);
    vec![
        ("grey.png", "200 OK", png(grey.into())),
        ("colour.png", "200 OK", png(colour.into())),
        ("gone.png", "404 Not Found", png(GrayImage::new(1, 1).into())),
        ("page.html", "200 OK", b"<html>no picture</html>".to_vec()),
    ]
}

fn grey_mistake<E: Display>(found: Result<Tensor, E>) -> Option<String> {
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            return Some(format!("for a picture that is there your function returns an error: {error}"));
        }
    };
    let expected = counting(&[2, 3]) * 0.2;
    if close(&found, &expected) {
        return (found.kind() != Kind::Float)
            .then(|| format!("your numbers are of kind {:?}, and layers compute with `Kind::Float`: `to_luma32f` gives such numbers", found.kind()));
    }
    let shape = found.size();
    Some(match shape.as_slice() {
        [3, 2] => {
            "a picture of 2 rows and 3 columns has shape [h, w] = [2, 3], and yours is [3, 2]".to_owned()
        }
        [2, 3] if close(&found, &(&expected * 255)) => {
            "values go from 0 (black) to 1 (white), and yours go to 255".to_owned()
        }
        [2, 3] => {
            format!("the picture's numbers are\n{}\nand yours are\n{}", rendered(&expected), rendered(&found))
        }
        _ => format!("an array [h, w] has two axes: for 2 rows and 3 columns [2, 3], and yours is {shape:?}"),
    })
}

fn colour_mistake<E: Display>(found: Result<Tensor, E>) -> Option<String> {
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            return Some(format!("for a picture in colour your function returns an error: {error}"));
        }
    };
    if found.size() != [1, 2] {
        let shape = found.size();
        return Some(format!(
            "a picture in colour, 1 row and 2 columns, should become grey, [1, 2], and yours is {shape:?}"
        ));
    }
    let [white, red] = [0, 1].map(|x| found.double_value(&[0, x]));
    ((white - 1.0).abs() > 0.01 || !(0.05..0.6).contains(&red)).then(|| {
        format!("white should become 1 and red a dark grey (about 0.2 or 0.3), and yours are {white:.2} and {red:.2}")
    })
}

fn error_mistake<E: Display>(yours: impl Fn(&str) -> Result<Tensor, E>, server: &Served) -> Option<String> {
    if yours(&server.of("gone.png")).is_ok() {
        return Some(
            "the answer 404 brings bytes too, but not the picture: it should become an error".into(),
        );
    }
    yours(&server.of("page.html"))
        .is_ok()
        .then(|| "a web page is no picture: it should become an error".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use tch::Device;

    /// The status and the body that a server of this machine answers with.
    fn asked(url: &str) -> (String, Vec<u8>) {
        let (host, name) = url.trim_start_matches("http://").split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /{name} HTTP/1.1\r\n\r\n").unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
        (String::from_utf8_lossy(&bytes[9..12]).into_owned(), bytes.split_off(end))
    }

    fn decoded(body: &[u8]) -> Result<Tensor, String> {
        let grey = image::load_from_memory(body).map_err(|error| error.to_string())?.to_luma32f();
        Ok(Tensor::from_slice(grey.as_raw()).view([i64::from(grey.height()), i64::from(grey.width())]))
    }

    fn downloaded(url: &str) -> Result<Tensor, String> {
        match asked(url) {
            (status, body) if status == "200" => decoded(&body),
            (status, _) => Err(status),
        }
    }

    #[test]
    fn a_download_must_give_a_grey_array_and_no_picture_must_be_an_error() {
        GREY_PICTURE.prove::<fn(&str) -> Result<Tensor, String>>(
            grey_picture,
            |_| todo!(),
            |_| panic!("stop"),
            &[downloaded],
            &[
                (|_| Err("no route".into()), "returns an error: no route"),
                (|url| downloaded(url).map(|x| x.transpose(0, 1)), "yours is [3, 2]"),
                (|url| downloaded(url).map(|x| x * 255), "yours go to 255"),
                (|url| downloaded(url).map(|x| x.unsqueeze(0)), "two axes"),
                (|url| downloaded(url).map(|x| x.to_kind(Kind::Double)), "of kind Double"),
                (|url| downloaded(url).map(|x| 1 - x), "the picture's numbers are"),
                (
                    |url| match url.contains("colour") {
                        true => Ok(Tensor::zeros([3, 1, 2], (Kind::Float, Device::Cpu))),
                        false => downloaded(url),
                    },
                    "should become grey",
                ),
                (
                    |url| match url.contains("colour") {
                        true => Ok(Tensor::ones([1, 2], (Kind::Float, Device::Cpu))),
                        false => downloaded(url),
                    },
                    "red a dark grey",
                ),
                (|url| decoded(&asked(url).1), "404"),
                (
                    |url| match url.contains("page") {
                        true => Ok(Tensor::zeros([1, 1], (Kind::Float, Device::Cpu))),
                        false => downloaded(url),
                    },
                    "a web page is no picture",
                ),
            ],
        );
    }
}
