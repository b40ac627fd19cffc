use super::colour::{Rgb, png};
use super::figure::Figure;
use super::input::pictures;
use super::svg::{Anchor, Sheet};
use super::tiles::{self, GAP, TITLE, WIDTH};
use crate::datasets::Split;
use crate::display::values;
use crate::text::grouped;
use crate::{Error, Result};
use tch::{Kind, Tensor};

/// Of more images than this the first are drawn; the title says so.
const MOST_IMAGES: i64 = 100;
/// How many of the worst mistakes are drawn.
const MOST_MISTAKES: i64 = 20;
/// The room for the two lines above a picture.
const CAPTION: f64 = 44.0;
const RIGHT: &str = "#1a7f37";
const WRONG: &str = "#d1242f";

/// Draws images with what a network says of them: the true class, then the predicted one and its probability, with ✔ or
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
    let said = Said::new(split, logits, classes)?;
    let all = split.len();
    let title = match all {
        ..=MOST_IMAGES => format!("{all} images: {}", said.right()),
        _ => format!("First {MOST_IMAGES} of {} images; of all, {}", grouped(all), said.right()),
    };
    let places: Vec<i64> = (0..all.min(MOST_IMAGES)).collect();
    said.draw(split, classes, &places, &title)
}

/// Draws the mistakes that a network is surest of: up to twenty, the most probable wrong answer first.
///
/// Arguments and errors are those of [`predictions`]; it is an error, too, if there are no mistakes.
pub fn worst_mistakes(split: &Split, logits: &Tensor, classes: &[String]) -> Result<Figure> {
    let said = Said::new(split, logits, classes)?;
    let mut wrong: Vec<i64> = (0..split.len()).filter(|&place| !said.is_right(place)).collect();
    if wrong.is_empty() {
        let found = format!("none in {} images", grouped(split.len()));
        return Err(Error::new("mistakes to draw", found, "be glad, or look at more images"));
    }
    wrong.sort_by(|&a, &b| said.probability[b as usize].total_cmp(&said.probability[a as usize]));
    let count = wrong.len() as i64;
    wrong.truncate(MOST_MISTAKES as usize);
    let title = format!(
        "The {} surest of {} mistakes in {} images",
        wrong.len(),
        grouped(count),
        grouped(split.len())
    );
    said.draw(split, classes, &wrong, &title)
}

/// What a network says of some images.
struct Said {
    truth: Vec<usize>,
    class: Vec<usize>,
    /// The probability of the class that is said, 0 to 1.
    probability: Vec<f64>,
}

impl Said {
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
        let truth: Vec<usize> = values(&split.labels).into_iter().map(|label| label as usize).collect();
        if let Some(label) = truth.iter().find(|&&label| label >= classes.len()) {
            let expected = format!("labels from 0 to {}, one for each name", names - 1);
            return Err(Error::new(
                expected,
                label.to_string(),
                "pass the data set's own names, `&data.classes`",
            ));
        }
        let (probability, class) = logits.softmax(-1, Kind::Float).max_dim(-1, false);
        let class = values(&class).into_iter().map(|class| class as usize).collect();
        Ok(Self { truth, class, probability: values(&probability) })
    }

    fn is_right(&self, place: i64) -> bool {
        self.truth[place as usize] == self.class[place as usize]
    }

    /// `9,650 right (96.5 %)`.
    fn right(&self) -> String {
        let right = (0..self.truth.len() as i64).filter(|&place| self.is_right(place)).count();
        let part = 100.0 * right as f64 / self.truth.len() as f64;
        format!("{} right ({part:.1} %)", grouped(right as i64))
    }

    /// The true class, and what is said of it.
    fn lines(&self, place: i64, classes: &[String]) -> [String; 2] {
        let at = place as usize;
        let mark = if self.is_right(place) { '✔' } else { '✘' };
        let part = 100.0 * self.probability[at];
        [classes[self.truth[at]].clone(), format!("{mark} {} {part:.0} %", classes[self.class[at]])]
    }

    fn draw(&self, split: &Split, classes: &[String], places: &[i64], title: &str) -> Result<Figure> {
        let shown =
            split.images.index_select(0, &Tensor::from_slice(places).to_device(split.images.device()));
        let (pictures, size, _) = pictures(&shown)?;
        let told = places.iter().map(|&place| self.lines(place, classes));
        let text: String = told.map(|[truth, said]| format!("\n{truth}: {said}")).collect();
        let head = "above each image its true class, below that the predicted one";
        let mut grid = Places::new(title, places.len(), size);
        for (index, (&place, picture)) in places.iter().zip(&pictures).enumerate() {
            grid.tile(index, picture, &self.lines(place, classes), self.is_right(place))?;
        }
        let label = format!("{title}; {head}");
        Ok(Figure::new(grid.sheet.finish(&label), format!("{label}{text}")))
    }
}

