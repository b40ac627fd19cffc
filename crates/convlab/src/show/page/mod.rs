//! The backend of a page: SVG in the page's own text colour, with names for screen readers and values on hover.

mod answers;
mod html;

pub use html::{Film, Picture, Row, block, figure, file, table};

use super::colour::{hex, png};
use super::elements::{INK, Pixels, Rect, Surface};
use super::region::Region;
use crate::text::escaped;
use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};
use std::fmt::Write;
use std::io;

/// An SVG picture that is being drawn; attributes are in single quotes, so that it can be part of an address.
#[derive(Default)]
pub struct Page {
    size: (u32, u32),
    body: String,
    /// How many pictures were drawn.
    pictures: usize,
    /// Where there are values, each with the number of pictures until then.
    regions: Vec<(Region, usize)>,
}

type Done = Result<(), DrawingErrorKind<io::Error>>;

/// What is drawn so often that it is said once, for the whole picture.
const ANCHOR: &str = "middle";

impl Page {
    /// An empty page of a width and height in CSS pixels.
    pub fn new(size: (u32, u32)) -> Self {
        Self { size, body: String::new(), pictures: 0, regions: Vec::new() }
    }

    /// The whole `<svg>` element; `label` is what a screen reader says of it.
    pub fn svg(&self, label: &str) -> String {
        let ((width, height), label) = (self.size, quoted(label));
        let least = html::narrowest(width);
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' role='img' aria-label='{label}' viewBox='0 0 {width} {height}' \
             width='{width}' style='max-width:100%;min-width:{least}px;height:auto' fill='currentColor' text-anchor='{ANCHOR}' \
             font-family='system-ui,sans-serif' font-size='16'>{}</svg>",
            self.body
        )
    }

    /// What the figure answers to the pointer, for its script; `None` where there is nothing.
    pub fn answers(&self) -> Option<String> {
        answers::encoded(&self.regions)
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) -> Done {
        // Writing to a String cannot fail.
        let _ = self.body.write_fmt(element);
        Ok(())
    }
}

/// `text` as an attribute's value in single quotes.
fn quoted(text: &str) -> String {
    escaped(text).replace('\'', "&#39;")
}

/// `currentColor` for our ink, else `#rrggbb`, with the opacity where there is one.
fn paint(name: &str, colour: BackendColor) -> String {
    let (r, g, b) = colour.rgb;
    let mut paint = if (r, g, b) == (INK.0, INK.1, INK.2) {
        format!(" {name}='currentColor'")
    } else {
        format!(" {name}='{}'", hex([r, g, b]))
    };
    if colour.alpha < 1.0 {
        let _ = write!(paint, " opacity='{:.2}'", colour.alpha);
    }
    paint
}

/// Points as the steps of a path: what goes along an axis needs one number.
fn steps(points: &[BackendCoord]) -> String {
    let mut steps = String::new();
    for (index, &(x, y)) in points.iter().enumerate() {
        let _ = match index.checked_sub(1).map(|before| points[before]) {
            None => write!(steps, "M{x} {y}"),
            Some(before) if before == (x, y) => continue,
            Some((_, above)) if above == y => write!(steps, "H{x}"),
            Some((beside, _)) if beside == x => write!(steps, "V{y}"),
            Some((from, above)) => write!(steps, "l{} {}", x - from, y - above),
        };
    }
    steps
}

