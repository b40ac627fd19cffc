use super::layout;
use crate::text::grouped;
use crate::{Error, Result};
use std::fmt;
use tch::{Device, Kind, Tensor};

/// Images with their labels.
#[non_exhaustive]
pub struct Split {
    /// `[n, c, h, w]`, `Kind::Float`, from 0 to 1 (until [`normalize`](Self::normalize)).
    pub images: Tensor,
    /// `[n]`, `Kind::Int64`: the number of each image's class.
    pub labels: Tensor,
    /// Where the images come from, in words.
    pub source: String,
}

impl Split {
    /// Pairs `images` `[n, c, h, w]` with `labels` `[n]`.
    ///
    /// # Errors
    /// If the shapes do not fit, the images are not floats or the labels are not whole numbers.
    ///
    /// ```
    /// # use convlab::prelude::*;
    /// let two = Split::new(Tensor::zeros([2, 1, 28, 28], (Kind::Float, Device::Cpu)), Tensor::from_slice(&[7i64, 3]))?;
    /// assert_eq!(two.len(), 2);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn new(images: Tensor, labels: Tensor) -> Result<Self> {
        check_images(&images)?;
        check_labels(&labels, images.size()[0])?;
        Ok(Self {
            labels: labels.to_device(images.device()).to_kind(Kind::Int64),
            // A shifted or cut image may lie in memory with gaps, which `view` refuses.
            images: images.to_kind(Kind::Float).contiguous(),
            source: "your own".to_owned(),
        })
    }

    /// How many images there are.
    pub fn len(&self) -> i64 {
        self.images.size()[0]
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first `n` images with their labels; they share memory with this split.
    ///
    /// # Errors
    /// If there are fewer than `n`.
    pub fn take(&self, n: i64) -> Result<Self> {
        self.check_count(n)?;
        Ok(self.with(self.images.narrow(0, 0, n), self.labels.narrow(0, 0, n)))
    }

    /// `n` images drawn at random, none twice; `tch::manual_seed` before it makes the draw repeatable.
    ///
    /// # Errors
    /// If there are fewer than `n`.
    pub fn sample(&self, n: i64) -> Result<Self> {
        self.check_count(n)?;
        Ok(self.at(&self.shuffled().narrow(0, 0, n)))
    }

    /// Deals all images at random into splits of these `lengths`, as PyTorch's `random_split` does;
    /// `tch::manual_seed` before it makes the deal repeatable.
    ///
    /// # Errors
    /// If the lengths do not add up to [`len`](Self::len).
    ///
    /// ```
    /// # use convlab::prelude::*;
    /// # let train = Split::new(Tensor::zeros([60, 1, 2, 2], (Kind::Float, Device::Cpu)), Tensor::zeros([60], (Kind::Int64, Device::Cpu)))?;
    /// let parts = train.split(&[50, 10])?;
    /// assert_eq!((parts[0].len(), parts[1].len()), (50, 10));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn split(&self, lengths: &[i64]) -> Result<Vec<Self>> {
        self.check_lengths(lengths)?;
        let order = self.shuffled();
        let mut start = 0;
        let parts = lengths.iter().map(|&length| {
            let part = self.at(&order.narrow(0, start, length));
            start += length;
            part
        });
        Ok(parts.collect())
    }

    /// Subtracts `mean` from the pixels and divides by `std`, as torchvision's `Normalize` does: one number for
    /// all channels or one for each.
    ///
    /// # Errors
    /// If there are neither 1 nor `c` numbers, or one is not finite, or a `std` is not above 0.
    ///
    /// ```no_run
    /// # use convlab::prelude::*;
    /// let train = datasets::mnist()?.train.normalize(&[0.1307], &[0.3081])?;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn normalize(&self, mean: &[f64], std: &[f64]) -> Result<Self> {
        if mean.iter().chain(std).any(|number| !number.is_finite()) || std.iter().any(|&std| std <= 0.0) {
            return Err(Error::new(
                "finite means and standard deviations above 0",
                format!("{mean:?} and {std:?}"),
                "measure them with `split.images.mean(Kind::Float)` and `split.images.std(true)`",
            ));
        }
        let (mean, std) = (self.per_channel("mean", mean)?, self.per_channel("std", std)?);
        let images = (&self.images - mean).g_div_(&std); // [n, c, h, w]
        Ok(self.with(images, self.labels.shallow_clone()))
    }

    /// The pixels as image files and other libraries hold them: whole numbers from 0 to 255 (`Kind::Uint8`), `[n, h, w]`
    /// for grey images and `[n, h, w, c]`, the channels last, for others.
    ///
    /// Numbers outside 0 to 1, such as those of [`normalize`](Self::normalize), are cut off.
    ///
    /// ```
    /// # use convlab::prelude::*;
    /// # let train = Split::new(Tensor::ones([10, 3, 4, 5], (Kind::Float, Device::Cpu)), Tensor::zeros([10], (Kind::Int64, Device::Cpu)))?;
    /// assert_eq!(train.bytes().size(), [10, 4, 5, 3]);
    /// assert_eq!(train.bytes().int64_value(&[0, 0, 0, 0]), 255);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn bytes(&self) -> Tensor {
        let bytes = (&self.images * 255.0).round().clamp(0.0, 255.0).to_kind(Kind::Uint8);
        let pixels = bytes.permute([0, 2, 3, 1]).contiguous(); // [n, h, w, c]
        if self.images.size()[1] == 1 { pixels.squeeze_dim(3) } else { pixels }
    }

    /// The same images on another device, such as [`train::device`](crate::train::device) finds.
    pub fn to_device(&self, device: Device) -> Self {
        self.with(self.images.to_device(device), self.labels.to_device(device))
    }

    /// The same images in another order in memory, see [`channels_last`](super::channels_last); batches and all that is
    /// made of this split keep it.
    ///
    /// ```
    /// # use convlab::prelude::*;
    /// # let train = Split::new(Tensor::zeros([10, 3, 4, 4], (Kind::Float, Device::Cpu)), Tensor::zeros([10], (Kind::Int64, Device::Cpu)))?;
    /// for (xs, _labels) in train.channels_last().batches(5)? {
    ///     assert_eq!(xs.size(), [5, 3, 4, 4]);
    /// }
    /// # Ok::<(), Error>(())
    /// ```
    pub fn channels_last(&self) -> Self {
        self.with(layout::arranged(&self.images), self.labels.shallow_clone())
    }

    /// One image's shape `[c, h, w]`.
    pub(super) fn shape(&self) -> Vec<i64> {
        self.images.size()[1..].to_vec()
    }

    /// Names the source, for splits made inside this crate.
    pub(super) fn named(self, source: &str) -> Self {
        Self { source: source.to_owned(), ..self }
    }

    /// The places of all images in random order, `[n]`.
    pub(super) fn shuffled(&self) -> Tensor {
        Tensor::randperm(self.len(), (Kind::Int64, self.images.device()))
    }

    /// Images made of this split's, in its order in memory.
    fn with(&self, images: Tensor, labels: Tensor) -> Self {
        let images = if layout::is_arranged(&self.images) { layout::arranged(&images) } else { images };
        Self { images, labels, source: self.source.clone() }
    }

    fn at(&self, places: &Tensor) -> Self {
        self.with(self.images.index_select(0, places), self.labels.index_select(0, places))
    }

    fn check_count(&self, n: i64) -> Result<()> {
        if (0..=self.len()).contains(&n) {
            return Ok(());
        }
        let len = grouped(self.len());
        let wanted = format!("a number of images from 0 to {len}, which is all there are");
        Err(Error::new(wanted, grouped(n), "ask for fewer images"))
    }

    fn check_lengths(&self, lengths: &[i64]) -> Result<()> {
        let sum = lengths.iter().fold(0_i64, |sum, &length| sum.saturating_add(length));
        if lengths.iter().all(|&length| length >= 0) && sum == self.len() {
            return Ok(());
        }
        let wanted = format!("lengths that add up to {}, the number of images", grouped(self.len()));
        let found = format!("{lengths:?}, which add up to {}", grouped(sum));
        Err(Error::new(wanted, found, "change a length, or `take` or `sample` as many images first"))
    }

    /// `numbers` as a tensor that broadcasts over the images: `[1, 1 or c, 1, 1]`.
    fn per_channel(&self, name: &str, numbers: &[f64]) -> Result<Tensor> {
        let channels = self.images.size()[1];
        let given = numbers.len() as i64;
        if given != 1 && given != channels {
            let wanted = format!("one {name} for all channels or one for each of the {channels}");
            return Err(Error::new(
                wanted,
                format!("{given} numbers"),
                "give as many: `&[0.1307]` for grey images",
            ));
        }
        let numbers = Tensor::from_slice(numbers).view([1, given, 1, 1]);
        Ok(numbers.to_kind(Kind::Float).to_device(self.images.device()))
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} images {:?} and their labels", self.source, grouped(self.len()), self.shape())
    }
}

