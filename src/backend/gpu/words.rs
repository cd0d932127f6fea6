//! Random words and orders drawn on a device, for the checks that come before all others.

use crate::error::{Error, Result};
use crate::gpu::{Binding, BindingKind, Checks, Gpu, Kernel, Readback, storage_buffer};
use crate::seed::Purpose;
use crate::spec::Order;

use super::bus::words;
use super::source::{ORDER, RANDOM};

const BINDINGS: [Binding; 2] = [Binding(0, BindingKind::ReadOnly), Binding(1, BindingKind::Storage)];
/// Fills the output beforehand, so that a dispatch that never ran is not taken for one that did.
const SENTINEL: u32 = 0xdead_beef;
const FUSED_ORDER: &str = include_str!("../../../shaders/fused/order.wgsl");

/// An epoch of a network, by which an order is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderOf {
    /// Seed of the run.
    pub seed: u64,
    /// Index of the network.
    pub network: u64,
    /// Counted from 1.
    pub epoch: u32,
}

/// Entry `draw_words`: the generator alone.
pub(super) fn source() -> String {
    RANDOM.to_owned() + include_str!("../../../shaders/pool/words.wgsl")
}

/// Entries `draw_orders` and `draw_numbers`: orders of so many examples.
pub(super) fn order_source(order: Order, example_count: usize) -> String {
    let (shuffles, purpose) = (order == Order::Shuffled, Purpose::Order as u32);
    format!(
        "const EXAMPLE_COUNT = {example_count}u;\nconst SHUFFLES = {shuffles};\nconst PURPOSE_ORDER = {purpose}u;\n\
         {RANDOM}{ORDER}{FUSED_ORDER}{}",
        include_str!("../../../shaders/pool/orders.wgsl")
    )
}

/// Draws four words for each counter and key.
///
/// # Errors
/// The device refuses or is lost.
pub fn random_words(gpu: &Gpu, places: &[([u32; 4], [u32; 2])]) -> Result<Vec<[u32; 4]>> {
    let asked: Vec<[u32; 8]> = places
        .iter()
        .map(|([low, high, purpose, block], [seed_low, seed_high])| {
            [*seed_low, *seed_high, *low, *high, *purpose, *block, 0, 0]
        })
        .collect();
    answers(gpu, ("draw_words", &source()), &asked, 4)
}

/// Draws the order of each epoch as invocations do by themselves, one after the other.
///
/// # Errors
/// The device refuses or is lost.
pub fn drawn_orders(gpu: &Gpu, order: Order, example_count: usize, epochs: &[OrderOf]) -> Result<Vec<u32>> {
    let asked: Vec<[u32; 8]> = epochs.iter().map(|of| asked(of, 0, 0)).collect();
    answers(gpu, ("draw_orders", &order_source(order, example_count)), &asked, example_count)
}

/// Draws a number below a bound for a position of each epoch's order.
///
/// # Errors
/// The device refuses or is lost.
pub fn drawn_numbers(gpu: &Gpu, example_count: usize, places: &[(OrderOf, u32, u32)]) -> Result<Vec<u32>> {
    let asked: Vec<[u32; 8]> = places.iter().map(|(of, position, bound)| asked(of, *position, *bound)).collect();
    answers(gpu, ("draw_numbers", &order_source(Order::Random, example_count)), &asked, 1)
}

fn asked(of: &OrderOf, position: u32, bound: u32) -> [u32; 8] {
    let ([seed_low, seed_high], [low, high]) = (words(of.seed), words(of.network));
    [seed_low, seed_high, low, high, of.epoch, position, bound, 0]
}

/// What a kernel answers, so many words to each question.
fn answers<T: bytemuck::Pod>(
    gpu: &Gpu,
    (entry, source): (&str, &str),
    asked: &[[u32; 8]],
    word_count: usize,
) -> Result<Vec<T>> {
    let kernel = Kernel::new(gpu, entry, source, &BINDINGS, Checks::Trusted)?;
    let word_count = word_count * asked.len();
    let bytes = 4 * word_count as u64;
    let input = storage_buffer(gpu, "asked", 32 * asked.len() as u64);
    let output = storage_buffer(gpu, "answers", bytes);
    gpu.queue.write_buffer(&input, 0, bytemuck::cast_slice(asked));
    gpu.queue.write_buffer(&output, 0, bytemuck::cast_slice(&vec![SENTINEL; word_count]));
    let bound = kernel.bind(gpu, &BINDINGS, &[(0, &input), (1, &output)]);
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        bound.dispatch(&mut pass, [asked.len().div_ceil(64) as u32, 1], None);
    }
    let mut readback = Readback::new(gpu, "answers read back", bytes);
    readback.copy(&mut encoder, &output, 0, 0, bytes);
    readback.submitted(gpu.queue.submit([encoder.finish()]));
    readback
        .receive(gpu, bytemuck::pod_collect_to_vec::<u8, T>)
        .map_err(|lost| Error::device_lost(format!("{}: {}", gpu.name, lost.0)))
}
