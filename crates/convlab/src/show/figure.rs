use super::bitmap;
use super::elements::{Area, Drawn, Surface, label};
use super::page::{self, Film, Page};
use super::typeface;
use crate::display::{Displayed, emit};
use crate::{Error, Result};
use plotters::prelude::DrawingArea;
use plotters::style::text_anchor::HPos;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What a figure shows, drawn alike on any backend.
pub trait Drawing: Send + Sync + 'static {
    /// Is above the picture; may be empty.
    fn title(&self) -> String;
    /// What the picture shows, in words and numbers.
    fn text(&self) -> String;
    /// What a screen reader says of the picture.
    fn label(&self) -> String {
        self.text().lines().next().unwrap_or_default().to_owned()
    }
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);
    /// Draws the picture.
    ///
    /// # Errors
    /// If the backend cannot draw.
    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B>;
    /// The same with these captions, and how many it has room for; `None` if it has no captions.
    fn captioned(&self, _captions: &[&str]) -> Option<(usize, Self)>
    where
        Self: Sized,
    {
        None
    }
    /// The steps of a player.
    fn film(&self) -> Option<Film> {
        None
    }
}

/// A [`Drawing`] of whatever kind.
trait Picture: Send + Sync {
    fn page(&self, with_title: bool) -> Result<Page>;
    fn raster(&self, scale: u32) -> Result<bitmap::Raster>;
    fn captioned(&self, captions: &[&str]) -> Option<(usize, Result<Figure>)>;
}

impl<D: Drawing> Picture for D {
    fn page(&self, with_title: bool) -> Result<Page> {
        let size = if with_title { whole_size(self) } else { self.size() };
        let page = Rc::new(RefCell::new(Page::new(size)));
        let area = DrawingArea::from(&page);
        let drawn = if with_title { draw_whole(self, &area) } else { self.draw(&area) };
        drawn.map_err(|error| {
            Error::new("a figure that can be drawn", error.to_string(), "draw fewer or smaller numbers")
        })?;
        drop(area);
        Ok(page.take())
    }

    fn raster(&self, scale: u32) -> Result<bitmap::Raster> {
        bitmap::drawn(whole_size(self), scale, |area| draw_whole(self, area))
    }

    fn captioned(&self, captions: &[&str]) -> Option<(usize, Result<Figure>)> {
        Drawing::captioned(self, captions).map(|(room, drawing)| (room, Figure::of(drawing)))
    }
}

/// The height of a title above a picture that is a file of its own, and the size of its type.
const TITLE: u32 = 38;
const TITLE_TYPE: f64 = 20.0;

/// The size of a drawing with its title above it.
pub fn whole_size(drawing: &impl Drawing) -> (u32, u32) {
    let ((width, height), title) = (drawing.size(), drawing.title());
    match title.is_empty() {
        true => (width, height),
        false => (width.max(typeface::width(&title, TITLE_TYPE) as u32 + 8), height + TITLE),
    }
}

/// Draws a drawing with its title above it.
///
/// # Errors
/// If the backend cannot draw.
pub fn draw_whole<B: Surface>(drawing: &impl Drawing, area: &Area<B>) -> Drawn<B> {
    let title = drawing.title();
    if title.is_empty() {
        return drawing.draw(area);
    }
    label(area, (2, TITLE as i32 / 2 - 2), TITLE_TYPE, HPos::Left, &title)?;
    drawing.draw(&area.margin(TITLE, 0, 0, 0))
}

/// A picture with its numbers as text; a cell that ends with one draws it.
///
/// It needs no network and looks the same in JupyterLab and in exported HTML; its text takes the colour of the page,
/// so that it can be read in a light and in a dark theme. Values are shown under the pointer and, when the figure
/// has the keyboard's focus, with the arrow keys. A figure that nobody uses, such as `show::image(&x)?;` in the middle
/// of a cell, shows itself.
pub struct Figure {
    content: Content,
    text: String,
    made: Instant,
    /// Whether it was shown, saved or read.
    used: AtomicBool,
}

#[derive(Clone)]
enum Content {
    Html(String),
    Picture { picture: Arc<dyn Picture>, html: String, svg: String },
}

