//! What each stage should have written, in f64, from what the device itself had before it.

use crate::rule::{Optimize, with_optimizer};
use crate::seed::Orders;
use crate::spec::{Judge, Schedule};

use super::super::bus::Stage;
use super::super::prelude::judged_after;
use super::super::staged::Step;
use super::bench::{Bench, EPOCH, FIRST_NETWORK, LANE_COUNT, Memory, RUNNING, StageReport, at, cells};

impl Bench<'_> {
    /// The order that a network has under the seed, beside the one on the device.
    pub(super) fn check_order(&mut self, memory: &Memory) {
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

    pub(super) fn check_keep(&mut self, memory: &Memory) {
        let kept = self.rows.kept;
        let weights = cells(self.problem.layers().weight_count());
        let expected: Vec<_> = weights.map(|(k, lane)| (kept + k, lane, at(&memory.state, k, lane))).collect();
        self.compare(Step::Keep, &memory.scratch, expected.into_iter());
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

    pub(super) fn check_matmul(&mut self, record: usize, memory: &Memory) {
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
    pub(super) fn check_normalise(&mut self, record: usize, before: &Memory, after: &Memory) {
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

    pub(super) fn check_activation(&mut self, record: usize, memory: &Memory) {
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

    pub(super) fn check_loss(&mut self, memory: &Memory) {
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
    pub(super) fn check_delta(&mut self, layer: usize, before: &Memory, after: &Memory) {
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

    pub(super) fn check_gradient(&mut self, layer: usize, memory: &Memory) {
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

    pub(super) fn check_update(&mut self, layer: usize, before: &Memory, after: &Memory) {
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
                let (tuning, share) = (self.problem.tuning(), self.problem.share());
                let (shared, smaller) = (tuning.shared::<Row, f64>(share, update_count), Row::lane_memory(&tuning, share));
                first *= smaller[0];
                second *= smaller[1];
                Row::step(&shared, factor * rates[k], gradient, &mut weight, [&mut first, &mut second]);
                first /= smaller[0];
                second /= smaller[1];
            });
            let now = [weight, first, second];
            expected.extend((0..=memories).map(|block| (block * weight_count + k, lane, now[block])));
        }
        self.compare(Step::Update, &after.state, expected.into_iter());
    }

    /// Who goes on keeps the new weights, who has ended gets back those that the epoch began with.
    pub(super) fn check_restore(&mut self, before: &Memory, after: &Memory) {
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
    pub(super) fn check_judge(&mut self, memory: &Memory) {
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
