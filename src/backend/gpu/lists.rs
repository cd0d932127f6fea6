//! The lists that come after a slice: slots that go on, and slots that have become free, each in the order of their numbers.
//! Twin: `shaders/pool/compact.wgsl`.

use crate::error::{Error, Result};
use crate::gpu::{Binding, BindingKind, Bound, Checks, Gpu, Kernel, Readback, storage_buffer};
use crate::spec::Problem;

use super::buffers::{PoolBuffers, SLOTS_PER_BLOCK, block_bytes};
use super::bus::Slot;
use super::prelude::Sizes;
use super::source::{COMPACT, POOL, compose};

/// As in `shaders/pool/pool.wgsl`.
const RUNNING: u32 = 4;
const SETTLED: u32 = 5;

const BINDINGS: [Binding; 4] = [
    Binding(1, BindingKind::Storage),
    Binding(3, BindingKind::Storage),
    Binding(4, BindingKind::Storage),
    Binding(13, BindingKind::Storage),
];

/// Entries `sort_slots`, `sum_blocks` and `list_slots`.
pub(super) fn source(problem: &Problem, sizes: Sizes) -> String {
    compose(problem, sizes, &[POOL, COMPACT])
}

/// What the lists are made from, and where they go.
pub(super) struct ListBuffers<'a> {
    slots: &'a wgpu::Buffer,
    active: [&'a wgpu::Buffer; 2],
    free: &'a wgpu::Buffer,
    blocks: &'a wgpu::Buffer,
}

impl<'a> ListBuffers<'a> {
    pub(super) fn of(buffers: &'a PoolBuffers) -> Self {
        let PoolBuffers { slots, active: [first, second], free, blocks, .. } = buffers;
        Self { slots, active: [first, second], free, blocks }
    }
}

/// The kernels, for either list of active slots.
pub(super) struct Lists {
    sort: [Bound; 2],
    sum: [Bound; 2],
    list: [Bound; 2],
    group_count: u32,
}

impl Lists {
    /// Compiles.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn new(
        gpu: &Gpu,
        source: &str,
        ListBuffers { slots, active, free, blocks }: ListBuffers<'_>,
        sizes: Sizes,
        checks: Checks,
    ) -> Result<Self> {
        let bind = |entry: &str| -> Result<[Bound; 2]> {
            let kernel = Kernel::new(gpu, entry, source, &BINDINGS, checks)?;
            Ok(active.map(|active| kernel.bind(gpu, &BINDINGS, &[(1, slots), (3, active), (4, free), (13, blocks)])))
        };
        let (sort, sum, list) = (bind("sort_slots")?, bind("sum_blocks")?, bind("list_slots")?);
        Ok(Self {
            sort,
            sum,
            list,
            group_count: sizes.slot_count.div_ceil(SLOTS_PER_BLOCK).div_ceil(sizes.workgroup_size),
        })
    }

    /// Records the making of the lists, the active one as number `list`.
    pub(super) fn record(&self, pass: &mut wgpu::ComputePass<'_>, list: usize) {
        self.sort[list].dispatch(pass, [self.group_count, 1], None);
        self.sum[list].dispatch(pass, [1, 1], None);
        self.list[list].dispatch(pass, [self.group_count, 1], None);
    }
}

/// Lists as a device made them: how many slots go on and which; where the ring of free slots ends and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotLists {
    /// Slots that go on.
    pub active: Vec<u32>,
    /// Slots ever appended to the ring.
    pub free_tail: u32,
    /// The ring.
    pub free: Vec<u32>,
}

/// Lists the slots of a pool on a device, for the check that they come in order. Of each slot: whether it goes on, and whether
/// it has just finished; a power of two of slots. The ring of free slots holds 0 everywhere and ends at `free_tail`.
///
/// # Errors
/// The device refuses or is lost.
pub fn listed_slots(gpu: &Gpu, problem: &Problem, slots: &[(bool, bool)], free_tail: u32) -> Result<SlotLists> {
    let slot_count = slots.len() as u32;
    let sizes = Sizes { slot_count, window_capacity: 1, workgroup_size: 64, keep_weights: false, own_rates: false };
    let status = |(going, settled): &(bool, bool)| match (going, settled) {
        (true, _) => RUNNING,
        (false, true) => SETTLED,
        _ => 0,
    };
    let records: Vec<Slot> = slots.iter().map(|slot| Slot { status: status(slot), ..Slot::default() }).collect();
    let list_bytes = 4 * (u64::from(slot_count) + 1);
    let buffers = [("slots", 32 * u64::from(slot_count)), ("active", list_bytes), ("free", list_bytes)];
    let [slots, active, free] = buffers.map(|(name, bytes)| storage_buffer(gpu, name, bytes));
    let blocks = storage_buffer(gpu, "blocks", block_bytes(slot_count));
    gpu.queue.write_buffer(&slots, 0, bytemuck::cast_slice(&records));
    gpu.queue.write_buffer(&free, 0, bytemuck::bytes_of(&free_tail));
    let from = ListBuffers { slots: &slots, active: [&active, &active], free: &free, blocks: &blocks };
    let lists = Lists::new(gpu, &source(problem, sizes), from, sizes, Checks::Trusted)?;
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        lists.record(&mut pass, 0);
    }
    let mut readback = Readback::new(gpu, "lists read back", 2 * list_bytes);
    readback.copy(&mut encoder, &active, 0, 0, list_bytes);
    readback.copy(&mut encoder, &free, 0, list_bytes, list_bytes);
    readback.submitted(gpu.queue.submit([encoder.finish()]));
    let words: Vec<u32> = readback
        .receive(gpu, bytemuck::pod_collect_to_vec)
        .map_err(|lost| Error::device_lost(format!("{}: {}", gpu.name, lost.0)))?;
    let (active, free) = words.split_at(words.len() / 2);
    let count = (active[0] as usize).min(active.len() - 1);
    Ok(SlotLists { active: active[1..=count].to_vec(), free_tail: free[0], free: free[1..].to_vec() })
}
