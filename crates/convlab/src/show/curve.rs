//! Lines in a coordinate system, drawn by plotters.

use super::figure::Figure;
use super::svg::element;
use crate::train::History;
use crate::{Error, Result};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::ops::Range;

const WIDTH: u32 = 760;
const HEIGHT: u32 = 400;
/// The room left of a plot for its numbers.
const LEFT: i32 = 100;
const FONT: &str = "system-ui, sans-serif";

/// Stands for the page's own text colour, black or white, which plotters has no word for.
const INK: RGBColor = RGBColor(1, 2, 3);
const INK_WRITTEN: &str = "\"#010203\"";

/// Colours that keep a contrast of 3 on white and on near-black, and that colour-blind readers tell apart.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0x1a, 0x80, 0xc4),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xa5, 0x66, 0xc4),
    RGBColor(0x9a, 0x84, 0x00),
    RGBColor(0xcc, 0x5a, 0x8c),
];

/// Of a line with more points, the highest and lowest of each stretch are drawn.
const MOST_POINTS: usize = 2000;
/// A line with more points has marks on so many of them.
const MOST_MARKS: usize = 12;

/// A coordinate system with lines to be drawn by [`curve`].
///
/// ```
/// # use convlab::prelude::*;
/// let plot = show::Plot::new("shift (pixels)", "test accuracy")
///     .line("fully connected", &[(0.0, 0.97), (2.0, 0.62), (4.0, 0.24)])
///     .line("convolutional", &[(0.0, 0.98), (2.0, 0.85), (4.0, 0.41)]);
/// let figure = show::curve(&plot)?;
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    x: String,
    y: String,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq)]
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
    /// Drawn thin, pale and without marks: what another line is the mean of.
    pale: bool,
}

impl Plot {
    /// A coordinate system without lines; `x` and `y` say what the axes count, with their unit.
    pub fn new(x: &str, y: &str) -> Self {
        Self { x: x.to_owned(), y: y.to_owned(), lines: Vec::new() }
    }

    /// Adds a line through `points`, pairs of x and y; at most six lines can be told apart.
    pub fn line(mut self, name: &str, points: &[(f64, f64)]) -> Self {
        self.lines.push(Line { name: name.to_owned(), points: points.to_vec(), pale: false });
        self
    }

    fn pale(mut self) -> Self {
        self.lines.iter_mut().for_each(|line| line.pale = true);
        self
    }
}

impl Line {
    fn style(&self, index: usize) -> RGBAColor {
        if self.pale { INK.mix(0.45) } else { COLOURS[index].to_rgba() }
    }
}

/// What [`curve`] can draw, as one coordinate system or several.
pub trait Curves {
    /// The coordinate systems, from top to bottom.
    fn plots(&self) -> Vec<Plot>;
}

impl Curves for Plot {
    fn plots(&self) -> Vec<Plot> {
        vec![self.clone()]
    }
}

/// A loss, say, for each step, counted from 1.
impl Curves for [f64] {
    fn plots(&self) -> Vec<Plot> {
        vec![Plot::new("step", "value").line("value", &counted(self))]
    }
}

/// As of a slice.
impl Curves for Vec<f64> {
    fn plots(&self) -> Vec<Plot> {
        self.as_slice().plots()
    }
}

/// The loss over the steps, with its running mean, and the validation accuracy over the epochs.
impl Curves for History {
    fn plots(&self) -> Vec<Plot> {
        let window = self.losses.len() / 40;
        let loss = Plot::new("step", "training loss");
        let loss = match window {
            ..3 => loss.line("each step", &counted(&self.losses)),
            _ => loss
                .line("each step", &counted(&self.losses))
                .pale()
                .line(&format!("mean of {window} steps"), &counted(&running_mean(&self.losses, window))),
        };
        let accuracies = self.accuracies();
        let points: Vec<_> = accuracies.iter().map(|&(epoch, part)| (epoch as f64, part)).collect();
        let accuracy = Plot::new("epoch", "validation accuracy").line("validation accuracy", &points);
        if points.is_empty() { vec![loss] } else { vec![loss, accuracy] }
    }
}

