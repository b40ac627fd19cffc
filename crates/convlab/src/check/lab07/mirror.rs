use crate::check::cases::{close, random};
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use tch::{Kind, Tensor};

pub(super) const MIRROR: Exercise = Exercise {
    name: "mirror",
    lab: "07",
    hints: &[
        "left for right reverses the columns, and they are the last axis: `xs.flip([3])`",
        "a coin for each image, as a tensor that fits to all of its pixels: `Tensor::rand([n, 1, 1, 1], …).lt(0.5)`",
        "`xs.flip([3]).where_self(&heads, xs)` takes the turned image where the coin says so",
    ],
};

/// Judges a function that turns each of the images [n, c, h, w] left for right with probability one half.
pub fn mirror(yours: impl Fn(&Tensor) -> Tensor) -> Answer {
    MIRROR.judge(|| {
        let xs = random(&[400, 3, 4, 5], 1);
        let before = xs.copy();
        // One coin for all images shows after a few calls only.
        let found: Vec<Tensor> = (0..8).map(|_| yours(&xs)).collect();
        if !close(&xs, &before) {
            return Verdict::wrong("the images that you were given have changed: make new ones");
        }
        let kinds = |all: &Tensor| found.iter().any(|found| close(found, all));
        let wrong = if kinds(&xs) && kinds(&xs.flip([3])) {
            Some("sometimes all images are turned and sometimes none: one coin is tossed for all of them, and each needs its own, `Tensor::rand([n, 1, 1, 1], …)`".into())
        } else {
            mirror_mistake(&xs, &found[0])
        };
        wrong.map_or_else(
            || Verdict::right("In every epoch the network now sees other versions of the same photos."),
            Verdict::wrong,
        )
    })
}

/// Whether each image of `a` is that of `b`, [n].
fn same_images(a: &Tensor, b: &Tensor) -> Tensor {
    (a - b).abs().flatten(1, -1).amax([1], false).lt(1e-6)
}

fn mirror_mistake(xs: &Tensor, found: &Tensor) -> Option<String> {
    if found.size() != xs.size() {
        return Some(format!("of images {:?} you make {:?}: the shape should stay", xs.size(), found.size()));
    }
    let count = |which: &Tensor| which.sum(Kind::Int64).int64_value(&[]);
    let (kept, turned) = (same_images(found, xs), same_images(found, &xs.flip([3])));
    let (kept, turned, n) = (count(&kept), count(&turned), xs.size()[0]);
    if kept + turned == n {
        let fraction = turned as f64 / n as f64;
        return match turned {
            0 => Some("no image is turned".into()),
            _ if turned == n => Some("all images are turned: a coin decides for each of them".into()),
            _ if (0.35..0.65).contains(&fraction) => None,
            _ => Some(format!("{turned} of {n} images are turned, and about half of them should be")),
        };
    }
    let is = |other: &Tensor| count(&same_images(found, other)) + kept == n;
    Some(if is(&xs.flip([2])) {
        "images are turned upside down: the columns are axis 3".into()
    } else if is(&xs.flip([1])) {
        "the colours are reversed, red for blue: the columns are axis 3".into()
    } else if is(&xs.flip([0])) {
        "the order of the images is reversed: the columns of each are axis 3".into()
    } else if is(&xs.flip([2, 3])) {
        "images are rotated by half a turn: reverse only the columns".into()
    } else if close(&(found + found.flip([3])), &(xs + xs.flip([3]))) {
        "parts of one image are turned and others not: toss one coin for each image, of shape [n, 1, 1, 1]"
            .into()
    } else {
        "some images come out as none of the two: as they were, or turned left for right".into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    fn coins(shape: &[i64]) -> Tensor {
        Tensor::rand(shape, (Kind::Float, Device::Cpu)).lt(0.5)
    }

    #[test]
    fn each_image_gets_a_coin_of_its_own() {
        MIRROR.prove::<fn(&Tensor) -> Tensor>(
            mirror,
            |_| todo!(),
            |xs| xs.flip([9]),
            &[
                |xs| xs.flip([3]).where_self(&coins(&[xs.size()[0], 1, 1, 1]), xs),
                |xs| xs.where_self(&coins(&[xs.size()[0], 1, 1, 1]), &xs.flip([-1])),
            ],
            &[
                (|xs| xs.flip([2]).where_self(&coins(&[xs.size()[0], 1, 1, 1]), xs), "upside down"),
                (|xs| xs.flip([1]).where_self(&coins(&[xs.size()[0], 1, 1, 1]), xs), "red for blue"),
                (|xs| xs.flip([2, 3]).where_self(&coins(&[xs.size()[0], 1, 1, 1]), xs), "half a turn"),
                (|xs| xs.flip([0]), "order of the images"),
                (|xs| xs.flip([3]), "all images are turned"),
                (|xs| xs.shallow_clone(), "no image is turned"),
                (|xs| xs.flip([3]).where_self(&coins(&[1]), xs), "one coin is tossed for all"),
                (|xs| xs.flip([3]).where_self(&coins(&[xs.size()[0], 3, 1, 1]), xs), "parts of one image"),
                (
                    |xs| {
                        let few = Tensor::rand([xs.size()[0], 1, 1, 1], (Kind::Float, Device::Cpu)).lt(0.1);
                        xs.flip([3]).where_self(&few, xs)
                    },
                    "about half",
                ),
                (|xs| xs.narrow(0, 0, 10), "the shape should stay"),
                (|xs| xs + 1, "none of the two"),
                (|xs| xs.shallow_clone().g_add_scalar_(1), "that you were given"),
            ],
        );
    }
}
