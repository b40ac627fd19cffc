//! Every number of a filter's way over an image.

use super::MAX_LISTED;
use super::geometry::Geometry;
use super::input::Maps;
use crate::display::layout;
use crate::{Error, Result};
use tch::Tensor;
use tch::nn::{ConvConfig, PaddingMode};

/// One image, one filter, and where the filter stops.
#[derive(Debug, Clone)]
pub struct Sliding {
    /// The sizes of both.
    pub geometry: Geometry,
    /// The image without its padding: map by map, row by row.
    pub image: Vec<f64>,
    /// The filter: kernel by kernel, row by row.
    pub kernel: Vec<f64>,
    /// The output, row by row: a value for each step.
    pub output: Vec<f64>,
}

impl Sliding {
    /// A filter `k` over an image `x`, each [h, w] or [c, h, w]; `fit` checks their sizes.
    ///
    /// # Errors
    /// If they do not fit, or if the configuration has more than a stride and a padding with zeros.
    pub fn over(
        x: &Tensor,
        k: &Tensor,
        config: ConvConfig,
        fit: fn(&[i64], &[i64], i64, i64) -> Result<Geometry>,
    ) -> Result<Self> {
        let (image, kernel) = (x.size(), k.size());
        let geometry = fit(&image, &kernel, config.stride, config.padding)?;
        if config.dilation != 1 || config.groups != 1 || !matches!(config.padding_mode, PaddingMode::Zeros) {
            let found = format!(
                "dilation {}, groups {} and padding mode {:?} for an image of shape {image:?} and a kernel of shape {kernel:?}",
                config.dilation, config.groups, config.padding_mode
            );
            let remedy =
                "set `stride` and `padding` only: `nn::ConvConfig { stride: 2, ..Default::default() }`";
            return Err(Error::new("dilation 1, one group and padding with zeros", found, remedy));
        }
        Ok(Self::new(geometry, volume(x)?, volume(k)?))
    }

    /// The sizes of both and of the output in a sentence.
    pub fn title(&self) -> String {
        let Geometry { image, kernel, stride, padding, output, .. } = &self.geometry;
        let (image, kernel) = (self.shape(image), self.shape(kernel));
        format!(
            "Kernel {kernel:?} over image {image:?}, stride {stride}, padding {padding}: output {output:?}"
        )
    }

    /// The title with the numbers of image, kernel and output.
    pub fn text(&self) -> String {
        let Self { geometry, image, kernel, output } = self;
        let listed = |name: &str, values: &[f64], shape: &[usize]| match values.len() {
            0..=MAX_LISTED => format!("\n{name}\n{}", layout(values, shape)),
            count => format!("\n{name}: {count} numbers"),
        };
        let image = listed("image", image, &self.shape(&geometry.image));
        let kernel = listed("kernel", kernel, &self.shape(&geometry.kernel));
        let output = listed("output", output, &geometry.output);
        format!("{}, {} steps{image}{kernel}{output}", self.title(), geometry.steps())
    }

    /// [h, w], or [c, h, w] where there is more than one channel.
    fn shape(&self, size: &[usize]) -> Vec<usize> {
        let channels = Some(self.geometry.channels).filter(|channels| *channels > 1);
        channels.into_iter().chain(size.iter().copied()).collect()
    }

    /// Works out the output.
    pub fn new(geometry: Geometry, image: Vec<f64>, kernel: Vec<f64>) -> Self {
        let mut this = Self { geometry, image, kernel, output: Vec::new() };
        this.output = (0..this.geometry.steps()).map(|step| this.sum(step)).collect();
        this
    }

    /// A channel of the image with its padding, row by row; `None` in the padding.
    pub fn padded(&self, channel: usize) -> Vec<Option<f64>> {
        self.pixels(channel, [0, 0], self.geometry.padded())
    }

