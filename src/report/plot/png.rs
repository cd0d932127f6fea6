//! Scenes as PNG, drawn to look as their SVG does.

use tiny_skia::{
    Color, FillRule, FilterQuality, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, Pixmap, PixmapPaint, Rect,
    StrokeDash, Transform,
};

use crate::error::{Error, Result};

use super::colour::{PAPER, Rgb, Shade};
use super::letters::Fonts;
use super::png_text::add_text;
use super::scene::{Anchor, Image, Point, SEAM, Scene, Shape, Stroke, Text};

impl Scene {
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
        let pixmap = self.to_pixels(scale, Shade::Light)?;
        opaque_png(&pixmap, object).map_err(|error| fail(&error.to_string()))
    }

    /// As pixels, so many to a unit, in the colours of a page.
    pub(super) fn to_pixels(&self, scale: f64, shade: Shade) -> Result<Pixmap> {
        let size = |units: f64| (units * scale).round().max(1.0) as u32;
        let mut pixmap = Pixmap::new(size(self.width()), size(self.height())).ok_or_else(|| fail("it is too large"))?;
        let Rgb(r, g, b) = shade.of(PAPER);
        pixmap.fill(Color::from_rgba8(r, g, b, 255));
        self.images.iter().for_each(|image| draw_image(&mut pixmap, image, scale));
        let mut painter = Painter { pixmap: &mut pixmap, fonts: Fonts::new(), shade };
        painter.draw(&self.shapes, Transform::from_scale(scale as f32, scale as f32), None);
        Ok(pixmap)
    }
}

pub(super) fn fail(what: &str) -> Error {
    Error::failure(format!("a picture cannot be drawn: {what}"))
}

fn draw_image(pixmap: &mut Pixmap, image: &Image, scale: f64) {
    let Image { corner, size, pixels } = image;
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

struct Painter<'p> {
    pixmap: &'p mut Pixmap,
    fonts: Fonts,
    shade: Shade,
}

impl Painter<'_> {
    /// Draws shapes where `clip` lets them show. A shape without an area or with numbers that are none is left out.
    fn draw(&mut self, shapes: &[Shape], to: Transform, clip: Option<&Mask>) {
        for shape in shapes {
            match shape {
                Shape::Rectangle { corner, size, fill, stroke } => {
                    let Some(path) = rectangle(*corner, *size) else { continue };
                    fill.iter().for_each(|fill| self.fill(&path, *fill, 1.0, to, clip));
                    stroke.iter().for_each(|stroke| self.stroke(&path, *stroke, to, clip));
                }
                Shape::Disc { centre, radius, fill, stroke } => {
                    let circle = PathBuilder::from_circle(centre.0 as f32, centre.1 as f32, *radius as f32);
                    let Some(path) = circle else { continue };
                    fill.iter().for_each(|fill| self.fill(&path, *fill, 1.0, to, clip));
                    stroke.iter().for_each(|stroke| self.stroke(&path, *stroke, to, clip));
                }
                Shape::Lines { lines, stroke } => {
                    let Some(path) = path(lines, false) else { continue };
                    self.stroke(&path, *stroke, to, clip);
                }
                Shape::Polygon { points, fill, opacity, stroke } => {
                    let Some(path) = path(std::slice::from_ref(points), true) else { continue };
                    self.fill(&path, *fill, *opacity, to, clip);
                    stroke.iter().for_each(|stroke| self.stroke(&path, *stroke, to, clip));
                }
                Shape::Patch { points, fill } => {
                    let Some(path) = path(std::slice::from_ref(points), true) else { continue };
                    self.fill(&path, *fill, 1.0, to, clip);
                    let seam = tiny_skia::Stroke { width: SEAM as f32, ..tiny_skia::Stroke::default() };
                    self.pixmap.stroke_path(&path, &self.paint(*fill, 1.0), &seam, to, clip);
                }
                Shape::Text(text) => self.text(text, to, clip),
                Shape::Placed { offset, shapes } => {
                    self.draw(shapes, to.pre_translate(offset.0 as f32, offset.1 as f32), clip);
                }
                Shape::Clipped { corner, size, shapes } => {
                    let Some(path) = rectangle(*corner, *size) else { continue };
                    let inside = match clip {
                        Some(clip) => {
                            let mut inside = clip.clone();
                            inside.intersect_path(&path, FillRule::Winding, true, to);
                            Some(inside)
                        }
                        None => Mask::new(self.pixmap.width(), self.pixmap.height()).map(|mut inside| {
                            inside.fill_path(&path, FillRule::Winding, true, to);
                            inside
                        }),
                    };
                    self.draw(shapes, to, inside.as_ref());
                }
            }
        }
    }

    fn fill(&mut self, path: &Path, colour: Rgb, opacity: f64, to: Transform, clip: Option<&Mask>) {
        self.pixmap.fill_path(path, &self.paint(colour, opacity), FillRule::Winding, to, clip);
    }

    fn stroke(&mut self, path: &Path, stroke: Stroke, to: Transform, clip: Option<&Mask>) {
        let width = stroke.width as f32;
        let line = tiny_skia::Stroke {
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            dash: if stroke.dashed { StrokeDash::new(vec![4.0 * width, 3.0 * width], 0.0) } else { None },
            ..tiny_skia::Stroke::default()
        };
        self.pixmap.stroke_path(path, &self.paint(stroke.colour, stroke.opacity), &line, to, clip);
    }

    fn text(&mut self, text: &Text, to: Transform, clip: Option<&Mask>) {
        let Some(line) = self.fonts.line(&text.text, text.bold) else { return };
        let scale = text.size as f32 / line.em;
        let start = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -0.5 * line.width * scale,
            Anchor::End => -line.width * scale,
        };
        let to = to
            .pre_translate(text.at.0 as f32, text.at.1 as f32)
            .pre_concat(Transform::from_rotate(text.turned as f32))
            .pre_translate(start, 0.0)
            .pre_scale(scale, scale);
        self.fill(&line.outline, text.colour, 1.0, to, clip);
    }

    fn paint(&self, colour: Rgb, opacity: f64) -> Paint<'static> {
        let Rgb(r, g, b) = self.shade.of(colour);
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color_rgba8(r, g, b, (255.0 * opacity).round() as u8);
        paint
    }
}

fn rectangle((x, y): Point, (width, height): Point) -> Option<Path> {
    let area = Rect::from_xywh(x as f32, y as f32, width as f32, height as f32)?;
    (area.width() > 0.0 && area.height() > 0.0).then(|| PathBuilder::from_rect(area))
}

fn path(lines: &[Vec<Point>], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for points in lines {
        for (at, (x, y)) in points.iter().enumerate() {
            if at == 0 { path.move_to(*x as f32, *y as f32) } else { path.line_to(*x as f32, *y as f32) }
        }
        if closed {
            path.close();
        }
    }
    path.finish()
}

/// Red, green and blue of each pixel: an opaque picture has no use for more.
fn opaque(pixmap: &Pixmap) -> Vec<u8> {
    pixmap.data().chunks_exact(4).flat_map(|pixel| &pixel[..3]).copied().collect()
}

/// As PNG without the alpha that an opaque picture has no use for, packed as small as it goes.
fn opaque_png(pixmap: &Pixmap, object: Option<&str>) -> Result<Vec<u8>, png::EncodingError> {
    let colours = opaque(pixmap);
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
