//! The exercises of lab 04.

use super::cases::{close, counting, random, rendered};
use super::exercise::Exercise;
use super::{Answer, Verdict};
use crate::datasets::{Page, Served};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage};
use std::collections::HashMap;
use std::fmt::Display;
use std::io::Cursor;
use tch::{IndexOp, Kind, Tensor};

pub(super) const EXERCISES: &[Exercise] =
    &[GREY_PICTURE, COLOUR_WEIGHT, EDGE_FILTERS, EDGE_MAPS_SHAPE, MAGNITUDE, BLUR, SHARPEN, EMBOSS, FIRE];

const GREY_PICTURE: Exercise = Exercise {
    name: "grey_picture",
    lab: "04",
    hints: &[
        "`reqwest::blocking::get(url)?` asks; `.error_for_status()?` makes an error of an answer such as 404; `.bytes()?` brings the bytes",
        "`image::load_from_memory(&bytes)?.to_luma32f()` decodes them and makes the picture grey, from 0 to 1; it knows its `width()` and `height()`",
        "`Tensor::from_slice(grey.as_raw())` holds the numbers row by row: give them the shape with `.view([h, w])`",
    ],
};

/// Judges a function that downloads the picture at an address and returns it in grey, [h, w], from 0 to 1; what is no
/// picture, and an answer that says no, must become an error.
pub fn grey_picture<E: Display>(yours: impl Fn(&str) -> Result<Tensor, E>) -> Answer {
    GREY_PICTURE.judge(|| {
        let server = match Served::pages(pages()) {
            Ok(server) => server,
            Err(error) => return Verdict::wrong(format!("this cannot be judged here: {error}")),
        };
        let wrong = grey_mistake(yours(&server.url))
            .or_else(|| colour_mistake(yours(&server.of("colour.png"))))
            .or_else(|| error_mistake(&yours, &server));
        let right = "It reads grey and coloured pictures, and says no to what is none.";
        wrong.map_or_else(|| Verdict::right(right), Verdict::wrong)
    })
}

