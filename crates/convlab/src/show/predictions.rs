use super::elements::{Area, Drawn, Picture, Pixels, Surface, frame, label};
use super::figure::{Drawing, Figure};
use super::input::{Pictures, numbers, pictures, whole_numbers};
use super::region::{Region, Values};
use super::tiles::{self, GAP, WIDTH, fitted, shortened};
use crate::datasets::Split;
use crate::text::grouped;
use crate::{Error, Result};
use plotters::prelude::RGBColor;
use plotters::style::text_anchor::HPos;
use tch::{Kind, Tensor};

/// Of more images than this the first are drawn; the title says so.
const MAX_IMAGES: i64 = 100;
/// How many of the worst mistakes are drawn.
const MAX_MISTAKES: i64 = 20;
/// The room for the two lines above a picture.
const CAPTION: i32 = 46;
const RIGHT: RGBColor = RGBColor(0x1a, 0x7f, 0x37);
const WRONG: RGBColor = RGBColor(0xd1, 0x24, 0x2f);

/// Draws images with what a network predicts: the true class, then the predicted one and its probability, with ✔ or
/// ✘. The first hundred are drawn; pick others with `split.take(10)?` or `split.sample(10)?`.
///
/// `logits` [n, classes] are the network's output for the split's images, before soft-max; `classes[label]` is a label's
/// name.
///
/// # Errors
/// If the logits do not fit the images and the names, or are probabilities already.
///
/// ```
/// # use convlab::prelude::*;
/// # let xs = Tensor::zeros([2, 1, 1, 2], (Kind::Float, Device::Cpu));
/// # let test = Split::new(xs, Tensor::from_slice(&[0i64, 1]))?;
/// # let net = nn::func(|xs| xs.flat_view());
/// let logits = net.forward(&test.images);
/// let figure = show::predictions(&test, &logits, &["cat".into(), "dog".into()])?;
/// # Ok::<(), Error>(())
/// ```
pub fn predictions(split: &Split, logits: &Tensor, classes: &[String]) -> Result<Figure> {
    let predicted = Predictions::new(split, logits, classes)?;
    let all = split.len();
    let title = match all {
        ..=MAX_IMAGES => format!("{all} images: {}", predicted.right()),
        _ => format!("First {MAX_IMAGES} of {} images; of all, {}", grouped(all), predicted.right()),
    };
    let indices: Vec<i64> = (0..all.min(MAX_IMAGES)).collect();
    predicted.figure(split, classes, &indices, title)
}

/// Draws the mistakes that a network is surest of: up to twenty, the most probable wrong answer first.
///
/// Arguments and errors are those of [`predictions`]; it is an error, too, if there are no mistakes.
pub fn worst_mistakes(split: &Split, logits: &Tensor, classes: &[String]) -> Result<Figure> {
    let predicted = Predictions::new(split, logits, classes)?;
    let mut wrong: Vec<i64> = (0..split.len()).filter(|&index| !predicted.is_right(index)).collect();
    if wrong.is_empty() {
        let found = format!("none in {} images", grouped(split.len()));
        return Err(Error::new("mistakes to draw", found, "be glad, or look at more images"));
    }
    wrong.sort_by(|&a, &b| predicted.probability[b as usize].total_cmp(&predicted.probability[a as usize]));
    let count = wrong.len() as i64;
    wrong.truncate(MAX_MISTAKES as usize);
    let title = format!(
        "The {} surest of {} mistakes in {} images",
        wrong.len(),
        grouped(count),
        grouped(split.len())
    );
    predicted.figure(split, classes, &wrong, title)
}

/// What a network predicts for some images.
struct Predictions {
    truth: Vec<usize>,
    class: Vec<usize>,
    /// The probability of the predicted class, 0 to 1.
    probability: Vec<f64>,
}