impl Figure {
    /// `element` is a whole HTML element; `text` says in words and numbers what it shows.
    pub(crate) fn new(element: String, text: String) -> Self {
        Self::with(Content::Html(element), text)
    }

    /// A figure that shows `drawing`.
    ///
    /// # Errors
    /// If it cannot be drawn.
    pub(crate) fn of(drawing: impl Drawing) -> Result<Self> {
        let (title, text, label) = (drawing.title(), drawing.text(), drawing.label());
        let page = drawing.page(false)?;
        let svg = page.svg(&label);
        let html = page::figure(
            &page::Picture {
                title: &title,
                label: &label,
                svg: &svg,
                width: drawing.size().0,
                answers: page.answers().as_deref(),
                film: drawing.film().as_ref(),
            },
            &text,
        );
        Ok(Self::with(Content::Picture { picture: Arc::new(drawing), html, svg }, text))
    }

    fn with(content: Content, text: String) -> Self {
        Self { content, text, made: Instant::now(), used: AtomicBool::new(false) }
    }

    /// What the picture shows, in words and numbers.
    pub fn text(&self) -> &str {
        self.use_it();
        &self.text
    }

    /// The same figure with these captions in place of its own, in reading order: `show::images(&xs)?.captions(&["yours",
    /// "the layer's"])?`. What they leave out keeps its own.
    ///
    /// # Errors
    /// If there are more captions than pictures, or the figure has none.
    ///
    /// ```
    /// # use convlab::prelude::*;
    /// let maps = Tensor::zeros([2, 3, 3], (Kind::Float, Device::Cpu));
    /// let figure = show::feature_maps(&maps)?.captions(&["yours", "the layer's"])?;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn captions<S: AsRef<str>>(&self, captions: &[S]) -> Result<Self> {
        self.use_it();
        let captions: Vec<&str> = captions.iter().map(AsRef::as_ref).collect();
        let captioned = match &self.content {
            Content::Picture { picture, .. } => picture.captioned(&captions),
            Content::Html(_) => None,
        };
        let found = format!("{} captions", captions.len());
        match captioned {
            Some((room, figure)) if captions.len() <= room => figure,
            Some((room, _)) => {
                let expected = format!("at most {room} captions, one for each picture");
                Err(Error::new(expected, found, "leave some out, or draw more pictures"))
            }
            None => {
                let remedy = "give captions to `show::images`, `show::filters` or `show::feature_maps`";
                Err(Error::new("a figure of pictures with captions", found, remedy))
            }
        }
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
            crate::display::show(&self.html(), self.text());
        } else {
            self.evcxr_display();
        }
    }

    /// The picture without its title and its numbers.
    pub(crate) fn picture(&self) -> &str {
        self.use_it();
        match &self.content {
            Content::Html(element) => element,
            Content::Picture { svg, .. } => svg,
        }
    }

    /// The picture with its title as one `<svg>` element, or the element of a table.
    pub(crate) fn alone(&self) -> String {
        self.use_it();
        match &self.content {
            Content::Html(element) => element.clone(),
            Content::Picture { picture, svg, .. } => {
                let label = self.text.lines().next().unwrap_or_default();
                picture.page(true).map_or_else(|_| svg.clone(), |page| page.svg(label))
            }
        }
    }

    /// The figure as an HTML element, its numbers folded away below it.
    pub fn html(&self) -> String {
        self.use_it();
        match &self.content {
            Content::Html(element) => page::block(element, &self.text),
            Content::Picture { html, .. } => html.clone(),
        }
    }

    /// Writes the figure to a file: `.svg`, `.png` or `.html`.
    ///
    /// A `.png` is twice as large as the figure in the notebook, black on white. A table can only be `.html`.
    ///
    /// # Errors
    /// If the file has another ending or cannot be written.
    ///
    /// ```no_run
    /// # use convlab::prelude::*;
    /// # fn main() -> Result<()> {
    /// # let xs = Tensor::zeros([3, 3], (Kind::Float, Device::Cpu));
    /// show::kernel(&xs)?.save("kernel.png")?;
    /// # Ok(()) }
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.use_it();
        let path = path.as_ref();
        match (&self.content, ending(path).as_str()) {
            (_, "html") => write(path, page::file(&self.html())),
            (Content::Picture { .. }, "svg") => write(path, self.alone()),
            (Content::Picture { picture, .. }, "png") => write(path, bitmap::png(&picture.raster(2)?)?),
            (Content::Html(_), _) => Err(wrong_ending(".html", path)),
            _ => Err(wrong_ending(".svg, .png or .html", path)),
        }
    }

    fn use_it(&self) {
        self.used.store(true, Ordering::Relaxed);
    }
}

