//! Each stage kernel by itself, on random weights, against f64.
//!
//! Like a bisection: a stage's expected values are computed from what the device itself had before the stage, so a wrong
//! stage is named, and the stages after it are not blamed.

use crate::backend::conformance::Fault;
use crate::backend::tolerance::Tolerance;
use crate::error::{Error, Result};
use crate::gpu::{Gpu, Readback};
use crate::rule::{Optimize, with_optimizer};
use crate::seed::{Orders, Starts};
use crate::spec::{Init, Judge, Problem, Schedule};

use super::buffers::PoolBuffers;
use super::bus::{SliceParams, Slot, Stage, words};
use super::form::{Setup, Tuning};
use super::prelude::{Sizes, draws_order, judged_after, keeps_start, state_row_count};
use super::staged::{Rows, Span, Staged, Step, kernels, records};

/// Networks that a stage is checked on.
const LANE_COUNT: usize = 64;
/// Fills scratch memory beforehand: what a stage did not write is found.
const SENTINEL: f32 = f32::NAN;
const RUNNING: u32 = 4;
/// The epoch that is looked at.
const EPOCH: u32 = 5;
/// Networks are numbered from here: the second word of an index changes among them.
const FIRST_NETWORK: u64 = (1 << 32) - LANE_COUNT as u64 / 2;

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
    seed: u64,
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
    // Once through all examples in the epoch's order; the epoch's last update; and, where weights are judged at its end,
    // through all examples as they are listed.
    let all = Span::all(problem);
    let drawn = Span { drawn: draws_order(problem), ..all };
    let spans = [drawn, Span::batches(problem).pop().unwrap_or(drawn), all];
    let setup = Setup { gpu, problem, sizes, buffers: &buffers, tuning: &Tuning::default(), kernels };
    let staged = Staged::on(&setup, &spans)?;
    let layers = records(problem, &spans);
    let mut bench = Bench { gpu, problem, buffers, staged, rows, seed, layers, reports: Vec::new() };
    bench.fill();
    bench.epoch()?;
    Ok(bench.reports)
}

