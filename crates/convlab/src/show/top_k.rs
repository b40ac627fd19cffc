use super::Figure;
use super::colour::Rgb;
use super::svg::{Anchor, Sheet};
use crate::models::TopK;
use crate::{Error, Result};

const WIDTH: f64 = 850.0;
const TITLE: f64 = 40.0;
const ROW: f64 = 34.0;
/// Where the bars begin and how long that of certainty is.
const LEFT: f64 = 360.0;
const LONGEST: f64 = 400.0;
const BAR: Rgb = [26, 128, 196];
/// Longer names are cut here.
const MOST_LETTERS: usize = 34;

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
    let mut sheet = Sheet::new(WIDTH, TITLE + ROW * top.guesses.len() as f64);
    sheet.text([2.0, TITLE / 2.0 - 2.0], 18.0, Anchor::Start, None, &short(&top.source, 90));
    for (row, (name, chance)) in top.guesses.iter().enumerate() {
        let middle = TITLE + ROW * (row as f64 + 0.5);
        let length = (LONGEST * chance.clamp(0.0, 1.0)).max(1.0);
        sheet.text([LEFT - 10.0, middle], 17.0, Anchor::End, None, &short(name, MOST_LETTERS));
        sheet.bar([LEFT, middle - 11.0, length, 22.0], BAR);
        let percent = format!("{:.1} %", 100.0 * chance);
        sheet.text([LEFT + length + 8.0, middle], 17.0, Anchor::Start, None, &percent);
    }
    let text = top.to_string();
    Ok(Figure::new(sheet.finish(&text.replace('\n', "; ")), text))
}

/// The beginning of a text, up to so many letters.
fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_class_is_likely() {
        let guesses = vec![("espresso".to_owned(), 0.75), ("cup".to_owned(), 0.25)];
        let html = top_k(&TopK { guesses, source: "SqueezeNet".into() }).unwrap().html();
        for part in [r#"width="300.0""#, r#"width="100.0""#, ">75.0 %<", ">25.0 %<", ">espresso<", ">cup<"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("0.750  espresso"), "the numbers are told as text: {html}");
    }

    #[test]
    fn a_long_name_is_cut_and_told_whole_as_text() {
        let name = "great white shark, white shark, man-eater, man-eating shark".to_owned();
        let figure = top_k(&TopK { guesses: vec![(name.clone(), 1.0)], source: "net".into() }).unwrap();
        assert!(figure.html().contains(">great white shark, white shark, m…<"));
        assert!(figure.text().contains(&name));
    }
}