impl Predictions {
    fn new(split: &Split, logits: &Tensor, classes: &[String]) -> Result<Self> {
        let (n, names) = (split.len(), classes.len() as i64);
        if n == 0 {
            return Err(Error::new("images to draw", "none", "look at `split.len()`"));
        }
        let expected =
            format!("logits of shape [{n}, {names}]: for each image a score for each of the {names} names");
        if logits.size() != [n, names] || !logits.is_floating_point() {
            let found = format!("a tensor of shape {:?} and kind {:?}", logits.size(), logits.kind());
            return Err(Error::new(
                expected,
                found,
                "pass `&net.forward_t(&split.images, false)` and `&data.classes`",
            ));
        }
        let logits = logits.detach();
        let sums = logits.sum_dim_intlist(-1, false, Kind::Float);
        if names > 1
            && logits.ge(0.0).all().int64_value(&[]) == 1
            && sums.allclose(&sums.ones_like(), 1e-4, 1e-4, false)
        {
            let remedy = "leave soft-max out: it is applied in here";
            return Err(Error::new(expected, "probabilities: every row adds up to 1", remedy));
        }
        let truth: Vec<usize> =
            whole_numbers(&split.labels).into_iter().map(|label| label as usize).collect();
        if let Some(label) = truth.iter().find(|&&label| label >= classes.len()) {
            let expected = format!("labels from 0 to {}, one for each name", names - 1);
            return Err(Error::new(
                expected,
                label.to_string(),
                "pass the data set's own names, `&data.classes`",
            ));
        }
        let (probability, class) = logits.softmax(-1, Kind::Float).max_dim(-1, false);
        let class = whole_numbers(&class).into_iter().map(|class| class as usize).collect();
        Ok(Self { truth, class, probability: numbers(&probability) })
    }

    fn is_right(&self, index: i64) -> bool {
        self.truth[index as usize] == self.class[index as usize]
    }

    /// `9,650 right (96.5 %)`.
    fn right(&self) -> String {
        let right = (0..self.truth.len() as i64).filter(|&index| self.is_right(index)).count();
        let percent = 100.0 * right as f64 / self.truth.len() as f64;
        format!("{} right ({percent:.1} %)", grouped(right as i64))
    }

    /// The true class, and what is predicted.
    fn lines(&self, index: i64, classes: &[String]) -> [String; 2] {
        let at = index as usize;
        let mark = if self.is_right(index) { '✔' } else { '✘' };
        let percent = 100.0 * self.probability[at];
        [classes[self.truth[at]].clone(), format!("{mark} said {}, {percent:.0} %", classes[self.class[at]])]
    }

    fn figure(&self, split: &Split, classes: &[String], indices: &[i64], title: String) -> Result<Figure> {
        let chosen = Tensor::from_slice(indices).to_device(split.images.device());
        let pictures = pictures(&split.images.index_select(0, &chosen))?;
        let entries = indices.iter().map(|&index| (self.lines(index, classes), self.is_right(index)));
        Figure::of(Gallery { title, pictures, entries: entries.collect() })
    }
}

/// Pictures, each with its true class, what was predicted and whether that is right.
struct Gallery {
    title: String,
    pictures: Pictures,
    entries: Vec<([String; 2], bool)>,
}

impl Gallery {
    /// Columns, and width and height of a picture.
    fn layout(&self) -> (usize, [i32; 2]) {
        let columns = tiles::columns(self.entries.len()).min(7);
        let width = ((WIDTH + GAP) / columns as i32 - GAP).min(150);
        (columns, fitted(self.pictures.size, [width, 2 * width]))
    }
}

impl Drawing for Gallery {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn text(&self) -> String {
        let lines = self.entries.iter().map(|([truth, predicted], _)| format!("\n{truth}: {predicted}"));
        format!("{}{}", self.label(), lines.collect::<String>())
    }

    fn label(&self) -> String {
        format!("{}; above each image its true class, below that the predicted one", self.title)
    }

