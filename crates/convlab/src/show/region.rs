//! What a figure answers when the pointer or the keyboard is on one of its values.

use super::grid::{Grid, Rect};

/// Values that have a place in a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// What the values are of, such as `filter 0, input 1`; may be empty.
    pub name: String,
    /// The rectangle that they fill.
    pub rect: Rect,
    /// What is there.
    pub values: Values,
}

/// The values of a region.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// A number in each square, row by row; `rows` and `columns` may have names in place of their numbers.
    Grid { size: [usize; 2], numbers: Vec<f64>, names: Names },
    /// A picture of rows and columns whose pixels are its values: black is `low`, white is `high`.
    Picture { size: [usize; 2], low: f64, high: f64 },
    /// Points of a line: x is drawn at pixel map[0] + map[1] · x, y at map[2] + map[3] · y.
    Line { map: [f64; 4], numbers: Vec<(f64, f64)>, axes: [String; 2] },
}

/// How a grid's rows and columns are called.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Names {
    /// One for each row, or none.
    pub rows: Vec<String>,
    /// One for each column, or none.
    pub columns: Vec<String>,
    /// Whether a number is told with its share of its row's sum.
    pub shares: bool,
}

impl Region {
    /// The numbers in the squares of a grid.
    pub fn grid(name: &str, grid: &Grid, numbers: &[f64]) -> Self {
        let values = Values::Grid { size: grid.size, numbers: numbers.to_vec(), names: Names::default() };
        Self { name: name.to_owned(), rect: grid.outer(), values }
    }

    /// Left and top.
    pub fn corner(&self) -> (i32, i32) {
        (self.rect[0], self.rect[1])
    }

    /// The same region elsewhere.
    pub fn moved_to(&self, (x, y): (i32, i32)) -> Self {
        Self { rect: [x, y, self.rect[2], self.rect[3]], ..self.clone() }
    }
}
