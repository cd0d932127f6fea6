//! What stages are checked on: networks on the device, and what is noted of a stage.

use crate::backend::tolerance::Tolerance;
use crate::error::{Error, Result};
use crate::gpu::{Gpu, Readback};
use crate::seed::Starts;
use crate::spec::{Init, Problem};

use super::super::buffers::PoolBuffers;
use super::super::bus::{SliceParams, Slot, Stage, words};
use super::super::prelude::state_row_count;
use super::super::rows::Rows;
use super::super::staged::{Staged, Step};

/// Networks that a stage is checked on.
pub(super) const LANE_COUNT: usize = 64;
/// Fills scratch memory beforehand: what a stage did not write is found.
const SENTINEL: f32 = f32::NAN;
pub(super) const RUNNING: u32 = 4;
/// The epoch that is looked at.
pub(super) const EPOCH: u32 = 5;
/// Networks are numbered from here: the second word of an index changes among them.
pub(super) const FIRST_NETWORK: u64 = (1 << 32) - LANE_COUNT as u64 / 2;

/// How far a stage is from f64, over everything that it wrote.
#[derive(Clone, Debug)]
pub struct StageReport {
    /// Name of the stage.
    pub stage: &'static str,
    /// Numbers compared.
    pub compared_count: usize,
    /// Largest distance in units of the tolerance T1: at most 1 is agreement.
    pub excess: f64,
    /// The worst pair, as text.
    pub worst: String,
}

/// Numbers on the device at one moment, `[row][lane]`.
pub(super) struct Memory {
    pub(super) state: Vec<f32>,
    pub(super) scratch: Vec<f32>,
    pub(super) slots: Vec<Slot>,
}

pub(super) struct Bench<'a> {
    pub(super) gpu: &'a Gpu,
    pub(super) problem: &'a Problem,
    pub(super) buffers: PoolBuffers,
    pub(super) staged: Staged,
    pub(super) rows: Rows,
    pub(super) seed: u64,
    pub(super) layers: Vec<Stage>,
    pub(super) reports: Vec<StageReport>,
}

impl Bench<'_> {
    /// Random weights and optimizer memories, all networks running, scratch full of sentinels.
    pub(super) fn fill(&self) {
        let layers = self.problem.layers();
        let starts = Starts::new(Init::Uniform(2.0), layers, self.seed);
        let weight_count = layers.weight_count();
        let spec = self.problem.spec();
        // The last memory of an optimizer that divides is a mean of squares, that of one with two anyway above 0.
        let memories = spec.optimizer.state_count(spec.momentum);
        let squares = (memories == 2 || spec.optimizer.default_epsilon().is_some()).then_some(memories);
        let mut state = vec![0f32; state_row_count(self.problem) * LANE_COUNT];
        for lane in 0..LANE_COUNT {
            for (block, sign) in [(0, 1.0f32), (1, 0.1), (2, 0.01)] {
                let drawn = starts.weights((lane + block * LANE_COUNT) as u64);
                for (k, value) in drawn.into_iter().enumerate() {
                    let value = if Some(block) == squares { value.abs() } else { value };
                    if let Some(place) = state.get_mut((block * weight_count + k) * LANE_COUNT + lane) {
                        *place = sign * value;
                    }
                }
            }
        }
        let slot = Slot { epoch: EPOCH - 1, reported_epoch: EPOCH - 1, status: RUNNING, ..Slot::default() };
        let slots: Vec<Slot> =
            (0..LANE_COUNT).map(|lane| Slot { network: words(FIRST_NETWORK + lane as u64), ..slot }).collect();
        let slice = SliceParams { seed: words(self.seed), ..SliceParams::default() };
        let active: Vec<u32> = std::iter::once(LANE_COUNT as u32).chain(0..LANE_COUNT as u32).collect();
        let write = |buffer: &wgpu::Buffer, bytes: &[u8]| self.gpu.queue.write_buffer(buffer, 0, bytes);
        write(&self.buffers.state, bytemuck::cast_slice(&state));
        write(&self.buffers.slots, bytemuck::cast_slice(&slots));
        write(&self.buffers.slice, bytemuck::bytes_of(&slice));
        write(&self.buffers.active[0], bytemuck::cast_slice(&active));
        write(&self.buffers.scratch, bytemuck::cast_slice(&vec![SENTINEL; self.rows.count * LANE_COUNT]));
    }

    pub(super) fn read(&self) -> Result<Memory> {
        let state_bytes = 4 * (state_row_count(self.problem) * LANE_COUNT) as u64;
        let scratch_bytes = 4 * (self.rows.count * LANE_COUNT) as u64;
        let slot_bytes = (size_of::<Slot>() * LANE_COUNT) as u64;
        let mut readback = Readback::new(self.gpu, "stage read back", state_bytes + scratch_bytes + slot_bytes);
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        readback.copy(&mut encoder, &self.buffers.state, 0, 0, state_bytes);
        readback.copy(&mut encoder, &self.buffers.scratch, 0, state_bytes, scratch_bytes);
        readback.copy(&mut encoder, &self.buffers.slots, 0, state_bytes + scratch_bytes, slot_bytes);
        readback.submitted(self.gpu.queue.submit([encoder.finish()]));
        let taken = readback.receive(self.gpu, |bytes| {
            let (state, rest) = bytes.split_at(state_bytes as usize);
            let (scratch, slots) = rest.split_at(scratch_bytes as usize);
            Memory {
                state: bytemuck::pod_collect_to_vec(state),
                scratch: bytemuck::pod_collect_to_vec(scratch),
                slots: bytemuck::pod_collect_to_vec(slots),
            }
        });
        taken.map_err(|lost| Error::device_lost(format!("{}: {}", self.gpu.name, lost.0)))
    }

    pub(super) fn run(&self, step: Step, record: usize) -> Result<Memory> {
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            self.staged.record_step(&mut pass, 0, LANE_COUNT as u32, step, record);
        }
        self.gpu.queue.submit([encoder.finish()]);
        self.read()
    }

    /// Notes what a stage wrote in rows of scratch or state beside what it should have written there.
    pub(super) fn compare(&mut self, step: Step, actual: &[f32], rows: impl Iterator<Item = (usize, usize, f64)>) {
        let mut report =
            StageReport { stage: step.name(), compared_count: 0, excess: 0.0, worst: "nothing compared".into() };
        for (row, lane, expected) in rows {
            let value = f64::from(actual[row * LANE_COUNT + lane]);
            let excess = Tolerance::T1.excess(value, expected);
            if report.compared_count == 0 || excess > report.excess {
                report.excess = excess;
                report.worst = format!("{value:e} instead of {expected:e}");
            }
            report.compared_count += 1;
        }
        self.reports.push(report);
    }
}

/// Rows by lanes.
pub(super) fn cells(row_count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..row_count).flat_map(|row| (0..LANE_COUNT).map(move |lane| (row, lane)))
}

pub(super) fn at(memory: &[f32], row: usize, lane: usize) -> f64 {
    f64::from(memory[row * LANE_COUNT + lane])
}
