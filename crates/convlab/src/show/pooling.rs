//! What pooling keeps of a map.

use super::colour::Rgb;
use super::elements::{
    Area, BOLD, Cell, Drawn, Format, Grid, Squares, Surface, common_type_size, frame, label,
};
use super::figure::{Drawing, Figure};
use super::input::{Maps, of_shape, wrong};
use super::region::Region;
use crate::display::layout;
use crate::{Error, Result};
use plotters::prelude::RGBColor;
use plotters::style::text_anchor::HPos;
use tch::Tensor;

/// Windows beside or below each other never have the same tint.
const TINTS: [Rgb; 5] = [[255, 213, 153], [173, 216, 250], [190, 230, 190], [247, 190, 214], [250, 240, 150]];
const TOP: i32 = 34;
const GAP: i32 = 44;
/// With more rows or columns, squares are too small for their numbers.
const MAX_ROWS: usize = 16;

/// Draws max and average pooling of one map: its windows in colours, and beside it what each window becomes.
///
/// `x` has shape [h, w] or [1, h, w]; windows are `size` by `size` and stand side by side, as in `x.max_pool2d_default(size)`.
/// Rows and columns that fill no window are left out, and have no colour.
///
/// # Errors
/// If the shape is another one, if no window fits, or if the map has more than 16 rows or columns.
///
/// ```
/// # use convlab::prelude::*;
/// let x = Tensor::arange(16, (Kind::Float, Device::Cpu)).view([4, 4]);
/// let figure = show::pooling(&x, 2)?;
/// # Ok::<(), Error>(())
/// ```
pub fn pooling(x: &Tensor, size: i64) -> Result<Figure> {
    let shape = x.size();
    let map = match shape.as_slice() {
        [_, _] => x.unsqueeze(0),
        [1, _, _] => x.shallow_clone(),
        _ => {
            return Err(wrong(
                "one map, [h, w]",
                &shape,
                "pick one of them, such as `y.i((0, 0))` or `y.get(0)`",
            ));
        }
    };
    let Maps { values, size: rows, .. } = Maps::new(&map)?;
    if rows[0].max(rows[1]) > MAX_ROWS {
        let expected = format!("a map of at most {MAX_ROWS} by {MAX_ROWS}");
        return Err(wrong(
            &expected,
            &shape,
            "take some of it, such as `x.narrow(-2, 0, 8).narrow(-1, 0, 8)`",
        ));
    }
    match usize::try_from(size) {
        Ok(side) if side > 0 && side <= rows[0].min(rows[1]) => Figure::of(Pooled { values, rows, side }),
        _ => {
            let expected = format!("windows of 1 to {} rows and columns", rows[0].min(rows[1]));
            Err(Error::new(expected, format!("{size} for {}", of_shape(&shape)), "try a window of 2"))
        }
    }
}

/// A map and the side of its windows.
struct Pooled {
    values: Vec<f64>,
    rows: [usize; 2],
    side: usize,
}

impl Pooled {
    /// Rows and columns of windows.
    fn output(&self) -> [usize; 2] {
        self.rows.map(|rows| rows / self.side)
    }

    /// The window's pixels, window by window in reading order.
    fn windows(&self) -> Vec<Vec<usize>> {
        let ([rows, columns], side) = (self.output(), self.side);
        let window = |index: usize| {
            let corner = (index / columns * self.rows[1] + index % columns) * side;
            (0..side * side).map(|at| corner + at / side * self.rows[1] + at % side).collect()
        };
        (0..rows * columns).map(window).collect()
    }

    /// Each window's largest pixel, the first of several.
    fn largest(&self) -> Vec<usize> {
        let larger = |best: usize, pixel: usize| {
            let (best_value, value) = (self.values[best], self.values[pixel]);
            if value > best_value || value.is_nan() && !best_value.is_nan() { pixel } else { best }
        };
        self.windows().into_iter().filter_map(|window| window.into_iter().reduce(larger)).collect()
    }

    fn max(&self) -> Vec<f64> {
        self.largest().into_iter().map(|pixel| self.values[pixel]).collect()
    }

    fn average(&self) -> Vec<f64> {
        let mean = |window: Vec<usize>| {
            let count = window.len() as f64;
            window.into_iter().map(|pixel| self.values[pixel]).sum::<f64>() / count
        };
        self.windows().into_iter().map(mean).collect()
    }

    /// The tint of the window with that number.
    fn tint(&self, window: usize) -> Rgb {
        let columns = self.output()[1];
        TINTS[(window / columns * 2 + window % columns) % TINTS.len()]
    }
}

impl Pooled {
    /// The map, and what pooling makes of it: name, numbers, squares.
    fn grids(&self) -> [(&'static str, Vec<f64>, Grid); 3] {
        let map = Grid::within((4, TOP), self.rows, 400, 64);
        let mut left = map.end()[0].max(120) + GAP;
        let mut next = |name, values| {
            let grid = Grid::within((left, TOP), self.output(), 214, 64);
            left = grid.end()[0].max(left + 110) + GAP;
            (name, values, grid)
        };
        let [max, average] = [next("max", self.max()), next("average", self.average())];
        [("map", self.values.clone(), map), max, average]
    }

    /// The colours of the squares of the map, or of what it becomes.
    fn fills(&self, name: &str) -> Vec<Option<Rgb>> {
        let windows = self.windows();
        if name != "map" {
            return (0..windows.len()).map(|window| Some(self.tint(window))).collect();
        }
        let mut fills = vec![None; self.values.len()];
        for (index, window) in windows.into_iter().enumerate() {
            window.into_iter().for_each(|pixel| fills[pixel] = Some(self.tint(index)));
        }
        fills
    }
}

impl Drawing for Pooled {
    fn title(&self) -> String {
        let side = self.side;
        format!("Pooling {side} by {side}: map {:?} to {:?}", self.rows, self.output())
    }

