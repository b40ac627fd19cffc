//! What padding does to the size of the output.

use super::canvas::{BOLD, Canvas, Cell, Grid, HERE, THERE, THICK, longest};
use super::colour::Scale;
use super::figure::Figure;
use super::geometry::Geometry;
use super::input::{Maps, wrong};
use super::sliding::Sliding;
use super::svg::{Anchor, Sheet};
use crate::display::layout;
use crate::{Error, Result};
use tch::Tensor;

const COLUMN: f64 = 290.0;
const GAP: f64 = 24.0;
const TITLE: f64 = 74.0;
const LINE: f64 = 28.0;
/// With more rows or columns, padding and all, squares are too small to be told apart.
const MOST_ROWS: i64 = 20;

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
    if longest > MOST_ROWS {
        let expected = format!("at most {MOST_ROWS} rows and columns with full padding");
        return Err(Error::new(expected, came, "take a part of the image, such as `x.i((0..5, 0..5))`"));
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
    Ok(draw(&kinds?))
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

fn draw(kinds: &[Padded]) -> Figure {
    let Geometry { image, kernel, .. } = kinds[0].sliding.geometry;
    let title = format!("Padding an image {image:?} for a kernel {kernel:?}");
    // Squares have one size in all three, so that images and outputs can be compared.
    let full = kinds[2].sliding.geometry.padded();
    let side = Grid::within([0.0, 0.0], full, COLUMN, 48.0).side;
    let outputs: Vec<f64> = kinds.iter().flat_map(|kind| kind.sliding.output.clone()).collect();
    let scales = [Scale::grey(&kinds[0].sliding.image), Scale::signed(&outputs)];
    let letters = [longest(&kinds[0].sliding.image), longest(&outputs)];
    let lines = kinds[0].sums().len() as f64;
    let below = TITLE + LINE + full[0] as f64 * side + 16.0;
    let height = below + (lines + 1.0) * LINE + full[0].min(image[0] + kernel[0] - 1) as f64 * side + 4.0;
    let mut sheet = Sheet::new(3.0 * COLUMN + 2.0 * GAP + 8.0, height);
    sheet.text([2.0, 18.0], 20.0, Anchor::Start, None, &title);
    for (left, colour, name) in [(4.0, HERE, "first window"), (180.0, THERE, "last window")] {
        Canvas::frame(&mut sheet, [left, 43.0, 14.0, 14.0], Some(colour), THICK);
        sheet.text([left + 26.0, 50.0], 18.0, Anchor::Start, None, name);
    }
    for (index, kind) in kinds.iter().enumerate() {
        let left = 4.0 + index as f64 * (COLUMN + GAP);
        let geometry = &kind.sliding.geometry;
        let caption = format!("{}: padding {}", kind.name, geometry.padding);
        sheet.text([left, TITLE + 10.0], 18.0, Anchor::Start, None, &caption);
        padded(
            &mut sheet,
            kind,
            Grid { at: [left, TITLE + LINE], size: geometry.padded(), side },
            scales[0],
            letters[0],
        );
        for (line, sum) in kind.sums().iter().enumerate() {
            sheet.text([left, below + (line as f64 + 0.5) * LINE], 18.0, Anchor::Start, None, sum);
        }
        let top = below + lines * LINE;
        sheet.text([left, top + 12.0], 18.0, Anchor::Start, None, &format!("output {:?}", geometry.output));
        let grid = Grid { at: [left, top + LINE], size: geometry.output, side };
        grid.draw(&mut sheet, grid.type_size(letters[1]), &Cell::numbers(&kind.sliding.output, scales[1]));
    }
    Figure::new(sheet.finish(&title), text(&title, kinds))
}

/// The image with its zeros, its first and its last window framed.
fn padded(sheet: &mut Sheet, kind: &Padded, grid: Grid, scale: Scale, letters: usize) {
    let Geometry { image, kernel, padding, .. } = kind.sliding.geometry;
    let cells: Vec<Cell> =
        kind.sliding.padded(0).into_iter().map(|value| Cell::pixel(value, scale)).collect();
    grid.draw(sheet, grid.type_size(letters), &cells);
    Canvas::frame(sheet, grid.block([padding; 2], image), None, BOLD);
    let last = kind.sliding.geometry.corner(kind.sliding.geometry.steps() - 1);
    Canvas::frame(sheet, grid.block(last, kernel), Some(THERE), THICK);
    Canvas::frame(sheet, grid.block([0, 0], kernel), Some(HERE), THICK);
}

fn text(title: &str, kinds: &[Padded]) -> String {
    let mut text = title.to_owned();
    for kind in kinds {
        let Geometry { padding, output, .. } = &kind.sliding.geometry;
        let (sums, numbers) = (kind.sums().join(", "), layout(&kind.sliding.output, output));
        text += &format!("\n{}: padding {padding}, {sums}, output {output:?}\n{numbers}", kind.name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::colour::hex;
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
        assert_eq!(figure.html().matches(&format!(r#"stroke="{}""#, hex(HERE))).count(), 3 + 1);
        assert_eq!(figure.html().matches(&format!(r#"stroke="{}""#, hex(THERE))).count(), 3 + 1);
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
            let told = refused(x, k);
            assert!(told.contains(&format!("{x:?}")) && told.contains(&format!("{k:?}")), "{told}");
        }
        assert!(refused(&[5, 5], &[1, 3, 3]).contains("k.get(0)"));
    }
}