/// Draws lines: a training's [`History`], a list of losses, or any [`Plot`].
///
/// Each line has a colour and a mark of its own; the text tells its first, last, smallest and largest number.
///
/// # Errors
/// If there is no finite number to draw, or there are more than six lines.
///
/// ```
/// # use convlab::prelude::*;
/// let losses = vec![2.3, 1.1, 0.6, 0.4];
/// let figure = show::curve(&losses)?;
/// # Ok::<(), Error>(())
/// ```
pub fn curve(what: &(impl Curves + ?Sized)) -> Result<Figure> {
    let plots = what.plots();
    for plot in &plots {
        check(plot)?;
    }
    let size = (WIDTH, HEIGHT * plots.len() as u32);
    let mut drawn = String::new();
    {
        let root = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
        for (plot, area) in plots.iter().zip(root.split_evenly((plots.len(), 1))) {
            draw(plot, &area).map_err(|error| {
                Error::new("lines that can be drawn", error.to_string(), "draw fewer or smaller numbers")
            })?;
        }
    }
    let body = drawn.split_once('>').map_or("", |(_, rest)| rest).trim_end().trim_end_matches("</svg>");
    let body = body.replace(INK_WRITTEN, "\"currentColor\"");
    let text = plots.iter().map(told).collect::<Vec<_>>().join("\n");
    let label = plots.iter().map(|plot| format!("{} by {}", plot.y, plot.x)).collect::<Vec<_>>().join("; ");
    Ok(Figure::new(element(&body, [size.0.into(), size.1.into()], &label), text))
}

fn check(plot: &Plot) -> Result<()> {
    if plot.lines.len() > COLOURS.len() {
        let expected = format!("at most {} lines, so that they can be told apart", COLOURS.len());
        let found = format!("{} lines", plot.lines.len());
        return Err(Error::new(expected, found, "draw some of them in a plot of their own"));
    }
    if plot.lines.iter().flat_map(finite).next().is_none() {
        let found = match plot.lines.iter().map(|line| line.points.len()).sum::<usize>() {
            0 => "no point at all".to_owned(),
            count => format!("{count} points without a finite number"),
        };
        let remedy = "add points with `.line(\"name\", &points)`, or look at the numbers for NaN";
        return Err(Error::new("points to draw", found, remedy));
    }
    Ok(())
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Fault = Box<dyn std::error::Error>;

fn draw(plot: &Plot, area: &Area<'_>) -> Result<(), Fault> {
    let points = || plot.lines.iter().flat_map(finite);
    let (xs, ys) = (span(points().map(|point| point.0)), heights(points().map(|point| point.1)));
    let text = |size: f64| (FONT, size).into_font().color(&INK);
    let mut chart = ChartBuilder::on(area)
        .margin_right(24)
        .margin_top(rows(plot).last().map_or(20, |place| 46 + place.1))
        .margin_bottom(4)
        .x_label_area_size(62)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(xs.clone(), ys)?;
    let whole = xs.end - xs.start < 12.0 && points().all(|point| point.0.fract() == 0.0);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.18))
        .axis_style(INK.mix(0.6))
        .label_style(text(23.0))
        .axis_desc_style(text(24.0))
        .x_desc(&plot.x)
        .y_desc(&plot.y)
        .x_labels(if whole { (xs.end - xs.start) as usize + 2 } else { 8 })
        .y_labels(6)
        .x_label_formatter(&|value| short(*value))
        .y_label_formatter(&|value| short(*value))
        .draw()?;
    for (index, line) in plot.lines.iter().enumerate() {
        draw_line(&mut chart, area, line, index)?;
    }
    legend(plot, area)
}

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

fn draw_line(chart: &mut Chart<'_, '_>, area: &Area<'_>, line: &Line, index: usize) -> Result<(), Fault> {
    let points: Vec<_> = finite(line).collect();
    let style = line.style(index).stroke_width(if line.pale { 1 } else { 3 });
    chart.draw_series(LineSeries::new(thinned(&points), style))?;
    if !line.pale {
        let every = if points.len() <= 3 * MOST_MARKS { 1 } else { points.len() / MOST_MARKS };
        let corner = area.get_base_pixel();
        for point in points.iter().step_by(every) {
            let (x, y) = chart.backend_coord(point);
            area.draw(&mark(index, (x - corner.0, y - corner.1)))?;
        }
    }
    Ok(())
}

/// Marks and names above the plot.
fn legend(plot: &Plot, area: &Area<'_>) -> Result<(), Fault> {
    for ((index, line), (x, y)) in plot.lines.iter().enumerate().zip(rows(plot)) {
        let middle = y + 22;
        area.draw(&PathElement::new([(x, middle), (x + 30, middle)], line.style(index).stroke_width(3)))?;
        if !line.pale {
            area.draw(&mark(index, (x + 15, middle)))?;
        }
        let style = (FONT, 23.0).into_font().color(&INK).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(line.name.clone(), (x + 38, middle), style))?;
    }
    Ok(())
}