/// The letters after a file name's last point.
pub(super) fn ending(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// The error for a file name with another ending.
pub(super) fn wrong_ending(endings: &str, path: &Path) -> Error {
    Error::new(
        format!("a file name that ends in {endings}"),
        format!("`{}`", path.display()),
        "change the ending",
    )
}

/// Writes a figure's file.
pub(super) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    std::fs::write(path, content).map_err(|error| {
        let expected = format!("to write the figure to {}", path.display());
        Error::new(expected, error.to_string(), "name another folder")
    })
}

/// A figure that is dropped sooner than this after it was made was no variable: its statement was `show::image(&x)?;`.
const STATEMENT: Duration = Duration::from_millis(100);

impl Drop for Figure {
    fn drop(&mut self) {
        let is_statement = !self.used.load(Ordering::Relaxed) && self.made.elapsed() < STATEMENT;
        if is_statement && !std::thread::panicking() && crate::display::is_notebook() {
            self.show();
        }
    }
}

impl Clone for Figure {
    fn clone(&self) -> Self {
        self.use_it();
        let copy = Self::with(self.content.clone(), self.text.clone());
        copy.use_it();
        copy
    }
}

impl Displayed for Figure {
    fn evcxr_display(&self) {
        emit("text/html", &self.html());
        emit("text/plain", self.text());
    }
}

impl std::fmt::Debug for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::kernel;
    use tch::Tensor;

    fn figure() -> Figure {
        kernel(&Tensor::from_slice2(&[[0.5f32, -1.0]])).unwrap()
    }

    #[test]
    fn text_cannot_break_out_of_a_figure() {
        let xs = Tensor::from_slice2(&[[0.5f32]]).unsqueeze(0);
        let html = crate::show::feature_maps(&xs).unwrap().captions(&["</script><b> & \"'"]).unwrap().html();
        assert!(!html.contains("<b>"), "{html}");
        assert_eq!(html.matches("</script>").count(), 1);
    }

    #[test]
    fn a_figure_is_saved_by_its_ending_and_another_ending_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for (name, begin) in [
            ("a.svg", b"<svg".as_slice()),
            ("a.png", b"\x89PNG"),
            ("a.PNG", b"\x89PNG"),
            ("a.html", b"<!doctype html>"),
        ] {
            figure().save(dir.path().join(name)).unwrap();
            assert!(std::fs::read(dir.path().join(name)).unwrap().starts_with(begin), "{name}");
        }
        let refused = figure().save(dir.path().join("a.jpg")).unwrap_err().to_string();
        assert!(refused.contains(".svg, .png or .html") && refused.contains("a.jpg"), "{refused}");
        let nowhere = figure().save(dir.path().join("no/such/a.svg")).unwrap_err().to_string();
        assert!(nowhere.contains("name another folder"), "{nowhere}");
    }

    #[test]
    fn a_table_is_a_page_only() {
        let refused = Figure::new(String::new(), String::new()).save("a.png").unwrap_err().to_string();
        assert!(refused.contains("ends in .html"), "{refused}");
    }

    #[test]
    fn captions_are_drawn_and_listed_and_too_many_are_refused() {
        let maps =
            crate::show::feature_maps(&Tensor::from_slice2(&[[0.5f32]]).expand([2, 1, 1], true)).unwrap();
        let named = maps.captions(&["yours"]).unwrap();
        assert!(named.html().contains(">yours</text>") && named.html().contains(">channel 1</text>"));
        assert!(named.text().contains("\nyours\n[[0.5000]]\nchannel 1\n"), "{}", named.text());
        let refused = maps.captions(&["a", "b", "c"]).unwrap_err().to_string();
        assert!(refused.contains("at most 2 captions") && refused.contains("3 captions"), "{refused}");
        let table = Figure::new(String::new(), String::new()).captions(&["a"]).unwrap_err().to_string();
        assert!(table.contains("show::feature_maps"), "{table}");
    }
}
