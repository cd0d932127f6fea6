//! The staged form: one kernel a stage of backpropagation, over all active networks, numbers in memory between them. Takes
//! any network that fits the device, and each stage can be checked by itself.

use std::fmt::Write;

use crate::backend::conformance::Fault;
use crate::error::Result;
use crate::gpu::{Binding, Bound, Kind, uniform_buffer};
use crate::spec::{LayerShape, Problem};

use super::buffers::SCRATCH;
use super::bus::Stage;
use super::form::{Form, Setup, Source, Trainer};
use super::prelude::{Sizes, activation_code};
use super::source::{POOL, RECALL, compose};

const RECORD: Binding = Binding(12, Kind::Record(size_of::<Stage>() as u64));

const STAGE: &str = include_str!("../../../shaders/stage/stage.wgsl");

pub(super) const FORM: Form = Form {
    name: "staged",
    check: |_, _| Ok(()),
    // The last resort.
    suits: |_, _| false,
    scratch_row_count: |problem| Rows::of(problem).count,
    settle_code: |problem, _| Rows::of(problem).lines() + RECALL,
    kernels: |problem, sizes, _| Ok(kernels(problem, sizes, None)),
    trainer: |setup| Ok(Box::new(Staged::new(setup)?)),
};

/// A kernel a stage, with a fault planted on purpose, if one is.
pub(super) fn kernels(problem: &Problem, sizes: Sizes, fault: Option<Fault>) -> Vec<Source> {
    let lines = Rows::of(problem).lines();
    let source = |step, file| compose(problem, sizes, &[&lines, POOL, STAGE, &with_fault(step, file, fault)]);
    Step::ALL.into_iter().map(|(step, entry, file)| (entry, source(step, file))).collect()
}

/// A stage, by its kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Matmul,
    Activation,
    Delta,
    Gradient,
    Update,
    Judge,
    Keep,
    Restore,
    Loss,
}

impl Step {
    const ALL: [(Self, &'static str, &'static str); 9] = [
        (Self::Matmul, "matmul", include_str!("../../../shaders/stage/matmul.wgsl")),
        (Self::Activation, "activation", include_str!("../../../shaders/stage/activation.wgsl")),
        (Self::Delta, "delta", include_str!("../../../shaders/stage/delta.wgsl")),
        (Self::Gradient, "gradient", include_str!("../../../shaders/stage/gradient.wgsl")),
        (Self::Update, "update", include_str!("../../../shaders/stage/update.wgsl")),
        (Self::Judge, "judge", include_str!("../../../shaders/stage/judge.wgsl")),
        (Self::Keep, "keep", include_str!("../../../shaders/stage/keep.wgsl")),
        (Self::Restore, "restore", include_str!("../../../shaders/stage/restore.wgsl")),
        (Self::Loss, "loss", include_str!("../../../shaders/stage/loss.wgsl")),
    ];
}

impl Step {
    /// Name of the kernel.
    pub(super) fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// A stage's file as a fault would have it.
fn with_fault(step: Step, file: &str, fault: Option<Fault>) -> String {
    let (at, right, wrong) = match fault {
        Some(Fault::GradientSign) => (Step::Gradient, "sum += delta;", "sum -= delta;"),
        Some(Fault::SwappedWeights) => (Step::Matmul, "row * stage.fan_out + unit", "unit * stage.fan_in + row"),
        Some(Fault::LearningRate) => (Step::Update, "var rate = ", "var rate = 1.05 * "),
        Some(Fault::StaleBuffer) => (Step::Delta, "let slot = active_in.slots[id.x];", "let slot = 0u;"),
        Some(Fault::EpochFromZero) => (Step::Judge, "slots[slot].epoch + 1u", "slots[slot].epoch"),
        _ => return file.to_owned(),
    };
    if step == at { file.replace(right, wrong) } else { file.to_owned() }
}

/// Where the rows of scratch memory lie after the activations, which come first: deltas, gradients, weights kept aside, and
/// single rows.
pub(super) struct Rows {
    /// The first output's, counted from the first activation.
    pub(super) outputs: usize,
    pub(super) deltas: usize,
    pub(super) gradient: usize,
    pub(super) kept: usize,
    pub(super) loss: usize,
    pub(super) step: usize,
    pub(super) count: usize,
}

impl Rows {
    pub(super) fn of(problem: &Problem) -> Self {
        let layers = problem.layers();
        let units: usize = layers.sizes()[1..].iter().sum();
        let examples = problem.examples().count();
        let activations = units * examples;
        let outputs = activations - layers.sizes()[layers.sizes().len() - 1] * examples;
        let weight_count = layers.weight_count();
        let gradient = 2 * activations;
        let kept = gradient + weight_count;
        let loss = kept + if problem.spec().update.is_online() { weight_count } else { 0 };
        Self { outputs, deltas: activations, gradient, kept, loss, step: loss + 1, count: loss + 2 }
    }

    /// As `const` lines. Weighted sums lie where their deltas come to lie later in the epoch.
    fn lines(&self) -> String {
        let mut text = String::new();
        for (name, row) in [
            ("SUM_ROW", self.deltas),
            ("DELTA_ROW", self.deltas),
            ("GRADIENT_ROW", self.gradient),
            ("KEPT_ROW", self.kept),
            ("LOSS_ROW", self.loss),
            ("STEP_ROW", self.step),
            ("OUTPUT_ROW", self.outputs),
        ] {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "const {name} = {row}u;");
        }
        text
    }
}

/// The records of all dispatches: each layer on all examples, then each layer on each example alone where updates are
/// online.
pub(super) fn records(problem: &Problem) -> Vec<Stage> {
    let examples = problem.examples().count();
    let online = problem.spec().update.is_online();
    let alone = (0..if online { examples } else { 0 }).map(|example| (example, 1));
    std::iter::once((0, examples)).chain(alone).flat_map(|range| layer_records(problem, range)).collect()
}

