use crate::display::{Displayed, emit};
use crate::text::escaped;
use crate::{Error, Result};
use std::path::Path;

/// A picture with its numbers as text; a cell that ends with one draws it.
///
/// It needs no network and looks the same in JupyterLab and in exported HTML; its text takes the colour of the page,
/// so that it can be read in a light and in a dark theme.
#[derive(Clone, PartialEq)]
pub struct Figure {
    picture: String,
    text: String,
}

impl Figure {
    /// `picture` is a whole `<svg>` or other HTML element; `text` says in words and numbers what it shows.
    pub(crate) fn new(picture: String, text: String) -> Self {
        Self { picture, text }
    }

    /// What the picture shows, in words and numbers.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Shows the figure here and now: a cell can show several, one below the other.
    ///
    /// In evcxr's own kernel, which has one place for a picture, the last one of a cell is shown.
    ///
    /// ```no_run
    /// # use convlab::prelude::*;
    /// # fn main() -> Result<()> {
    /// # let maps = [Tensor::zeros([3, 3], (Kind::Float, Device::Cpu))];
    /// for map in &maps {
    ///     show::kernel(map)?.show();
    /// }
    /// # Ok(()) }
    /// ```
    pub fn show(&self) {
        if crate::display::supports_live_output() {
            crate::display::show(&self.html(), &self.text);
        } else {
            self.evcxr_display();
        }
    }

    /// The picture without its numbers.
    pub(crate) fn picture(&self) -> &str {
        &self.picture
    }

    /// The picture as an HTML element, its numbers folded away below it.
    pub fn html(&self) -> String {
        let text = escaped(&self.text);
        format!(
            "<div class=\"convlab\">{}<details style=\"margin:4px 0\"><summary>As text</summary><pre>{text}</pre></details></div>",
            self.picture
        )
    }

    /// Writes the picture to a file, as `.svg` or as `.html`.
    ///
    /// # Errors
    /// If the file has another ending or cannot be written.
    ///
    /// ```no_run
    /// # use convlab::prelude::*;
    /// # fn main() -> Result<()> {
    /// # let xs = Tensor::zeros([3, 3], (Kind::Float, Device::Cpu));
    /// show::kernel(&xs)?.save("kernel.svg")?;
    /// # Ok(()) }
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let content = match ending.as_str() {
            "svg" if self.picture.starts_with("<svg") => self.picture.clone(),
            "html" => format!(
                "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>convlab</title>{}</html>\n",
                self.html()
            ),
            _ => {
                return Err(Error::new(
                    "a file name that ends in .svg or .html",
                    format!("`{}`", path.display()),
                    "change the ending",
                ));
            }
        };
        write(path, content)
    }
}

/// Writes a figure's file.
pub(super) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    std::fs::write(path, content).map_err(|error| {
        let expected = format!("to write the figure to {}", path.display());
        Error::new(expected, error.to_string(), "name another folder")
    })
}

impl Displayed for Figure {
    fn evcxr_display(&self) {
        emit("text/html", &self.html());
        emit("text/plain", &self.text);
    }
}

impl std::fmt::Debug for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_carries_its_text_and_text_cannot_break_out_of_it() {
        let figure = Figure::new("<svg></svg>".into(), "a < b & \"c\"".into());
        assert!(figure.html().contains("<pre>a &lt; b &amp; &quot;c&quot;</pre>"));
        assert_eq!(figure.text(), "a < b & \"c\"");
    }

    #[test]
    fn a_figure_is_saved_by_its_ending_and_another_ending_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let figure = Figure::new("<svg></svg>".into(), "numbers".into());
        figure.save(dir.path().join("a.svg")).unwrap();
        assert_eq!(std::fs::read_to_string(dir.path().join("a.svg")).unwrap(), "<svg></svg>");
        figure.save(dir.path().join("a.html")).unwrap();
        assert!(std::fs::read_to_string(dir.path().join("a.html")).unwrap().contains("numbers"));
        let refused = figure.save(dir.path().join("a.png")).unwrap_err().to_string();
        assert!(refused.contains(".svg or .html") && refused.contains("a.png"), "{refused}");
        let nowhere = figure.save(dir.path().join("no/such/a.svg")).unwrap_err().to_string();
        assert!(nowhere.contains("name another folder"), "{nowhere}");
    }
}
