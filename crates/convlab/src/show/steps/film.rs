//! Every step as data for the player in the page.

use super::scene::Scene;
use crate::show::colour::{hex, ink_on};
use crate::show::elements::{Cell, short};
use crate::show::page::Film;
use crate::show::sliding::Sliding;
use plotters::prelude::RGBColor;
use std::collections::HashMap;
use std::fmt::Write;

/// What the frames, the changing squares and the line below show at each step, and what belongs to which window.
pub fn film(scene: &Scene) -> Film {
    let sliding = &scene.sliding;
    let geometry = &sliding.geometry;
    let mut known: HashMap<Cell, usize> = HashMap::new();
    let (mut cells, mut frames) = (String::new(), String::new());
    for step in 0..geometry.steps() {
        let mut numbers = Vec::new();
        for cell in scene.cells(step) {
            let next = known.len();
            let number = *known.entry(cell.clone()).or_insert_with(|| {
                let RGBColor(r, g, b) = cell.fill.map_or(RGBColor(0, 0, 0), ink_on);
                let (fill, ink) = match cell.fill {
                    Some(fill) => (hex(fill), hex([r, g, b])),
                    None => ("none".to_owned(), "currentColor".to_owned()),
                };
                let _ = write!(cells, r#"["{}","{fill}","{ink}"],"#, cell.text);
                next
            });
            numbers.push(number.to_string());
        }
        let [[x, y], [u, v]] = scene.moves(step);
        let (numbers, sum) = (numbers.join(","), short(sliding.output[step]));
        let _ = write!(frames, r#"[[{x},{y}],[{u},{v}],[{numbers}],"{sum}"],"#);
    }
    let [image, output] = [&scene.plan.rows[0].image, &scene.plan.output].map(|grid| grid.outer());
    let images: Vec<String> = scene.plan.rows.iter().map(|row| format!("{:?}", row.image.outer())).collect();
    let last = geometry.steps() - 1;
    let [rows, columns] = geometry.padded();
    let frames = format!(
        r#"{{"cells":[{}],"frames":[{}],"kernel":{:?},"stride":{},"columns":{},"padded":{:?},"images":[{}],"output":{output:?},"side":{}}}"#,
        cells.trim_end_matches(','),
        frames.trim_end_matches(','),
        geometry.kernel,
        geometry.stride,
        geometry.output[1],
        [rows, columns],
        images.join(","),
        image[2] / columns as i32,
    );
    Film { frames, last, status: say(sliding, last) }
}

/// The step in words, as the player says it.
fn say(sliding: &Sliding, step: usize) -> String {
    let [row, column] = sliding.geometry.place(step);
    let sum = short(sliding.output[step]);
    let steps = sliding.geometry.steps();
    format!(
        "Step {} of {steps}: the products sum to {sum}, at row {row}, column {column} of the output",
        step + 1
    )
}