    fn size(&self) -> (u32, u32) {
        let (columns, [_, h]) = self.layout();
        let step = (WIDTH + GAP) / columns as i32;
        let rows = self.entries.len().div_ceil(columns) as i32;
        (
            (columns.min(self.entries.len()) as i32 * step.min(150 + GAP)) as u32,
            (rows * (CAPTION + h + GAP)) as u32,
        )
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        let (columns, [w, h]) = self.layout();
        let step = ((WIDTH + GAP) / columns as i32).min(150 + GAP);
        let Pictures { colours, size, ends: (low, high), .. } = &self.pictures;
        for (index, ((lines, right), colours)) in self.entries.iter().zip(colours).enumerate() {
            let x = (index % columns) as i32 * step + (step - w) / 2;
            let y = (index / columns) as i32 * (CAPTION + h + GAP);
            for (line, middle) in lines.iter().zip([y + 10, y + 32]) {
                let fits = f64::from(step - 6) / (0.56 * line.chars().count().max(1) as f64);
                let size = fits.clamp(12.0, 16.0).floor();
                let line = shortened(line, (f64::from(step - 6) / (0.56 * size)) as usize);
                label(area, (x + w / 2, middle), size, HPos::Center, &line)?;
            }
            let rect = [x, y + CAPTION, w, h];
            area.draw(&Picture { rect, pixels: Pixels { colours, size: *size } })?;
            frame(area, rect, if *right { RIGHT } else { WRONG }, if *right { 1 } else { 3 })?;
            let values = Values::Picture { size: *size, low: *low, high: *high };
            area.draw(&Region { name: format!("{}, {}", lines[0], lines[1]), rect, values })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    fn names() -> Vec<String> {
        ["cat", "dog"].map(str::to_owned).to_vec()
    }

    /// Three images whose labels are 0, 1, 0.
    fn split() -> Split {
        let images = Tensor::zeros([3, 1, 2, 2], (Kind::Float, Device::Cpu));
        Split::new(images, Tensor::from_slice(&[0i64, 1, 0])).unwrap()
    }

    fn logits() -> Tensor {
        // Soft-max of (ln 3, 0) is (3/4, 1/4); of (0, ln 9) it is (1/10, 9/10).
        let (three, nine) = (3f32.ln(), 9f32.ln());
        Tensor::from_slice2(&[[three, 0.0], [three, 0.0], [0.0, nine]])
    }

    #[test]
    fn each_image_has_its_class_and_the_probability_of_the_predicted_one() {
        let figure = predictions(&split(), &logits(), &names()).unwrap();
        let text = figure.text();
        assert!(text.starts_with("3 images: 1 right (33.3 %)"), "{text}");
        assert!(
            text.ends_with("\ncat: ✔ said cat, 75 %\ndog: ✘ said cat, 75 %\ncat: ✘ said dog, 90 %"),
            "{text}"
        );
        assert_eq!(figure.html().matches("<image").count(), 3);
    }

    #[test]
    fn the_surest_mistake_comes_first_and_right_answers_are_left_out() {
        let figure = worst_mistakes(&split(), &logits(), &names()).unwrap();
        let text = figure.text();
        assert!(text.starts_with("The 2 surest of 2 mistakes in 3 images"), "{text}");
        assert!(text.ends_with("predicted one\ncat: ✘ said dog, 90 %\ndog: ✘ said cat, 75 %"), "{text}");
        let right = Tensor::from_slice2(&[[1f32, 0.0], [0.0, 2.0], [3.0, 0.0]]);
        let message = worst_mistakes(&split(), &right, &names()).unwrap_err().to_string();
        assert!(message.contains("mistakes to draw, but got none in 3 images"), "{message}");
    }

    #[test]
    fn of_many_images_the_first_hundred_are_drawn_and_all_are_counted() {
        let many = Split::new(split().images.repeat([50, 1, 1, 1]), split().labels.repeat([50])).unwrap();
        let figure = predictions(&many, &logits().repeat([50, 1]), &names()).unwrap();
        assert!(figure.text().starts_with("First 100 of 150 images; of all, 50 right (33.3 %)"));
        assert_eq!(figure.html().matches("<image").count(), 100);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let message =
            |logits: &Tensor, names: &[String]| predictions(&split(), logits, names).unwrap_err().to_string();
        assert!(message(&logits().narrow(0, 0, 2), &names()).contains("[3, 2]: for each image"));
        assert!(message(&logits(), &names()[..1]).contains("logits of shape [3, 1]"));
        assert!(message(&logits().softmax(-1, Kind::Float), &names()).contains("leave soft-max out"));
        let other = Split::new(split().images, Tensor::from_slice(&[0i64, 1, 5])).unwrap();
        let label = predictions(&other, &logits(), &names()).unwrap_err().to_string();
        assert!(label.contains("labels from 0 to 1, one for each name, but got 5"), "{label}");
        let none = predictions(&split().take(0).unwrap(), &logits(), &names()).unwrap_err().to_string();
        assert!(none.contains("images to draw"), "{none}");
    }
}
