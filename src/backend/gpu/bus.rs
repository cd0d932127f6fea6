//! What crosses the bus: the structs that host and shaders share. Twins: `shaders/pool/pool.wgsl`, `shaders/pool/draw.wgsl`,
//! `shaders/stage/stage.wgsl`. A test holds sizes and offsets against naga's reflection of the shaders.

use bytemuck::{Pod, Zeroable};

/// Windows of results: chunks whose networks are in flight or wait for being read.
pub(super) const WINDOW_COUNT: usize = 16;

/// Groups of networks that a window's counts have room for.
pub(super) const GROUP_LIMIT: usize = 16;

/// Where a network in flight stands.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Slot {
    /// Window that its outcome goes to.
    pub(super) window: u32,
    /// Position in the window.
    pub(super) position: u32,
    /// Epochs trained.
    pub(super) epoch: u32,
    /// First epoch in which the criterion held, or 0.
    pub(super) solved_epoch: u32,
    /// `RUNNING`, or a status of outcomes.
    pub(super) status: u32,
    /// Epoch up to which progress has been counted.
    pub(super) reported_epoch: u32,
    /// Index of the network, low word first.
    pub(super) network: [u32; 2],
}

/// Sums that the device keeps.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub(super) struct Counters {
    /// Epochs trained, low word first.
    pub(super) trained: [u32; 2],
    /// Those of finished networks, low word first.
    pub(super) ended: [u32; 2],
    /// Networks finished, modulo 2^32.
    pub(super) finished: u32,
    /// Slices after which finished networks were looked for, modulo 2^32.
    pub(super) canary: u32,
    /// Of the finished networks of each window.
    pub(super) windows: [Counts; WINDOW_COUNT],
}

/// Networks that are counted together, and a sum over them.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub(super) struct Group {
    pub(super) count: u32,
    /// Low word first.
    pub(super) sum: [u32; 2],
}

/// What a window's finished networks are: first those that have a row, with the epochs of all networks; then the classes of
/// `classes.rs`, with their losses.
pub(super) type Counts = [Group; GROUP_LIMIT];

/// Settings of a slice.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct SliceParams {
    /// Epochs that the slice runs.
    pub(super) slice_epochs: u32,
    /// 1 where whatever still runs is to be recorded as unfinished.
    pub(super) flush: u32,
    /// Seed of the run, low word first.
    pub(super) seed: [u32; 2],
    /// Of each window, a bit for each class whose networks are counted and get no row.
    pub(super) counted: [u32; WINDOW_COUNT],
}

/// Networks that start together: some of one window.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Start {
    /// Seed, low word first.
    pub(super) seed: [u32; 2],
    /// Index of the first of them, low word first.
    pub(super) first: [u32; 2],
    /// How many there are.
    pub(super) count: u32,
    /// Their window.
    pub(super) window: u32,
    /// Position in the window of the first of them.
    pub(super) position: u32,
    /// Where in the ring of free slots to take from.
    pub(super) free_head: u32,
    /// 1 where weights are imported.
    pub(super) imported: u32,
    /// 0, as data: shaders must not know it when they are compiled.
    pub(super) zero: u32,
    pub(super) reserved: [u32; 2],
}

/// Low and high word of a number.
pub(super) fn words(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

/// The number of a low and a high word.
pub(super) fn joined([low, high]: [u32; 2]) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

/// One dispatch of the staged form: a layer, and the examples at hand.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub(super) struct Stage {
    /// Rows of the layer's matrix before the bias row.
    pub(super) fan_in: u32,
    /// How many of them are fed by the network's inputs.
    pub(super) shortcut: u32,
    /// Columns.
    pub(super) fan_out: u32,
    /// Flat position of its first weight.
    pub(super) weight_offset: u32,
    /// 1 where the inputs alone feed it.
    pub(super) first: u32,
    /// 1 for the output layer.
    pub(super) last: u32,
    /// First activation row of the layer before.
    pub(super) row_before: u32,
    /// First activation row of this layer.
    pub(super) row: u32,
    /// First activation row of the next layer.
    pub(super) row_next: u32,
    /// Columns of the next layer.
    pub(super) fan_out_next: u32,
    /// Flat position of its first weight.
    pub(super) weight_offset_next: u32,
    /// First example at hand.
    pub(super) example_first: u32,
    /// How many there are.
    pub(super) example_count: u32,
    /// Which layer of weights this is, counted from 0.
    pub(super) layer: u32,
    /// The code of its activation.
    pub(super) activation: u32,
    /// 1 where examples come in an order that is drawn.
    pub(super) drawn: u32,
}

impl Stage {
    /// Whether examples come in an order that is drawn.
    pub(super) fn is_drawn(&self) -> bool {
        self.drawn == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_join() {
        for value in [0, 1, u64::from(u32::MAX), 1 << 32, u64::MAX - 5] {
            assert_eq!(joined(words(value)), value);
        }
    }
}
