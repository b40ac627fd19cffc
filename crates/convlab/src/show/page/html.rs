//! What stands around a picture in a page: its title, its numbers as text, its script; and tables.

use crate::text::escaped;
use std::fmt::Write;

const ANSWERS: &str = include_str!("answers.js");
const PLAYER: &str = include_str!("player.js");
const STYLE: &str = include_str!("player.css");

/// A picture in its page.
pub struct Picture<'a> {
    /// Stands above; may be empty.
    pub title: &'a str,
    /// What a screen reader says of it.
    pub label: &'a str,
    /// The `<svg>` element.
    pub svg: &'a str,
    /// Its width in CSS pixels.
    pub width: u32,
    /// What it answers to the pointer, as an object of `answers.js`.
    pub answers: Option<&'a str>,
    /// Its steps, as an object of `player.js`.
    pub film: Option<&'a Film>,
}

/// The steps of a player.
#[derive(Debug, Clone, PartialEq)]
pub struct Film {
    /// The steps as an object of `player.js`.
    pub frames: String,
    /// The number of the last step, counted from 0.
    pub last: usize,
    /// The last step in words.
    pub status: String,
}

/// The HTML of a picture, its numbers folded away below it.
///
/// The picture is an `<img>`, which a page keeps whose notebook is not trusted; where scripts run, theirs puts the
/// SVG itself into the page, so that it takes the page's colours.
pub fn figure(picture: &Picture<'_>, text: &str) -> String {
    let Picture { title, label, svg, width, answers, film } = picture;
    let (title, label) = (escaped(title), escaped(label));
    let address = svg.replace('%', "%25").replace('#', "%23").replace('&', "&amp;").replace('"', "%22");
    let caption = match title.is_empty() {
        true => String::new(),
        false => format!("<figcaption style=\"font-size:1.2em;margin-bottom:4px\">{title}</figcaption>"),
    };
    let least = narrowest(*width);
    let keys = if film.is_some() { "" } else { ". Arrow keys read its values" };
    let stage = match answers {
        Some(_) => format!(" tabindex=\"0\" role=\"group\" aria-label=\"Values of the figure{keys}\""),
        None => String::new(),
    };
    let (controls, player) = film.map_or_else(Default::default, player);
    let answers = answers.unwrap_or("null");
    format!(
        "<figure class=\"convlab\" style=\"margin:4px 0;position:relative\">{caption}\
         <div{stage} style=\"overflow-x:auto\"><img alt=\"{label}\" width=\"{width}\" \
         style=\"max-width:100%;min-width:{least}px;height:auto;color:#000;background:#fff\" \
         src=\"data:image/svg+xml;charset=utf-8,{address}\"></div>\
         {controls}{}\
         <script>{}(document.currentScript.parentElement,{answers}){player}</script></figure>",
        details(text),
        small(ANSWERS),
    )
}

/// Narrower than this, in pixels, a figure is moved, not shrunk: its text could not be read.
pub fn narrowest(width: u32) -> u32 {
    width * 13 / 20
}

/// The controls of a player, and the call of its script.
fn player(film: &Film) -> (String, String) {
    let Film { frames, last, status } = film;
    let (status, speed) = (escaped(status), if *last < 30 { 0 } else { 2 });
    let controls = format!(
        "<style>{}</style><div class=\"cl-controls\" hidden><button type=\"button\">Back</button>\
         <button type=\"button\">Play</button><button type=\"button\">Step</button>\
         <input class=\"cl-slider\" type=\"range\" min=\"0\" max=\"{last}\" value=\"{last}\" aria-label=\"Step\">\
         <label>Speed <input type=\"range\" min=\"-1\" max=\"4\" value=\"{speed}\" aria-label=\"Speed\"></label></div>\
         <p class=\"cl-step\" role=\"status\">{status}</p>",
        small(STYLE)
    );
    (controls, format!(";{}(document.currentScript.parentElement,{frames})", small(PLAYER)))
}

/// A table of texts.
pub fn table(head: &[&str], rows: &[Row]) -> String {
    let line = |tag: &str, row: &Row| {
        let mut line = String::from(if row.bold { "<tr style=\"font-weight:bold\">" } else { "<tr>" });
        let span = if row.cells.len() == 1 { head.len() } else { 1 };
        for (text, right) in &row.cells {
            let side = if *right { "right" } else { "left" };
            let span = if span > 1 { format!(" colspan=\"{span}\"") } else { String::new() };
            let text = escaped(text).replace('\n', "<br>");
            let _ = write!(
                line,
                "<{tag}{span} style=\"padding:4px 14px;text-align:{side};vertical-align:top;\
                 border-bottom:1px solid rgba(128,128,128,.45)\">{text}</{tag}>"
            );
        }
        line + "</tr>"
    };
    let top = line(
        "th",
        &Row { cells: head.iter().map(|name| ((*name).to_owned(), false)).collect(), bold: false },
    );
    let body: String = rows.iter().map(|row| line("td", row)).collect();
    format!(
        "<table style=\"border-collapse:collapse;font-size:1.1em;color:inherit;\
         font-variant-numeric:tabular-nums\"><thead>{top}</thead><tbody>{body}</tbody></table>"
    )
}

/// A row of a table; one cell alone is as wide as the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Texts, and whether each is set to the right.
    pub cells: Vec<(String, bool)>,
    pub bold: bool,
}

/// Any other element, with its text folded away below it.
pub fn block(element: &str, text: &str) -> String {
    format!("<div class=\"convlab\">{element}{}</div>", details(text))
}

fn details(text: &str) -> String {
    let text = escaped(text);
    format!("<details style=\"margin:4px 0\"><summary>As text</summary><pre>{text}</pre></details>")
}

/// A whole page around the HTML of a figure.
pub fn file(html: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>convlab</title>{html}</html>\n"
    )
}

/// A script or style sheet without its indentation and its comments.
fn small(source: &str) -> String {
    let lines = source.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}
