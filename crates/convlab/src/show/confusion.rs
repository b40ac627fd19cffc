use super::colour::{Rgb, Scale};
use super::elements::{Area, Cell, Drawn, Grid, Squares, Surface, label, widest};
use super::figure::{Drawing, Figure};
use super::input::whole_numbers;
use super::region::{Names, Region, Values};
use crate::text::grouped;
use crate::{Error, Result};
use plotters::style::text_anchor::HPos;
use tch::Tensor;

/// More classes than this make squares that nobody could read.
const MAX_CLASSES: usize = 20;
/// How many mistakes the text names.
const NAMED: usize = 5;
const HEAD: i32 = 46;
const ROW: i32 = 40;
const TYPE: i32 = 16;
/// The width of a letter of a class's name.
const LETTER: f64 = 8.4;

/// Draws which class is taken for which: a row for each true class, a column for each predicted one, and in each square
/// how many images there are. Right ones stand on the diagonal, in blue; mistakes beside it, the more the redder.
///
/// `labels` and `predicted` have shape [n] and hold numbers of classes, `classes[label]` is a label's name.
///
/// # Errors
/// If the shapes differ, a number has no name, there is no image, or there are more than 20 classes.
///
/// ```
/// # use convlab::prelude::*;
/// let labels = Tensor::from_slice(&[0i64, 0, 1]);
/// let predicted = Tensor::from_slice(&[0i64, 1, 1]);
/// let figure = show::confusion(&labels, &predicted, &["cat".into(), "dog".into()])?;
/// # Ok::<(), Error>(())
/// ```
pub fn confusion(labels: &Tensor, predicted: &Tensor, classes: &[String]) -> Result<Figure> {
    if !(1..=MAX_CLASSES).contains(&classes.len()) {
        let expected = format!("the names of 1 to {MAX_CLASSES} classes");
        return Err(Error::new(
            expected,
            classes.len().to_string(),
            "pass the data set's own, `&data.classes`",
        ));
    }
    let truth = classes_of("labels", labels, classes)?;
    let predicted = classes_of("predicted", predicted, classes)?;
    if truth.len() != predicted.len() {
        let found = format!("{} and {}", grouped(truth.len() as i64), grouped(predicted.len() as i64));
        return Err(Error::new("a prediction for each label", found, "predict all images of one split"));
    }
    if truth.is_empty() {
        return Err(Error::new("predictions to count", "none", "look at `labels.size()`"));
    }
    let mut counts = vec![vec![0; classes.len()]; classes.len()];
    truth.iter().zip(&predicted).for_each(|(&row, &column)| counts[row][column] += 1);
    Figure::of(Confusion { counts, classes: classes.to_vec() })
}

/// Numbers of classes.
fn classes_of(name: &str, of: &Tensor, classes: &[String]) -> Result<Vec<usize>> {
    let found = || format!("a tensor of shape {:?} and kind {:?}", of.size(), of.kind());
    if of.dim() != 1 || of.is_floating_point() {
        let remedy = match of.dim() {
            2 => "of logits [n, classes] take the class with `.argmax(-1, false)`",
            _ => "whole numbers of classes, one for each image",
        };
        return Err(Error::new(format!("`{name}` to be whole numbers of shape [n]"), found(), remedy));
    }
    let number = |value: &i64| usize::try_from(*value).ok().filter(|class| *class < classes.len());
    let values = whole_numbers(of);
    values.iter().map(|value| number(value).ok_or(value)).collect::<Result<_, _>>().map_err(|value| {
        let expected = format!("`{name}` from 0 to {}, one for each name", classes.len() - 1);
        Error::new(expected, value.to_string(), "pass the data set's own names, `&data.classes`")
    })
}

/// `9,650 right (96.5 %)`.
fn right(counts: &[Vec<usize>]) -> String {
    let right: usize = counts.iter().enumerate().map(|(class, row)| row[class]).sum();
    let all: usize = counts.iter().flatten().sum();
    format!("{} right ({:.1} %)", grouped(right as i64), 100.0 * right as f64 / all as f64)
}

