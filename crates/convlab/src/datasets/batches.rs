use super::{Split, grouped};
use crate::{Error, Result};
use tch::Tensor;

/// Walks through a [`Split`] a few images at a time; made by [`Split::batches`] and [`Split::batches_in_order`].
#[derive(Debug)]
pub struct Batches {
    images: Tensor,
    labels: Tensor,
    /// The order of the images, `[n]`; `None` takes them as they lie.
    order: Option<Tensor>,
    size: i64,
    start: i64,
}

impl Batches {
    pub(super) fn new(split: &Split, size: i64, order: Option<Tensor>) -> Result<Self> {
        if size < 1 {
            return Err(Error::new(
                "a batch size of at least 1",
                grouped(size),
                "write for instance `batches(256)?`",
            ));
        }
        let (images, labels) = (split.images.shallow_clone(), split.labels.shallow_clone());
        Ok(Self { images, labels, order, size, start: 0 })
    }

    /// How many images are still to come.
    fn rest(&self) -> i64 {
        self.images.size()[0] - self.start
    }
}

impl Iterator for Batches {
    type Item = (Tensor, Tensor);

    fn next(&mut self) -> Option<Self::Item> {
        let size = self.size.min(self.rest());
        if size == 0 {
            return None;
        }
        let pick = |from: &Tensor| match &self.order {
            Some(order) => from.index_select(0, &order.narrow(0, self.start, size)),
            None => from.narrow(0, self.start, size),
        };
        let batch = (pick(&self.images), pick(&self.labels));
        self.start += size;
        Some(batch)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let batches = (self.rest() as u64).div_ceil(self.size as u64) as usize;
        (batches, Some(batches))
    }
}

impl ExactSizeIterator for Batches {}
