//! Where a filter stops on its way over a padded image.

use crate::{Error, Result};

/// More steps than this nobody watches.
pub const MAX_STEPS: usize = 1024;
/// More products than this make a page slow.
const MAX_PRODUCTS: usize = 200_000;
/// More products than this take seconds.
const MAX_SUMS: usize = 50_000_000;
/// More channels than this do not fit beside each other.
const MAX_CHANNELS: usize = 4;

/// The sizes of one convolution: an image of `channels` maps, one filter, one output map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Geometry {
    /// Maps of the image, and kernels of the filter.
    pub channels: usize,
    /// Rows and columns of the image without its padding.
    pub image: [usize; 2],
    /// Rows and columns of the kernel.
    pub kernel: [usize; 2],
    /// How many pixels the kernel moves at each step.
    pub stride: usize,
    /// How many zeros stand before the first and after the last pixel of each row and column.
    pub padding: usize,
    /// Rows and columns of the output: one value for each step.
    pub output: [usize; 2],
}

impl Geometry {
    /// Fits a filter of shape `k`, [h, w] or [c, h, w], to an image of shape `x`, [h, w] or [c, h, w].
    ///
    /// # Errors
    /// If they do not fit, or if there is more to show than can be watched; the error names both shapes.
    pub fn new(x: &[i64], k: &[i64], stride: i64, padding: i64) -> Result<Self> {
        let this = Self::fitting(x, k, stride, padding)?;
        this.within([(this.steps(), MAX_STEPS, "steps"), (this.products(), MAX_PRODUCTS, "products")], x, k)?;
        Ok(this)
    }

    /// The same for a picture of the whole, which may have more steps than can be watched.
    ///
    /// # Errors
    /// If they do not fit, or if there is more to draw than fits; the error names both shapes.
    pub fn fitting(x: &[i64], k: &[i64], stride: i64, padding: i64) -> Result<Self> {
        let came = format!("an image of shape {x:?} and a kernel of shape {k:?}");
        let wrong = |expected: &str, found: &str, remedy: &str| {
            Err(Error::new(expected, format!("{came}{found}"), remedy))
        };
        let (Some([channels, h, w]), Some([depth, kh, kw])) = (volume(x), volume(k)) else {
            let remedy = if x.len() == 4 || k.len() == 4 {
                "pick one image of a batch with `x.get(0)`, and one filter of a weight with `ws.get(0)`"
            } else {
                "give each two axes with `x.view([h, w])`, or three with `x.view([c, h, w])`"
            };
            return wrong(
                "an image and a kernel of shape [h, w] or [c, h, w], none of them empty",
                "",
                remedy,
            );
        };
        if channels != depth {
            let expected = format!("a filter with a kernel for each of the {channels} channels of the image");
            let remedy = "pick one channel of each, such as `x.get(0)`, or stack kernels: `Tensor::stack(&[&k, &k], 0)`";
            return wrong(&expected, "", remedy);
        }
        let Some(stride) = usize::try_from(stride).ok().filter(|stride| *stride > 0) else {
            return wrong("a stride of 1 or more", &format!(" with stride {stride}"), "set `stride: 1`");
        };
        let Ok(padding) = usize::try_from(padding) else {
            return wrong("a padding of 0 or more", &format!(" with padding {padding}"), "set `padding: 0`");
        };
        let padded = [h, w].map(|side| side.saturating_add(padding.saturating_mul(2)));
        if kh > padded[0] || kw > padded[1] {
            let expected = format!("a kernel no larger than the padded image, {padded:?}");
            let remedy = "take a smaller kernel or more padding";
            return wrong(&expected, &format!(" with padding {padding}"), remedy);
        }
        let output = [(padded[0] - kh) / stride + 1, (padded[1] - kw) / stride + 1];
        let this = Self { channels, image: [h, w], kernel: [kh, kw], stride, padding, output };
        let most = [(this.channels, MAX_CHANNELS, "channels"), (this.products(), MAX_SUMS, "products")];
        this.within(most, x, k)?;
        Ok(this)
    }

    /// Refuses more than can be shown.
    fn within(&self, limits: [(usize, usize, &str); 2], x: &[i64], k: &[i64]) -> Result<()> {
        let Some((count, most, what)) = limits.into_iter().find(|(count, most, _)| count > most) else {
            return Ok(());
        };
        let remedy = match what {
            "channels" => "take some of them, such as `x.narrow(0, 0, 1)`",
            "steps" => {
                "take a part of the image, such as `x.narrow(-2, 0, 12).narrow(-1, 0, 12)`, or a larger stride"
            }
            _ => "take a smaller kernel or a part of the image, such as `x.narrow(-2, 0, 12)`",
        };
        let found = format!("{count} of an image of shape {x:?} and a kernel of shape {k:?}");
        Err(Error::new(format!("at most {most} {what} to show"), found, remedy))
    }

    /// How many products are worked out at all steps together.
    fn products(&self) -> usize {
        self.taps().saturating_mul(self.output[0].saturating_mul(self.output[1]))
    }

    /// How many values the output has.
    pub fn steps(&self) -> usize {
        self.output[0].saturating_mul(self.output[1])
    }

    /// How many products are summed at each step.
    pub fn taps(&self) -> usize {
        self.channels * self.kernel[0] * self.kernel[1]
    }

