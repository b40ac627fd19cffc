//! A sheet to draw on: the few SVG elements that the figures are made of.

use super::colour::{Rgb, hex};
use crate::text::escaped;
use std::fmt::Write;

/// An SVG picture that is being drawn; lengths are CSS pixels at full size, y goes down.
pub struct Sheet {
    width: f64,
    height: f64,
    body: String,
}

/// Where a text stands relative to its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// It is centred there.
    Middle,
    /// It ends there.
    End,
}

impl Sheet {
    /// An empty sheet.
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    /// A filled rectangle with a thin edge that can be seen on light and dark pages.
    pub fn square(&mut self, [x, y, w, h]: [f64; 4], fill: Rgb) {
        let fill = hex(fill);
        self.push(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" fill="{fill}" stroke="currentColor" stroke-opacity=".3"/>"#
        ));
    }

    /// A filled rectangle without an edge.
    pub fn bar(&mut self, [x, y, w, h]: [f64; 4], fill: Rgb) {
        let fill = hex(fill);
        self.push(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" fill="{fill}"/>"#
        ));
    }

    /// A frame of `width` pixels in a CSS colour.
    pub fn frame(&mut self, [x, y, w, h]: [f64; 4], colour: &str, width: f64) {
        self.push(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" fill="none" stroke="{colour}" stroke-width="{width:.1}"/>"#
        ));
    }

    /// A picture stretched over the rectangle, its pixels kept square-edged.
    pub fn pixels(&mut self, [x, y, w, h]: [f64; 4], address: &str) {
        self.push(format_args!(
            r#"<image x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}" preserveAspectRatio="none" style="image-rendering:pixelated" href="{address}"/>"#
        ));
    }

    /// A line of text, its middle at y, in the page's colour or in `ink`.
    pub fn text(&mut self, [x, y]: [f64; 2], size: f64, anchor: Anchor, ink: Option<&str>, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (ink, text) = (ink.unwrap_or("currentColor"), escaped(text));
        self.push(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" font-size="{size:.1}" text-anchor="{anchor}" dominant-baseline="central" fill="{ink}">{text}</text>"#
        ));
    }

    /// Begins a group of elements of a class, until `close`.
    pub fn open(&mut self, class: &str) {
        self.push(format_args!(r#"<g class="{class}">"#));
    }

    /// Ends the group that was opened last.
    pub fn close(&mut self) {
        self.push(format_args!("</g>"));
    }

    /// The whole `<svg>` element; `label` is what a screen reader says of it.
    pub fn finish(self, label: &str) -> String {
        element(&self.body, [self.width, self.height], label)
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.body.write_fmt(element);
    }
}

/// An `<svg>` element of that `body`, width and height, no wider than the page; `label` is what a screen reader says.
pub fn element(body: &str, [width, height]: [f64; 2], label: &str) -> String {
    let label = escaped(label);
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" style="max-width:100%;height:auto" font-family="system-ui,sans-serif">{body}</svg>"#
    )
}
