//! Draws coordinate systems with plotters, in the page's own text colour.

use super::plot::{Line, Plot};
use super::short;
use crate::show::elements::{Area, Drawn, INK, Surface, label};
use crate::show::figure::Drawing;
use crate::show::region::{Region, Values};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;
use std::ops::Range;

const WIDTH: u32 = 760;
const HEIGHT: u32 = 400;
/// The room left of a plot for its numbers.
const LEFT: i32 = 100;
const FONT: &str = "system-ui, sans-serif";

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
pub const MAX_LINES: usize = COLOURS.len();
/// Of a line with more points, the highest and lowest of each stretch are drawn.
pub const MAX_POINTS: usize = 1000;
/// A line with more points has marks on so many of them.
const MAX_MARKS: usize = 12;

/// The plots, one below the other.
pub struct Curve {
    pub plots: Vec<Plot>,
    pub text: String,
}

impl Drawing for Curve {
    fn title(&self) -> String {
        String::new()
    }

    fn text(&self) -> String {
        self.text.clone()
    }

    fn label(&self) -> String {
        let names = self.plots.iter().map(|plot| format!("{} by {}", plot.y, plot.x));
        names.collect::<Vec<_>>().join("; ")
    }

    fn size(&self) -> (u32, u32) {
        (WIDTH, HEIGHT * self.plots.len() as u32)
    }

    fn draw<B: Surface>(&self, area: &Area<B>) -> Drawn<B> {
        let areas = area.split_evenly((self.plots.len(), 1));
        self.plots.iter().zip(&areas).try_for_each(|(plot, area)| draw(plot, area))
    }
}

fn draw<B: Surface>(plot: &Plot, area: &Area<B>) -> Drawn<B> {
    let points = || plot.lines.iter().flat_map(Line::finite);
    let (xs, ys) = (span(points().map(|point| point.0)), heights(points().map(|point| point.1), &plot.y));
    let text = |size: f64| (FONT, size).into_font().color(&INK);
    let mut chart = ChartBuilder::on(area)
        .margin_right(24)
        .margin_top(rows(plot).last().map_or(20, |at| 46 + at.1))
        .margin_bottom(4)
        .x_label_area_size(62)
        .y_label_area_size(LEFT)
        .build_cartesian_2d(xs.clone(), ys)?;
    let whole = xs.end - xs.start < 12.0 && points().all(|point| point.0.fract() == 0.0);
    let alone = points().count() == 1;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(INK.mix(0.18))
        .axis_style(INK.mix(0.6))
        .label_style(text(19.0))
        .axis_desc_style(text(20.0))
        .x_desc(&plot.x)
        .y_desc(&plot.y)
        .x_labels(if alone {
            1
        } else if whole {
            (xs.end - xs.start) as usize + 2
        } else {
            8
        })
        .y_labels(6)
        .x_label_formatter(&|value| short(*value))
        .y_label_formatter(&|value| short(*value))
        .draw()?;
    for (index, line) in plot.lines.iter().enumerate() {
        draw_line(&mut chart, area, line, index)?;
        area.draw(&region(&chart, area, plot, line))?;
    }
    if let (true, Some(point)) = (alone, points().next()) {
        let (x, y) = chart.backend_coord(&point);
        let corner = area.get_base_pixel();
        label(area, (x - corner.0 + 14, y - corner.1 - 16), 19.0, HPos::Left, &short(point.1))?;
    }
    legend(plot, area)
}

