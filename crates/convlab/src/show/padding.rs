//! What padding does to the size of the output.

use super::colour::Scale;
use super::elements::{
    Area, BOLD, Cell, Drawn, Format, Grid, HERE, INK, Squares, Surface, THERE, THICK, frame, label,
};
use super::figure::{Drawing, Figure};
use super::geometry::Geometry;
use super::input::{Maps, wrong};
use super::region::Region;
use super::sliding::Sliding;
use crate::display::layout;
use crate::{Error, Result};
use plotters::style::text_anchor::HPos;
use tch::Tensor;

const COLUMN: i32 = 290;
const GAP: i32 = 24;
const TOP: i32 = 36;
const LINE: i32 = 28;
/// With more rows or columns, padding and all, squares are too small to be distinguished.
const MAX_ROWS: i64 = 20;

/// Draws what *no*, *same* and *full* padding make of an image: the zeros around it, the first and the last place of
/// the kernel, and the output with its size worked out.
///
/// `x` has shape [h, w] or [1, h, w], `k` has shape [n, n] with n odd; the stride is 1. *Same* padding, (n - 1) / 2,
/// keeps the size; *full* padding, n - 1, lets the kernel touch the image with one corner.
///
/// # Errors
/// If the shapes are others, the kernel is larger than the image, or there are more than 20 padded rows or columns.
///
/// ```
/// # use convlab::prelude::*;
/// let x = Tensor::ones([5, 5], (Kind::Float, Device::Cpu));
/// let k = Tensor::ones([3, 3], (Kind::Float, Device::Cpu));
/// let figure = show::padding(&x, &k)?;
/// # Ok::<(), Error>(())
/// ```
pub fn padding(x: &Tensor, k: &Tensor) -> Result<Figure> {
    let (image, kernel) = (x.size(), k.size());
    let &[n, width] = kernel.as_slice() else {
        return Err(wrong("a kernel of shape [n, n]", &kernel, "pick one with `k.get(0)`"));
    };
    let came = format!("an image of shape {image:?} and a kernel of shape {kernel:?}");
    if n != width || n % 2 == 0 {
        let remedy = "take a kernel of 3 by 3 or 5 by 5: only such a one is padded alike on all sides";
        return Err(Error::new("a square kernel with odd sides", came, remedy));
    }
    let longest = image.iter().rev().take(2).max().copied().unwrap_or(0) + 2 * (n - 1);
    if longest > MAX_ROWS {
        let expected = format!("at most {MAX_ROWS} rows and columns with full padding");
        return Err(Error::new(expected, came, "take some of the image, such as `x.i((0..5, 0..5))`"));
    }
    Geometry::new(&image, &kernel, 1, 0)?;
    let of = |tensor: &Tensor| {
        Ok::<_, Error>(Maps::new(&tensor.view([1, -1, tensor.size()[tensor.dim() - 1]]))?.values)
    };
    let (pixels, weights) = (of(x)?, of(k)?);
    let kinds = [("none", 0), ("same", (n - 1) / 2), ("full", n - 1)];
    let kinds: Result<Vec<Padded>> = kinds
        .into_iter()
        .map(|(name, padding)| {
            let geometry = Geometry::new(&image, &kernel, 1, padding)?;
            Ok(Padded { name, sliding: Sliding::new(geometry, pixels.clone(), weights.clone()) })
        })
        .collect();
    Figure::of(Paddings { kinds: kinds? })
}

/// No, same and full padding.
struct Paddings {
    kinds: Vec<Padded>,
}

/// One kind of padding.
struct Padded {
    name: &'static str,
    sliding: Sliding,
}

impl Padded {
    /// `5 + 2·1 - 3 + 1 = 5`, for rows and for columns where they differ.
    fn sums(&self) -> Vec<String> {
        let Geometry { image, kernel, padding, output, .. } = self.sliding.geometry;
        let sum =
            |axis: usize| format!("{} + 2·{padding} - {} + 1 = {}", image[axis], kernel[axis], output[axis]);
        if image[0] == image[1] {
            vec![sum(0)]
        } else {
            vec![format!("rows {}", sum(0)), format!("columns {}", sum(1))]
        }
    }
}

impl Paddings {
    /// The largest of the three geometries: its squares are those of all, so that sizes can be compared.
    fn full(&self) -> &Geometry {
        &self.kinds[2].sliding.geometry
    }

    fn side(&self) -> i32 {
        Grid::within((0, 0), self.full().padded(), COLUMN, 48).side[0]
    }

    /// Where the sums begin, and where the outputs.
    fn rows(&self) -> [i32; 2] {
        let sums = TOP + LINE + self.full().padded()[0] as i32 * self.side() + 16;
        [sums, sums + self.kinds[0].sums().len() as i32 * LINE]
    }

    /// The padded image and the output of a kind.
    fn grids(&self, index: usize) -> [Grid; 2] {
        let (left, side) = (4 + index as i32 * (COLUMN + GAP), [self.side(); 2]);
        let geometry = &self.kinds[index].sliding.geometry;
        let image = Grid { at: (left, TOP + LINE), size: geometry.padded(), side };
        [image, Grid { at: (left, self.rows()[1] + LINE), size: geometry.output, side }]
    }

