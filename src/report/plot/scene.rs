//! A picture as a list of shapes, and how it becomes SVG and PNG.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use base64::Engine;
use resvg::tiny_skia::{FilterQuality, Pixmap, PixmapPaint, Transform};
use resvg::usvg::{self, fontdb};

use crate::error::{Error, Result};

use super::colour::{INK, PAPER, Rgb};

/// The fonts that PNGs are set in; SVG names them, with common ones of the same widths behind.
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(include_bytes!("fonts/DejaVuSans.ttf").to_vec());
    fonts.load_font_data(include_bytes!("fonts/DejaVuSans-Bold.ttf").to_vec());
    Arc::new(fonts)
});

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
struct Image {
    corner: (f64, f64),
    size: (f64, f64),
    pixels: Pixmap,
}

/// A picture. Units are pixels at scale 1; y grows downwards.
pub struct Scene {
    width: f64,
    height: f64,
    images: Vec<Image>,
    /// Shapes as SVG elements.
    shapes: String,
    clip_count: usize,
}

impl Scene {
    /// An empty picture on paper.
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, images: Vec::new(), shapes: String::new(), clip_count: 0 }
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
    pub fn place(&mut self, other: Self, (x, y): (f64, f64)) {
        for mut image in other.images {
            image.corner = (image.corner.0 + x, image.corner.1 + y);
            self.images.push(image);
        }
        // Clip paths are numbered; a foreign number must not meet one of ours.
        let shapes = (0..other.clip_count).rev().fold(other.shapes, |shapes, clip| {
            shapes
                .replace(&format!("clip{clip}\""), &format!("clip{}\"", clip + self.clip_count))
                .replace(&format!("#clip{clip})"), &format!("#clip{})", clip + self.clip_count))
        });
        self.clip_count += other.clip_count;
        let _ = write!(self.shapes, r#"<g transform="translate({x} {y})">{shapes}</g>"#);
    }

    /// A filled rectangle.
    pub fn rectangle(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: Rgb, stroke: Option<Stroke>) {
        let stroke = stroke.map(attributes).unwrap_or_default();
        let _ = writeln!(
            self.shapes,
            r#"<rect x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}" fill="{fill}"{stroke}/>"#
        );
    }

    /// An unfilled rectangle.
    pub fn outline(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), stroke: Stroke) {
        let stroke = attributes(stroke);
        let _ = writeln!(
            self.shapes,
            r#"<rect x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}" fill="none"{stroke}/>"#
        );
    }

    /// A line through points.
    pub fn line(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        if points.len() > 1 {
            let stroke = attributes(stroke);
            let _ = writeln!(self.shapes, r#"<path d="{}" fill="none"{stroke}/>"#, path(points));
        }
    }

    /// Many short lines in one stroke.
    pub fn segments(&mut self, lines: &[Vec<(f64, f64)>], stroke: Stroke) {
        let d: String = lines.iter().filter(|points| points.len() > 1).map(|points| path(points)).collect();
        if !d.is_empty() {
            let stroke = attributes(stroke);
            let _ = writeln!(self.shapes, r#"<path d="{d}" fill="none"{stroke}/>"#);
        }
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[(f64, f64)], fill: Rgb, stroke: Option<Stroke>) {
        let stroke = stroke.map(attributes).unwrap_or_default();
        let _ = writeln!(self.shapes, r#"<path d="{}Z" fill="{fill}"{stroke}/>"#, path(points));
    }

    /// A filled polygon that meets its neighbours without a seam.
    pub fn patch(&mut self, points: &[(f64, f64)], fill: Rgb) {
        let _ =
            writeln!(self.shapes, r#"<path d="{}Z" fill="{fill}" stroke="{fill}" stroke-width=".6"/>"#, path(points));
    }

    /// A translucent polygon without outline.
    pub fn band(&mut self, points: &[(f64, f64)], fill: Rgb, opacity: f64) {
        let _ = writeln!(self.shapes, r#"<path d="{}Z" fill="{fill}" fill-opacity="{opacity:.2}"/>"#, path(points));
    }

    /// A disc.
    pub fn disc(&mut self, (x, y): (f64, f64), radius: f64, fill: Rgb, stroke: Option<Stroke>) {
        let stroke = stroke.map(attributes).unwrap_or_default();
        let _ = writeln!(self.shapes, r#"<circle cx="{x:.2}" cy="{y:.2}" r="{radius:.2}" fill="{fill}"{stroke}/>"#);
    }

    /// A circle.
    pub fn ring(&mut self, (x, y): (f64, f64), radius: f64, stroke: Stroke) {
        let stroke = attributes(stroke);
        let _ = writeln!(self.shapes, r#"<circle cx="{x:.2}" cy="{y:.2}" r="{radius:.2}" fill="none"{stroke}/>"#);
    }

    /// Text in ink.
    pub fn text(&mut self, at: (f64, f64), size: f64, anchor: Anchor, text: &str) {
        self.styled_text(at, size, anchor, text, INK, false, 0.0);
    }

    /// Text in any colour, bold or turned by degrees.
    #[expect(clippy::too_many_arguments, reason = "the rare form; `text` is the common one")]
    pub fn styled_text(
        &mut self,
        (x, y): (f64, f64),
        size: f64,
        anchor: Anchor,
        text: &str,
        colour: Rgb,
        bold: bool,
        turned: f64,
    ) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if bold { r#" font-weight="bold""# } else { "" };
        let turned =
            if turned == 0.0 { String::new() } else { format!(r#" transform="rotate({turned} {x:.2} {y:.2})""#) };
        let _ = writeln!(
            self.shapes,
            r#"<text x="{x:.2}" y="{y:.2}" font-size="{size}" text-anchor="{anchor}" fill="{colour}"{weight}{turned}>{}</text>"#,
            escaped(text)
        );
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
    pub fn clipped(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), draw: impl FnOnce(&mut Self)) {
        let clip = self.clip_count;
        self.clip_count += 1;
        let _ = writeln!(
            self.shapes,
            r#"<clipPath id="clip{clip}"><rect x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}"/></clipPath><g clip-path="url(#clip{clip})">"#
        );
        draw(self);
        self.shapes.push_str("</g>\n");
    }

    fn svg_of(&self, images: &str, paper: bool) -> String {
        let Self { width, height, shapes, .. } = self;
        let paper =
            if paper { format!(r#"<rect width="{width}" height="{height}" fill="{PAPER}"/>"#) } else { String::new() };
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="DejaVu Sans, Verdana, sans-serif">
{paper}{images}
{shapes}</svg>
"#
        )
    }

    /// As SVG.
    ///
    /// # Errors
    /// An image in it cannot be encoded.
    pub fn to_svg(&self) -> Result<String> {
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
        Ok(self.svg_of(&images, true))
    }

    /// As PNG, so many pixels to a unit.
    ///
    /// # Errors
    /// The picture is too large.
    pub fn to_png(&self, scale: f64) -> Result<Vec<u8>> {
        self.to_png_with(scale, None)
    }

    /// As PNG that carries a JSON object in a text chunk, so that it tells how it was made.
    ///
    /// # Errors
    /// The picture is too large.
    pub fn to_png_with(&self, scale: f64, object: Option<&str>) -> Result<Vec<u8>> {
        let fail = |what: &str| Error::failure(format!("a picture cannot be drawn: {what}"));
        let options = usvg::Options { fontdb: FONTS.clone(), font_family: "DejaVu Sans".into(), ..Default::default() };
        let tree = usvg::Tree::from_str(&self.svg_of("", false), &options).map_err(|error| fail(&error.to_string()))?;
        let size = |units: f64| (units * scale).round().max(1.0) as u32;
        let mut pixmap = Pixmap::new(size(self.width), size(self.height)).ok_or_else(|| fail("it is too large"))?;
        let Rgb(r, g, b) = PAPER;
        pixmap.fill(resvg::tiny_skia::Color::from_rgba8(r, g, b, 255));
        for Image { corner, size, pixels } in &self.images {
            let (columns, rows) = (f64::from(pixels.width()), f64::from(pixels.height()));
            let paint = PixmapPaint {
                // Many pixels to one of ours are averaged; few are shown as they are.
                quality: if columns > size.0 * scale { FilterQuality::Bilinear } else { FilterQuality::Nearest },
                ..PixmapPaint::default()
            };
            let transform = Transform::from_row(
                (size.0 * scale / columns) as f32,
                0.0,
                0.0,
                (size.1 * scale / rows) as f32,
                (corner.0 * scale) as f32,
                (corner.1 * scale) as f32,
            );
            pixmap.draw_pixmap(0, 0, pixels.as_ref(), &paint, transform, None);
        }
        resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixmap.as_mut());
        opaque_png(&pixmap, object).map_err(|error| fail(&error.to_string()))
    }
}

/// The keyword of the text chunk in which a PNG carries its object.
pub const TEXT_KEYWORD: &str = "basins";

/// Adds a JSON object as a text chunk. Its text is plain ASCII: the chunk's own character set has no others in common
/// with JSON's.
pub(crate) fn add_text<W: std::io::Write>(
    encoder: &mut png::Encoder<'_, W>,
    object: &str,
) -> Result<(), png::EncodingError> {
    let mut text = String::with_capacity(object.len());
    for c in object.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            let mut units = [0; 2];
            // JSON writes characters by their UTF-16 units.
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    encoder.add_text_chunk(TEXT_KEYWORD.into(), text)
}

/// As PNG without the alpha that an opaque picture has no use for, packed as small as it goes.
fn opaque_png(pixmap: &Pixmap, object: Option<&str>) -> Result<Vec<u8>, png::EncodingError> {
    let colours: Vec<u8> = pixmap.data().chunks_exact(4).flat_map(|pixel| &pixel[..3]).copied().collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    if let Some(object) = object {
        add_text(&mut encoder, object)?;
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(bytes)
}

fn attributes(stroke: Stroke) -> String {
    let Stroke { colour, width, opacity, dashed } = stroke;
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
