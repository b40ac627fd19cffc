use crate::check::cases::{close, counting};
use crate::check::exercise::Exercise;
use crate::check::input::calling_with;
use crate::check::{Answer, Verdict};
use tch::{Device, Kind, Tensor};

pub const SCRAMBLED: Exercise = Exercise {
    name: "scrambled",
    lab: "01",
    hints: &[
        "flatten first, so that each image is one row of 784 pixels: `images.flatten(1, -1)`",
        "axis 0 counts the images, axis 1 the pixels: it is the pixels that get a new order",
        "the last call makes images of the rows: `.view([-1, 1, 28, 28])`",
    ],
};

/// Judges a function that puts the pixels of `images` [n, 1, 28, 28] into the order [784].
pub fn scrambled(yours: impl Fn(&Tensor, &Tensor) -> Tensor) -> Answer {
    SCRAMBLED.judge(|| {
        let images = counting(&[2, 1, 28, 28]);
        // Pixel p comes from 5p + 3: an order that is not its own reverse.
        let order = (Tensor::arange(784, (Kind::Int64, Device::Cpu)) * 5 + 3).remainder(784);
        calling_with("images [2, 1, 28, 28] and an order [784]");
        let found = yours(&images, &order);
        let reordered = |order: &Tensor| images.view([2, 784]).index_select(1, order).view([2, 1, 28, 28]);
        if close(&found, &reordered(&order)) {
            return Verdict::right(
                "One order for all images: what was pixel `order[p]` is pixel p now, in each of them.",
            );
        }
        Verdict::wrong(match found.size().as_slice() {
            [2, 1, 28, 28] if close(&found, &images) => "the pixels are where they were".into(),
            [2, 1, 28, 28] if close(&found, &reordered(&order.argsort(0, false))) => {
                "that is the way back: pixel p goes to position `order[p]`, and pixel `order[p]` should end up at position p".into()
            }
            [2, 1, 28, 28] => "the pixels are in another order than `order` says, or pixels of different images got mixed".into(),
            [2, 784] => "the rows of 784 pixels are not images yet: end with `.view([-1, 1, 28, 28])`".into(),
            [784, ..] => "axis 0 counts the images; the pixels are on axis 1".into(),
            other => format!("two images came in, [2, 1, 28, 28], and {other:?} came out"),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_put_into_the_given_order_in_every_image() {
        SCRAMBLED.prove::<fn(&Tensor, &Tensor) -> Tensor>(
            scrambled,
            |_, _| todo!(),
            |images, _| images.view([3, 3]),
            &[
                |images, order| images.flatten(1, -1).index_select(1, order).view([-1, 1, 28, 28]),
                |images, order| {
                    images.view([-1, 784]).gather(1, &order.expand([2, 784], true), false).view_as(images)
                },
            ],
            &[
                (|images, _| images.copy(), "where they were"),
                (
                    |images, order| {
                        images.flatten(1, -1).index_select(1, &order.argsort(0, false)).view([-1, 1, 28, 28])
                    },
                    "the way back",
                ),
                (|images, order| images.flatten(1, -1).index_select(1, order), "not images yet"),
                (|images, order| images.flatten(0, -1).index_select(0, order), "axis 0 counts the images"),
                (|images, _| images.flip([3]), "another order"),
                (|images, _| images.narrow(0, 0, 1), "[1, 1, 28, 28] came out"),
            ],
        );
    }
}