    fn text(&self) -> String {
        let numbers = |(name, values, grid): &(&str, Vec<f64>, Grid)| {
            format!("\n{name}\n{}", layout(values, &grid.size))
        };
        self.title() + &self.grids().iter().map(numbers).collect::<String>()
    }

    fn size(&self) -> (u32, u32) {
        let ends = self.grids().map(|(.., grid)| [grid.end()[0].max(grid.at.0 + 90), grid.end()[1]]);
        let most = |axis: usize| ends.iter().map(|end| end[axis] as u32 + 4).max().unwrap_or(0);
        (most(0), most(1))
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        let grids = self.grids();
        let format = Format::of(grids.iter().flat_map(|(_, values, _)| values));
        let type_size = common_type_size(grids.iter().map(|(.., grid)| grid), format.widest());
        for (name, values, grid) in &grids {
            label(area, (grid.at.0, TOP - 16), 18.0, HPos::Left, name)?;
            let cells = values.iter().zip(self.fills(name));
            let cells: Vec<Cell> =
                cells.map(|(value, fill)| Cell { fill, text: format.text(*value) }).collect();
            area.draw(&Squares { grid: *grid, cells: &cells, type_size, widest: format.widest() })?;
            area.draw(&Region::grid(name, grid, values))?;
        }
        for pixel in self.largest() {
            let at = [pixel / self.rows[1], pixel % self.rows[1]];
            let [x, y, w, h] = grids[0].2.block(at, [1, 1]);
            frame(area, [x + 3, y + 3, w - 6, h - 6], RGBColor(0, 0, 0), BOLD)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::colour::hex;
    use tch::{Device, Kind};

    const F32: (Kind, Device) = (Kind::Float, Device::Cpu);

    fn pooled(x: &Tensor, side: usize) -> Pooled {
        let values = Vec::<f32>::try_from(x.view([-1])).unwrap().into_iter().map(f64::from).collect();
        Pooled { values, rows: [x.size()[0] as usize, x.size()[1] as usize], side }
    }

    #[test]
    fn each_window_becomes_its_largest_number_and_its_mean() {
        let figure = pooling(&Tensor::arange(16, F32).view([1, 4, 4]), 2).unwrap();
        assert!(
            figure.text().starts_with("Pooling 2 by 2: map [4, 4] to [2, 2]\nmap\n"),
            "{}",
            figure.text()
        );
        let results = "max\n[[ 5.,  7.],\n [13., 15.]]\naverage\n[[ 2.5000,  4.5000],\n [10.5000, 12.5000]]";
        assert!(figure.text().ends_with(results), "{}", figure.text());
    }

    #[test]
    fn the_results_are_those_of_pytorch_even_where_rows_are_left_over() {
        tch::manual_seed(2);
        for (h, w, side) in [(4, 4, 2), (5, 7, 2), (7, 5, 3), (3, 3, 3), (6, 2, 1)] {
            let x = Tensor::randn([h, w], F32);
            let batch = x.view([1, 1, h, w]);
            let ours = pooled(&x, side as usize);
            let max = batch.max_pool2d([side; 2], [side; 2], [0, 0], [1, 1], false);
            let mean = batch.avg_pool2d([side; 2], [side; 2], [0, 0], false, true, None::<i64>);
            for (ours, theirs) in [(ours.max(), max), (ours.average(), mean)] {
                let theirs = Vec::<f32>::try_from(theirs.view([-1])).unwrap();
                assert_eq!(ours.len(), theirs.len());
                assert!(
                    ours.iter().zip(&theirs).all(|(a, b)| (a - f64::from(*b)).abs() < 1e-5),
                    "{h} {w} {side}"
                );
            }
        }
    }

    #[test]
    fn neighbouring_windows_differ_in_tint_and_what_is_left_over_has_none() {
        let ours = pooled(&Tensor::zeros([12, 16], F32), 2);
        let [rows, columns] = ours.output();
        for window in 0..rows * columns {
            let [row, column] = [window / columns, window % columns];
            let beside = [(column + 1 < columns, window + 1), (row + 1 < rows, window + columns)];
            let clash =
                beside.iter().any(|(exists, other)| *exists && ours.tint(window) == ours.tint(*other));
            assert!(!clash, "window {window}");
        }
        let figure = pooling(&Tensor::zeros([3, 3], F32), 2).unwrap();
        assert_eq!(figure.picture().matches(&hex(TINTS[0])).count(), 4 + 1 + 1);
    }

    #[test]
    fn a_number_that_is_none_is_not_hidden() {
        let x = Tensor::from_slice2(&[[f32::NAN, 1.0], [2.0, 3.0]]);
        assert!(pooled(&x, 2).max()[0].is_nan() && pooled(&x, 2).average()[0].is_nan());
    }

    #[test]
    fn what_cannot_be_pooled_is_refused_with_its_shape() {
        let refused =
            |shape: &[i64], size| pooling(&Tensor::zeros(shape, F32), size).unwrap_err().to_string();
        for (shape, size) in [
            (&[4, 4][..], 0),
            (&[4, 4], 5),
            (&[4, 4], -1),
            (&[2, 4, 4], 2),
            (&[16], 2),
            (&[28, 28], 2),
            (&[0, 4], 2),
        ] {
            let message = refused(shape, size);
            assert!(message.contains(&format!("{shape:?}")) || shape.contains(&0), "{message}");
        }
        assert!(refused(&[4, 6], 5).contains("1 to 4 rows"));
    }
}
