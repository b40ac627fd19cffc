//! A convolution in one strip: image, filter, map.

use super::colour::Scale;
use super::elements::{Area, Drawn, Format, Grid, Surface, common_type_size, label};
use super::figure::{Drawing, Figure};
use super::geometry::Geometry;
use super::sliding::Sliding;
use super::tiles::{Map, fitted};
use crate::Result;
use plotters::style::text_anchor::HPos;
use tch::Tensor;
use tch::nn::ConvConfig;

/// Draws what a filter makes of an image in one strip: image ∗ filter = map, channel below channel.
///
/// `x` has shape [h, w] or [c, h, w]; `k` is one filter, [h, w] or [c, h, w], with as many channels. Of the
/// configuration, stride and padding are used, as in [`steps`](super::steps()), which shows how each number comes about.
///
/// # Errors
/// If the filter does not fit the image, or the configuration has other settings.
///
/// ```
/// # use convlab::prelude::*;
/// let x = Tensor::arange(25, (Kind::Float, Device::Cpu)).view([5, 5]);
/// let k = Tensor::from_slice2(&[[1f32, -1.], [1., -1.]]);
/// let figure = show::convolution(&x, &k, Default::default())?;
/// # Ok::<(), Error>(())
/// ```
pub fn convolution(x: &Tensor, k: &Tensor, config: ConvConfig) -> Result<Figure> {
    Figure::of(Strip { sliding: Sliding::over(x, k, config, Geometry::fitting)? })
}

struct Strip {
    sliding: Sliding,
}

const NAMES: [&str; 3] = ["image", "filter", "map"];
const TOP: i32 = 34;
/// Between the columns, for a sign, and between the channels.
const GAP: i32 = 46;
const BELOW: i32 = 12;
/// The largest square, and the narrowest column.
const SQUARE: i32 = 56;
const NARROWEST: i32 = 60;

impl Strip {
    /// Left and width of the columns of image, filter and map, and the height of a channel's row.
    fn layout(&self) -> ([[i32; 3]; 3], i32) {
        let Geometry { channels, image, kernel, output, .. } = &self.sliding.geometry;
        let rooms = if *channels > 1 { [200, 120, 330] } else { [330, 168, 330] };
        let mut left = 4;
        let mut column = |size: [usize; 2], room: i32| {
            let side = |count: usize| room.min(SQUARE.saturating_mul(count as i32));
            let [width, height] = fitted(size, [side(size[1]), side(size[0])]);
            let at = left;
            left += width.max(NARROWEST) + GAP;
            [at, width, height]
        };
        let columns = [column(*image, rooms[0]), column(*kernel, rooms[1]), column(*output, rooms[2])];
        (columns, columns[0][2].max(columns[1][2]) + BELOW)
    }

    /// Top and bottom of all channels.
    fn height(&self) -> i32 {
        let (columns, pitch) = self.layout();
        (self.sliding.geometry.channels as i32 * pitch - BELOW).max(columns[2][2])
    }

    fn maps(&self) -> Vec<Map<'_>> {
        let Sliding { geometry, image, kernel, output } = &self.sliding;
        let ([images, kernels, map], pitch) = self.layout();
        let [grey, weights, sums] = [Scale::grey(image), Scale::signed(kernel), Scale::signed(output)];
        let rect = |[left, w, h]: [i32; 3], middle: i32| [left, TOP + middle - h / 2, w, h];
        let mut maps = Vec::new();
        for channel in 0..geometry.channels {
            let name = |what: &str| match geometry.channels {
                1 => what.to_owned(),
                _ => format!("{what}, channel {channel}"),
            };
            let middle = channel as i32 * pitch + (pitch - BELOW) / 2;
            maps.push(Map {
                name: name("image"),
                size: geometry.image,
                rect: rect(images, middle),
                numbers: self.sliding.channel(channel),
                scale: grey,
            });
            maps.push(Map {
                name: name("filter"),
                size: geometry.kernel,
                rect: rect(kernels, middle),
                numbers: self.sliding.kernel(channel),
                scale: weights,
            });
        }
        let rect = rect(map, self.height() / 2);
        maps.push(Map { name: "map".into(), size: geometry.output, rect, numbers: output, scale: sums });
        maps
    }
}

impl Drawing for Strip {
    fn title(&self) -> String {
        self.sliding.title()
    }

    fn text(&self) -> String {
        self.sliding.text()
    }

    fn label(&self) -> String {
        self.title()
    }

    fn size(&self) -> (u32, u32) {
        let ([.., [left, width, _]], _) = self.layout();
        ((left + width.max(NARROWEST) + 4) as u32, (TOP + self.height() + 4) as u32)
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        let (columns, _) = self.layout();
        let middle = TOP + self.height() / 2;
        for ([left, width, _], (name, sign)) in columns.into_iter().zip(NAMES.iter().zip(["∗", "=", ""])) {
            label(area, (left + width / 2, TOP - 18), 16.0, HPos::Center, name)?;
            if !sign.is_empty() {
                label(area, (left + width.max(NARROWEST) + GAP / 2, middle), 22.0, HPos::Center, sign)?;
            }
        }
        let maps = self.maps();
        let formats: Vec<Format> = maps.iter().map(|map| Format::of(map.numbers)).collect();
        let numbered = || maps.iter().zip(&formats).filter_map(|(map, format)| Some((map.grid()?, format)));
        let widest = numbered().map(|(_, format)| format.widest()).fold(0.0, f64::max);
        let grids: Vec<Grid> = numbered().map(|(grid, _)| grid).collect();
        let type_size = common_type_size(&grids, widest);
        maps.iter().zip(&formats).try_for_each(|(map, format)| map.draw(area, *format, type_size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    #[test]
    fn a_strip_has_the_image_the_filter_and_the_map_worked_by_hand() {
        let x = Tensor::from_slice2(&[[1f32, 2., 3.], [4., 5., 6.]]);
        let k = Tensor::from_slice2(&[[1f32, -1.]]);
        let figure = convolution(&x, &k, ConvConfig::default()).unwrap();
        assert!(figure.text().ends_with("output\n[[-1., -1.],\n [-1., -1.]]"), "{}", figure.text());
        for text in ["image", "filter", "map", "∗", "="] {
            assert!(figure.picture().contains(&format!(">{text}</text>")), "{text}");
        }
        // The weight and the four values of the map.
        assert_eq!(figure.picture().matches(">−1</text>").count(), 1 + 4);
    }

    #[test]
    fn a_photograph_of_three_channels_is_drawn_and_too_many_are_refused() {
        let zeros = |shape: &[i64]| Tensor::zeros(shape, (Kind::Float, Device::Cpu));
        let figure = convolution(&zeros(&[3, 224, 300]), &zeros(&[3, 3, 3]), ConvConfig::default()).unwrap();
        assert!(figure.text().contains("output [222, 298]"), "{}", figure.text());
        // Three channels and the map; kernels have their numbers.
        assert_eq!(figure.picture().matches("<image").count(), 4);
        let message = convolution(&zeros(&[8, 9, 9]), &zeros(&[8, 3, 3]), ConvConfig::default()).unwrap_err();
        assert!(message.to_string().contains("at most 4 channels to show"), "{message}");
        let dilated = ConvConfig { dilation: 2, ..Default::default() };
        assert!(convolution(&zeros(&[9, 9]), &zeros(&[3, 3]), dilated).is_err());
    }
}
