//! Scenes one after another as an animated PNG, which browsers and picture viewers play; others show the first frame.

use tiny_skia::Pixmap;

use crate::error::Result;

use super::png::fail;
use super::{Scene, Shade};

/// How long a frame is shown, and the last one, in hundredths of a second.
const FRAME: u16 = 12;
const LAST: u16 = 250;

/// Scenes of one size as an animation that begins anew when it is over, so many pixels to a unit, in the colours of a page.
///
/// # Errors
/// A picture is too large, or there is none.
pub fn animation(scenes: &[Scene], scale: f64, shade: Shade) -> Result<Vec<u8>> {
    let Some(first) = scenes.first() else { return Err(fail("it has no frames")) };
    let size = first.to_pixels(scale, shade)?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.width(), size.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_compression(png::Compression::High);
    let failed = |error: png::EncodingError| fail(&error.to_string());
    encoder.set_animated(scenes.len() as u32, 0).map_err(failed)?;
    encoder.set_frame_delay(FRAME, 100).map_err(failed)?;
    let mut writer = encoder.write_header().map_err(failed)?;
    let mut before: Option<Pixmap> = None;
    for (at, scene) in scenes.iter().enumerate() {
        if at + 1 == scenes.len() {
            writer.set_frame_delay(LAST, 100).map_err(failed)?;
        }
        let pixels = scene.to_pixels(scale, shade)?;
        // The first frame covers all, whatever was shown before.
        let blend = if before.is_some() { png::BlendOp::Over } else { png::BlendOp::Source };
        writer.set_blend_op(blend).map_err(failed)?;
        writer.write_image_data(&changed(&pixels, before.as_ref())).map_err(failed)?;
        before = Some(pixels);
    }
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// The pixels that differ from those of the frame before, on nothing: axes and text that stay cost nothing.
fn changed(pixels: &Pixmap, before: Option<&Pixmap>) -> Vec<u8> {
    let mut data = pixels.data().to_vec();
    if let Some(before) = before {
        for (new, old) in data.chunks_exact_mut(4).zip(before.data().chunks_exact(4)) {
            if new == old {
                new.fill(0);
            }
        }
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::plot::{INK, PALETTE, Rgb};

    /// What a viewer shows at each frame.
    fn shown(bytes: &[u8], count: usize) -> Vec<Vec<u8>> {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut canvas = vec![0; reader.output_buffer_size().unwrap()];
        let mut frames = Vec::new();
        for _ in 0..count {
            let mut frame = vec![0; canvas.len()];
            reader.next_frame(&mut frame).unwrap();
            for (below, above) in canvas.chunks_exact_mut(4).zip(frame.chunks_exact(4)) {
                if above[3] == 255 {
                    below.copy_from_slice(above);
                }
            }
            frames.push(canvas.clone());
        }
        frames
    }

    #[test]
    fn frames_show_their_scenes_in_the_colours_of_their_page() {
        let scene = |x: f64, colour: Rgb| {
            let mut scene = Scene::new(40.0, 20.0);
            scene.rectangle((x, 2.0), (8.0, 8.0), colour, None);
            scene
        };
        let scenes = [scene(2.0, INK), scene(6.0, PALETTE[0]), scene(6.0, PALETTE[0]), scene(30.0, INK)];
        let drawn = |shade: Shade| shown(&animation(&scenes, 1.0, shade).unwrap(), scenes.len());
        let (light, dark) = (drawn(Shade::Light), drawn(Shade::Dark));
        for (frames, shade) in [(&light, Shade::Light), (&dark, Shade::Dark)] {
            let expected = scenes.iter().map(|scene| scene.to_pixels(1.0, shade).unwrap().data().to_vec());
            assert_eq!(frames, &expected.collect::<Vec<_>>());
        }
        assert_eq!((&light[0][..3], &dark[0][..3]), (&[255, 255, 255][..], &[22, 24, 28][..]));
        assert_ne!(light[0], light[1]);
        assert!(animation(&[], 1.0, Shade::Light).is_err());
    }
}