/// A grey picture of 2 rows and 3 columns, a white and a red pixel, and what is no picture.
fn pages() -> Vec<Page> {
    let png = |picture: DynamicImage| {
        let mut bytes = Cursor::new(Vec::new());
        // Nothing is lost where it cannot be written: the learner is told what came.
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
        return None;
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

const COLOUR_WEIGHT: Exercise = Exercise {
    name: "colour_weight",
    lab: "04",
    hints: &[
        "the order is [output channels, input channels, kernel rows, kernel columns]",
        "a picture in colour has 3 input channels",
    ],
};

/// Judges the shape of the weight of a convolution from 3 to 8 channels with kernels of 5 by 5.
pub fn colour_weight<T: AsRef<[i64]>>(yours: impl Fn() -> T) -> Answer {
    COLOUR_WEIGHT.judge(|| match yours().as_ref() {
        [8, 3, 5, 5] => {
            Verdict::right("8 filters, each with a kernel of 5 by 5 for red, for green and for blue.")
        }
        [3, 8, 5, 5] => Verdict::wrong("output channels come first, then input channels"),
        [5, 5, 3, 8] | [5, 5, 8, 3] => {
            Verdict::wrong("in PyTorch and tch the kernel's rows and columns come last")
        }
        [8, 5, 5] => {
            Verdict::wrong("each of the 8 filters has a kernel for every input channel: an axis is missing")
        }
        [8, 3, 5] => Verdict::wrong("a kernel has rows and columns: [8, 3, 5] has one axis too few"),
        other => Verdict::wrong(format!("{other:?} is not [output channels, input channels, rows, columns]")),
    })
}

const EDGE_FILTERS: Exercise = Exercise {
    name: "edge_filters",
    lab: "04",
    hints: &[
        "a vertical edge is a step from left to right: minus on the left, plus on the right, nothing in the middle",
        "the kernel for horizontal edges is the other one on its side: `k.transpose(0, 1)`",
        "`Tensor::stack(&[&vertical, &horizontal], 0)` is [2, 3, 3]; `.unsqueeze(1)` adds the axis of the one input channel",
    ],
};

/// Judges a weight [2, 1, 3, 3] whose channel 0 answers to vertical edges and channel 1 to horizontal ones.
pub fn edge_filters(yours: impl Fn() -> Tensor) -> Answer {
    EDGE_FILTERS.judge(|| {
        let ws = yours();
        if ws.size() != [2, 1, 3, 3] || !ws.is_floating_point() {
            let (shape, kind) = (ws.size(), ws.kind());
            return Verdict::wrong(format!(
                "the weight should be floats of shape [2, 1, 3, 3], and yours is {kind:?} of {shape:?}"
            ));
        }
        edge_mistake(&ws.to_kind(Kind::Float)).map_or_else(
            || {
                Verdict::right(
                    "Each channel is blind to the other's edges, and both are blind to what is flat.",
                )
            },
            Verdict::wrong,
        )
    })
}

fn edge_mistake(ws: &Tensor) -> Option<String> {
    let columns = Tensor::from_slice(&[0f32, 0., 0., 1., 1., 1.]).expand([6, 6], false);
    let answers = |x: &Tensor| {
        let maps = x.reshape([1, 1, 6, 6]).conv2d(ws, None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1);
        [0, 1].map(|c| maps.i((0, c)).abs().max().double_value(&[]))
    };
    let flat = answers(&columns.ones_like());
    if let Some(c) = flat.iter().position(|answer| *answer > 1e-4) {
        return Some(format!(
            "on a flat grey picture channel {c} answers {:.2}: the numbers of its kernel should add up to 0",
            flat[c]
        ));
    }
    let (vertical, horizontal) = (answers(&columns), answers(&columns.transpose(0, 1)));
    let hears = |answer: f64| answer > 0.1;
    match (vertical.map(hears), horizontal.map(hears)) {
        ([true, false], [false, true]) => None,
        ([false, true], [true, false]) => {
            Some("the two are swapped: a vertical edge is where left and right differ".into())
        }
        ([true, true], _) => {
            Some("channel 1 answers to vertical edges too: it should only compare above and below".into())
        }
        (_, [true, true]) => {
            Some("channel 0 answers to horizontal edges too: it should only compare left and right".into())
        }
        ([false, _], _) => {
            Some("channel 0 does not see a vertical edge, a step from 0 to 1 from left to right".into())
        }
        _ => Some("channel 1 does not see a horizontal edge, a step from 0 to 1 from top to bottom".into()),
    }
}

const EDGE_MAPS_SHAPE: Exercise = Exercise {
    name: "edge_maps_shape",
    lab: "04",
    hints: &[
        "one picture, two output channels, and then rows and columns",
        "without padding a window of 3 can start at h - 2 places along a side of h",
    ],
};

/// Judges the foreseen shape of the edge layer's output for a grey picture of h by w pixels.
pub fn edge_maps_shape<T: AsRef<[i64]>>(yours: impl Fn(i64, i64) -> T) -> Answer {
    EDGE_MAPS_SHAPE.judge(|| {
        for (h, w) in [(3, 3), (5, 8), (240, 320)] {
            let found = yours(h, w).as_ref().to_vec();
            let why = match found.as_slice() {
                [1, 2, rows, columns] if [*rows, *columns] == [h - 2, w - 2] => continue,
                [1, 2, rows, columns] if [*rows, *columns] == [w - 2, h - 2] => "rows come before columns",
                [1, 2, rows, columns] if [*rows, *columns] == [h, w] => {
                    "without padding the maps are smaller than the picture"
                }
                [1, 2, rows, columns] if [*rows, *columns] == [h - 3, w - 3] => {
                    "along a side of h there are h - 3 + 1 places"
                }
                [2, 1, _, _] => "it is a batch of 1 with 2 channels",
                [1, 1, _, _] => "the layer has two output channels, one for each filter",
                [_, _, _] => "the batch axis counts too, also for a batch of one",
                _ => "it should be [examples, output channels, rows, columns]",
            };
            return Verdict::wrong(format!("for a picture of {h} by {w} you say {found:?}: {why}"));
        }
        Verdict::right(
            "Two maps, each a pixel smaller at every side: there the window would hang over the edge.",
        )
    })
}

const MAGNITUDE: Exercise = Exercise {
    name: "magnitude",
    lab: "04",
    hints: &[
        "the two maps are the legs of a right-angled triangle at each pixel; the magnitude is its long side",
        "`maps.i((0, 0))` is the first map, [h, w]; `square()` and `sqrt()` work on every number",
    ],
};

/// Judges a function from two edge maps [1, 2, h, w] to the edges' magnitude [h, w].
pub fn magnitude(yours: impl Fn(&Tensor) -> Tensor) -> Answer {
    MAGNITUDE.judge(|| {
        // The triangle with sides 3, 4 and 5, then signs, then many.
        let cases = [
            Tensor::from_slice(&[3f32, 4.]).view([1, 2, 1, 1]),
            Tensor::from_slice(&[-3f32, 0., 4., -2.]).view([1, 2, 1, 2]),
            random(&[1, 2, 3, 5], 1),
        ];
        for maps in &cases {
            if let Some(why) = magnitude_mistake(maps, &yours(maps)) {
                return Verdict::wrong(why);
            }
        }
        Verdict::right(
            "The sign is gone, and with it the direction: what is left is how much of an edge there is.",
        )
    })
}

fn magnitude_mistake(maps: &Tensor, found: &Tensor) -> Option<String> {
    let (a, b) = (maps.i((0, 0)), maps.i((0, 1)));
    let expected = (a.square() + b.square()).sqrt();
    if close(found, &expected) {
        return None;
    }
    if found.size() != expected.size() {
        let (shape, right) = (found.size(), expected.size());
        return Some(format!(
            "for maps {:?} the magnitude has shape {right:?}, and yours has {shape:?}",
            maps.size()
        ));
    }
    Some(if close(found, &expected.square()) {
        "the square root is missing".to_owned()
    } else if close(found, &(a.abs() + b.abs())) {
        "sizes are added, but the long side of a triangle is shorter than the way round".to_owned()
    } else if close(found, &(&a + &b)) {
        "where one map is negative and the other positive, they cancel out: square them first".to_owned()
    } else {
        format!(
            "maps\n{}\nshould give\n{}\nand yours is\n{}",
            rendered(maps),
            rendered(&expected),
            rendered(found)
        )
    })
}

const BLUR: Exercise = Exercise {
    name: "blur",
    lab: "04",
    hints: &[
        "each pixel becomes the mean of the pixels around it",
        "nine numbers, all alike, that add up to 1: `Tensor::ones([3, 3], (Kind::Float, Device::Cpu)) / 9`",
    ],
};

/// Judges a kernel [h, w] that blurs and keeps the brightness.
pub fn blur(yours: impl Fn() -> Tensor) -> Answer {
    BLUR.judge(|| {
        let (k, sum) = match kernel(&yours()) {
            Ok(kernel) => kernel,
            Err(verdict) => return verdict,
        };
        if k.min().double_value(&[]) < -1e-6 {
            return Verdict::wrong("a mean has no negative numbers: they bring out differences");
        }
        if let Some(verdict) = brightness(sum) {
            return verdict;
        }
        if k.max().double_value(&[]) > 0.9 {
            return Verdict::wrong("nearly all comes from one pixel: let its neighbours count too");
        }
        Verdict::right("A mean of neighbours: noise goes, and fine lines with it.")
    })
}

const SHARPEN: Exercise = Exercise {
    name: "sharpen",
    lab: "04",
    hints: &[
        "take the picture and add what sets a pixel apart from its neighbours",
        "the middle gets more than 1, the neighbours get minus, and all add up to 1: 5 in the middle and four times -1",
    ],
};

/// Judges a kernel [h, w] that sharpens and keeps the brightness.
pub fn sharpen(yours: impl Fn() -> Tensor) -> Answer {
    SHARPEN.judge(|| {
        let (k, sum) = match kernel(&yours()) {
            Ok(kernel) => kernel,
            Err(verdict) => return verdict,
        };
        if sum.abs() < 0.01 {
            return Verdict::wrong(
                "the numbers add up to 0: only edges are left of the picture; add 1 in the middle",
            );
        }
        if let Some(verdict) = brightness(sum) {
            return verdict;
        }
        let [h, w] = [k.size()[0], k.size()[1]];
        let middle = k.double_value(&[h / 2, w / 2]);
        let symmetric = close(&k, &k.flip([0, 1]));
        if middle <= 1.01 {
            return Verdict::wrong(
                "the middle pixel should count more than 1, and its neighbours against it",
            );
        }
        if !symmetric {
            return Verdict::wrong(
                "one side counts more than the other: that gives a relief, not a sharper picture",
            );
        }
        Verdict::right("The picture plus its own edges.")
    })
}

const EMBOSS: Exercise = Exercise {
    name: "emboss",
    lab: "04",
    hints: &[
        "think of light that falls from one corner: one side of an edge becomes brighter, the other darker",
        "minus towards one corner, plus towards the opposite one, and 1 in the middle so that all add up to 1",
    ],
};

/// Judges a kernel [h, w] that makes a relief, lit from one corner, and keeps the brightness.
pub fn emboss(yours: impl Fn() -> Tensor) -> Answer {
    EMBOSS.judge(|| {
        let (k, sum) = match kernel(&yours()) {
            Ok(kernel) => kernel,
            Err(verdict) => return verdict,
        };
        if sum.abs() < 0.01 {
            return Verdict::wrong(
                "the numbers add up to 0: what is flat becomes black; add 1 in the middle",
            );
        }
        if let Some(verdict) = brightness(sum) {
            return verdict;
        }
        let half = (&k - k.flip([0, 1])) / 2; // what differs between opposite sides
        if half.abs().max().double_value(&[]) < 0.1 {
            return Verdict::wrong("opposite sides count alike: a relief has a bright and a dark side");
        }
        let along =
            |axis: i64| half.sum_dim_intlist(axis, false, Kind::Float).abs().max().double_value(&[]) > 1e-3;
        if !(along(0) && along(1)) {
            return Verdict::wrong("the light comes from above or from the side; let it come from a corner");
        }
        Verdict::right("A step along one diagonal, laid over the picture.")
    })
}

/// The kernel as floats and the sum of its numbers, or what is wrong with its shape.
fn kernel(k: &Tensor) -> Result<(Tensor, f64), Verdict> {
    match k.size().as_slice() {
        [h, w] if h % 2 == 1 && w % 2 == 1 && *h >= 3 && *w >= 3 => {}
        shape => {
            return Err(Verdict::wrong(format!(
                "a kernel here has two axes of an odd length, such as [3, 3], and yours has shape {shape:?}"
            )));
        }
    }
    let k = k.to_kind(Kind::Float);
    let sum = k.sum(Kind::Float).double_value(&[]);
    Ok((k, sum))
}

fn brightness(sum: f64) -> Option<Verdict> {
    let way = if sum > 1.0 { "brighter" } else { "darker" };
    ((sum - 1.0).abs() > 0.01).then(|| {
        Verdict::wrong(format!(
            "the numbers add up to {sum:.2}, so the picture becomes {way}: they should add up to 1"
        ))
    })
}

const FIRE: Exercise = Exercise {
    name: "fire",
    lab: "04",
    hints: &[
        "three calls of `conv`: squeeze takes `xs`, and both expand1x1 and expand3x3 take what squeeze gives",
        "the names begin with `format!(\"features.{place}.\")`; only the 3×3 kernels need a padding of 1",
        "`Tensor::cat(&[one, three], 1)` joins the maps of both along the channels",
    ],
};

/// The weights of a net by name.
type Weights = HashMap<String, Tensor>;

/// Judges a function that lets `xs` [n, c, h, w] through the fire module `features.PLACE` of a SqueezeNet.
pub fn fire(yours: impl Fn(&Weights, i64, &Tensor) -> Tensor) -> Answer {
    FIRE.judge(|| {
        for (place, xs) in [(3, random(&[1, 4, 5, 6], 1)), (12, random(&[2, 4, 3, 3], 2))] {
            let weights = module(place);
            if let Some(why) = fire_mistake(&weights, place, &xs, &yours(&weights, place, &xs)) {
                return Verdict::wrong(format!("for input {:?} through features.{place}: {why}", xs.size()));
            }
        }
        Verdict::right("Few channels in the middle, many at the end: that is how the net stays so small.")
    })
}

/// A module from 4 channels to 2 and on to 3 and 3.
fn module(place: i64) -> Weights {
    let layers = [("squeeze", [2, 4, 1, 1]), ("expand1x1", [3, 2, 1, 1]), ("expand3x3", [3, 2, 3, 3])];
    let tensors = layers.into_iter().zip(1..).flat_map(|((layer, shape), seed)| {
        let name = |part: &str| format!("features.{place}.{layer}.{part}");
        [(name("weight"), random(&shape, seed)), (name("bias"), random(&shape[..1], seed + 9) / 4)]
    });
    tensors.collect()
}

fn fire_mistake(weights: &Weights, place: i64, xs: &Tensor, found: &Tensor) -> Option<String> {
    let layer = |name: &str, xs: &Tensor, padding: i64| {
        let of = |part: &str| &weights[&format!("features.{place}.{name}.{part}")];
        xs.conv2d(of("weight"), Some(of("bias")), [1, 1], [padding; 2], [1, 1], 1)
    };
    let [one, three] = {
        let squeezed = layer("squeeze", xs, 0).relu();
        [layer("expand1x1", &squeezed, 0), layer("expand3x3", &squeezed, 1)]
    };
    let expected = Tensor::cat(&[one.relu(), three.relu()], 1);
    if close(found, &expected) {
        return None;
    }
    let unrectified = layer("squeeze", xs, 0);
    let linear = [layer("expand1x1", &unrectified, 0), layer("expand3x3", &unrectified, 1)];
    Some(if found.size() != expected.size() {
        let (shape, right) = (found.size(), expected.size());
        let why = if shape.get(1) == Some(&3) {
            ": both kinds of maps are joined along the channels, not added"
        } else {
            ""
        };
        format!("the output has shape {right:?}, and yours has {shape:?}{why}")
    } else if close(found, &Tensor::cat(&[three.relu(), one.relu()], 1)) {
        "the maps of the 1×1 kernels come first".to_owned()
    } else if close(found, &Tensor::cat(&[&one, &three], 1)) {
        "a ReLU is missing after the expanding layers".to_owned()
    } else if close(found, &Tensor::cat(&linear.map(|maps| maps.relu()), 1)) {
        "a ReLU is missing after the squeezing layer".to_owned()
    } else {
        format!("the first number should be {:.4}, and yours is {:.4}", first(&expected), first(found))
    })
}

fn first(x: &Tensor) -> f64 {
    x.flatten(0, -1).double_value(&[0])
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

    fn floats<const N: usize>(rows: &[[f32; N]]) -> Tensor {
        Tensor::from_slice2(rows)
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

    #[test]
    fn the_weight_s_axes_and_their_order_are_distinguished() {
        COLOUR_WEIGHT.prove::<fn() -> &'static [i64]>(
            colour_weight,
            || todo!(),
            || panic!("stop"),
            &[|| &[8, 3, 5, 5]],
            &[
                (|| &[3, 8, 5, 5], "output channels come first"),
                (|| &[5, 5, 3, 8], "come last"),
                (|| &[8, 5, 5], "an axis is missing"),
                (|| &[8, 3, 5], "one axis too few"),
                (|| &[8, 3, 3, 3], "[8, 3, 3, 3] is not"),
            ],
        );
    }

    fn both(vertical: Tensor, horizontal: Tensor) -> Tensor {
        Tensor::stack(&[vertical, horizontal], 0).unsqueeze(1)
    }

    fn sobel() -> Tensor {
        floats(&[[-1., 0., 1.], [-2., 0., 2.], [-1., 0., 1.]])
    }

    #[test]
    fn any_pair_of_edge_detectors_is_right_and_each_confusion_has_its_own_words() {
        EDGE_FILTERS.prove::<fn() -> Tensor>(
            edge_filters,
            || todo!(),
            || panic!("stop"),
            &[
                || both(sobel(), sobel().transpose(0, 1)),
                || both(floats(&[[0., 0., 0.], [1., -1., 0.], [0., 0., 0.]]), -sobel().transpose(0, 1)),
            ],
            &[
                (|| both(sobel().transpose(0, 1), sobel()), "swapped"),
                (|| Tensor::stack(&[sobel(), sobel()], 0), "of shape [2, 1, 3, 3]"),
                (|| both(sobel(), sobel().transpose(0, 1) + 1), "on a flat grey picture channel 1"),
                (|| both(sobel(), sobel()), "channel 1 answers to vertical edges too"),
                (
                    || both(floats(&[[-1., 0., 0.], [0., 0., 0.], [0., 0., 1.]]), sobel().transpose(0, 1)),
                    "channel 0 answers to horizontal edges too",
                ),
                (|| both(sobel().zeros_like(), sobel().transpose(0, 1)), "channel 0 does not see"),
                (|| both(sobel(), sobel().zeros_like()), "channel 1 does not see"),
            ],
        );
    }

    #[test]
    fn the_maps_shape_must_hold_for_pictures_of_every_size() {
        EDGE_MAPS_SHAPE.prove::<fn(i64, i64) -> Vec<i64>>(
            edge_maps_shape,
            |_, _| todo!(),
            |_, _| panic!("stop"),
            &[|h, w| vec![1, 2, h - 2, w - 2]],
            &[
                (|h, w| vec![1, 2, h, w], "without padding"),
                (|h, w| vec![1, 2, w - 2, h - 2], "rows come before columns"),
                (|h, w| vec![1, 2, h - 3, w - 3], "h - 3 + 1 places"),
                (|h, w| vec![2, 1, h - 2, w - 2], "a batch of 1 with 2 channels"),
                (|h, w| vec![1, 1, h - 2, w - 2], "two output channels"),
                (|h, w| vec![2, h - 2, w - 2], "the batch axis counts"),
                (|_, _| vec![1, 2, 1, 1], "for a picture of 5 by 8 you say [1, 2, 1, 1]"),
            ],
        );
    }

    #[test]
    fn the_magnitude_is_the_long_side_of_the_triangle() {
        MAGNITUDE.prove::<fn(&Tensor) -> Tensor>(
            magnitude,
            |_| todo!(),
            |_| panic!("stop"),
            &[
                |maps| (maps.i((0, 0)).square() + maps.i((0, 1)).square()).sqrt(),
                |maps| maps.i(0).norm_scalaropt_dim(2, 0, false),
            ],
            &[
                (|maps| maps.i((0, 0)).square() + maps.i((0, 1)).square(), "square root"),
                (|maps| maps.i((0, 0)).abs() + maps.i((0, 1)).abs(), "the way round"),
                (|maps| maps.i((0, 0)) + maps.i((0, 1)), "the way round"),
                (|maps| maps.square().sum_dim_intlist(1, false, Kind::Float).sqrt(), "has shape [1, 1]"),
                (|maps| maps.i((0, 0)), "should give"),
            ],
        );
    }

    #[test]
    fn a_blur_is_a_mean_of_neighbours() {
        BLUR.prove::<fn() -> Tensor>(
            blur,
            || todo!(),
            || panic!("stop"),
            &[
                || Tensor::ones([3, 3], (Kind::Float, Device::Cpu)) / 9,
                || floats(&[[1., 2., 1.], [2., 4., 2.], [1., 2., 1.]]) / 16,
                || Tensor::ones([5, 5], (Kind::Float, Device::Cpu)) / 25,
            ],
            &[
                (|| Tensor::ones([3, 3], (Kind::Float, Device::Cpu)), "brighter"),
                (|| Tensor::ones([3, 3], (Kind::Float, Device::Cpu)) / 16, "darker"),
                (|| floats(&[[0., 0., 0.], [0., 1., 0.], [0., 0., 0.]]), "one pixel"),
                (|| floats(&[[0., -1., 0.], [-1., 5., -1.], [0., -1., 0.]]), "no negative numbers"),
                (|| Tensor::ones([1, 1, 3, 3], (Kind::Float, Device::Cpu)) / 9, "two axes"),
            ],
        );
    }

    #[test]
    fn a_sharpening_kernel_is_the_picture_plus_its_edges() {
        SHARPEN.prove::<fn() -> Tensor>(
            sharpen,
            || todo!(),
            || panic!("stop"),
            &[
                || floats(&[[0., -1., 0.], [-1., 5., -1.], [0., -1., 0.]]),
                || floats(&[[-1., -1., -1.], [-1., 9., -1.], [-1., -1., -1.]]),
            ],
            &[
                (|| floats(&[[0., -1., 0.], [-1., 4., -1.], [0., -1., 0.]]), "only edges are left"),
                (|| floats(&[[0., 0., 0.], [0., 1., 0.], [0., 0., 0.]]), "count more than 1"),
                (|| floats(&[[0., -1., 0.], [-1., 6., -1.], [0., -1., 0.]]), "brighter"),
                (|| floats(&[[-1., 0., 0.], [0., 2., 0.], [0., 0., 0.]]), "a relief"),
            ],
        );
    }

    #[test]
    fn a_relief_is_lit_from_a_corner() {
        EMBOSS.prove::<fn() -> Tensor>(
            emboss,
            || todo!(),
            || panic!("stop"),
            &[
                || floats(&[[-2., -1., 0.], [-1., 1., 1.], [0., 1., 2.]]),
                || floats(&[[0., 1., 2.], [-1., 1., 1.], [-2., -1., 0.]]),
            ],
            &[
                (|| floats(&[[-2., -1., 0.], [-1., 0., 1.], [0., 1., 2.]]), "what is flat becomes black"),
                (|| floats(&[[0., -1., 0.], [-1., 5., -1.], [0., -1., 0.]]), "opposite sides count alike"),
                (|| floats(&[[-1., -1., -1.], [0., 1., 0.], [1., 1., 1.]]), "from above or from the side"),
                (|| floats(&[[-2., -1., 0.], [-1., 3., 1.], [0., 1., 2.]]), "brighter"),
            ],
        );
    }

    fn conv(weights: &Weights, name: &str, xs: &Tensor, padding: i64) -> Tensor {
        let of = |part: &str| &weights[&format!("{name}.{part}")];
        xs.conv2d(of("weight"), Some(of("bias")), [1, 1], [padding; 2], [1, 1], 1)
    }

    /// The three layers' outputs before their ReLU; `squeeze` is what stands between.
    fn layers(weights: &Weights, place: i64, xs: &Tensor, between: fn(&Tensor) -> Tensor) -> [Tensor; 2] {
        let name = |layer: &str| format!("features.{place}.{layer}");
        let squeezed = between(&conv(weights, &name("squeeze"), xs, 0));
        [conv(weights, &name("expand1x1"), &squeezed, 0), conv(weights, &name("expand3x3"), &squeezed, 1)]
    }

    #[test]
    fn a_fire_module_squeezes_expands_twice_and_joins() {
        FIRE.prove::<fn(&Weights, i64, &Tensor) -> Tensor>(
            fire,
            |_, _, _| todo!(),
            |_, _, _| panic!("stop"),
            &[|ws, at, xs| Tensor::cat(&layers(ws, at, xs, Tensor::relu).map(|maps| maps.relu()), 1)],
            &[
                (
                    |ws, at, xs| {
                        let [one, three] = layers(ws, at, xs, Tensor::relu);
                        Tensor::cat(&[three.relu(), one.relu()], 1)
                    },
                    "come first",
                ),
                (
                    |ws, at, xs| Tensor::cat(&layers(ws, at, xs, Tensor::relu), 1),
                    "after the expanding layers",
                ),
                (
                    |ws, at, xs| {
                        let expanded = layers(ws, at, xs, Tensor::shallow_clone);
                        Tensor::cat(&expanded.map(|maps| maps.relu()), 1)
                    },
                    "after the squeezing layer",
                ),
                (
                    |ws, at, xs| {
                        let [one, three] = layers(ws, at, xs, Tensor::relu);
                        one.relu() + three.relu()
                    },
                    "not added",
                ),
                (
                    |ws, at, xs| {
                        Tensor::cat(&layers(ws, at, xs, Tensor::relu).map(|maps| maps.relu() * 2), 1)
                    },
                    "the first number",
                ),
            ],
        );
    }
}
