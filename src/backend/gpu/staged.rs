//! The staged form: one kernel a stage of backpropagation, over all active networks, numbers in memory between them. Takes
//! any network that fits the device, and each stage can be checked by itself.

use crate::backend::conformance::Fault;
use crate::error::{Error, Result};
use crate::gpu::{Binding, BindingKind, Bound, uniform_buffer};
use crate::spec::Problem;

use super::buffers::{SCRATCH, SLICE};
use super::bus::Stage;
use super::form::{Form, Limits, Setup, Source, Trainer};
use super::prelude::{Sizes, draws_order, judged_after, keeps_start, order_steps};
use super::records::{Span, records};
use super::rows::Rows;
use super::source::{POOL, RECALL, compose, order_code};

const RECORD: Binding = Binding(12, BindingKind::Record(size_of::<Stage>() as u64));

const STAGE: &str = include_str!("../../../shaders/stage/stage.wgsl");

pub(super) const FORM: Form = Form {
    name: "staged",
    check,
    // The last resort.
    suits: |_, _| false,
    scratch_row_count: |problem, _| Rows::of(problem).count,
    settle_code: |problem, _, _| Rows::of(problem).lines() + RECALL,
    kernels: |problem, sizes, _| Ok(kernels(problem, sizes, None)),
    trainer: |setup| Ok(Box::new(Staged::new(setup)?)),
};

/// Refuses orders that take longer to draw than a dispatch may go on.
///
/// # Errors
/// The task has too many examples for a device in software.
fn check(problem: &Problem, limits: &Limits<'_>) -> Result<()> {
    if order_steps(problem) > limits.loop_limit {
        return Err(Error::input(format!(
            "--backend staged cannot draw orders of {} examples on {}; use --backend simd, or examples in the given order",
            problem.examples().count(),
            limits.device
        )));
    }
    Ok(())
}

/// A kernel for each stage that there is, with a fault planted on purpose, if one is.
pub(super) fn kernels(problem: &Problem, sizes: Sizes, fault: Option<Fault>) -> Vec<Source> {
    let lines = Rows::of(problem).lines();
    let source = |step, file| {
        let order = if step == Step::Order { order_code(problem, "") } else { String::new() };
        compose(problem, sizes, &[&lines, POOL, STAGE, &order, &with_fault(step, file, fault)])
    };
    let steps = Step::ALL.into_iter().filter(|(step, ..)| step.is_needed(problem));
    steps.map(|(step, entry, file)| (entry, source(step, file))).collect()
}