/// Where the pictures stand.
struct Places {
    sheet: Sheet,
    columns: usize,
    /// Rows and columns of each picture.
    size: [usize; 2],
    width: f64,
    height: f64,
}

impl Places {
    fn new(title: &str, count: usize, size: [usize; 2]) -> Self {
        let columns = tiles::columns(count).min(8);
        let width = ((WIDTH + GAP) / columns as f64 - GAP).min(150.0);
        let height = width * size[0] as f64 / size[1].max(1) as f64;
        let rows = count.div_ceil(columns) as f64;
        let body = columns as f64 * (width + GAP) - GAP;
        let full = body.max(title.chars().count() as f64 * 10.5) + 4.0;
        let mut sheet = Sheet::new(full, TITLE + rows * (CAPTION + height + GAP));
        sheet.text([2.0, TITLE / 2.0 - 2.0], 20.0, Anchor::Start, None, title);
        Self { sheet, columns, size, width, height }
    }

    fn tile(
        &mut self,
        index: usize,
        picture: &[Rgb],
        [truth, said]: &[String; 2],
        right: bool,
    ) -> Result<()> {
        let [rows, columns] = self.size;
        let x = 2.0 + (index % self.columns) as f64 * (self.width + GAP);
        let y = TITLE + (index / self.columns) as f64 * (CAPTION + self.height + GAP);
        let fit = |text: &str| (self.width / (0.58 * text.chars().count().max(1) as f64)).min(16.0);
        let middle = x + self.width / 2.0;
        self.sheet.text([middle, y + 10.0], fit(truth), Anchor::Middle, None, truth);
        self.sheet.text([middle, y + 31.0], fit(said), Anchor::Middle, None, said);
        let place = [x, y + CAPTION, self.width, self.height];
        self.sheet.pixels(place, &png(picture, columns, rows)?);
        self.sheet.frame(place, if right { RIGHT } else { WRONG }, if right { 1.5 } else { 3.0 });
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
    fn each_image_is_told_with_its_class_and_the_probability_of_the_predicted_one() {
        let figure = predictions(&split(), &logits(), &names()).unwrap();
        let text = figure.text();
        assert!(text.starts_with("3 images: 1 right (33.3 %)"), "{text}");
        assert!(text.ends_with("\ncat: ✔ cat 75 %\ndog: ✘ cat 75 %\ncat: ✘ dog 90 %"), "{text}");
        assert_eq!(figure.html().matches("<image").count(), 3);
    }

    #[test]
    fn the_surest_mistake_comes_first_and_right_answers_are_left_out() {
        let figure = worst_mistakes(&split(), &logits(), &names()).unwrap();
        let text = figure.text();
        assert!(text.starts_with("The 2 surest of 2 mistakes in 3 images"), "{text}");
        assert!(text.ends_with("predicted one\ncat: ✘ dog 90 %\ndog: ✘ cat 75 %"), "{text}");
        let right = Tensor::from_slice2(&[[1f32, 0.0], [0.0, 2.0], [3.0, 0.0]]);
        let told = worst_mistakes(&split(), &right, &names()).unwrap_err().to_string();
        assert!(told.contains("mistakes to draw, but got none in 3 images"), "{told}");
    }

    #[test]
    fn of_many_images_the_first_hundred_are_drawn_and_all_are_counted() {
        let many = Split::new(split().images.repeat([50, 1, 1, 1]), split().labels.repeat([50])).unwrap();
        let figure = predictions(&many, &logits().repeat([50, 1]), &names()).unwrap();
        assert!(figure.text().starts_with("First 100 of 150 images; of all, 50 right (33.3 %)"));
        assert_eq!(figure.html().matches("<image").count(), 100);
    }

    #[test]
    fn what_does_not_fit_together_is_told() {
        let told =
            |logits: &Tensor, names: &[String]| predictions(&split(), logits, names).unwrap_err().to_string();
        assert!(told(&logits().narrow(0, 0, 2), &names()).contains("[3, 2]: for each image"));
        assert!(told(&logits(), &names()[..1]).contains("logits of shape [3, 1]"));
        assert!(told(&logits().softmax(-1, Kind::Float), &names()).contains("leave soft-max out"));
        let other = Split::new(split().images, Tensor::from_slice(&[0i64, 1, 5])).unwrap();
        let label = predictions(&other, &logits(), &names()).unwrap_err().to_string();
        assert!(label.contains("labels from 0 to 1, one for each name, but got 5"), "{label}");
        let none = predictions(&split().take(0).unwrap(), &logits(), &names()).unwrap_err().to_string();
        assert!(none.contains("images to draw"), "{none}");
    }
}
