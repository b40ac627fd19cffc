use crate::catch_panic::catch_panic;
use crate::check::cases::close;
use crate::check::exercise::Exercise;
use crate::check::{Answer, Verdict};
use crate::datasets::Split;
use tch::{Device, Kind, Tensor};

pub(super) const MAKE_BATCH: Exercise = Exercise {
    name: "make_batch",
    lab: "06",
    hints: &[
        "draw the indices once, and use them twice: for the images and for their labels",
        "`Tensor::randint(split.len(), [n], (Kind::Int64, Device::Cpu))` draws the indices; the upper end itself is never drawn",
        "a pair is written `(xs, labels)`, and its halves are `split.images.index_select(0, &indices)` and the same for `split.labels`",
    ],
};

/// Judges a function that draws `n` images of a split with replacement: images [n, c, h, w] and their labels [n].
pub fn make_batch(yours: impl Fn(i64, &Split) -> (Tensor, Tensor)) -> Answer {
    MAKE_BATCH.judge(|| {
        // Image i holds nothing but i, and its label is i too.
        let labels = Tensor::arange(7, (Kind::Int64, Device::Cpu));
        let images = labels.to_kind(Kind::Float).view([7, 1, 1, 1]).repeat([1, 1, 3, 2]);
        let Ok(split) = Split::new(images, labels) else {
            return Verdict::wrong("the check's own images cannot be made");
        };
        let (xs, labels) = yours(5, &split);
        if let Some(because) = batch_mistake(&xs, &labels) {
            return Verdict::wrong(because);
        }
        let Ok((many, their)) = catch_panic(|| yours(2000, &split)) else {
            return Verdict::wrong(
                "a batch of 2000 from a split of 7 images cannot be drawn: with replacement an image may come again, so a batch may be larger than the split",
            );
        };
        let Ok((again, _)) = catch_panic(|| yours(2000, &split)) else {
            return Verdict::wrong("a second batch could not be drawn");
        };
        let came = |label: i64| their.eq(label).any().int64_value(&[]) == 1;
        Verdict::wrong(match (0..7).find(|&label| !came(label)) {
            _ if many.equal(&again) => "two batches hold the same images: draw new indices in each call".to_owned(),
            Some(6) => "the last image is never drawn: `randint` never draws its upper end, so give it `split.len()`".to_owned(),
            Some(label) => format!("in 2000 draws from 7 images, image {label} never came: draw from 0 to the last one"),
            None => {
                return Verdict::right("Each image is as likely as any other, and brings its own label.");
            }
        })
    })
}

/// What is wrong with a batch of five images that hold their own labels.
fn batch_mistake(xs: &Tensor, labels: &Tensor) -> Option<String> {
    if xs.size() != [5, 1, 3, 2] {
        let (shape, right) = (xs.size(), [5, 1, 3, 2]);
        let why = if shape == [5, 3, 2] {
            "the channel axis is missing"
        } else {
            "n comes first, then an image's own shape"
        };
        return Some(format!("your images have shape {shape:?} and should have {right:?}: {why}"));
    }
    if labels.size() != [5] || labels.kind() != Kind::Int64 {
        return Some(format!(
            "your labels are a tensor of shape {:?} and kind {:?}; they should be five whole numbers, [5]",
            labels.size(),
            labels.kind()
        ));
    }
    let first = xs.select(1, 0).select(1, 0).select(1, 0); // [5], each image's number
    (!close(&first, labels)).then(|| {
        "images and labels do not belong together: draw the indices once and use them for both".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(split: &Split, places: &Tensor) -> (Tensor, Tensor) {
        (split.images.index_select(0, places), split.labels.index_select(0, places))
    }

    fn draw(high: i64, n: i64) -> Tensor {
        Tensor::randint(high, [n], (Kind::Int64, Device::Cpu))
    }

    #[test]
    fn a_batch_is_drawn_with_replacement_and_every_usual_way_to_miss_that_is_reported() {
        MAKE_BATCH.prove::<fn(i64, &Split) -> (Tensor, Tensor)>(
            make_batch,
            |_, _| todo!(),
            |_, split| at(split, &(draw(7, 5) + 100)),
            &[|n, split| at(split, &draw(split.len(), n))],
            &[
                (
                    |n, split| at(split, &Tensor::randperm(7, (Kind::Int64, Device::Cpu)).narrow(0, 0, n)),
                    "may come again",
                ),
                (
                    |n, split| at(split, &Tensor::arange(n, (Kind::Int64, Device::Cpu)).remainder(7)),
                    "the same images",
                ),
                (|n, split| at(split, &draw(split.len() - 1, n)), "the last image is never drawn"),
                (|n, split| at(split, &(draw(split.len() - 1, n) + 1)), "image 0 never came"),
                (|n, split| (at(split, &draw(7, n)).0, at(split, &draw(7, n)).1), "do not belong together"),
                (
                    |n, split| (at(split, &draw(7, n)).0.squeeze_dim(1), at(split, &draw(7, n)).1),
                    "channel axis",
                ),
                (
                    |n, split| (at(split, &draw(7, n)).0, at(split, &draw(7, n)).1.to_kind(Kind::Float)),
                    "kind Float",
                ),
            ],
        );
    }
}