/// A stage, by its kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Order,
    Matmul,
    Normalise,
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
    const ALL: [(Self, &'static str, &'static str); 11] = [
        (Self::Order, "order", include_str!("../../../shaders/stage/order.wgsl")),
        (Self::Matmul, "matmul", include_str!("../../../shaders/stage/matmul.wgsl")),
        (Self::Normalise, "normalise", include_str!("../../../shaders/stage/normalise.wgsl")),
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

    /// Whether the problem's training has such a stage.
    fn is_needed(self, problem: &Problem) -> bool {
        match self {
            Self::Order => draws_order(problem),
            Self::Normalise => problem.spec().activation.last().normalises(),
            Self::Keep | Self::Restore => keeps_start(problem),
            Self::Matmul
            | Self::Activation
            | Self::Delta
            | Self::Gradient
            | Self::Update
            | Self::Judge
            | Self::Loss => true,
        }
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

/// The stage kernels, bound to either list.
pub(super) struct Staged {
    /// By step; of steps that are not needed none.
    kernels: Vec<Option<[Bound; 2]>>,
    records: Vec<Stage>,
    stride: u32,
    layer_count: usize,
    batch_count: usize,
    weight_count: u32,
    normalises: bool,
    draws_order: bool,
    judged_after: bool,
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
        let spans: Vec<Span> = std::iter::once(Span::all(setup.problem)).chain(Span::batches(setup.problem)).collect();
        Self::on(setup, &spans)
    }

    /// The same with other spans of examples, for checks.
    ///
    /// # Errors
    /// The device refuses.
    pub(super) fn on(setup: &Setup<'_>, spans: &[Span]) -> Result<Self> {
        let Setup { gpu, problem, sizes, buffers, .. } = *setup;
        let records = records(problem, spans);
        let stride = (size_of::<Stage>() as u64).next_multiple_of(gpu.uniform_stride()) as usize;
        let mut bytes = vec![0; stride * records.len()];
        for (at, record) in records.iter().enumerate() {
            bytes[at * stride..][..size_of::<Stage>()].copy_from_slice(bytemuck::bytes_of(record));
        }
        let stages = gpu.guarded("allocating memory for the stages", || uniform_buffer(gpu, "stages", &bytes))?;
        let own = [(SLICE, &buffers.slice), (SCRATCH, &buffers.scratch), (RECORD, &stages)];
        let mut compiled = setup.compile(&own)?.into_iter();
        let kernels = Step::ALL.iter().map(|(step, ..)| if step.is_needed(problem) { compiled.next() } else { None });
        let kernels = kernels.collect();
        Ok(Self {
            kernels,
            records,
            stride: stride as u32,
            layer_count: problem.layers().shapes().len(),
            batch_count: Span::batches(problem).len(),
            weight_count: problem.layers().weight_count() as u32,
            normalises: Step::Normalise.is_needed(problem),
            draws_order: draws_order(problem),
            judged_after: judged_after(problem),
            workgroup_size: sizes.workgroup_size,
            workgroup_limit: gpu.workgroup_limit(),
        })
    }

    /// Records one step by itself, with this record.
    pub(super) fn record_step(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        list: usize,
        bound: u32,
        step: Step,
        record: usize,
    ) {
        Recording { staged: self, pass, list, bound }.step(step, record);
    }
}

impl Recording<'_, '_> {
    /// One dispatch: a step with a record.
    fn step(&mut self, step: Step, record: usize) {
        let staged = self.staged;
        let Stage { fan_in, fan_out, example_count, .. } = staged.records[record];
        let cells = match step {
            Step::Matmul | Step::Activation | Step::Delta => example_count * fan_out,
            Step::Normalise => example_count,
            Step::Gradient | Step::Update => (fan_in + 1) * fan_out,
            Step::Keep | Step::Restore => staged.weight_count,
            Step::Order | Step::Judge | Step::Loss => 1,
        };
        let groups = [self.bound.div_ceil(staged.workgroup_size), cells.min(staged.workgroup_limit)];
        if let Some(kernel) = &staged.kernels[step as usize] {
            kernel[self.list].dispatch(self.pass, groups, Some(record as u32 * staged.stride));
        }
    }

    fn forward(&mut self, records: usize) {
        for layer in 0..self.staged.layer_count {
            self.step(Step::Matmul, records + layer);
            if self.staged.normalises && layer + 1 == self.staged.layer_count {
                self.step(Step::Normalise, records + layer);
            }
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

    /// An epoch whose weights move once, after a forward pass over all examples; another one comes after it where those
    /// weights are judged.
    fn batch_epoch(&mut self) {
        if self.staged.judged_after {
            self.backward(0);
            self.forward(0);
            self.step(Step::Judge, 0);
        } else {
            self.forward(0);
            self.step(Step::Judge, 0);
            self.backward(0);
        }
    }

    /// An epoch within which weights move.
    fn moving_epoch(&mut self) {
        if self.staged.draws_order {
            self.step(Step::Order, 0);
        }
        self.step(Step::Keep, 0);
        for batch in 0..self.staged.batch_count {
            let records = (batch + 1) * self.staged.layer_count;
            self.forward(records);
            self.backward(records);
        }
        if self.staged.judged_after {
            self.forward(0);
        }
        self.step(Step::Judge, 0);
        self.step(Step::Restore, 0);
    }
}

impl Trainer for Staged {
    fn record(&self, pass: &mut wgpu::ComputePass<'_>, list: usize, bound: u32, epochs: u32) {
        let mut recording = Recording { staged: self, pass, list, bound };
        // Where the next epoch goes on from the pass that judged the last, the first needs one of its own, and outputs are
        // there when all is done.
        let goes_on = self.batch_count == 0 && self.judged_after;
        if goes_on {
            recording.forward(0);
        }
        for _ in 0..epochs {
            if self.batch_count == 0 {
                recording.batch_epoch();
            } else {
                recording.moving_epoch();
            }
        }
        // Outputs and loss of whoever has finished.
        if !goes_on {
            recording.forward(0);
        }
        recording.step(Step::Loss, 0);
    }

    fn loop_steps(&self) -> u64 {
        0 // A dispatch goes through a part of an epoch, whatever the slice.
    }
}
