//! Each stage kernel by itself, on random weights, against f64.
//!
//! Like a bisection: a stage's expected values are computed from what the device itself had before the stage, so a wrong
//! stage is named, and the stages after it are not blamed.

use crate::backend::conformance::Fault;
use crate::backend::tolerance::Tolerance;
use crate::error::{Error, Result};
use crate::gpu::{Gpu, Readback};
use crate::rule::{Optimize, Shared, with_optimizer};
use crate::seed::Starts;
use crate::spec::{Init, Problem};

use super::buffers::PoolBuffers;
use super::bus::{Slot, Stage};
use super::form::{Setup, Tuning};
use super::prelude::{Sizes, state_row_count};
use super::staged::{Rows, Staged, Step, kernels, records};

/// Networks that a stage is checked on.
const LANE_COUNT: usize = 64;
/// Fills scratch memory beforehand: what a stage did not write is found.
const SENTINEL: f32 = f32::NAN;
const RUNNING: u32 = 4;

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
struct Memory {
    state: Vec<f32>,
    scratch: Vec<f32>,
    slots: Vec<Slot>,
}

struct Bench<'a> {
    gpu: &'a Gpu,
    problem: &'a Problem,
    buffers: PoolBuffers,
    staged: Staged,
    rows: Rows,
    layers: Vec<Stage>,
    reports: Vec<StageReport>,
}

/// Runs the stages of one epoch one after the other and checks each.
///
/// # Errors
/// The device refuses or is lost.
pub fn check_stages(gpu: &Gpu, problem: &Problem, seed: u64, fault: Option<Fault>) -> Result<Vec<StageReport>> {
    let sizes = Sizes {
        slot_count: LANE_COUNT as u32,
        window_capacity: 1,
        workgroup_size: 64,
        keep_weights: false,
        own_rates: false,
    };
    let rows = Rows::of(problem);
    let buffers = PoolBuffers::new(gpu, problem, sizes, rows.count)?;
    let kernels = kernels(problem, sizes, fault);
    let staged = Staged::new(&Setup { gpu, problem, sizes, buffers: &buffers, tuning: &Tuning::default(), kernels })?;
    let layers = records(problem).into_iter().take(problem.layers().shapes().len()).collect();
    let mut bench = Bench { gpu, problem, buffers, staged, rows, layers, reports: Vec::new() };
    bench.fill(seed);
    bench.epoch()?;
    Ok(bench.reports)
}

