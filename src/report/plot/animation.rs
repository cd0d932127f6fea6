//! Scenes one after another as an animated PNG, which browsers and picture viewers play; others show the first frame.

use crate::error::Result;

use super::Scene;
use super::png::{fail, opaque};

/// How long a frame is shown, and the last one, in hundredths of a second.
const FRAME: u16 = 12;
const LAST: u16 = 250;

/// Scenes of one size as an animation that begins anew when it is over, so many pixels to a unit.
///
/// # Errors
/// A picture is too large, or there is none.
pub fn animation(scenes: &[Scene], scale: f64) -> Result<Vec<u8>> {
    let Some(first) = scenes.first() else { return Err(fail("it has no frames")) };
    let size = first.to_pixels(scale)?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.width(), size.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    let failed = |error: png::EncodingError| fail(&error.to_string());
    encoder.set_animated(scenes.len() as u32, 0).map_err(failed)?;
    encoder.set_frame_delay(FRAME, 100).map_err(failed)?;
    let mut writer = encoder.write_header().map_err(failed)?;
    for (at, scene) in scenes.iter().enumerate() {
        if at + 1 == scenes.len() {
            writer.set_frame_delay(LAST, 100).map_err(failed)?;
        }
        writer.write_image_data(&opaque(&scene.to_pixels(scale)?)).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    Ok(bytes)
}