impl DrawingBackend for Page {
    type ErrorType = io::Error;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Done {
        self.draw_rect((x, y), (x + 1, y + 1), &colour, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Done {
        let (w, h) = (right - x, bottom - y);
        let paint = match fill {
            true if style.color().alpha == 0.0 => " fill='none'".to_owned(),
            true => paint("fill", style.color()),
            false => format!(
                " fill='none'{} stroke-width='{}'",
                paint("stroke", style.color()),
                style.stroke_width()
            ),
        };
        self.push(format_args!("<rect x='{x}' y='{y}' width='{w}' height='{h}'{paint}/>"))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done {
        if style.color().alpha == 0.0 {
            return Ok(());
        }
        let points: Vec<_> = path.into_iter().collect();
        let straight = points.windows(2).all(|two| two[0].0 == two[1].0 || two[0].1 == two[1].1);
        let crisp = if straight { " shape-rendering='crispEdges'" } else { "" };
        let width = match style.stroke_width() {
            1 => String::new(),
            width => format!(" stroke-width='{width}'"),
        };
        let (stroke, steps) = (paint("stroke", style.color()), steps(&points));
        self.push(format_args!("<path fill='none'{stroke}{width}{crisp} d='{steps}'/>"))
    }

    fn draw_circle<S: BackendStyle>(&mut self, (x, y): BackendCoord, r: u32, style: &S, fill: bool) -> Done {
        let paint = match fill {
            true => paint("fill", style.color()),
            false => format!(" fill='none'{}", paint("stroke", style.color())),
        };
        self.push(format_args!("<circle cx='{x}' cy='{y}' r='{r}'{paint}/>"))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Done {
        if style.color().alpha == 0.0 {
            return Ok(());
        }
        let points: Vec<_> = path.into_iter().collect();
        let (fill, steps) = (paint("fill", style.color()), steps(&points));
        self.push(format_args!("<path{fill} d='{steps}z'/>"))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Done {
        let anchor = match style.anchor().h_pos {
            HPos::Left => " text-anchor='start'",
            HPos::Center => "",
            HPos::Right => " text-anchor='end'",
        };
        let turned = match style.transform() {
            FontTransform::Rotate90 => format!(" transform='rotate(90 {x} {y})'"),
            FontTransform::Rotate180 => format!(" transform='rotate(180 {x} {y})'"),
            FontTransform::Rotate270 => format!(" transform='rotate(270 {x} {y})'"),
            FontTransform::None => String::new(),
        };
        let ink = style.color();
        let ink = if ink.rgb == (INK.0, INK.1, INK.2) { String::new() } else { paint("fill", ink) };
        let size = style.size();
        // The middle of a digit is so far above its base line.
        let base = match style.anchor().v_pos {
            VPos::Top => 0.76 * size,
            VPos::Center => 0.36 * size,
            VPos::Bottom => -0.1 * size,
        };
        let y = (f64::from(y) + base).round();
        let size = if size == 16.0 { String::new() } else { format!(" font-size='{size}'") };
        let text = quoted(text);
        self.push(format_args!("<text x='{x}' y='{y}'{size}{anchor}{ink}{turned}>{text}</text>"))
    }
}

impl Surface for Page {
    fn picture(&mut self, [x, y, w, h]: Rect, picture: &Pixels<'_>) -> Done {
        let refused =
            |error: crate::Error| DrawingErrorKind::DrawingError(io::Error::other(error.to_string()));
        let [rows, columns] = picture.size;
        // What has more than two pixels for each of the page is averaged, which nobody sees.
        let smaller =
            (columns > 2 * w as usize || rows > 2 * h as usize).then(|| picture.stretched([2 * h, 2 * w]));
        let address = match &smaller {
            Some(colours) => png(colours, 2 * w as usize, 2 * h as usize),
            None => png(picture.colours, columns, rows),
        };
        let address = address.map_err(refused)?;
        let edges = if columns < w as usize { " style='image-rendering:pixelated'" } else { "" };
        self.pictures += 1;
        self.push(format_args!(
            "<image x='{x}' y='{y}' width='{w}' height='{h}' preserveAspectRatio='none'{edges} href='{address}'/>"
        ))
    }

    fn open(&mut self, name: &str) {
        let _ = self.push(format_args!("<g class='{name}'>"));
    }

    fn close(&mut self) {
        let _ = self.push(format_args!("</g>"));
    }

    fn region(&mut self, region: Region) {
        self.regions.push((region, self.pictures));
    }
}