/// How often a class, the row, was taken for another, the column.
struct Confusion {
    counts: Vec<Vec<usize>>,
    classes: Vec<String>,
}

impl Confusion {
    /// The squares and how wide the names left of them are.
    fn grid(&self) -> Grid {
        let longest = self.classes.iter().map(|name| name.chars().count()).max().unwrap_or(0) as f64 * LETTER;
        let (left, width) = ((longest as i32 + 24).max(70), (longest as i32 + 4).max(54));
        Grid { at: (left, HEAD), size: [self.classes.len(); 2], side: [width, ROW] }
    }

    fn cells(&self) -> Vec<Cell> {
        let places =
            (0..self.classes.len().pow(2)).map(|at| (at / self.classes.len(), at % self.classes.len()));
        let cell = |(row, column): (usize, usize)| {
            let count: usize = self.counts[row][column];
            let text = if count > 0 { count.to_string() } else { String::new() };
            Cell { fill: Some(colour(&self.counts, row, column)), text }
        };
        places.map(cell).collect()
    }

    fn region(&self, grid: &Grid) -> Region {
        let numbers = self.counts.iter().flatten().map(|count| *count as f64).collect();
        let named = |kind: &str| self.classes.iter().map(|name| format!("{kind} {name}")).collect();
        let names = Names { rows: named("true"), columns: named("predicted"), shares: true };
        let values = Values::Grid { size: grid.size, numbers, names };
        Region { name: String::new(), rect: grid.outer(), values }
    }
}

impl Drawing for Confusion {
    fn title(&self) -> String {
        let all: usize = self.counts.iter().flatten().sum();
        format!("{} images, {}", grouped(all as i64), right(&self.counts))
    }

    fn text(&self) -> String {
        let classes = &self.classes;
        let width = classes.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(5);
        let line = |first: &str, rest: Vec<String>| {
            let rest: String = rest.iter().map(|entry| format!("  {entry:>width$}")).collect();
            format!("\n{first:>width$}{rest}")
        };
        let rows = self.counts.iter().zip(classes);
        let rows: String =
            rows.map(|(row, name)| line(name, row.iter().map(ToString::to_string).collect())).collect();
        let head = line("", classes.to_vec());
        let (title, mistakes) = (self.title(), mistakes(&self.counts, classes));
        format!("{title}. Rows: the true class; columns: the predicted one.{head}{rows}\n{mistakes}")
    }

    fn label(&self) -> String {
        format!("Confusion matrix of {}. {}", self.title(), mistakes(&self.counts, &self.classes))
    }

    fn size(&self) -> (u32, u32) {
        let [right, bottom] = self.grid().end();
        (right as u32 + 4, bottom as u32 + 4)
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        let grid = self.grid();
        let ((left, top), [width, height]) = (grid.at, grid.side);
        label(area, (left - 8, 10), 14.0, HPos::Right, "true ↓")?;
        label(area, (left, 10), 14.0, HPos::Left, "predicted →")?;
        for (index, name) in self.classes.iter().enumerate() {
            let index = index as i32;
            label(area, (left + index * width + width / 2, top - 12), 15.0, HPos::Center, name)?;
            label(area, (left - 8, top + index * height + height / 2), 15.0, HPos::Right, name)?;
        }
        let cells = self.cells();
        let widest = widest(cells.iter().map(|cell| cell.text.clone()));
        area.draw(&Squares { grid, cells: &cells, type_size: TYPE, widest })?;
        area.draw(&self.region(&grid))
    }
}