type Chart<'a, B> = ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Where a line's points are, and their numbers.
fn region<B: Surface>(chart: &Chart<'_, B>, area: &Area<B>, plot: &Plot, line: &Line) -> Region {
    let axes = chart.plotting_area();
    let (xs, ys) = (axes.get_x_range(), axes.get_y_range());
    let corner = area.get_base_pixel();
    let pixel = |x: f64, y: f64| {
        let (x, y) = chart.backend_coord(&(x, y));
        (f64::from(x - corner.0), f64::from(y - corner.1))
    };
    let ((left, bottom), (right, top)) = (pixel(xs.start, ys.start), pixel(xs.end, ys.end));
    // Whole pixels are too coarse for a slope, so it is taken over the whole axis.
    let along = (right - left) / (xs.end - xs.start);
    let up = (top - bottom) / (ys.end - ys.start);
    let map = [left - along * xs.start, along, bottom - up * ys.start, up];
    let points = thinned(&line.finite().collect::<Vec<_>>());
    let rect = [left as i32, top as i32, (right - left) as i32, (bottom - top) as i32];
    let name = if plot.lines.len() > 1 { line.name.clone() } else { String::new() };
    let values = Values::Line { map, numbers: points, axes: [plot.x.clone(), plot.y.clone()] };
    Region { name, rect, values }
}

fn draw_line<B: Surface>(chart: &mut Chart<'_, B>, area: &Area<B>, line: &Line, index: usize) -> Drawn<B> {
    let points: Vec<_> = line.finite().collect();
    let style = colour(line, index).stroke_width(if line.pale { 1 } else { 3 });
    if points.len() > 1 {
        chart.draw_series(LineSeries::new(thinned(&points), style))?;
    }
    if !line.pale {
        let every = if points.len() <= 3 * MAX_MARKS { 1 } else { points.len() / MAX_MARKS };
        let corner = area.get_base_pixel();
        for point in points.iter().step_by(every) {
            let (x, y) = chart.backend_coord(point);
            area.draw(&mark(index, (x - corner.0, y - corner.1)))?;
        }
    }
    Ok(())
}

/// Marks and names above the plot.
fn legend<B: Surface>(plot: &Plot, area: &Area<B>) -> Drawn<B> {
    for ((index, line), (x, y)) in plot.lines.iter().enumerate().zip(rows(plot)) {
        let middle = y + 22;
        area.draw(&PathElement::new([(x, middle), (x + 30, middle)], colour(line, index).stroke_width(3)))?;
        if !line.pale {
            area.draw(&mark(index, (x + 15, middle)))?;
        }
        label(area, (x + 38, middle), 19.0, HPos::Left, &line.name)?;
    }
    Ok(())
}

/// Where each line's entry in the legend is; a line alone has none, the axis names it.
fn rows(plot: &Plot) -> Vec<(i32, i32)> {
    let (mut x, mut y) = (LEFT, 0);
    let lines = plot.lines.iter().filter(|_| plot.lines.len() > 1);
    let position = |line: &Line| {
        let width = 66 + 11 * line.name.chars().count() as i32;
        if x > LEFT && x + width > WIDTH as i32 {
            (x, y) = (LEFT, y + 30);
        }
        x += width;
        (x - width, y)
    };
    lines.map(position).collect()
}

/// Circle, square, triangle, diamond, cross and the other triangle, in pixels around the point.
const MARKS: [&[(i32, i32)]; MAX_LINES] = [
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
    if points.len() <= MAX_POINTS {
        return points.to_vec();
    }
    let stretch = points.len().div_ceil(MAX_POINTS / 2);
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
    if low < high {
        return low..high;
    }
    let room = if low == 0.0 { 1.0 } else { 0.5 * low.abs() };
    low - room..high + room
}

/// The y axis: from zero where that costs little room, and some room above and below; an accuracy is never above 1.
pub fn heights(values: impl Iterator<Item = f64>, name: &str) -> Range<f64> {
    let values: Vec<f64> = values.collect();
    let Range { start: low, end: high } = span(values.iter().copied());
    let room = 0.06 * (high - low);
    let start = if low >= 0.0 && low < 0.4 * high { 0.0 } else { low - room };
    let is_fraction = name.contains("accuracy") && values.iter().all(|value| (0.0..=1.0).contains(value));
    match is_fraction {
        true if low > high - 1e-9 || start < 0.0 || high > 1.0 => 0.0..1.0,
        true => start..(high + room).min(1.0),
        false => start..high + room,
    }
}
