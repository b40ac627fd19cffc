//! Draws coordinate systems with plotters, in the page's own text colour.

use super::plot::{Line, Plot};
use super::short;
use crate::show::svg::element;
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

/// More lines than there are colours cannot be told apart.
pub const MOST_LINES: usize = COLOURS.len();
/// Of a line with more points, the highest and lowest of each stretch are drawn.
pub const MOST_POINTS: usize = 2000;
/// A line with more points has marks on so many of them.
const MOST_MARKS: usize = 12;

/// An `<svg>` of the plots, one below the other; `label` is what a screen reader says of it.
///
/// # Errors
/// If plotters cannot draw them.
pub fn svg(plots: &[Plot], label: &str) -> Result<String> {
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
    Ok(element(&body, [size.0.into(), size.1.into()], label))
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Fault = Box<dyn std::error::Error>;

fn draw(plot: &Plot, area: &Area<'_>) -> Result<(), Fault> {
    let points = || plot.lines.iter().flat_map(Line::finite);
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
    let points: Vec<_> = line.finite().collect();
    let style = colour(line, index).stroke_width(if line.pale { 1 } else { 3 });
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
        area.draw(&PathElement::new([(x, middle), (x + 30, middle)], colour(line, index).stroke_width(3)))?;
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
const MARKS: [&[(i32, i32)]; MOST_LINES] = [
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

fn colour(line: &Line, index: usize) -> RGBAColor {
    if line.pale { INK.mix(0.45) } else { COLOURS[index].to_rgba() }
}

/// The lowest and the highest point of each of so many stretches that a line keeps its look.
pub fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
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
pub fn heights(values: impl Iterator<Item = f64>) -> Range<f64> {
    let Range { start: low, end: high } = span(values);
    let room = 0.06 * (high - low);
    let start = if low >= 0.0 && low < 0.4 * high { 0.0 } else { low - room };
    start..high + room
}
