use super::{Split, layout};
use crate::progress_iter::ProgressIter;
use crate::text::grouped;
use crate::{Error, Result, interrupt, malloc};
use tch::Tensor;

/// In quick mode a walk in random order, as training takes it, ends after about so many images.
const QUICK_IMAGES: i64 = 10_000;

/// Walks through a [`Split`] a few images at a time; made by [`Split::batches`] and [`Split::batches_in_order`].
///
/// The walk ends early when the learner interrupts the cell, so that a loop stops between two steps and all variables
/// stay; the next walk in that cell is refused. In the labs' kernel a walk of more than a second shows a bar. With
/// `CONVLAB_QUICK=1` in the environment a walk in random order ends after 10,000 images and says so, and so does
/// [`fit`](crate::train::fit): the labs' own tests train in a fraction of the time.
#[derive(Debug)]
pub struct Batches {
    images: Tensor,
    labels: Tensor,
    /// The order of the images, `[n]`; `None` takes them as they lie.
    order: Option<Tensor>,
    size: i64,
    start: i64,
    /// Where the walk ends: at the number of images, or earlier in quick mode.
    end: i64,
    progress_iter: ProgressIter,
}

impl Split {
    /// Walks through all images in a new random order, `size` at a time: pairs of `xs` `[size, c, h, w]` and
    /// `labels` `[size]`, of which the last may be smaller. Ask for new batches in each epoch.
    ///
    /// # Errors
    /// If `size` is below 1.
    ///
    /// ```
    /// # use convlab::prelude::*;
    /// # let train = Split::new(Tensor::zeros([10, 1, 2, 2], (Kind::Float, Device::Cpu)), Tensor::zeros([10], (Kind::Int64, Device::Cpu)))?;
    /// for (xs, labels) in train.batches(4)? {
    ///     assert_eq!(xs.size()[0], labels.size()[0]); // 4, 4, then 2
    /// }
    /// # Ok::<(), Error>(())
    /// ```
    pub fn batches(&self, size: i64) -> Result<Batches> {
        Batches::new(self, size, true)
    }

    /// Walks through all images in their order, `size` at a time, as for a test.
    ///
    /// # Errors
    /// If `size` is below 1.
    pub fn batches_in_order(&self, size: i64) -> Result<Batches> {
        Batches::new(self, size, false)
    }
}

impl Batches {
    fn new(split: &Split, size: i64, shuffle: bool) -> Result<Self> {
        if size < 1 {
            return Err(Error::new(
                "a batch size of at least 1",
                grouped(size),
                "write for instance `batches(256)?`",
            ));
        }
        if interrupt::take() {
            return Err(interrupt::error("to walk through the images"));
        }
        malloc::keep_freed();
        let (images, labels) = (split.images.shallow_clone(), split.labels.shallow_clone());
        let order = shuffle.then(|| split.shuffled());
        let end = if shuffle { end(split.len(), size, is_quick()) } else { split.len() };
        Ok(Self {
            images,
            labels,
            order,
            size,
            start: 0,
            end,
            progress_iter: ProgressIter::new("images", "batches"),
        })
    }

    /// How many images are still to come.
    fn rest(&self) -> i64 {
        self.end - self.start
    }

    /// Without a bar: whoever walks shows one of their own.
    pub(crate) fn quietly(self) -> Self {
        Self { progress_iter: self.progress_iter.quiet(), ..self }
    }
}

fn is_quick() -> bool {
    std::env::var("CONVLAB_QUICK").is_ok_and(|value| value == "1")
}

/// Where a walk through `count` images in random order ends; a shorter one in quick mode is announced.
fn end(count: i64, size: i64, quick: bool) -> i64 {
    let whole = QUICK_IMAGES.div_euclid(size).max(1) * size;
    if !quick || count <= QUICK_IMAGES || count <= whole {
        return count;
    }
    println!("quick mode (CONVLAB_QUICK=1): {} of {} images", grouped(whole), grouped(count));
    whole
}

/// How many of `epochs` a training on `count` images takes: in quick mode no more than see 10,000 images.
pub(crate) fn quick_epochs(epochs: i64, count: i64) -> i64 {
    epochs_of(epochs, count, is_quick())
}

fn epochs_of(epochs: i64, count: i64, quick: bool) -> i64 {
    let most = QUICK_IMAGES.div_euclid(count.max(1)).max(1);
    if !quick || epochs <= most {
        return epochs;
    }
    println!("quick mode (CONVLAB_QUICK=1): {most} of {epochs} epochs");
    most
}

impl Iterator for Batches {
    type Item = (Tensor, Tensor);

    fn next(&mut self) -> Option<Self::Item> {
        if !self.progress_iter.advance(self.start, self.end) {
            self.start = self.end;
            return None;
        }
        let size = self.size.min(self.rest());
        let batch = match &self.order {
            Some(order) => {
                let places = order.narrow(0, self.start, size);
                (layout::picked(&self.images, &places), self.labels.index_select(0, &places))
            }
            None => (self.images.narrow(0, self.start, size), self.labels.narrow(0, self.start, size)),
        };
        self.start += size;
        Some(batch)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let batches = (self.rest() as u64).div_ceil(self.size as u64) as usize;
        (batches, Some(batches))
    }
}

impl ExactSizeIterator for Batches {}

#[cfg(test)]
mod tests {
    use super::{end, epochs_of};

    #[test]
    fn a_quick_training_sees_10_000_images_and_at_least_one_epoch() {
        assert_eq!(epochs_of(30, 2_000, true), 5);
        assert_eq!(epochs_of(3, 60_000, true), 1);
        assert_eq!(epochs_of(4, 2_000, true), 4);
        assert_eq!(epochs_of(30, 2_000, false), 30);
    }

    #[test]
    fn a_quick_walk_ends_with_the_last_whole_batch_of_10_000_images() {
        assert_eq!(end(60_000, 128, true), 9_984);
        assert_eq!(end(50_000, 256, true), 9_984);
        assert_eq!(end(60_000, 30_000, true), 30_000);
        assert_eq!(end(60_000, 128, false), 60_000);
    }

    #[test]
    fn few_images_are_all_seen_in_quick_mode_too() {
        assert_eq!(end(10_000, 128, true), 10_000);
        assert_eq!(end(1_000, 256, true), 1_000);
        assert_eq!(end(60_000, 70_000, true), 60_000);
    }
}