/// Where each line's entry in the legend stands; a line alone has none, the axis names it.
fn rows(plot: &Plot) -> Vec<(i32, i32)> {
    let (mut x, mut y) = (LEFT, 0);
    let lines = plot.lines.iter().filter(|_| plot.lines.len() > 1);
    let place = |line: &Line| {
        let width = 66 + 10 * line.name.chars().count() as i32;
        if x > LEFT && x + width > WIDTH as i32 {
            (x, y) = (LEFT, y + 30);
        }
        x += width;
        (x - width, y)
    };
    lines.map(place).collect()
}

/// Circle, square, triangle, diamond, cross and the other triangle, in pixels around the point.
const MARKS: [&[(i32, i32)]; COLOURS.len()] = [
    &[(6, 2), (2, 6), (-2, 6), (-6, 2), (-6, -2), (-2, -6), (2, -6), (6, -2)],
    &[(-5, -5), (5, -5), (5, 5), (-5, 5)],
    &[(0, -7), (7, 6), (-7, 6)],
    &[(0, -8), (8, 0), (0, 8), (-8, 0)],
    &[
        (-2, -7),
        (2, -7),
        (2, -2),
        (7, -2),
        (7, 2),
        (2, 2),
        (2, 7),
        (-2, 7),
        (-2, 2),
        (-7, 2),
        (-7, -2),
        (-2, -2),
    ],
    &[(0, 7), (7, -6), (-7, -6)],
];

/// The mark of a line at a pixel, so that the line is known without its colour.
fn mark(index: usize, (x, y): (i32, i32)) -> Polygon<(i32, i32)> {
    let corners: Vec<_> = MARKS[index].iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
    Polygon::new(corners, COLOURS[index])
}

fn counted(values: &[f64]) -> Vec<(f64, f64)> {
    values.iter().enumerate().map(|(index, value)| (index as f64 + 1.0, *value)).collect()
}

/// For each value the mean of the last `window` ones.
fn running_mean(values: &[f64], window: usize) -> Vec<f64> {
    let last = |end: usize| &values[end.saturating_sub(window)..end];
    (1..=values.len()).map(|end| last(end).iter().sum::<f64>() / last(end).len() as f64).collect()
}

fn finite(line: &Line) -> impl Iterator<Item = (f64, f64)> {
    line.points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite())
}

/// The lowest and the highest point of each of so many stretches that a line keeps its look.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if points.len() <= MOST_POINTS {
        return points.to_vec();
    }
    let stretch = points.len().div_ceil(MOST_POINTS / 2);
    let ends = |part: &[(f64, f64)]| {
        let by_height = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let (low, high) = (part.iter().min_by(by_height), part.iter().max_by(by_height));
        let mut ends: Vec<(f64, f64)> = low.into_iter().chain(high).copied().collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        ends
    };
    points.chunks(stretch).flat_map(ends).collect()
}

fn span(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (low, high) = values
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low < high { low..high } else { low - 1.0..high + 1.0 }
}

/// The y axis: from zero where that costs little room, and some room above and below.
fn heights(values: impl Iterator<Item = f64>) -> Range<f64> {
    let Range { start: low, end: high } = span(values);
    let room = 0.06 * (high - low);
    let start = if low >= 0.0 && low < 0.4 * high { 0.0 } else { low - room };
    start..high + room
}

/// What a plot shows, in words and numbers.
fn told(plot: &Plot) -> String {
    let lines = plot.lines.iter().map(|line| {
        let points: Vec<_> = finite(line).collect();
        let by_height = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let at = |point: Option<&(f64, f64)>| {
            point.map_or("none".into(), |(x, y)| format!("{} at {}", short(*y), short(*x)))
        };
        let strange = match line.points.len() - points.len() {
            0 => String::new(),
            count => format!(", {count} not finite"),
        };
        format!(
            "\n{}: {} points, first {}, last {}, smallest {}, largest {}{strange}",
            line.name,
            line.points.len(),
            at(points.first()),
            at(points.last()),
            at(points.iter().min_by(by_height)),
            at(points.iter().max_by(by_height)),
        )
    });
    format!("{} by {}{}", plot.y, plot.x, lines.collect::<String>())
}

