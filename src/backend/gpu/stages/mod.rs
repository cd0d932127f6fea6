//! Each stage kernel by itself, on random weights, against f64.
//!
//! Like a bisection: a stage's expected values are computed from what the device itself had before the stage, so a wrong
//! stage is named, and the stages after it are not blamed.

mod bench;
mod checks;

pub use bench::StageReport;

use crate::backend::conformance::Fault;
use crate::error::Result;
use crate::gpu::Gpu;
use crate::spec::Problem;

use self::bench::{Bench, LANE_COUNT};
use super::buffers::PoolBuffers;
use super::form::{DeviceTuning, Setup};
use super::prelude::{Sizes, draws_order, judged_after, keeps_start};
use super::records::{Span, records};
use super::rows::Rows;
use super::staged::{Staged, Step, kernels};

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
    let setup = Setup { gpu, problem, sizes, buffers: &buffers, tuning: &DeviceTuning::default(), kernels };
    let staged = Staged::on(&setup, &spans)?;
    let layers = records(problem, &spans);
    let mut bench = Bench { gpu, problem, buffers, staged, rows, seed, layers, reports: Vec::new() };
    bench.fill();
    bench.epoch()?;
    Ok(bench.reports)
}

impl Bench<'_> {
    fn epoch(&mut self) -> Result<()> {
        let layer_count = self.problem.layers().shapes().len();
        let (keeps_start, judged_after) = (keeps_start(self.problem), judged_after(self.problem));
        if draws_order(self.problem) {
            let memory = self.run(Step::Order, 0)?;
            self.check_order(&memory);
        }
        if keeps_start {
            let memory = self.run(Step::Keep, 0)?;
            self.check_keep(&memory);
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
}
