//! The figure in a page: the last step's picture, and a script that shows any other.

use super::scene::Scene;
use crate::show::canvas::Cell;
use crate::show::colour::hex;
use crate::show::sliding::Sliding;
use crate::text::escaped;
use std::collections::HashMap;
use std::fmt::Write;

const SCRIPT: &str = include_str!("player.js");
const STYLE: &str = include_str!("player.css");

/// The picture of the last step with its controls, which stay hidden where no script runs.
pub fn player(svg: &str, sliding: &Sliding, scene: &Scene<'_>, title: &str) -> String {
    let last = sliding.geometry.steps() - 1;
    let (film, told, title) = (film(sliding, scene), say(sliding, last), escaped(title));
    format!(
        r#"<div class="convlab-steps" role="group" tabindex="0" aria-label="{title}. Arrow keys step, space plays.">
<style>{STYLE}</style>{svg}
<div class="cl-controls" hidden><button type="button">Back</button><button type="button">Play</button><button type="button">Step</button>
<input class="cl-slider" type="range" min="0" max="{last}" value="{last}" aria-label="Step">
<label>Speed <input type="range" min="-1" max="4" value="{speed}" aria-label="Speed"></label></div>
<p role="status">{told}</p>
<script>{SCRIPT}(document.currentScript.parentElement, {film})</script></div>"#,
        speed = if last < 30 { 0 } else { 2 },
    )
}

/// Every step as data: what the frames, the changing squares and the line below show.
fn film(sliding: &Sliding, scene: &Scene<'_>) -> String {
    let mut known: HashMap<Cell, usize> = HashMap::new();
    let (mut cells, mut frames) = (String::new(), String::new());
    for step in 0..sliding.geometry.steps() {
        let mut numbers = Vec::new();
        for cell in scene.cells(step) {
            let next = known.len();
            let number = *known.entry(cell.clone()).or_insert_with(|| {
                let (fill, ink) =
                    (cell.fill.map_or("none".into(), hex), cell.ink().unwrap_or("currentColor"));
                let _ = write!(cells, r#"["{}","{fill}","{ink}"],"#, cell.text);
                next
            });
            numbers.push(number.to_string());
        }
        let [here, there] = scene.moves(step).map(|[x, y]| format!("[{x:.2},{y:.2}]"));
        let (numbers, say) = (numbers.join(","), say(sliding, step));
        let _ = write!(frames, r#"{{"here":{here},"there":{there},"cells":[{numbers}],"say":"{say}"}},"#);
    }
    let ended = |list: &str| list.trim_end_matches(',').to_owned();
    format!(r#"{{"cells":[{}],"frames":[{}]}}"#, ended(&cells), ended(&frames))
}

/// The step in words.
fn say(sliding: &Sliding, step: usize) -> String {
    let [row, column] = sliding.geometry.place(step);
    let sum = crate::display::short(sliding.output[step]);
    let steps = sliding.geometry.steps();
    format!(
        "Step {} of {steps}: the products sum to {sum}, at row {row}, column {column} of the output",
        step + 1
    )
}