impl Bench<'_> {
    /// Random weights and optimizer memories, all networks running, scratch full of sentinels.
    fn fill(&self) {
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

    fn run(&self, step: Step, record: usize) -> Result<Memory> {
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            self.staged.record_step(&mut pass, 0, LANE_COUNT as u32, step, record);
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
        let layer_count = self.problem.layers().shapes().len();
        let (keeps_start, judged_after) = (keeps_start(self.problem), judged_after(self.problem));
        if draws_order(self.problem) {
            let memory = self.run(Step::Order, 0)?;
            self.check_order(&memory);
        }
        if keeps_start {
            let memory = self.run(Step::Keep, 0)?;
            let weights = self.problem.layers().weight_count();
            let kept = self.rows.kept;
            let expected = cells(weights).map(|(k, lane)| (kept + k, lane, at(&memory.state, k, lane)));
            self.compare(Step::Keep, &memory.scratch, expected.collect::<Vec<_>>().into_iter());
        }
        self.forward(0)?;
        if !self.layers[0].is_drawn() {
            let memory = self.run(Step::Loss, 0)?;
            self.check_loss(&memory);
        }
        if !keeps_start && !judged_after {
            let memory = self.run(Step::Judge, 0)?;
            self.check_judge(&memory);
        }
        for layer in (0..layer_count).rev() {
            let before = self.read()?;
            let after = self.run(Step::Delta, layer)?;
            self.check_delta(layer, &before, &after);
        }
        for layer in 0..layer_count {
            let memory = self.run(Step::Gradient, layer)?;
            self.check_gradient(layer, &memory);
        }
        for layer in 0..layer_count {
            let before = self.read()?;
            let after = self.run(Step::Update, layer_count + layer)?;
            self.check_update(layer, &before, &after);
        }
        if judged_after {
            self.forward(2 * layer_count)?;
            let memory = self.run(Step::Loss, 0)?;
            self.check_loss(&memory);
        }
        if keeps_start || judged_after {
            let memory = self.run(Step::Judge, 0)?;
            self.check_judge(&memory);
        }
        if keeps_start {
            let before = self.read()?;
            let after = self.run(Step::Restore, 0)?;
            self.check_restore(&before, &after);
        }
        Ok(())
    }

    /// Forward through all layers with these records.
    fn forward(&mut self, records: usize) -> Result<()> {
        for layer in 0..self.problem.layers().shapes().len() {
            let record = records + layer;
            let sums = self.run(Step::Matmul, record)?;
            self.check_matmul(record, &sums);
            if self.problem.spec().activation.of_layer(layer).normalises() {
                let memory = self.run(Step::Normalise, record)?;
                self.check_normalise(record, &sums, &memory);
            }
            let memory = self.run(Step::Activation, record)?;
            self.check_activation(record, &memory);
        }
        Ok(())
    }

    /// The order that a network has under the seed, beside the one on the device.
    fn check_order(&mut self, memory: &Memory) {
        let count = self.problem.examples().count();
        let orders = Orders::new(self.problem.spec().update.order(), count, self.seed);
        let mut expected = Vec::new();
        let mut order = vec![0; count];
        for lane in 0..LANE_COUNT {
            orders.draw(FIRST_NETWORK + lane as u64, EPOCH, &mut order);
            let row = |position: usize| self.rows.order + position;
            expected.extend(order.iter().enumerate().map(|(at, example)| (row(at), lane, f64::from(*example))));
        }
        self.compare(Step::Order, &memory.scratch, expected.into_iter());
    }

    /// The example at a position of a record's order.
    fn example(&self, memory: &Memory, stage: &Stage, position: usize, lane: usize) -> usize {
        match stage.is_drawn() {
            true => at(&memory.scratch, self.rows.order + position, lane) as usize,
            false => position,
        }
    }

    fn input(&self, example: usize, unit: usize) -> f64 {
        f64::from(self.problem.examples().input(example)[unit] as f32)
    }

    /// What feeds row `row` of a layer's matrix on the example at a position.
    fn feeding(&self, memory: &Memory, stage: &Stage, position: usize, row: usize, lane: usize) -> f64 {
        let units = (stage.fan_in - stage.shortcut) as usize;
        let input = |unit: usize| self.input(self.example(memory, stage, position, lane), unit);
        match row {
            row if stage.first == 1 => input(row),
            row if row >= units => input(row - units),
            row => at(&memory.scratch, stage.row_before as usize + position * units + row, lane),
        }
    }

    fn check_matmul(&mut self, record: usize, memory: &Memory) {
        let stage = self.layers[record];
        let (fan_in, fan_out) = (stage.fan_in as usize, stage.fan_out as usize);
        let weight = |row: usize, unit: usize, lane| {
            at(&memory.state, stage.weight_offset as usize + row * fan_out + unit, lane)
        };
        let expected: Vec<_> = cells(stage.example_count as usize * fan_out)
            .map(|(cell, lane)| {
                let (position, unit) = (cell / fan_out, cell % fan_out);
                let products =
                    (0..fan_in).map(|row| self.feeding(memory, &stage, position, row, lane) * weight(row, unit, lane));
                let z = weight(fan_in, unit, lane) + products.sum::<f64>();
                (self.rows.deltas + stage.row as usize + cell, lane, z)
            })
            .collect();
        self.compare(Step::Matmul, &memory.scratch, expected.into_iter());
    }

    /// From the sums that were there before.
    fn check_normalise(&mut self, record: usize, before: &Memory, after: &Memory) {
        let stage = self.layers[record];
        let activation = self.problem.spec().activation.of_layer(stage.layer as usize);
        let fan_out = stage.fan_out as usize;
        let mut expected = Vec::new();
        for (position, lane) in cells(stage.example_count as usize) {
            let row = self.rows.deltas + stage.row as usize + position * fan_out;
            let mut sums: Vec<f64> = (0..fan_out).map(|unit| at(&before.scratch, row + unit, lane)).collect();
            activation.normalise(&mut sums);
            expected.extend(sums.into_iter().enumerate().map(|(unit, z)| (row + unit, lane, z)));
        }
        self.compare(Step::Normalise, &after.scratch, expected.into_iter());
    }

    fn check_activation(&mut self, record: usize, memory: &Memory) {
        let stage = self.layers[record];
        let activation = self.problem.spec().activation.of_layer(stage.layer as usize);
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
        let loss = self.problem.loss();
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

    /// Deltas take the place of the weighted sums that were there before.
    fn check_delta(&mut self, layer: usize, before: &Memory, after: &Memory) {
        let stage = self.layers[layer];
        let activation = self.problem.spec().activation.of_layer(layer);
        let (fan_out, next) = (stage.fan_out as usize, stage.fan_out_next as usize);
        let expected: Vec<_> = cells(stage.example_count as usize * fan_out)
            .map(|(cell, lane)| {
                let (position, unit) = (cell / fan_out, cell % fan_out);
                let row = stage.row as usize + cell;
                let h = at(&before.scratch, row, lane);
                let slope = activation.slope(at(&before.scratch, self.rows.deltas + row, lane), h);
                let delta = if stage.last == 1 {
                    let example = self.example(before, &stage, position, lane);
                    self.problem.loss().delta(h - self.target(example * fan_out + unit), slope)
                } else {
                    let products = (0..next).map(|j| {
                        let k = stage.weight_offset_next as usize + unit * next + j;
                        let row = self.rows.deltas + stage.row_next as usize + position * next + j;
                        at(&before.state, k, lane) * at(&before.scratch, row, lane)
                    });
                    products.sum::<f64>() * slope
                };
                (self.rows.deltas + row, lane, delta)
            })
            .collect();
        self.compare(Step::Delta, &after.scratch, expected.into_iter());
    }

    fn check_gradient(&mut self, layer: usize, memory: &Memory) {
        let stage = self.layers[layer];
        let (fan_in, fan_out) = (stage.fan_in as usize, stage.fan_out as usize);
        let expected: Vec<_> = cells((fan_in + 1) * fan_out)
            .map(|(cell, lane)| {
                let (row, unit) = (cell / fan_out, cell % fan_out);
                let products = (0..stage.example_count as usize).map(|position| {
                    let place = self.rows.deltas + stage.row as usize + position * fan_out + unit;
                    let feeding = if row == fan_in { 1.0 } else { self.feeding(memory, &stage, position, row, lane) };
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
        let examples = self.problem.examples().count();
        let update_count = u64::from(EPOCH) * spec.update.per_epoch(examples) as u64;
        let last_weight = if spec.update.moves_within() { spec.update.last_weight(examples) } else { 1.0 };
        let factor = match spec.lr_schedule {
            Schedule::Constant => 1.0,
            schedule => schedule.factor(EPOCH, spec.epochs),
        };
        let memories = spec.optimizer.state_count(spec.momentum);
        let mut expected = Vec::new();
        for (cell, lane) in cells(((stage.fan_in + 1) * stage.fan_out) as usize) {
            let k = stage.weight_offset as usize + cell;
            let row =
                |block: usize| if block > memories { 0.0 } else { at(&before.state, block * weight_count + k, lane) };
            let [mut weight, mut first, mut second] = [0, 1, 2].map(row);
            let gradient = last_weight * at(&before.scratch, self.rows.gradient + k, lane);
            let gradient = gradient + self.problem.gradient_decay() * weight;
            with_optimizer!(spec.optimizer, Row => {
                let shared = self.problem.tuning().shared::<Row, f64>(self.problem.share(), update_count);
                Row::step(&shared, factor * rates[k], gradient, &mut weight, [&mut first, &mut second]);
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
        let spec = self.problem.spec();
        let judges = spec.judge != Judge::End || EPOCH == spec.epochs;
        // By the epoch's order where that is drawn and what it computes is judged.
        let stage = if judged_after(self.problem) { self.layers[self.layers.len() - 1] } else { self.layers[0] };
        let units = self.problem.examples().output_count();
        let targets = |lane: usize| -> Vec<f64> {
            let target = |output: usize| {
                let example = self.example(memory, &stage, output / units, lane);
                self.target(example * units + output % units)
            };
            (0..count).map(target).collect()
        };
        let mut report =
            StageReport { stage: Step::Judge.name(), compared_count: 0, excess: 0.0, worst: "none".into() };
        for lane in 0..LANE_COUNT {
            let all = |first: usize| (0..count).map(move |output| at(&memory.scratch, first + output, lane));
            let (h, z): (Vec<f64>, Vec<f64>) = (all(outputs).collect(), all(self.rows.judged_sums).collect());
            let distance = self.problem.standard().distance(&z, &h, &targets(lane));
            if distance.abs() < 1e-5 {
                continue;
            }
            let solved = judges && distance < 0.0;
            let slot = memory.slots[lane];
            let right = slot.epoch == EPOCH
                && (slot.solved_epoch == EPOCH) == solved
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