impl Bench<'_> {
    /// Random weights and optimizer memories, all networks running, scratch full of sentinels.
    fn fill(&self, seed: u64) {
        let layers = self.problem.layers();
        let starts = Starts::new(Init::Uniform(2.0), layers, seed);
        let weight_count = layers.weight_count();
        let mut state = vec![0f32; state_row_count(self.problem) * LANE_COUNT];
        for lane in 0..LANE_COUNT {
            for (block, sign) in [(0, 1.0f32), (1, 0.1), (2, 0.01)] {
                let drawn = starts.weights((lane + block * LANE_COUNT) as u64);
                for (k, value) in drawn.into_iter().enumerate() {
                    // Adam's second memory is a mean of squares.
                    let value = if block == 2 { value.abs() } else { value };
                    if let Some(place) = state.get_mut((block * weight_count + k) * LANE_COUNT + lane) {
                        *place = sign * value;
                    }
                }
            }
        }
        let slots = [Slot { epoch: 4, reported_epoch: 4, status: RUNNING, ..Slot::default() }; LANE_COUNT];
        let active: Vec<u32> = std::iter::once(LANE_COUNT as u32).chain(0..LANE_COUNT as u32).collect();
        let write = |buffer: &wgpu::Buffer, bytes: &[u8]| self.gpu.queue.write_buffer(buffer, 0, bytes);
        write(&self.buffers.state, bytemuck::cast_slice(&state));
        write(&self.buffers.slots, bytemuck::cast_slice(&slots));
        write(&self.buffers.active[0], bytemuck::cast_slice(&active));
        write(&self.buffers.scratch, bytemuck::cast_slice(&vec![SENTINEL; self.rows.count * LANE_COUNT]));
    }

    fn read(&self) -> Result<Memory> {
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

    fn run(&self, step: Step, layer: usize) -> Result<Memory> {
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            self.staged.record_step(&mut pass, 0, LANE_COUNT as u32, step, layer);
        }
        self.gpu.queue.submit([encoder.finish()]);
        self.read()
    }

    /// Notes what a stage wrote in rows of scratch or state beside what it should have written there.
    fn compare(&mut self, step: Step, actual: &[f32], rows: impl Iterator<Item = (usize, usize, f64)>) {
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

    fn epoch(&mut self) -> Result<()> {
        let online = self.problem.spec().update.is_online();
        if online {
            let memory = self.run(Step::Keep, 0)?;
            let weights = self.problem.layers().weight_count();
            let kept = self.rows.kept;
            let expected = cells(weights).map(|(k, lane)| (kept + k, lane, at(&memory.state, k, lane)));
            self.compare(Step::Keep, &memory.scratch, expected.collect::<Vec<_>>().into_iter());
        }
        for layer in 0..self.layers.len() {
            let before = self.run(Step::Matmul, layer)?;
            self.check_matmul(layer, &before);
            let memory = self.run(Step::Activation, layer)?;
            self.check_activation(layer, &memory);
        }
        let memory = self.run(Step::Loss, 0)?;
        self.check_loss(&memory);
        if !online {
            let memory = self.run(Step::Judge, 0)?;
            self.check_judge(&memory);
        }
        for layer in (0..self.layers.len()).rev() {
            let memory = self.run(Step::Delta, layer)?;
            self.check_delta(layer, &memory);
        }
        for layer in 0..self.layers.len() {
            let memory = self.run(Step::Gradient, layer)?;
            self.check_gradient(layer, &memory);
        }
        for layer in 0..self.layers.len() {
            let before = self.read()?;
            let after = self.run(Step::Update, layer)?;
            self.check_update(layer, &before, &after);
        }
        if online {
            let memory = self.run(Step::Judge, 0)?;
            self.check_judge(&memory);
            let before = self.read()?;
            let after = self.run(Step::Restore, 0)?;
            self.check_restore(&before, &after);
        }
        Ok(())
    }

    fn input(&self, example: usize, unit: usize) -> f64 {
        f64::from(self.problem.examples().input(example)[unit] as f32)
    }

    /// What feeds row `row` of a layer's matrix on an example.
    fn feeding(&self, memory: &Memory, layer: usize, example: usize, row: usize, lane: usize) -> f64 {
        let stage = &self.layers[layer];
        let units = (stage.fan_in - stage.shortcut) as usize;
        match row {
            row if stage.first == 1 => self.input(example, row),
            row if row >= units => self.input(example, row - units),
            row => at(&memory.scratch, stage.row_before as usize + example * units + row, lane),
        }
    }

    fn check_matmul(&mut self, layer: usize, memory: &Memory) {
        let stage = self.layers[layer];
        let (fan_in, fan_out) = (stage.fan_in as usize, stage.fan_out as usize);
        let weight = |row: usize, unit: usize, lane| {
            at(&memory.state, stage.weight_offset as usize + row * fan_out + unit, lane)
        };
        let expected: Vec<_> = cells(stage.example_count as usize * fan_out)
            .map(|(cell, lane)| {
                let (example, unit) = (cell / fan_out, cell % fan_out);
                let products =
                    (0..fan_in).map(|row| self.feeding(memory, layer, example, row, lane) * weight(row, unit, lane));
                let z = weight(fan_in, unit, lane) + products.sum::<f64>();
                (self.rows.deltas + stage.row as usize + cell, lane, z)
            })
            .collect();
        self.compare(Step::Matmul, &memory.scratch, expected.into_iter());
    }

    fn check_activation(&mut self, layer: usize, memory: &Memory) {
        let stage = self.layers[layer];
        let activation = self.problem.spec().activation.of_layer(layer);
        let expected: Vec<_> = cells((stage.example_count * stage.fan_out) as usize)
            .map(|(cell, lane)| {
                let row = stage.row as usize + cell;
                (row, lane, activation.value(at(&memory.scratch, self.rows.deltas + row, lane)))
            })
            .collect();
        self.compare(Step::Activation, &memory.scratch, expected.into_iter());
    }

    fn target(&self, output: usize) -> f64 {
        f64::from(self.problem.examples().targets()[output] as f32)
    }

    fn check_loss(&mut self, memory: &Memory) {
        let outputs = self.rows.outputs;
        let count = self.problem.examples().targets().len();
        let loss = self.problem.spec().loss;
        let expected: Vec<_> = (0..LANE_COUNT)
            .map(|lane| {
                let each = (0..count).map(|output| {
                    let h = at(&memory.scratch, outputs + output, lane);
                    let z = at(&memory.scratch, self.rows.deltas + outputs + output, lane);
                    loss.value(z, h, self.target(output))
                });
                (self.rows.loss, lane, each.sum::<f64>() / self.problem.examples().count() as f64)
            })
            .collect();
        self.compare(Step::Loss, &memory.scratch, expected.into_iter());
    }

    fn check_delta(&mut self, layer: usize, memory: &Memory) {
        let stage = self.layers[layer];
        let spec = self.problem.spec();
        let (fan_out, next) = (stage.fan_out as usize, stage.fan_out_next as usize);
        let expected: Vec<_> = cells(stage.example_count as usize * fan_out)
            .map(|(cell, lane)| {
                let (example, unit) = (cell / fan_out, cell % fan_out);
                let row = stage.row as usize + cell;
                let h = at(&memory.scratch, row, lane);
                let slope = spec.activation.of_layer(layer).slope(h);
                let delta = if stage.last == 1 {
                    spec.loss.delta(h - self.target(cell), slope)
                } else {
                    let products = (0..next).map(|j| {
                        let k = stage.weight_offset_next as usize + unit * next + j;
                        let row = self.rows.deltas + stage.row_next as usize + example * next + j;
                        at(&memory.state, k, lane) * at(&memory.scratch, row, lane)
                    });
                    products.sum::<f64>() * slope
                };
                (self.rows.deltas + row, lane, delta)
            })
            .collect();
        self.compare(Step::Delta, &memory.scratch, expected.into_iter());
    }

    fn check_gradient(&mut self, layer: usize, memory: &Memory) {
        let stage = self.layers[layer];
        let (fan_in, fan_out) = (stage.fan_in as usize, stage.fan_out as usize);
        let expected: Vec<_> = cells((fan_in + 1) * fan_out)
            .map(|(cell, lane)| {
                let (row, unit) = (cell / fan_out, cell % fan_out);
                let products = (0..stage.example_count as usize).map(|example| {
                    let place = self.rows.deltas + stage.row as usize + example * fan_out + unit;
                    let feeding = if row == fan_in { 1.0 } else { self.feeding(memory, layer, example, row, lane) };
                    feeding * at(&memory.scratch, place, lane)
                });
                (self.rows.gradient + stage.weight_offset as usize + cell, lane, products.sum::<f64>())
            })
            .collect();
        self.compare(Step::Gradient, &memory.scratch, expected.into_iter());
    }

    fn check_update(&mut self, layer: usize, before: &Memory, after: &Memory) {
        let stage = self.layers[layer];
        let spec = self.problem.spec();
        let weight_count = self.problem.layers().weight_count();
        let rates = self.problem.weight_rates();
        // Five epochs of batch updates, or the first of the fifth epoch's online ones.
        let update_count = 4 * spec.update.per_epoch(self.problem.examples().count()) as u64 + 1;
        let memories = spec.optimizer.state_count(spec.momentum);
        let mut expected = Vec::new();
        for (cell, lane) in cells(((stage.fan_in + 1) * stage.fan_out) as usize) {
            let k = stage.weight_offset as usize + cell;
            let row =
                |block: usize| if block > memories { 0.0 } else { at(&before.state, block * weight_count + k, lane) };
            let [mut weight, mut first, mut second] = [0, 1, 2].map(row);
            let gradient = at(&before.scratch, self.rows.gradient + k, lane);
            with_optimizer!(spec.optimizer, Row => {
                let shared = Shared {
                    share: self.problem.share(),
                    momentum: spec.momentum,
                    corrections: Row::corrections(update_count),
                };
                Row::step(&shared, rates[k], gradient, &mut weight, [&mut first, &mut second]);
            });
            let now = [weight, first, second];
            expected.extend((0..=memories).map(|block| (block * weight_count + k, lane, now[block])));
        }
        self.compare(Step::Update, &after.state, expected.into_iter());
    }

    /// Who goes on keeps the new weights, who has ended gets back those that the epoch began with.
    fn check_restore(&mut self, before: &Memory, after: &Memory) {
        let expected: Vec<_> = cells(self.problem.layers().weight_count())
            .map(|(k, lane)| {
                let ended = before.slots[lane].status != RUNNING;
                let kept = at(&before.scratch, self.rows.kept + k, lane);
                (k, lane, if ended { kept } else { at(&before.state, k, lane) })
            })
            .collect();
        self.compare(Step::Restore, &after.state, expected.into_iter());
    }

    /// The epoch is counted, and whether the network steps is right, unless its measure lies at the bound itself.
    fn check_judge(&mut self, memory: &Memory) {
        let outputs = self.rows.outputs;
        let count = self.problem.examples().targets().len();
        let targets: Vec<f64> = (0..count).map(|output| self.target(output)).collect();
        let mut report =
            StageReport { stage: Step::Judge.name(), compared_count: 0, excess: 0.0, worst: "none".into() };
        for lane in 0..LANE_COUNT {
            let h: Vec<f64> = (0..count).map(|output| at(&memory.scratch, outputs + output, lane)).collect();
            let distance = self.problem.spec().solved.distance(&h, &targets, self.problem.midpoint());
            if distance.abs() < 1e-5 {
                continue;
            }
            let solved = distance < 0.0;
            let slot = memory.slots[lane];
            let right = slot.epoch == 5
                && (slot.solved_epoch == 5) == solved
                && (slot.status == RUNNING) != (solved && self.problem.retires());
            report.compared_count += 1;
            if !right {
                report.excess = f64::INFINITY;
                report.worst = format!("{slot:?} at a distance of {distance}");
            }
        }
        self.reports.push(report);
    }
}

/// Rows by lanes.
fn cells(row_count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..row_count).flat_map(|row| (0..LANE_COUNT).map(move |lane| (row, lane)))
}

fn at(memory: &[f32], row: usize, lane: usize) -> f64 {
    f64::from(memory[row * LANE_COUNT + lane])
}
