use crate::show::Figure;
use crate::text::escaped;
use base64::Engine;
use serde_json::{Value, json};
use std::fmt::Display;
use tch::Tensor;

/// What a view's function may return: figures, text, numbers, a tensor, and lists, tuples and `Result`s of them.
pub trait Answer {
    /// Adds what is to be shown.
    ///
    /// # Errors
    /// The text of the error that the function returned.
    fn add_to(self, answers: &mut Answers) -> Result<(), String>;
}

/// Pictures and texts, one below the other.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Answers(Vec<Part>);

/// A picture, if there is one, and its text.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    svg: Option<String>,
    text: String,
}

impl Answers {
    /// Adds a text.
    pub fn text(&mut self, text: impl Into<String>) {
        self.0.push(Part { svg: None, text: text.into() });
    }

    /// Adds the pictures of an HTML text, or `text` where it has none.
    pub(super) fn html(&mut self, html: &str, text: &str) {
        let pictures = pictures(html);
        if pictures.is_empty() {
            self.text(text);
        }
        for (index, svg) in pictures.into_iter().enumerate() {
            let text = if index == 0 { text.to_owned() } else { String::new() };
            self.0.push(Part { svg: Some(svg), text });
        }
    }

    pub(super) fn json(&self) -> Value {
        self.0.iter().map(|part| json!({"svg": part.svg, "text": part.text})).collect()
    }

    /// Pictures as `<img>`, which is shown in notebooks that are not trusted, too.
    pub(super) fn still(&self) -> String {
        let part = |part: &Part| {
            let text = escaped(&part.text);
            match &part.svg {
                Some(svg) => {
                    let data = base64(svg.replace("currentColor", "#1f2328").as_bytes());
                    let alt = text.lines().next().unwrap_or_default();
                    format!(
                        "<img alt=\"{alt}\" style=\"background:#fff;padding:8px;max-width:100%\" \
                         src=\"data:image/svg+xml;base64,{data}\"><br>"
                    )
                }
                None => format!("<pre>{text}</pre>"),
            }
        };
        self.0.iter().map(part).collect()
    }

    pub(super) fn as_text(&self) -> String {
        self.0
            .iter()
            .map(|part| part.text.as_str())
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// How many bytes its pictures and texts have.
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|part| part.text.len() + part.svg.as_ref().map_or(0, String::len)).sum()
    }
}

pub(super) fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The outermost `<svg>` elements of an HTML text, each fit to stand alone.
fn pictures(html: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), html);
    while let Some(start) = rest.find("<svg") {
        rest = &rest[start..];
        let Some(end) = end_of(rest) else { break };
        let svg = &rest[..end];
        let head = svg.split('>').next().unwrap_or_default();
        found.push(match head.contains("xmlns=") {
            true => svg.to_owned(),
            false => svg.replacen("<svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"", 1),
        });
        rest = &rest[end..];
    }
    found
}

/// Where the element ends that begins here; elements of its own kind may stand in it.
fn end_of(svg: &str) -> Option<usize> {
    let (mut depth, mut at) = (0, 0);
    loop {
        let close = at + svg[at..].find("</svg>")?;
        depth += svg[at..close].matches("<svg").count();
        depth -= 1;
        at = close + "</svg>".len();
        if depth == 0 {
            return Some(at);
        }
    }
}

impl Answer for Figure {
    fn add_to(self, answers: &mut Answers) -> Result<(), String> {
        answers.html(&self.alone(), self.text());
        Ok(())
    }
}

impl Answer for &Figure {
    fn add_to(self, answers: &mut Answers) -> Result<(), String> {
        self.clone().add_to(answers)
    }
}

/// A tensor is shown as its numbers; `show::image(&x)` draws it.
impl Answer for Tensor {
    fn add_to(self, answers: &mut Answers) -> Result<(), String> {
        (&self).add_to(answers)
    }
}

impl Answer for &Tensor {
    fn add_to(self, answers: &mut Answers) -> Result<(), String> {
        answers.text(crate::display::tensor(self));
        Ok(())
    }
}

impl Answer for () {
    fn add_to(self, _: &mut Answers) -> Result<(), String> {
        Ok(())
    }
}

impl<T: Answer, E: Display> Answer for Result<T, E> {
    fn add_to(self, answers: &mut Answers) -> Result<(), String> {
        self.map_err(|error| error.to_string())?.add_to(answers)
    }
}

impl<T: Answer> Answer for Option<T> {
    fn add_to(self, answers: &mut Answers) -> Result<(), String> {
        self.map_or(Ok(()), |answer| answer.add_to(answers))
    }
}

impl<T: Answer> Answer for Vec<T> {
    fn add_to(self, answers: &mut Answers) -> Result<(), String> {
        self.into_iter().try_for_each(|answer| answer.add_to(answers))
    }
}

impl<T: Answer, const N: usize> Answer for [T; N] {
    fn add_to(self, answers: &mut Answers) -> Result<(), String> {
        self.into_iter().try_for_each(|answer| answer.add_to(answers))
    }
}

macro_rules! answers_as_text {
    ($($type:ty),*) => { $(impl Answer for $type {
        fn add_to(self, answers: &mut Answers) -> Result<(), String> {
            answers.text(self.to_string());
            Ok(())
        }
    })* };
}

answers_as_text!(&str, String, bool, char, i32, i64, u8, u32, u64, usize, f32, f64);

macro_rules! answers_of_tuples {
    ($(($($name:ident)+))*) => { $(
        #[allow(non_snake_case, reason = "a value is named after its type")]
        impl<$($name: Answer),+> Answer for ($($name,)+) {
            fn add_to(self, answers: &mut Answers) -> Result<(), String> {
                let ($($name,)+) = self;
                $($name.add_to(answers)?;)+
                Ok(())
            }
        }
    )* };
}

answers_of_tuples!((A) (A B) (A B C) (A B C D));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_pictures_are_taken_and_nothing_else() {
        let html =
            r#"<div><svg width="1"><svg x="2"></svg></svg><script>alert(1)</script><svg xmlns="a"></svg>"#;
        let expected = [
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="1"><svg x="2"></svg></svg>"#,
            r#"<svg xmlns="a"></svg>"#,
        ];
        assert_eq!(pictures(html), expected);
        assert!(pictures("<table></table>").is_empty() && pictures("<svg>").is_empty());
    }

    #[test]
    fn lists_and_tuples_are_shown_in_their_order_and_an_error_is_its_text() {
        let mut answers = Answers::default();
        (7, vec!["a", "b"], Some(0.5), ()).add_to(&mut answers).unwrap();
        assert_eq!(answers.as_text(), "7\na\nb\n0.5");
        let failed: Result<i64, &str> = Err("no");
        assert_eq!((1, failed).add_to(&mut Answers::default()), Err("no".to_owned()));
    }

    #[test]
    fn text_cannot_break_out_of_a_still_picture() {
        let mut answers = Answers::default();
        answers.text("</pre><script>");
        answers.html("<svg></svg>", "\"><script>");
        let still = answers.still();
        assert!(!still.contains("<script>"), "{still}");
    }
}
