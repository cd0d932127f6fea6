//! Random words drawn on a device, for the check that comes before all others.

use crate::error::{Error, Result};
use crate::gpu::{Binding, Checks, Gpu, Kernel, Kind, Readback, storage_buffer};

use super::source::RANDOM;

const BINDINGS: [Binding; 2] = [Binding(0, Kind::ReadOnly), Binding(1, Kind::Storage)];
/// Fills the output beforehand, so that a dispatch that never ran is not taken for one that did.
const SENTINEL: u32 = 0xdead_beef;

/// Entry `draw_words`: the generator alone.
pub(super) fn source() -> String {
    RANDOM.to_owned() + include_str!("../../../shaders/pool/words.wgsl")
}

/// Draws four words for each counter and key.
///
/// # Errors
/// The device refuses or is lost.
pub fn random_words(gpu: &Gpu, places: &[([u32; 4], [u32; 2])]) -> Result<Vec<[u32; 4]>> {
    let kernel = Kernel::new(gpu, "draw_words", &source(), &BINDINGS, Checks::Trusted)?;
    let rows: Vec<[u32; 8]> = places
        .iter()
        .map(|([low, high, purpose, block], [seed_low, seed_high])| {
            [*seed_low, *seed_high, *low, *high, *purpose, *block, 0, 0]
        })
        .collect();
    let bytes = 16 * places.len() as u64;
    let input = storage_buffer(gpu, "places", 2 * bytes);
    let output = storage_buffer(gpu, "words", bytes);
    gpu.queue.write_buffer(&input, 0, bytemuck::cast_slice(&rows));
    gpu.queue.write_buffer(&output, 0, bytemuck::cast_slice(&vec![SENTINEL; 4 * places.len()]));
    let bound = kernel.bind(gpu, &BINDINGS, &[(0, &input), (1, &output)]);
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        bound.dispatch(&mut pass, [places.len().div_ceil(64) as u32, 1], None);
    }
    let mut readback = Readback::new(gpu, "words read back", bytes);
    readback.copy(&mut encoder, &output, 0, 0, bytes);
    readback.submitted(gpu.queue.submit([encoder.finish()]));
    readback
        .receive(gpu, bytemuck::pod_collect_to_vec::<u8, [u32; 4]>)
        .map_err(|lost| Error::device_lost(format!("{}: {}", gpu.name, lost.0)))
}