fn check_images(images: &Tensor) -> Result<()> {
    let wanted = "images of shape [n, c, h, w], floats from 0 to 1";
    let found =
        |images: &Tensor| format!("a tensor of shape {:?} and kind {:?}", images.size(), images.kind());
    if !images.defined() {
        return Err(Error::new(
            wanted,
            "an undefined tensor",
            "make it with values, as `Tensor::zeros` does",
        ));
    }
    if images.dim() != 4 {
        let remedy = "reshape it: `xs.view([-1, 1, 28, 28])` makes 28×28 grey images of a tensor";
        return Err(Error::new(wanted, found(images), remedy));
    }
    if !images.is_floating_point() {
        return Err(Error::new(wanted, found(images), "convert it: `xs.to_kind(Kind::Float) / 255`"));
    }
    Ok(())
}

fn check_labels(labels: &Tensor, count: i64) -> Result<()> {
    let wanted =
        format!("one label for each of the {} images: whole numbers of shape [{count}]", grouped(count));
    if !labels.defined() {
        return Err(Error::new(
            wanted,
            "an undefined tensor",
            "make it of numbers: `Tensor::from_slice(&[5i64, 0])`",
        ));
    }
    let found = format!("a tensor of shape {:?} and kind {:?}", labels.size(), labels.kind());
    if labels.size() != [count] {
        return Err(Error::new(wanted, found, "give as many labels as images, in one row"));
    }
    if labels.is_floating_point() || labels.is_complex() || labels.kind() == Kind::Bool {
        return Err(Error::new(wanted, found, "convert them: `labels.to_kind(Kind::Int64)`"));
    }
    Ok(())
}
