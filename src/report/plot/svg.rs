//! Scenes as SVG. Text stays text; its fonts are named, with common ones of the same widths after them.

use std::fmt::{Display, Write};

use base64::Engine;

use crate::error::{Error, Result};

use super::colour::{DARK, PAPER, Rgb};
use super::scene::{Anchor, Image, Point, Scene, Shape, Stroke, Text};

impl Scene {
    /// As SVG.
    ///
    /// # Errors
    /// An image in it cannot be encoded.
    pub fn to_svg(&self) -> Result<String> {
        let (width, height) = (self.width(), self.height());
        let mut images = String::new();
        for Image { corner: (x, y), size: (width, height), pixels } in &self.images {
            let png =
                pixels.encode_png().map_err(|error| Error::failure(format!("an image cannot be encoded: {error}")))?;
            let data = base64::engine::general_purpose::STANDARD.encode(png);
            let _ = writeln!(
                images,
                r#"<image x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}" preserveAspectRatio="none" style="image-rendering:pixelated" xlink:href="data:image/png;base64,{data}"/>"#
            );
        }
        let mut shapes = Shapes::default();
        shapes.add(&self.shapes);
        let shapes = shapes.svg;
        Ok(format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="DejaVu Sans, Verdana, sans-serif">
<style>{}</style>
<rect width="{width}" height="{height}" fill="{PAPER}"/>{images}
{shapes}</svg>
"#,
            dark_style()
        ))
    }
}

/// What a dark page changes; a viewer that does not know of it shows the light picture.
fn dark_style() -> String {
    let rule =
        |(light, dark): &(Rgb, Rgb)| format!(r#"[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}"#);
    let rules: String = DARK.iter().map(rule).collect();
    format!("@media (prefers-color-scheme:dark){{{rules}}}")
}

/// Shapes as elements.
#[derive(Default)]
struct Shapes {
    svg: String,
    clip_count: usize,
}

impl Shapes {
    fn add(&mut self, shapes: &[Shape]) {
        shapes.iter().for_each(|shape| self.add_one(shape));
    }

    fn line(&mut self, element: impl Display) {
        let _ = writeln!(self.svg, "{element}");
    }

    fn add_one(&mut self, shape: &Shape) {
        match shape {
            Shape::Rectangle { corner, size, fill, stroke } => {
                let (rectangle, fill, stroke) = (rectangle(*corner, *size), colour(*fill), attributes(*stroke));
                self.line(format_args!(r#"<rect {rectangle} fill="{fill}"{stroke}/>"#));
            }
            Shape::Disc { centre: (x, y), radius, fill, stroke } => {
                let (fill, stroke) = (colour(*fill), attributes(*stroke));
                self.line(format_args!(r#"<circle cx="{x:.2}" cy="{y:.2}" r="{radius:.2}" fill="{fill}"{stroke}/>"#));
            }
            Shape::Lines { lines, stroke } => {
                let (d, stroke) =
                    (lines.iter().map(|points| path(points)).collect::<String>(), attributes(Some(*stroke)));
                self.line(format_args!(r#"<path d="{d}" fill="none"{stroke}/>"#));
            }
            Shape::Polygon { points, fill, opacity, stroke } => {
                let (d, stroke) = (path(points), attributes(*stroke));
                let opacity = if *opacity < 1.0 { format!(r#" fill-opacity="{opacity:.2}""#) } else { String::new() };
                self.line(format_args!(r#"<path d="{d}Z" fill="{fill}"{opacity}{stroke}/>"#));
            }
            Shape::Patch { points, fill } => {
                let d = path(points);
                self.line(format_args!(r#"<path d="{d}Z" fill="{fill}" stroke="{fill}" stroke-width=".6"/>"#));
            }
            Shape::Text(text) => self.text(text),
            Shape::Placed { offset: (x, y), shapes } => {
                let _ = write!(self.svg, r#"<g transform="translate({x} {y})">"#);
                self.add(shapes);
                self.svg.push_str("</g>");
            }
            Shape::Clipped { corner, size, shapes } => {
                let (clip, rectangle) = (self.clip_count, rectangle(*corner, *size));
                self.clip_count += 1;
                self.line(format_args!(
                    r#"<clipPath id="clip{clip}"><rect {rectangle}/></clipPath><g clip-path="url(#clip{clip})">"#
                ));
                self.add(shapes);
                self.line("</g>");
            }
        }
    }

    fn text(&mut self, text: &Text) {
        let Text { at: (x, y), size, anchor, text, colour, bold, turned } = text;
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if *bold { r#" font-weight="bold""# } else { "" };
        let turned =
            if *turned == 0.0 { String::new() } else { format!(r#" transform="rotate({turned} {x:.2} {y:.2})""#) };
        let text = escaped(text);
        self.line(format_args!(
            r#"<text x="{x:.2}" y="{y:.2}" font-size="{size}" text-anchor="{anchor}" fill="{colour}"{weight}{turned}>{text}</text>"#
        ));
    }
}

fn rectangle((x, y): Point, (width, height): Point) -> String {
    format!(r#"x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}""#)
}

fn colour(fill: Option<Rgb>) -> String {
    fill.map_or("none".into(), |fill| fill.to_string())
}

fn attributes(stroke: Option<Stroke>) -> String {
    let Some(Stroke { colour, width, opacity, dashed }) = stroke else { return String::new() };
    let opacity = if opacity < 1.0 { format!(r#" stroke-opacity="{opacity:.2}""#) } else { String::new() };
    let dashed =
        if dashed { format!(r#" stroke-dasharray="{:.1} {:.1}""#, 4.0 * width, 3.0 * width) } else { String::new() };
    format!(
        r#" stroke="{colour}" stroke-width="{width:.2}" stroke-linejoin="round" stroke-linecap="round"{opacity}{dashed}"#
    )
}

fn path(points: &[(f64, f64)]) -> String {
    let mut d = String::with_capacity(12 * points.len());
    for (at, (x, y)) in points.iter().enumerate() {
        let _ = write!(d, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
    }
    d
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
