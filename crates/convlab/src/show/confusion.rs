use super::colour::{Rgb, Scale, ink_on};
use super::figure::Figure;
use super::svg::{Anchor, Sheet};
use crate::display::values;
use crate::text::grouped;
use crate::{Error, Result};
use tch::Tensor;

/// More classes than this make squares that nobody could read.
const MOST_CLASSES: usize = 20;
/// How many mistakes the text names.
const NAMED: usize = 5;
const TITLE: f64 = 40.0;
const HEAD: f64 = 46.0;
const ROW: f64 = 40.0;
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
    if !(1..=MOST_CLASSES).contains(&classes.len()) {
        let expected = format!("the names of 1 to {MOST_CLASSES} classes");
        return Err(Error::new(
            expected,
            classes.len().to_string(),
            "pass the data set's own, `&data.classes`",
        ));
    }
    let (truth, said) = (numbers("labels", labels, classes)?, numbers("predicted", predicted, classes)?);
    if truth.len() != said.len() {
        let found = format!("{} and {}", grouped(truth.len() as i64), grouped(said.len() as i64));
        return Err(Error::new("a prediction for each label", found, "predict all images of one split"));
    }
    if truth.is_empty() {
        return Err(Error::new("predictions to count", "none", "look at `labels.size()`"));
    }
    let mut counts = vec![vec![0; classes.len()]; classes.len()];
    truth.iter().zip(&said).for_each(|(&row, &column)| counts[row][column] += 1);
    let title = format!("{} images, {}", grouped(truth.len() as i64), right(&counts));
    let text = told(&title, &counts, classes);
    Ok(Figure::new(draw(&title, &counts, classes, text.lines().last().unwrap_or_default()), text))
}

/// Numbers of classes.
fn numbers(name: &str, of: &Tensor, classes: &[String]) -> Result<Vec<usize>> {
    let found = || format!("a tensor of shape {:?} and kind {:?}", of.size(), of.kind());
    if of.dim() != 1 || of.is_floating_point() {
        let remedy = match of.dim() {
            2 => "of logits [n, classes] take the class with `.argmax(-1, false)`",
            _ => "whole numbers of classes, one for each image",
        };
        return Err(Error::new(format!("`{name}` to be whole numbers of shape [n]"), found(), remedy));
    }
    let number = |value: &f64| Some(*value as usize).filter(|&class| *value >= 0.0 && class < classes.len());
    let values = values(of);
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

fn told(title: &str, counts: &[Vec<usize>], classes: &[String]) -> String {
    let width = classes.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(5);
    let line = |first: &str, rest: Vec<String>| {
        let rest: String = rest.iter().map(|entry| format!("  {entry:>width$}")).collect();
        format!("\n{first:>width$}{rest}")
    };
    let rows = counts.iter().zip(classes);
    let rows: String =
        rows.map(|(row, name)| line(name, row.iter().map(ToString::to_string).collect())).collect();
    let head = line("", classes.to_vec());
    format!(
        "{title}. Rows: the true class; columns: the predicted one.{head}{rows}\n{}",
        mistakes(counts, classes)
    )
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

fn draw(title: &str, counts: &[Vec<usize>], classes: &[String], label: &str) -> String {
    let longest = classes.iter().map(|name| name.chars().count()).max().unwrap_or(0) as f64 * LETTER;
    let (left, width) = ((longest + 24.0).max(70.0), (longest + 4.0).max(54.0));
    let side = classes.len() as f64;
    let mut sheet = Sheet::new(left + side * width + 4.0, TITLE + HEAD + side * ROW + 4.0);
    sheet.text([2.0, TITLE / 2.0 - 2.0], 20.0, Anchor::Start, None, title);
    sheet.text([left - 8.0, TITLE + 10.0], 14.0, Anchor::End, None, "true ↓");
    sheet.text([left, TITLE + 10.0], 14.0, Anchor::Start, None, "predicted →");
    for (index, name) in classes.iter().enumerate() {
        let (x, y) = (left + (index as f64 + 0.5) * width, TITLE + HEAD + (index as f64 + 0.5) * ROW);
        sheet.text([x, TITLE + HEAD - 12.0], 15.0, Anchor::Middle, None, name);
        sheet.text([left - 8.0, y], 15.0, Anchor::End, None, name);
    }
    for (row, line) in counts.iter().enumerate() {
        for (column, &count) in line.iter().enumerate() {
            let place = [left + column as f64 * width, TITLE + HEAD + row as f64 * ROW, width, ROW];
            let ground = colour(counts, row, column);
            sheet.square(place, ground);
            if count > 0 {
                let middle = [place[0] + width / 2.0, place[1] + ROW / 2.0];
                sheet.text(middle, 16.0, Anchor::Middle, Some(ink_on(ground)), &count.to_string());
            }
        }
    }
    sheet.finish(&format!("Confusion matrix of {title}. {label}"))
}

/// Blue on the diagonal, by the part of its row; red beside it, by the largest number of mistakes.
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

    fn told_of(labels: &[i64], predicted: &[i64]) -> Result<Figure> {
        confusion(&Tensor::from_slice(labels), &Tensor::from_slice(predicted), &names())
    }

    #[test]
    fn images_are_counted_by_true_row_and_predicted_column() {
        let figure = told_of(&[0, 0, 0, 1, 2, 2], &[0, 1, 1, 1, 2, 0]).unwrap();
        assert_eq!(
            figure.text(),
            "6 images, 3 right (50.0 %). Rows: the true class; columns: the predicted one.\n\
             \x20        cat    dog    owl\n\
             \x20 cat      1      2      0\n\
             \x20 dog      0      1      0\n\
             \x20 owl      1      0      1\n\
             Most frequent mistakes: cat taken for dog (2), owl taken for cat (1)."
        );
        assert_eq!(figure.html().matches("<rect").count(), 9);
        assert!(told_of(&[1, 2], &[1, 2]).unwrap().text().ends_with("No mistakes."));
    }

    #[test]
    fn mistakes_are_red_and_right_answers_blue() {
        let counts = [vec![9, 1], vec![0, 4]];
        let [red, blue] = [Scale::Signed(1.0).colour(1.0), Scale::Signed(1.0).colour(-1.0)];
        assert_eq!((colour(&counts, 0, 1), colour(&counts, 1, 1)), (red, blue));
        assert_eq!(colour(&counts, 1, 0), Scale::Signed(1.0).colour(0.0));
    }

    #[test]
    fn what_cannot_be_counted_is_told() {
        let told = |result: Result<Figure>| result.unwrap_err().to_string();
        assert!(told(told_of(&[0, 1], &[0])).contains("a prediction for each label, but got 2 and 1"));
        assert!(told(told_of(&[], &[])).contains("predictions to count, but got none"));
        assert!(
            told(told_of(&[0, 3], &[0, 1])).contains("`labels` from 0 to 2, one for each name, but got 3")
        );
        assert!(told(told_of(&[0, 1], &[0, -1])).contains("`predicted` from 0 to 2"));
        let logits = Tensor::zeros([2, 3], (Kind::Float, Device::Cpu));
        let refused = told(confusion(&Tensor::from_slice(&[0i64, 1]), &logits, &names()));
        assert!(refused.contains(".argmax(-1, false)"), "{refused}");
        let many = vec![String::new(); 21];
        let labels = Tensor::from_slice(&[0i64]);
        assert!(told(confusion(&labels, &labels, &many)).contains("1 to 20 classes, but got 21"));
    }
}