    /// What a channel's window of a step holds, row by row; `None` in the padding.
    pub fn window(&self, step: usize, channel: usize) -> Vec<Option<f64>> {
        self.pixels(channel, self.geometry.corner(step), self.geometry.kernel)
    }

    fn pixels(
        &self,
        channel: usize,
        [top, left]: [usize; 2],
        [rows, columns]: [usize; 2],
    ) -> Vec<Option<f64>> {
        let image = self.channel(channel);
        let places = (0..rows).flat_map(|row| (0..columns).map(move |column| [top + row, left + column]));
        places.map(|at| self.geometry.pixel(at).map(|pixel| image[pixel])).collect()
    }

    /// A channel of the image, row by row.
    pub fn channel(&self, channel: usize) -> &[f64] {
        let area = self.geometry.image[0] * self.geometry.image[1];
        &self.image[channel * area..(channel + 1) * area]
    }

    /// A channel's kernel, row by row.
    pub fn kernel(&self, channel: usize) -> &[f64] {
        let area = self.geometry.kernel[0] * self.geometry.kernel[1];
        &self.kernel[channel * area..(channel + 1) * area]
    }

    /// The products of a channel's window and kernel, row by row.
    pub fn products(&self, step: usize, channel: usize) -> Vec<f64> {
        let window = self.window(step, channel).into_iter();
        window.zip(self.kernel(channel)).map(|(x, k)| x.unwrap_or(0.0) * k).collect()
    }

    fn sum(&self, step: usize) -> f64 {
        (0..self.geometry.channels).flat_map(|channel| self.products(step, channel)).sum()
    }
}

/// The numbers of a tensor of two or three axes, map by map.
fn volume(tensor: &Tensor) -> Result<Vec<f64>> {
    let maps = if tensor.dim() == 2 { tensor.unsqueeze(0) } else { tensor.shallow_clone() };
    Ok(Maps::new(&maps)?.values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sliding(x: &[i64], image: &[f64], k: &[i64], kernel: &[f64], padding: i64) -> Sliding {
        let geometry = Geometry::new(x, k, 1, padding).unwrap();
        Sliding::new(geometry, image.to_vec(), kernel.to_vec())
    }

    const UP_TO_8: [f64; 9] = [0., 1., 2., 3., 4., 5., 6., 7., 8.];

    #[test]
    fn the_kernel_is_laid_on_the_window_without_being_flipped() {
        let one = sliding(&[3, 3], &UP_TO_8, &[2, 2], &[0., 1., 2., 3.], 0);
        assert_eq!(one.window(3, 0), [4., 5., 7., 8.].map(Some));
        assert_eq!(one.products(3, 0), [0., 5., 14., 24.]);
        assert_eq!(one.output, [19., 25., 37., 43.]);
    }

    #[test]
    fn the_products_of_all_channels_make_one_sum() {
        let next = UP_TO_8.map(|value| value + 1.0);
        let image = [UP_TO_8, next].concat();
        let two = sliding(&[2, 3, 3], &image, &[2, 2, 2], &[0., 1., 2., 3., 1., 2., 3., 4.], 0);
        assert_eq!(two.output, [56., 72., 104., 120.]);
    }

    #[test]
    fn an_edge_is_where_the_difference_of_neighbours_is_not_zero() {
        let row = [1., 1., 0., 0., 0., 0., 1., 1.];
        let edge = sliding(&[1, 8], &row, &[1, 2], &[1., -1.], 0);
        assert_eq!(edge.output, [0., 1., 0., 0., 0., -1., 0.]);
    }

    #[test]
    fn padding_counts_as_zero() {
        let padded = sliding(&[1, 1], &[5.], &[3, 3], &[1.; 9], 1);
        assert_eq!(padded.window(0, 0).iter().filter(|pixel| pixel.is_none()).count(), 8);
        assert_eq!(padded.padded(0), padded.window(0, 0));
        assert_eq!(padded.output, [5.]);
    }
}
