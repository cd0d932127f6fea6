//! The buffers of a pool, which its own kernels share with those that train.

use crate::error::Result;
use crate::gpu::{Binding, BindingKind, Gpu, Readback, indirect_buffer, storage_buffer, uniform_buffer};
use crate::spec::Problem;

use super::bus::{Counters, SliceParams, Slot, Start, WINDOW_COUNT};
use super::numbers;
use super::prelude::{Sizes, rate_row_count, row_word_count, state_row_count, table, window_word_count};

/// Settings of the slice.
pub(super) const SLICE: Binding = Binding(9, BindingKind::Uniform);
/// Scratch memory: outputs of networks that have finished, and what else the form needs.
pub(super) const SCRATCH: Binding = Binding(11, BindingKind::Storage);
/// Slots that one invocation of `shaders/pool/compact.wgsl` goes through.
pub(super) const SLOTS_PER_BLOCK: u32 = 32;
/// Networks that one submission can start, in windows.
const START_LIMIT: usize = WINDOW_COUNT;

/// What networks in flight consist of on the device.
pub(super) struct PoolBuffers {
    pub(super) state: wgpu::Buffer,
    pub(super) slots: wgpu::Buffer,
    /// Active lists; a slice reads one and fills the other.
    pub(super) active: [wgpu::Buffer; 2],
    pub(super) free: wgpu::Buffer,
    /// What is made on the way to the two.
    pub(super) blocks: wgpu::Buffer,
    /// Lanes whose networks have finished in the slice at hand.
    pub(super) finds: wgpu::Buffer,
    pub(super) counters: wgpu::Buffer,
    pub(super) results: wgpu::Buffer,
    pub(super) table: wgpu::Buffer,
    pub(super) slice: wgpu::Buffer,
    pub(super) numbers: wgpu::Buffer,
    pub(super) starts: wgpu::Buffer,
    /// `[row][lane]`, as the form lays it out.
    pub(super) scratch: wgpu::Buffer,
}

/// Bytes on the device for each slot, and of its largest single array.
pub(super) fn bytes_per_slot(
    problem: &Problem,
    (keep_weights, own_rates): (bool, bool),
    scratch_row_count: usize,
) -> (u64, u64) {
    let state = 4 * (state_row_count(problem) + rate_row_count(problem, own_rates)) as u64;
    // Windows hold four times as many networks as are in flight.
    let results = 4 * 4 * (1 + row_word_count(problem, keep_weights)) as u64;
    let scratch = 4 * scratch_row_count as u64;
    let lists = size_of::<Slot>() as u64 + 4 * 4;
    (state + results + scratch + lists, state.max(results).max(scratch))
}

/// Bytes of the records of all blocks of slots.
pub(super) fn block_bytes(slot_count: u32) -> u64 {
    16 * u64::from(slot_count.div_ceil(SLOTS_PER_BLOCK))
}

/// Distance between two records of starts.
pub(super) fn start_stride(gpu: &Gpu) -> u64 {
    (size_of::<Start>() as u64).next_multiple_of(gpu.uniform_stride())
}

impl PoolBuffers {
    /// Allocates, and fills the table.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn new(gpu: &Gpu, problem: &Problem, sizes: Sizes, scratch_row_count: usize) -> Result<Self> {
        let slots = u64::from(sizes.slot_count);
        let table = table(problem, sizes.own_rates);
        let state_rows = state_row_count(problem) + rate_row_count(problem, sizes.own_rates);
        let buffers = gpu.guarded("allocating memory", || Self {
            state: storage_buffer(gpu, "state", 4 * slots * state_rows as u64),
            slots: storage_buffer(gpu, "slots", slots * size_of::<Slot>() as u64),
            active: ["active 0", "active 1"].map(|label| storage_buffer(gpu, label, 4 * (slots + 1))),
            free: storage_buffer(gpu, "free", 4 * (slots + 1)),
            blocks: storage_buffer(gpu, "blocks", block_bytes(sizes.slot_count)),
            finds: indirect_buffer(gpu, "finds", 4 * (slots + 4)),
            counters: storage_buffer(gpu, "counters", size_of::<Counters>() as u64),
            results: storage_buffer(gpu, "results", 4 * (window_word_count(problem, sizes) * WINDOW_COUNT) as u64),
            table: storage_buffer(gpu, "table", 4 * table.len() as u64),
            slice: uniform_buffer(gpu, "slice", bytemuck::bytes_of(&SliceParams::default())),
            numbers: numbers::buffer(gpu, problem),
            starts: uniform_buffer(gpu, "starts", &vec![0; start_stride(gpu) as usize * START_LIMIT]),
            scratch: storage_buffer(gpu, "scratch", 4 * slots * scratch_row_count as u64),
        })?;
        gpu.queue.write_buffer(&buffers.table, 0, bytemuck::cast_slice(&table));
        Ok(buffers)
    }

    /// Empties the pool: all slots free, nothing active, counters at zero.
    pub(super) fn reset(&self, gpu: &Gpu, slot_count: u32) {
        let free: Vec<u32> = std::iter::once(slot_count).chain(0..slot_count).collect();
        gpu.queue.write_buffer(&self.free, 0, bytemuck::cast_slice(&free));
        // Statuses that an earlier run left in the middle of its training.
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("reset") });
        encoder.clear_buffer(&self.slots, 0, None);
        gpu.queue.submit([encoder.finish()]);
        for list in &self.active {
            gpu.queue.write_buffer(list, 0, bytemuck::bytes_of(&0u32));
        }
        gpu.queue.write_buffer(&self.counters, 0, bytemuck::bytes_of(&Counters::default()));
    }

    /// What has to be kept to go on from a slice that left the active networks in this list. The table never changes, and
    /// whoever goes on writes imports anew.
    fn checkpoint(&self, list: usize) -> [&wgpu::Buffer; 6] {
        let Self { state, slots, active, free, counters, results, .. } = self;
        [state, slots, &active[list], free, counters, results]
    }

    /// Bytes of all that.
    pub(super) fn checkpoint_bytes(&self) -> u64 {
        self.checkpoint(0).iter().map(|buffer| buffer.size()).sum()
    }

    /// Records a copy of it.
    pub(super) fn copy(&self, encoder: &mut wgpu::CommandEncoder, readback: &mut Readback, list: usize) {
        let mut place = 0;
        for buffer in self.checkpoint(list) {
            readback.copy(encoder, buffer, 0, place, buffer.size());
            place += buffer.size();
        }
    }

    /// Writes such a copy back.
    pub(super) fn restore(&self, gpu: &Gpu, list: usize, bytes: &[u8]) {
        let mut rest = bytes;
        for buffer in self.checkpoint(list) {
            let (part, remainder) = rest.split_at(rest.len().min(buffer.size() as usize));
            gpu.queue.write_buffer(buffer, 0, part);
            rest = remainder;
        }
    }
}