/// The most frequent mistakes.
fn mistakes(counts: &[Vec<usize>], classes: &[String]) -> String {
    let places = (0..classes.len()).flat_map(|row| (0..classes.len()).map(move |column| (row, column)));
    let mut wrong: Vec<_> =
        places.filter(|&(row, column)| row != column && counts[row][column] > 0).collect();
    wrong.sort_by_key(|&(row, column)| std::cmp::Reverse(counts[row][column]));
    let name = |&(row, column): &(usize, usize)| {
        format!("{} taken for {} ({})", classes[row], classes[column], counts[row][column])
    };
    match wrong.len() {
        0 => "No mistakes.".to_owned(),
        _ => format!(
            "Most frequent mistakes: {}.",
            wrong.iter().take(NAMED).map(name).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// Blue on the diagonal, by the fraction of its row; red beside it, by the largest number of mistakes.
fn colour(counts: &[Vec<usize>], row: usize, column: usize) -> Rgb {
    let count = counts[row][column] as f64;
    if row == column {
        let all: usize = counts[row].iter().sum();
        return Scale::Signed(1.0).colour(-count / all.max(1) as f64);
    }
    let others = (0..counts.len()).flat_map(|row| (0..counts.len()).map(move |column| (row, column)));
    let most = others.filter(|(row, column)| row != column).map(|(row, column)| counts[row][column]).max();
    Scale::Signed(most.unwrap_or(0).max(1) as f64).colour(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    fn names() -> Vec<String> {
        ["cat", "dog", "owl"].map(str::to_owned).to_vec()
    }

    fn confusion_of(labels: &[i64], predicted: &[i64]) -> Result<Figure> {
        confusion(&Tensor::from_slice(labels), &Tensor::from_slice(predicted), &names())
    }

    #[test]
    fn images_are_counted_by_true_row_and_predicted_column() {
        let figure = confusion_of(&[0, 0, 0, 1, 2, 2], &[0, 1, 1, 1, 2, 0]).unwrap();
        assert_eq!(
            figure.text(),
            "6 images, 3 right (50.0 %). Rows: the true class; columns: the predicted one.\n\
             \x20        cat    dog    owl\n\
             \x20 cat      1      2      0\n\
             \x20 dog      0      1      0\n\
             \x20 owl      1      0      1\n\
             Most frequent mistakes: cat taken for dog (2), owl taken for cat (1)."
        );
        assert_eq!(figure.picture().matches("<rect").count(), 9);
        assert!(confusion_of(&[1, 2], &[1, 2]).unwrap().text().ends_with("No mistakes."));
    }

    #[test]
    fn mistakes_are_red_and_right_answers_blue() {
        let counts = [vec![9, 1], vec![0, 4]];
        let [red, blue] = [Scale::Signed(1.0).colour(1.0), Scale::Signed(1.0).colour(-1.0)];
        assert_eq!((colour(&counts, 0, 1), colour(&counts, 1, 1)), (red, blue));
        assert_eq!(colour(&counts, 1, 0), Scale::Signed(1.0).colour(0.0));
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        let message = |result: Result<Figure>| result.unwrap_err().to_string();
        assert!(
            message(confusion_of(&[0, 1], &[0])).contains("a prediction for each label, but got 2 and 1")
        );
        assert!(message(confusion_of(&[], &[])).contains("predictions to count, but got none"));
        assert!(
            message(confusion_of(&[0, 3], &[0, 1]))
                .contains("`labels` from 0 to 2, one for each name, but got 3")
        );
        assert!(message(confusion_of(&[0, 1], &[0, -1])).contains("`predicted` from 0 to 2"));
        let logits = Tensor::zeros([2, 3], (Kind::Float, Device::Cpu));
        let refused = message(confusion(&Tensor::from_slice(&[0i64, 1]), &logits, &names()));
        assert!(refused.contains(".argmax(-1, false)"), "{refused}");
        let many = vec![String::new(); 21];
        let labels = Tensor::from_slice(&[0i64]);
        assert!(message(confusion(&labels, &labels, &many)).contains("1 to 20 classes, but got 21"));
    }
}
