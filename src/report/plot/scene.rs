//! A picture as a list of shapes. How it becomes SVG and PNG is in `svg` and `png`.

use tiny_skia::Pixmap;

use super::colour::{INK, Rgb};
use crate::foreign::visible;

/// A place, or a size.
pub(super) type Point = (f64, f64);

/// Where a text is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At its left end.
    Start,
    /// In the middle.
    Middle,
    /// At its right end.
    End,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Colour.
    pub colour: Rgb,
    /// Width in units of the scene.
    pub width: f64,
    /// Opacity, from 0 to 1.
    pub opacity: f64,
    /// Whether dashed.
    pub dashed: bool,
}

impl Stroke {
    /// A plain line.
    pub fn new(colour: Rgb, width: f64) -> Self {
        Self { colour, width, opacity: 1.0, dashed: false }
    }
}

/// An image that lies below all shapes.
pub(super) struct Image {
    pub corner: Point,
    pub size: Point,
    pub pixels: Pixmap,
}

/// What a picture is made of.
pub(super) enum Shape {
    Rectangle {
        corner: Point,
        size: Point,
        fill: Option<Rgb>,
        stroke: Option<Stroke>,
    },
    Disc {
        centre: Point,
        radius: f64,
        fill: Option<Rgb>,
        stroke: Option<Stroke>,
    },
    /// Lines through points.
    Lines {
        lines: Vec<Vec<Point>>,
        stroke: Stroke,
    },
    Polygon {
        points: Vec<Point>,
        fill: Rgb,
        opacity: f64,
        stroke: Option<Stroke>,
    },
    /// A polygon that meets its neighbours without a seam.
    Patch {
        points: Vec<Point>,
        fill: Rgb,
    },
    Text(Text),
    /// Shapes of a scene placed in another.
    Placed {
        offset: Point,
        shapes: Vec<Shape>,
    },
    /// Shapes that show only inside a rectangle.
    Clipped {
        corner: Point,
        size: Point,
        shapes: Vec<Shape>,
    },
}

/// A line of text.
pub(super) struct Text {
    pub at: Point,
    pub size: f64,
    pub anchor: Anchor,
    pub text: String,
    pub colour: Rgb,
    pub bold: bool,
    /// By so many degrees, clockwise.
    pub turned: f64,
}

/// Width of the line that closes the seam around a patch.
pub(super) const SEAM: f64 = 0.6;

/// A picture. Units are pixels at scale 1; y grows downwards.
pub struct Scene {
    width: f64,
    height: f64,
    pub(super) images: Vec<Image>,
    pub(super) shapes: Vec<Shape>,
}

