//! A map as it is, without anything around it, however large.

use std::io::{self, Write};

use crate::outcome::Fate;
use crate::study::{MapCell, MapCells};

use super::colour::{MapColours, diverged};
use crate::report::plot::{Axis, Rgb, add_text};

/// The map as it is, one pixel a pixel and nothing around it, as a PNG with a palette. `rows` come from the top.
///
/// # Errors
/// The target cannot be written, or a row cannot be had.
pub fn map_pixels_png(
    target: impl Write,
    (columns, rows): (usize, usize),
    colours: &MapColours,
    text: Option<&str>,
    bands: impl Iterator<Item = io::Result<MapCells>>,
) -> io::Result<()> {
    let palette = Palette::of(colours);
    let mut encoder = png::Encoder::new(target, columns as u32, rows as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.colours.iter().flat_map(|Rgb(r, g, b)| [*r, *g, *b]).collect::<Vec<u8>>());
    if let Some(text) = text {
        add_text(&mut encoder, text)?;
    }
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    for band in bands {
        let places: Vec<u8> = band?.iter().map(|cell| palette.place(cell)).collect();
        for row in places.chunks(columns).rev() {
            stream.write_all(row)?;
        }
    }
    stream.finish()?;
    Ok(())
}

/// At most 256 colours: those of single fates, and steps of the scale.
struct Palette<'a> {
    source: &'a MapColours,
    colours: Vec<Rgb>,
}

impl<'a> Palette<'a> {
    const SINGLE: usize = Fate::ALL.len();

    fn of(source: &'a MapColours) -> Self {
        let alone = |fate| source.colour(MapCell::one(fate, 1, 1.0));
        let mut colours: Vec<Rgb> = Fate::ALL.into_iter().map(alone).collect();
        if let Some(scale) = &source.scale {
            let steps = 256 - Self::SINGLE;
            let Axis { low, high, log, .. } = scale.axis;
            let number = |step: usize| {
                let share = step as f64 / (steps - 1) as f64;
                if log { low * (high / low).powf(share) } else { low + share * (high - low) }
            };
            colours.extend((0..steps).map(|step| scale.of(number(step))));
        }
        Self { source, colours }
    }

    fn place(&self, cell: MapCell) -> u8 {
        let (Some(scale), Some(number)) = (&self.source.scale, self.source.number(&cell)) else {
            // Of several networks the colour is that of none solved, whatever most of them met.
            let fate = if self.source.scale.is_some() && !diverged(&cell) { Fate::Descending } else { cell.fate };
            return Fate::ALL.iter().position(|other| *other == fate).unwrap_or(0) as u8;
        };
        let steps = (self.colours.len() - Self::SINGLE - 1) as f64;
        let place = scale.axis.place(number.max(scale.axis.low)).clamp(0.0, 1.0);
        (Self::SINGLE as f64 + if place.is_nan() { 1.0 } else { place } * steps).round() as u8
    }
}