    fn kind<B: Surface>(
        &self,
        area: &Area<B>,
        index: usize,
        scales: [Scale; 2],
        formats: [Format; 2],
    ) -> Drawn<B> {
        let Padded { name, sliding } = &self.kinds[index];
        let Geometry { image: size, kernel, padding, output: filled, .. } = sliding.geometry;
        let [image, output] = self.grids(index);
        let (left, [sums, outputs]) = (image.at.0, self.rows());
        let type_size = image.type_size(formats[0].widest().max(formats[1].widest()));
        label(area, (left, TOP + 10), 18.0, HPos::Left, &format!("{name}: padding {padding}"))?;
        let pixels = sliding.padded(0);
        let cells: Vec<Cell> = pixels.iter().map(|value| formats[0].pixel(*value, scales[0])).collect();
        area.draw(&Squares { grid: image, cells: &cells, type_size, widest: formats[0].widest() })?;
        frame(area, image.block([padding; 2], size), INK, BOLD)?;
        let last = sliding.geometry.corner(sliding.geometry.steps() - 1);
        frame(area, image.block(last, kernel), THERE, THICK)?;
        frame(area, image.block([0, 0], kernel), HERE, THICK)?;
        for (line, sum) in self.kinds[index].sums().iter().enumerate() {
            label(area, (left, sums + line as i32 * LINE + LINE / 2), 18.0, HPos::Left, sum)?;
        }
        label(area, (left, outputs + 12), 18.0, HPos::Left, &format!("output {filled:?}"))?;
        let cells = formats[1].cells(&sliding.output, scales[1]);
        area.draw(&Squares { grid: output, cells: &cells, type_size, widest: formats[1].widest() })?;
        let pixels: Vec<f64> = pixels.into_iter().map(|value| value.unwrap_or(0.0)).collect();
        area.draw(&Region::grid("padded image", &image, &pixels))?;
        area.draw(&Region::grid("output", &output, &sliding.output))
    }
}

impl Drawing for Paddings {
    fn title(&self) -> String {
        let Geometry { image, kernel, .. } = self.full();
        format!("Padding an image {image:?} for a kernel {kernel:?}")
    }

    fn text(&self) -> String {
        let mut text = self.title();
        for kind in &self.kinds {
            let Geometry { padding, output, .. } = &kind.sliding.geometry;
            let (sums, numbers) = (kind.sums().join(", "), layout(&kind.sliding.output, output));
            text += &format!("\n{}: padding {padding}, {sums}, output {output:?}\n{numbers}", kind.name);
        }
        text
    }

    fn size(&self) -> (u32, u32) {
        let bottom = self.grids(2)[1].end()[1];
        ((3 * COLUMN + 2 * GAP + 8) as u32, bottom as u32 + 4)
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        for (left, colour, name) in [(4, HERE, "first window"), (180, THERE, "last window")] {
            frame(area, [left, 9, 14, 14], colour, THICK)?;
            label(area, (left + 26, 16), 18.0, HPos::Left, name)?;
        }
        let outputs: Vec<f64> = self.kinds.iter().flat_map(|kind| kind.sliding.output.clone()).collect();
        let image = &self.kinds[0].sliding.image;
        let scales = [Scale::grey(image), Scale::signed(&outputs)];
        let formats = [Format::of(image), Format::of(&outputs)];
        (0..self.kinds.len()).try_for_each(|index| self.kind(area, index, scales, formats))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::colour::hex;
    use plotters::prelude::RGBColor;
    use tch::{Device, Kind};

    const F32: (Kind, Device) = (Kind::Float, Device::Cpu);

    fn refused(x: &[i64], k: &[i64]) -> String {
        padding(&Tensor::zeros(x, F32), &Tensor::zeros(k, F32)).unwrap_err().to_string()
    }

    #[test]
    fn sizes_are_worked_out_for_no_same_and_full_padding() {
        let figure = padding(&Tensor::ones([5, 5], F32), &Tensor::ones([3, 3], F32)).unwrap();
        for line in [
            "none: padding 0, 5 + 2·0 - 3 + 1 = 3, output [3, 3]\n[[9., 9., 9.],",
            "same: padding 1, 5 + 2·1 - 3 + 1 = 5, output [5, 5]\n[[4., 6., 6., 6., 4.],\n [6., 9.,",
            "full: padding 2, 5 + 2·2 - 3 + 1 = 7, output [7, 7]\n[[1., 2., 3., 3., 3., 2., 1.],",
        ] {
            assert!(figure.text().contains(line), "{line}\nis not in\n{}", figure.text());
        }
        for RGBColor(r, g, b) in [HERE, THERE] {
            assert_eq!(figure.picture().matches(&format!("stroke='{}'", hex([r, g, b]))).count(), 3 + 1);
        }
    }

    #[test]
    fn rows_and_columns_are_worked_out_apart_where_they_differ() {
        let figure = padding(&Tensor::ones([1, 4, 6], F32), &Tensor::ones([3, 3], F32)).unwrap();
        let line = "full: padding 2, rows 4 + 2·2 - 3 + 1 = 6, columns 6 + 2·2 - 3 + 1 = 8, output [6, 8]";
        assert!(figure.text().contains(line), "{}", figure.text());
    }

    #[test]
    fn what_cannot_be_padded_alike_on_all_sides_is_refused_with_both_shapes() {
        for (x, k) in [
            (&[5, 5][..], &[2, 2][..]),
            (&[5, 5], &[3, 5]),
            (&[2, 2], &[3, 3]),
            (&[3, 5, 5], &[3, 3]),
            (&[5], &[3, 3]),
            (&[30, 30], &[3, 3]),
        ] {
            let message = refused(x, k);
            assert!(message.contains(&format!("{x:?}")) && message.contains(&format!("{k:?}")), "{message}");
        }
        assert!(refused(&[5, 5], &[1, 3, 3]).contains("k.get(0)"));
    }
}
