//! One activation: a window and a kernel rolled out into rows.

use super::colour::Scale;
use super::elements::{Area, Drawn, Format, Grid, Squares, Surface, common_type_size, label, short};
use super::figure::{Drawing, Figure};
use super::input::Maps;
use super::region::Region;
use crate::{Error, Result};
use plotters::style::text_anchor::HPos;
use tch::Tensor;

/// More numbers than this do not fit a row.
const MAX_NUMBERS: usize = 27;

/// Draws one activation as what it is, a dot product: the window of an image and the kernel, each rolled out into a
/// row, their products below, and the sum.
///
/// Both have the same shape, [h, w] or [c, h, w], and at most 27 numbers: a kernel of 3 by 3 over three channels.
///
/// # Errors
/// If the shapes differ, or are others.
///
/// ```
/// # use convlab::prelude::*;
/// let window = Tensor::from_slice2(&[[1f32, 0.], [2., 3.]]);
/// let kernel = Tensor::from_slice2(&[[0.5f32, 1.], [-1., 1.]]);
/// let figure = show::dot_product(&window, &kernel)?;
/// assert!(figure.text().ends_with("0.5 + 0 − 2 + 3 = 1.5"));
/// # Ok::<(), Error>(())
/// ```
pub fn dot_product(window: &Tensor, kernel: &Tensor) -> Result<Figure> {
    let (shape, other) = (window.size(), kernel.size());
    let (fits, numel) = (matches!(shape.len(), 2 | 3), window.numel());
    if shape != other || !fits || numel == 0 || numel > MAX_NUMBERS {
        let expected = format!(
            "a window and a kernel of one shape, [h, w] or [c, h, w], of at most {MAX_NUMBERS} numbers"
        );
        let found = format!("a window of shape {shape:?} and a kernel of shape {other:?}");
        let remedy = "cut the window out of the image: `x.narrow(0, row, kh).narrow(1, column, kw)`";
        return Err(Error::new(expected, found, remedy));
    }
    let rows = |x: &Tensor| Maps::new(&x.reshape([1, 1, -1])).map(|maps| maps.values);
    let (window, kernel) = (rows(window)?, rows(kernel)?);
    let products: Vec<f64> = window.iter().zip(&kernel).map(|(pixel, weight)| pixel * weight).collect();
    Figure::of(DotProduct { rows: [window, kernel, products], shape })
}

struct DotProduct {
    /// The window's numbers, the kernel's, and their products.
    rows: [Vec<f64>; 3],
    shape: Vec<i64>,
}

const NAMES: [&str; 3] = ["window", "kernel", "products"];
const LEFT: i32 = 96;
const ROOM: i32 = 820;
const GAP: i32 = 16;

impl DotProduct {
    fn sum(&self) -> f64 {
        self.rows[2].iter().sum()
    }

    fn grids(&self) -> [Grid; 3] {
        let count = self.rows[0].len();
        [0, 1, 2].map(|row| {
            let grid = Grid::within((LEFT, 4), [1, count], ROOM, 64);
            Grid { at: (LEFT, 4 + row * (grid.side[1] + GAP)), ..grid }
        })
    }

    /// `0.5 + 0 − 2 + 3 = 1.5`.
    fn sentence(&self) -> String {
        let terms = self.rows[2].iter().enumerate().map(|(index, product)| match (index, *product < 0.0) {
            (0, _) => short(*product),
            (_, true) => format!(" − {}", short(-product)),
            (_, false) => format!(" + {}", short(*product)),
        });
        format!("{} = {}", terms.collect::<String>(), short(self.sum()))
    }
}

impl Drawing for DotProduct {
    fn title(&self) -> String {
        format!("One activation: window · kernel = {}", short(self.sum()))
    }

    fn text(&self) -> String {
        let row = |values: &[f64]| values.iter().map(|value| short(*value)).collect::<Vec<_>>().join(", ");
        let rows: Vec<String> =
            NAMES.iter().zip(&self.rows).map(|(name, values)| format!("{name}: {}", row(values))).collect();
        format!(
            "A window and a kernel {:?}, rolled out\n{}\n{}",
            self.shape,
            rows.join("\n"),
            self.sentence()
        )
    }

    fn size(&self) -> (u32, u32) {
        let [x, y] = self.grids()[2].end();
        (x.max(500) as u32 + 4, y as u32 + 40)
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        let grids = self.grids();
        let scales = [Scale::grey(&self.rows[0]), Scale::signed(&self.rows[1]), Scale::signed(&self.rows[2])];
        let formats = [0, 1, 2].map(|row| Format::of(&self.rows[row]));
        let widest = formats.iter().map(|format| format.widest()).fold(0.0, f64::max);
        let type_size = common_type_size(&grids, widest);
        for (row, (grid, values)) in grids.into_iter().zip(&self.rows).enumerate() {
            let middle = grid.at.1 + grid.side[1] / 2;
            label(area, (LEFT - 22, middle), 16.0, HPos::Right, NAMES[row])?;
            if let Some(sign) = ["", "×", "="].get(row).filter(|sign| !sign.is_empty()) {
                label(area, (LEFT - 10, middle), 18.0, HPos::Center, sign)?;
            }
            let cells = formats[row].cells(values, scales[row]);
            let widest = formats[row].widest();
            area.draw(&Squares { grid, cells: &cells, type_size, widest })?;
            area.draw(&Region::grid(NAMES[row], &grid, values))?;
        }
        let sum = format!("sum of the products = {}", short(self.sum()));
        label(area, (LEFT, grids[2].end()[1] + 20), 18.0, HPos::Left, &sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    #[test]
    fn the_rows_their_products_and_the_sum_are_those_worked_by_hand() {
        let window = Tensor::from_slice(&[1f32, 2., 3., 4.]).view([1, 2, 2]);
        let kernel = Tensor::from_slice(&[-1f32, 0.5, 0., 2.]).view([1, 2, 2]);
        let figure = dot_product(&window, &kernel).unwrap();
        let expected = "A window and a kernel [1, 2, 2], rolled out\nwindow: 1, 2, 3, 4\nkernel: −1, 0.5, 0, 2\nproducts: −1, 1, 0, 8\n−1 + 1 + 0 + 8 = 8";
        assert_eq!(figure.text(), expected);
        assert!(figure.picture().contains(">sum of the products = 8</text>"));
    }

    #[test]
    fn a_window_of_another_shape_is_refused_with_both() {
        let zeros = |shape: &[i64]| Tensor::zeros(shape, (Kind::Float, Device::Cpu));
        for (window, kernel) in
            [(&[3, 3][..], &[2, 2][..]), (&[9], &[9]), (&[6, 6], &[6, 6]), (&[0, 3], &[0, 3])]
        {
            let message = dot_product(&zeros(window), &zeros(kernel)).unwrap_err().to_string();
            assert!(
                message.contains(&format!("{window:?}")) && message.contains(&format!("{kernel:?}")),
                "{message}"
            );
        }
    }
}
