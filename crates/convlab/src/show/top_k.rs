use super::Figure;
use super::colour::Rgb;
use super::elements::{Area, Block, Drawn, Surface, label};
use super::figure::Drawing;
use super::region::{Names, Region, Values};
use super::tiles::shortened;
use crate::models::TopK;
use crate::{Error, Result};
use plotters::style::text_anchor::HPos;

const WIDTH: i32 = 850;
const ROW: i32 = 34;
/// Where the bars begin and how long that of certainty is.
const LEFT: i32 = 360;
const LONGEST: f64 = 400.0;
const BAR: Rgb = [26, 128, 196];
/// Longer names are cut here.
const MAX_LETTERS: usize = 34;

/// Draws what a net thinks likeliest as bars, a class in each row, the likeliest above; a bar's length is the
/// probability.
///
/// # Errors
/// If there is no class in `top`.
///
/// ```no_run
/// # use convlab::prelude::*;
/// let net = models::squeezenet()?;
/// let logits = net.forward_t(&net.input(&datasets::image("coffee.png")?)?, false);
/// let figure = show::top_k(&net.top_k(&logits, 5)?)?;
/// # Ok::<(), Error>(())
/// ```
pub fn top_k(top: &TopK) -> Result<Figure> {
    if top.guesses.is_empty() {
        return Err(Error::new(
            "at least one class to draw",
            "none",
            "pass what `net.top_k(&logits, 5)?` gives",
        ));
    }
    Figure::of(Bars { source: top.source.clone(), guesses: top.guesses.clone(), text: top.to_string() })
}

struct Bars {
    source: String,
    guesses: Vec<(String, f64)>,
    text: String,
}

impl Drawing for Bars {
    fn title(&self) -> String {
        shortened(&self.source, 90)
    }

    fn text(&self) -> String {
        self.text.clone()
    }

    fn label(&self) -> String {
        self.text().replace('\n', "; ")
    }

    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (ROW * self.guesses.len() as i32) as u32)
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        for (row, (name, chance)) in self.guesses.iter().enumerate() {
            let middle = ROW * row as i32 + ROW / 2;
            let length = ((LONGEST * chance.clamp(0.0, 1.0)).round() as i32).max(1);
            label(area, (LEFT - 10, middle), 17.0, HPos::Right, &shortened(name, MAX_LETTERS))?;
            area.draw(&Block { rect: [LEFT, middle - 11, length, 22], colour: BAR })?;
            let percent = format!("{:.1} %", 100.0 * chance);
            label(area, (LEFT + length + 8, middle), 17.0, HPos::Left, &percent)?;
        }
        let (rows, numbers): (Vec<String>, Vec<f64>) = self.guesses.iter().cloned().unzip();
        let size = [rows.len(), 1];
        let values = Values::Grid { size, numbers, names: Names { rows, ..Names::default() } };
        let rect = [0, 0, WIDTH, ROW * size[0] as i32];
        area.draw(&Region { name: String::new(), rect, values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_class_is_likely() {
        let guesses = vec![("espresso".to_owned(), 0.75), ("cup".to_owned(), 0.25)];
        let html = top_k(&TopK { guesses, source: "SqueezeNet".into() }).unwrap();
        let html = html.picture().to_owned() + html.text();
        for part in ["width='300'", "width='100'", ">75.0 %<", ">25.0 %<", ">espresso<", ">cup<"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("0.750  espresso"), "the numbers are there as text: {html}");
    }

    #[test]
    fn a_long_name_is_cut_and_whole_in_the_text() {
        let name = "great white shark, white shark, man-eater, man-eating shark".to_owned();
        let figure = top_k(&TopK { guesses: vec![(name.clone(), 1.0)], source: "net".into() }).unwrap();
        assert!(figure.picture().contains(">great white shark, white shark, m…<"));
        assert!(figure.text().contains(&name));
    }
}