fn layer_records(problem: &Problem, (first, count): (usize, usize)) -> Vec<Stage> {
    let shapes: Vec<LayerShape> = problem.layers().shapes().collect();
    let examples = problem.examples().count();
    let row = |layer: usize| -> usize { shapes[..layer].iter().map(|shape| shape.fan_out * examples).sum() };
    shapes
        .iter()
        .enumerate()
        .map(|(layer, shape)| {
            let next = shapes.get(layer + 1);
            Stage {
                fan_in: shape.fan_in as u32,
                shortcut: shape.shortcut as u32,
                fan_out: shape.fan_out as u32,
                weight_offset: shape.offset as u32,
                first: u32::from(layer == 0),
                last: u32::from(next.is_none()),
                row_before: if layer == 0 { 0 } else { row(layer - 1) as u32 },
                row: row(layer) as u32,
                row_next: row(layer + 1) as u32,
                fan_out_next: next.map_or(0, |shape| shape.fan_out as u32),
                weight_offset_next: next.map_or(0, |shape| shape.offset as u32),
                example_first: first as u32,
                example_count: count as u32,
                layer: layer as u32,
                activation: activation_code(problem.spec().activation.of_layer(layer)) as u32,
                reserved: 0,
            }
        })
        .collect()
}

/// The stage kernels, bound to either list.
pub(super) struct Staged {
    kernels: Vec<[Bound; 2]>,
    records: Vec<Stage>,
    stride: u32,
    layer_count: usize,
    example_count: usize,
    weight_count: u32,
    online: bool,
    workgroup_size: u32,
    workgroup_limit: u32,
}

/// One pass of recording: over which list, of how many networks.
struct Recording<'a, 'p> {
    staged: &'a Staged,
    pass: &'a mut wgpu::ComputePass<'p>,
    list: usize,
    bound: u32,
}

impl Staged {
    /// Compiles.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn new(setup: &Setup<'_>) -> Result<Self> {
        let Setup { gpu, problem, sizes, buffers, .. } = *setup;
        let records = records(problem);
        let stride = (size_of::<Stage>() as u64).next_multiple_of(gpu.uniform_stride()) as usize;
        let mut bytes = vec![0; stride * records.len()];
        for (at, record) in records.iter().enumerate() {
            bytes[at * stride..][..size_of::<Stage>()].copy_from_slice(bytemuck::bytes_of(record));
        }
        let stages = gpu.guarded("allocating memory for the stages", || uniform_buffer(gpu, "stages", &bytes))?;
        let own = [(SCRATCH, &buffers.scratch), (RECORD, &stages)];
        let kernels = setup.compile(&own)?;
        Ok(Self {
            kernels,
            records,
            stride: stride as u32,
            layer_count: problem.layers().shapes().len(),
            example_count: problem.examples().count(),
            weight_count: problem.layers().weight_count() as u32,
            online: problem.spec().update.is_online(),
            workgroup_size: sizes.workgroup_size,
            workgroup_limit: gpu.workgroup_limit(),
        })
    }

    /// Records one step of a layer on all examples, by itself.
    pub(super) fn record_step(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        list: usize,
        bound: u32,
        step: Step,
        layer: usize,
    ) {
        Recording { staged: self, pass, list, bound }.step(step, layer);
    }
}

impl Recording<'_, '_> {
    /// One dispatch: a step with a record.
    fn step(&mut self, step: Step, record: usize) {
        let staged = self.staged;
        let Stage { fan_in, fan_out, example_count, .. } = staged.records[record];
        let cells = match step {
            Step::Matmul | Step::Activation | Step::Delta => example_count * fan_out,
            Step::Gradient | Step::Update => (fan_in + 1) * fan_out,
            Step::Keep | Step::Restore => staged.weight_count,
            Step::Judge | Step::Loss => 1,
        };
        let groups = [self.bound.div_ceil(staged.workgroup_size), cells.min(staged.workgroup_limit)];
        let kernel = &staged.kernels[step as usize][self.list];
        kernel.dispatch(self.pass, groups, Some(record as u32 * staged.stride));
    }

    fn forward(&mut self, records: usize) {
        for layer in 0..self.staged.layer_count {
            self.step(Step::Matmul, records + layer);
            self.step(Step::Activation, records + layer);
        }
    }

    fn backward(&mut self, records: usize) {
        for layer in (0..self.staged.layer_count).rev() {
            self.step(Step::Delta, records + layer);
        }
        for layer in 0..self.staged.layer_count {
            self.step(Step::Gradient, records + layer);
        }
        for layer in 0..self.staged.layer_count {
            self.step(Step::Update, records + layer);
        }
    }

    fn epoch(&mut self) {
        if !self.staged.online {
            self.forward(0);
            self.step(Step::Judge, 0);
            self.backward(0);
            return;
        }
        self.step(Step::Keep, 0);
        for example in 0..self.staged.example_count {
            let records = (example + 1) * self.staged.layer_count;
            self.forward(records);
            self.backward(records);
        }
        self.step(Step::Judge, 0);
        self.step(Step::Restore, 0);
    }
}

impl Trainer for Staged {
    fn record(&self, pass: &mut wgpu::ComputePass<'_>, list: usize, bound: u32, epochs: u32) {
        let mut recording = Recording { staged: self, pass, list, bound };
        for _ in 0..epochs {
            recording.epoch();
        }
        // Outputs and loss of whoever has finished.
        recording.forward(0);
        recording.step(Step::Loss, 0);
    }

    fn loop_steps(&self) -> u64 {
        0 // A dispatch goes through a part of an epoch, whatever the slice.
    }
}