    /// Rows and columns of the image with its padding.
    pub fn padded(&self) -> [usize; 2] {
        self.image.map(|side| side + 2 * self.padding)
    }

    /// The output's row and column that a step fills, in reading order.
    pub fn place(&self, step: usize) -> [usize; 2] {
        [step / self.output[1], step % self.output[1]]
    }

    /// The padded image's row and column where the window of a step begins.
    pub fn corner(&self, step: usize) -> [usize; 2] {
        self.place(step).map(|place| place * self.stride)
    }

    /// The image's pixel at a row and column of the padded image; `None` in the padding.
    pub fn pixel(&self, [row, column]: [usize; 2]) -> Option<usize> {
        let [row, column] = [row.checked_sub(self.padding)?, column.checked_sub(self.padding)?];
        (row < self.image[0] && column < self.image[1]).then_some(row * self.image[1] + column)
    }
}

/// Channels, rows and columns of a shape of two or three axes, none of them empty.
fn volume(shape: &[i64]) -> Option<[usize; 3]> {
    let sizes = match *shape {
        [h, w] => [1, h, w],
        [c, h, w] => [c, h, w],
        _ => return None,
    };
    let sizes = sizes.map(|size| usize::try_from(size).unwrap_or(0));
    (!sizes.contains(&0)).then_some(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(x: &[i64], k: &[i64], stride: i64, padding: i64) -> [usize; 2] {
        Geometry::new(x, k, stride, padding).unwrap().output
    }

    fn refused(x: &[i64], k: &[i64], stride: i64, padding: i64) -> String {
        Geometry::new(x, k, stride, padding).unwrap_err().to_string()
    }

    #[test]
    fn output_sizes_are_those_worked_out_by_hand() {
        assert_eq!(output(&[5, 5], &[3, 3], 1, 0), [3, 3]);
        assert_eq!(output(&[8, 8], &[3, 3], 1, 1), [8, 8]);
        assert_eq!(output(&[8, 8], &[3, 3], 2, 1), [4, 4]);
        assert_eq!(output(&[5, 5], &[3, 3], 1, 2), [7, 7]);
        assert_eq!(output(&[6, 8], &[1, 2], 1, 0), [6, 7]);
        assert_eq!(output(&[2, 2], &[4, 4], 1, 1), [1, 1]);
    }

    #[test]
    fn windows_move_by_the_stride_and_begin_in_the_padding() {
        let geometry = Geometry::new(&[5, 5], &[3, 3], 2, 1).unwrap();
        assert_eq!([0, 1, 3, 8].map(|step| geometry.corner(step)), [[0, 0], [0, 2], [2, 0], [4, 4]]);
        assert_eq!(
            [[0, 3], [1, 1], [5, 5], [6, 5]].map(|at| geometry.pixel(at)),
            [None, Some(0), Some(24), None]
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_with_both_shapes() {
        let both = "an image of shape [5, 5] and a kernel of shape [8, 8]";
        let message = refused(&[5, 5], &[8, 8], 1, 1);
        assert!(message.contains(both) && message.contains("padded image, [7, 7]"), "{message}");
        let message = refused(&[5, 5], &[3, 3], 0, 0);
        assert!(message.contains("[5, 5]") && message.contains("[3, 3] with stride 0"), "{message}");
        assert!(refused(&[5, 5], &[3, 3], -2, 0).contains("with stride -2"));
        assert!(refused(&[5, 5], &[3, 3], 1, -1).contains("[3, 3] with padding -1"));
        for (x, k) in [(&[5][..], &[3, 3][..]), (&[5, 5], &[3]), (&[1, 1, 5, 5], &[3, 3]), (&[0, 5], &[1, 1])]
        {
            let message = refused(x, k, 1, 0);
            assert!(message.contains(&format!("{x:?}")) && message.contains(&format!("{k:?}")), "{message}");
        }
        assert!(refused(&[1, 1, 5, 5], &[3, 3], 1, 0).contains("x.get(0)"));
    }

    #[test]
    fn a_filter_has_the_depth_of_its_image() {
        for (x, k) in
            [([3, 5, 5].as_slice(), [3, 3].as_slice()), (&[5, 5], &[2, 3, 3]), (&[3, 5, 5], &[2, 3, 3])]
        {
            let message = refused(x, k, 1, 0);
            assert!(message.contains(&format!("{x:?}")) && message.contains(&format!("{k:?}")), "{message}");
            assert!(message.contains("a kernel for each"), "{message}");
        }
        assert_eq!(output(&[1, 5, 5], &[3, 3], 1, 0), [3, 3]);
        assert_eq!(output(&[3, 5, 5], &[3, 3, 3], 1, 0), [3, 3]);
    }

    #[test]
    fn more_than_can_be_watched_is_refused_with_a_way_out() {
        let message = refused(&[100, 100], &[3, 3], 1, 0);
        assert!(
            message.contains("at most 1024 steps to show") && message.contains("9604 of an image"),
            "{message}"
        );
        assert!(message.contains("larger stride"), "{message}");
        assert_eq!(output(&[32, 32], &[3, 3], 1, 1), [32, 32]);
        assert!(refused(&[5, 5], &[3, 3], 1, i64::MAX).contains("products"));
        assert!(refused(&[8, 5, 5], &[8, 3, 3], 1, 0).contains("at most 4 channels"));
        assert!(refused(&[60, 60], &[31, 31], 1, 0).contains("at most 200000 products"));
    }
}