/// At most four decimals, none that say nothing.
fn short(value: f64) -> String {
    if value != 0.0 && !(5e-5..1e6).contains(&value.abs()) {
        return format!("{value:.2e}");
    }
    let text = format!("{:.4}", value + 0.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Epoch;

    fn refused(what: &(impl Curves + ?Sized)) -> String {
        curve(what).expect_err("this cannot be drawn").to_string()
    }

    #[test]
    fn the_numbers_of_each_line_are_told() {
        let plot = Plot::new("shift (pixels)", "accuracy")
            .line("dense", &[(0.0, 0.97), (2.0, 0.125), (4.0, 0.5)])
            .line("conv", &[(0.0, 0.98), (4.0, f64::NAN)]);
        let expected = "\
accuracy by shift (pixels)
dense: 3 points, first 0.97 at 0, last 0.5 at 4, smallest 0.125 at 2, largest 0.97 at 0
conv: 2 points, first 0.98 at 0, last 0.98 at 0, smallest 0.98 at 0, largest 0.98 at 0, 1 not finite";
        assert_eq!(curve(&plot).unwrap().text(), expected);
    }

    #[test]
    fn text_takes_the_pages_colour_and_nothing_is_painted_behind_it() {
        let html = curve(&vec![3.0, 2.0, 1.5]).unwrap().html();
        let svg = html.split("<details").next().unwrap();
        assert!(svg.contains("<text") && svg.contains("currentColor"));
        for line in svg.lines().filter(|line| line.starts_with("<text")) {
            assert!(line.contains("fill=\"currentColor\""), "{line}");
        }
        assert!(!svg.contains("#FFFFFF") && !svg.contains("#000000") && !svg.contains("#010203"), "{svg}");
        assert!(!svg.contains("width=\"760\" height=\"400\""), "no background:\n{svg}");
    }

    #[test]
    fn lines_differ_in_colour_and_mark_and_are_named_above() {
        let plot = ["a", "b <b>"]
            .iter()
            .fold(Plot::new("x", "y"), |plot, name| plot.line(name, &[(0.0, 1.0), (1.0, 2.0)]));
        let html = curve(&plot).unwrap().html();
        assert!(html.contains("b &lt;b&gt;") && !html.contains("<b>"));
        for colour in ["#1A80C4", "#D55E00"] {
            // A mark at each of two points and one in the legend.
            let marks = html.lines().filter(|line| line.starts_with("<polygon") && line.contains(colour));
            assert_eq!(marks.count(), 3, "{html}");
        }
        assert_eq!(COLOURS.len(), MARKS.len());
    }

    #[test]
    fn a_history_is_drawn_as_its_losses_and_its_accuracies() {
        let losses = (1..=200).map(|step| 1.0 / f64::from(step)).collect();
        let mut history = History { losses, ..History::default() };
        assert_eq!(curve(&history).unwrap().text().lines().count(), 3);
        history.epochs = vec![Epoch { accuracy: Some(0.75), ..Epoch::default() }];
        let told = curve(&history).unwrap().text().to_owned();
        assert!(
            told.starts_with("training loss by step\neach step: 200 points, first 1 at 1, last 0.005 at 200")
        );
        assert!(told.contains("mean of 5 steps: 200 points"), "{told}");
        assert!(
            told.contains("validation accuracy by epoch\nvalidation accuracy: 1 points, first 0.75 at 1")
        );
    }

    #[test]
    fn a_running_mean_is_over_the_last_values() {
        assert_eq!(running_mean(&[1.0, 3.0, 5.0, 7.0], 2), [1.0, 2.0, 4.0, 6.0]);
    }

    #[test]
    fn a_long_line_keeps_its_peaks() {
        let mut values = vec![0.0; 50_000];
        values[33_333] = 9.0;
        let points = thinned(&counted(&values));
        assert!(points.len() <= MOST_POINTS && points.contains(&(33_334.0, 9.0)), "{}", points.len());
        assert!(points.is_sorted_by(|a, b| a.0 <= b.0));
    }

    #[test]
    fn axes_hold_all_numbers_and_begin_at_zero_where_that_costs_little() {
        assert_eq!(heights([0.1, 2.3].into_iter()).start, 0.0);
        let accuracies = heights([0.9, 0.95].into_iter());
        assert!(accuracies.start > 0.89 && accuracies.end > 0.95);
        let flat = heights([0.5, 0.5].into_iter());
        assert!(flat.contains(&0.5));
    }

    #[test]
    fn what_cannot_be_drawn_is_told() {
        assert!(refused(&Plot::new("x", "y")).contains("no point at all"));
        assert!(refused(&vec![f64::NAN; 3]).contains("3 points without a finite number"));
        let many = (0..7).fold(Plot::new("x", "y"), |plot, _| plot.line("a", &[(0.0, 1.0)]));
        assert!(refused(&many).contains("at most 6 lines"));
    }
}
