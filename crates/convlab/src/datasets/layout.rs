//! The order of an image's numbers in memory: as `[c, h, w]` says, or with the channels of each pixel side by side.

use crate::{Error, Result};
use tch::Tensor;

/// The images `xs` `[n, c, h, w]` in another order in memory: the channels of each pixel lie side by side, as PyTorch's
/// `memory_format=torch.channels_last` has it.
///
/// Shape, numbers and results stay the same; convolutions and pooling that are fed with it keep the order, and are
/// quicker in it on a CPU. `view` and `flat_view` cannot flatten what has more than one channel in this order:
/// write `xs.flatten(1, -1)`. A whole split is arranged by [`Split::channels_last`](super::Split::channels_last).
///
/// # Errors
/// If `xs` has not four axes.
///
/// ```
/// # use convlab::prelude::*;
/// let xs = Tensor::zeros([8, 3, 32, 32], (Kind::Float, Device::Cpu));
/// assert_eq!(datasets::channels_last(&xs)?.size(), [8, 3, 32, 32]);
/// # Ok::<(), Error>(())
/// ```
pub fn channels_last(xs: &Tensor) -> Result<Tensor> {
    if xs.dim() == 4 {
        return Ok(arranged(xs));
    }
    let found = format!("a tensor of shape {:?}", xs.size());
    Err(Error::new(
        "images of shape [n, c, h, w]",
        found,
        "make one image a batch of one with `x.unsqueeze(0)`",
    ))
}

/// Images `[n, c, h, w]` with the channels of each pixel side by side.
pub(super) fn arranged(images: &Tensor) -> Tensor {
    let pixels = images.permute([0, 2, 3, 1]).contiguous(); // [n, h, w, c]
    // Strides are set, not left to `permute`: with one channel those would be ambiguous, and libtorch would not see
    // the order.
    pixels.as_strided(images.size(), strides(&images.size()), None)
}

/// Whether images lie in this order.
pub(super) fn is_arranged(images: &Tensor) -> bool {
    images.stride() == strides(&images.size())
}

/// The images at `places` `[m]`, in the order in memory that `images` has.
pub(super) fn picked(images: &Tensor, places: &Tensor) -> Tensor {
    if !is_arranged(images) {
        return images.index_select(0, places);
    }
    images.permute([0, 2, 3, 1]).index_select(0, places).permute([0, 3, 1, 2])
}

fn strides(size: &[i64]) -> [i64; 4] {
    let [c, h, w] = [1, 2, 3].map(|axis| size.get(axis).copied().unwrap_or(1));
    [h * w * c, 1, w * c, c]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets::Split;
    use tch::{Device, Kind};

    fn counting(size: [i64; 4]) -> Tensor {
        Tensor::arange(size.iter().product::<i64>(), (Kind::Float, Device::Cpu)).view(size)
    }

    #[test]
    fn the_channels_of_a_pixel_lie_side_by_side_and_no_number_changes() {
        let xs = counting([2, 3, 4, 5]);
        let last = channels_last(&xs).unwrap();
        assert!(last.equal(&xs));
        assert_eq!(last.stride(), [60, 1, 15, 3]);
        // Pixel (0, 0) of image 0: 0 in the first channel, 20 and 40 in the next ones.
        let memory = Vec::<f32>::try_from(last.as_strided([4], [1], None)).unwrap();
        assert_eq!(memory, [0.0, 20.0, 40.0, 1.0]);
        assert_eq!(channels_last(&counting([2, 1, 4, 5])).unwrap().stride(), [20, 1, 5, 1]);
    }

    #[test]
    fn a_convolution_keeps_the_order_and_gives_the_same_numbers() {
        for channels in [1, 3] {
            let (xs, ws) = (counting([2, channels, 6, 5]) / 100, counting([4, channels, 3, 3]) / 100);
            let of = |xs: &Tensor| {
                xs.conv2d(&ws, None::<&Tensor>, [1, 1], [1, 1], [1, 1], 1).max_pool2d_default(2)
            };
            let (plain, last) = (of(&xs), of(&channels_last(&xs).unwrap()));
            assert!(is_arranged(&last) && !is_arranged(&plain), "{channels}");
            assert!(last.allclose(&plain, 1e-5, 1e-5, false));
        }
    }

    #[test]
    fn all_that_is_made_of_a_split_keeps_its_order_and_its_images() {
        for channels in [1, 3] {
            let plain =
                Split::new(counting([12, channels, 4, 4]), Tensor::arange(12, (Kind::Int64, Device::Cpu)));
            let plain = plain.unwrap();
            let last = plain.channels_last();
            let both = |of: &dyn Fn(&Split) -> Split| {
                let [plain, last] = [&plain, &last].map(|split| {
                    tch::manual_seed(3);
                    of(split)
                });
                assert!(is_arranged(&last.images) && last.images.equal(&plain.images));
                assert!(last.labels.equal(&plain.labels));
            };
            both(&|split| split.take(5).unwrap());
            both(&|split| split.sample(5).unwrap());
            both(&|split| split.split(&[4, 8]).unwrap().remove(1));
            both(&|split| split.normalize(&[0.5], &[2.0]).unwrap());
            tch::manual_seed(3);
            let first = last.batches(5).unwrap().next().unwrap();
            tch::manual_seed(3);
            let plain = plain.batches(5).unwrap().next().unwrap();
            assert!(is_arranged(&first.0) && first.0.equal(&plain.0) && first.1.equal(&plain.1));
            assert!(last.batches_in_order(5).unwrap().all(|(xs, _)| is_arranged(&xs)));
        }
    }

    #[test]
    fn what_is_no_batch_of_images_is_refused() {
        let message =
            channels_last(&Tensor::zeros([28, 28], (Kind::Float, Device::Cpu))).unwrap_err().to_string();
        assert!(message.contains("[n, c, h, w]") && message.contains("[28, 28]"), "{message}");
    }
}