impl Scene {
    /// An empty picture on paper.
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, images: Vec::new(), shapes: Vec::new() }
    }

    /// Its width.
    pub fn width(&self) -> f64 {
        self.width
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.height
    }

    /// Puts a scene beside or below, at an offset.
    pub fn place(&mut self, other: Self, offset: (f64, f64)) {
        for mut image in other.images {
            image.corner = (image.corner.0 + offset.0, image.corner.1 + offset.1);
            self.images.push(image);
        }
        self.shapes.push(Shape::Placed { offset, shapes: other.shapes });
    }

    /// A filled rectangle.
    pub fn rectangle(&mut self, corner: (f64, f64), size: (f64, f64), fill: Rgb, stroke: Option<Stroke>) {
        self.shapes.push(Shape::Rectangle { corner, size, fill: Some(fill), stroke });
    }

    /// An unfilled rectangle.
    pub fn outline(&mut self, corner: (f64, f64), size: (f64, f64), stroke: Stroke) {
        self.shapes.push(Shape::Rectangle { corner, size, fill: None, stroke: Some(stroke) });
    }

    /// A line through points.
    pub fn line(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        self.segments(&[points.to_vec()], stroke);
    }

    /// Many short lines in one stroke.
    pub fn segments(&mut self, lines: &[Vec<(f64, f64)>], stroke: Stroke) {
        let lines: Vec<_> = lines.iter().filter(|points| points.len() > 1).cloned().collect();
        if !lines.is_empty() {
            self.shapes.push(Shape::Lines { lines, stroke });
        }
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[(f64, f64)], fill: Rgb, stroke: Option<Stroke>) {
        self.shapes.push(Shape::Polygon { points: points.to_vec(), fill, opacity: 1.0, stroke });
    }

    /// A filled polygon that meets its neighbours without a seam.
    pub fn patch(&mut self, points: &[(f64, f64)], fill: Rgb) {
        self.shapes.push(Shape::Patch { points: points.to_vec(), fill });
    }

    /// A translucent polygon without outline.
    pub fn band(&mut self, points: &[(f64, f64)], fill: Rgb, opacity: f64) {
        self.shapes.push(Shape::Polygon { points: points.to_vec(), fill, opacity, stroke: None });
    }

    /// A disc.
    pub fn disc(&mut self, centre: (f64, f64), radius: f64, fill: Rgb, stroke: Option<Stroke>) {
        self.shapes.push(Shape::Disc { centre, radius, fill: Some(fill), stroke });
    }

    /// A circle.
    pub fn ring(&mut self, centre: (f64, f64), radius: f64, stroke: Stroke) {
        self.shapes.push(Shape::Disc { centre, radius, fill: None, stroke: Some(stroke) });
    }

    /// Text in ink.
    pub fn text(&mut self, at: (f64, f64), size: f64, anchor: Anchor, text: &str) {
        self.styled_text(at, size, anchor, text, INK, false, 0.0);
    }

    /// Text in ink, turned by degrees.
    pub fn turned_text(&mut self, at: (f64, f64), size: f64, anchor: Anchor, text: &str, turned: f64) {
        self.styled_text(at, size, anchor, text, INK, false, turned);
    }

    /// Text in any colour, bold or turned by degrees.
    #[expect(clippy::too_many_arguments, reason = "the rare form; `text` is the common one")]
    pub fn styled_text(
        &mut self,
        at: (f64, f64),
        size: f64,
        anchor: Anchor,
        text: &str,
        colour: Rgb,
        bold: bool,
        turned: f64,
    ) {
        self.shapes.push(Shape::Text(Text {
            at,
            size,
            anchor,
            text: visible(text).into_owned(),
            colour,
            bold,
            turned,
        }));
    }

    /// A grid of colours, `[row][column]` from the top left, stretched over a rectangle. It lies below all shapes.
    pub fn image(&mut self, corner: (f64, f64), size: (f64, f64), columns: usize, colours: &[Rgb]) {
        let rows = colours.len() / columns.max(1);
        if let Some(mut pixels) = Pixmap::new(columns as u32, rows as u32) {
            for (pixel, Rgb(r, g, b)) in pixels.data_mut().chunks_exact_mut(4).zip(colours) {
                pixel.copy_from_slice(&[*r, *g, *b, 255]);
            }
            self.images.push(Image { corner, size, pixels });
        }
    }

    /// Shapes drawn by `draw` show only inside a rectangle.
    pub fn clipped(&mut self, corner: (f64, f64), size: (f64, f64), draw: impl FnOnce(&mut Self)) {
        let outside = std::mem::take(&mut self.shapes);
        draw(self);
        let shapes = std::mem::replace(&mut self.shapes, outside);
        self.shapes.push(Shape::Clipped { corner, size, shapes });
    }
}

/// About how wide a text is, for laying out: the mean widths of DejaVu Sans.
pub fn text_width(text: &str, size: f64) -> f64 {
    let of = |c: char| match c {
        '.' | ',' | ' ' | 'i' | 'l' | 'j' | '\'' | ':' | '|' => 0.32,
        '₀'..='₉' | '⁰'..='⁹' | '⁻' => 0.41,
        'm' | 'w' | 'M' | 'W' | '−' | '×' | '±' => 0.88,
        'A'..='Z' => 0.69,
        't' | 'f' | 'r' | '(' | ')' | '-' => 0.4,
        _ => 0.62,
    };
    size * text.chars().map(of).sum::<f64>()
}
