//! A checked spec with its examples: all that a backend needs to know.

use super::examples::Examples;
use super::{Activation, AfterSolved, Criterion, Layers, Levels, Loss, Optimizer, Spec, SpecError, Task};

/// Settings that fit each other, and the task's examples. Made by [`Spec::problem`] alone, so whoever holds one need not
/// check anything again.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    spec: Spec,
    examples: Examples,
}

impl Problem {
    /// Most numbers in the examples' table, inputs and targets together: shaders hold it as constants or a buffer.
    pub const TABLE_LIMIT: usize = 1 << 22;

    pub(crate) fn new(spec: &Spec) -> Result<Self, SpecError> {
        check_numbers(spec)?;
        check_combination(spec)?;
        check_layers(spec)?;
        let examples = spec.task.examples(&spec.layers, spec.inputs, spec.targets)?;
        if examples.inputs().len() + examples.targets().len() > Self::TABLE_LIMIT {
            return Err(SpecError::new(format!(
                "--task {}: {} examples are too many; at most {} numbers fit",
                spec.task,
                examples.count(),
                Self::TABLE_LIMIT
            )));
        }
        check_targets(spec, &examples)?;
        Ok(Self { spec: spec.clone(), examples })
    }

    /// The same examples under other settings, not checked: for faults that are planted on purpose.
    pub(crate) fn with_unchecked(&self, spec: Spec) -> Self {
        Self { spec, examples: self.examples.clone() }
    }

    /// The settings.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What is to be learnt.
    pub fn examples(&self) -> &Examples {
        &self.examples
    }

    /// Sizes of the layers.
    pub fn layers(&self) -> &Layers {
        &self.spec.layers
    }

    /// The middle between the values for false and true (of a file, between its smallest and largest target): what the
    /// criterion `sign` compares with.
    pub fn midpoint(&self) -> f64 {
        let (low, high) = match self.spec.task {
            Task::Csv(_) => self.examples.target_range(),
            _ => (self.spec.targets.low, self.spec.targets.high),
        };
        0.5 * (low + high)
    }

    /// Whether a network stops being trained once solved.
    pub fn retires(&self) -> bool {
        self.spec.after_solved == AfterSolved::Retire
    }
}

fn fail<T>(message: String) -> Result<T, SpecError> {
    Err(SpecError::new(message))
}

fn check_numbers(spec: &Spec) -> Result<(), SpecError> {
    if !(spec.lr > 0.0 && (spec.lr as f32).is_normal()) {
        return fail(format!("--lr must be a finite number above 0, but is {}", spec.lr));
    }
    if !(0.0..1.0).contains(&spec.momentum) {
        return fail(format!("--momentum must be at least 0 and below 1, but is {}", spec.momentum));
    }
    if spec.epochs == 0 {
        return fail("--epochs must be at least 1: the first epoch is the first look at the outputs".into());
    }
    Ok(())
}

fn check_combination(spec: &Spec) -> Result<(), SpecError> {
    if spec.loss == Loss::CrossEntropy && spec.activation == Activation::Tanh {
        return fail(
            "--loss cross-entropy takes logarithms of the outputs, but tanh outputs can be negative; use \
                     --loss mse, or --activation sigmoid"
                .into(),
        );
    }
    if spec.optimizer == Optimizer::Adam && spec.momentum != 0.0 {
        return fail(
            "--momentum belongs to --optimizer gd; adam keeps a mean of gradients of its own (beta1 = 0.9), so \
                     leave --momentum 0"
                .into(),
        );
    }
    if matches!(spec.task, Task::Csv(_)) && (spec.inputs, spec.targets) != (Levels::BINARY, Levels::BINARY) {
        return fail(
            "--inputs and --targets give the values of a truth table; with --task csv:FILE the file's numbers \
                     are used as they are"
                .into(),
        );
    }
    Ok(())
}

fn check_layers(spec: &Spec) -> Result<(), SpecError> {
    let Some(input_count) = spec.task.input_count() else { return Ok(()) };
    let layers = &spec.layers;
    if (layers.input_count(), layers.output_count()) == (input_count, 1) {
        return Ok(());
    }
    let mut sizes = layers.sizes().to_vec();
    let last = sizes.len() - 1;
    (sizes[0], sizes[last]) = (input_count, 1);
    let mended = Layers::new(sizes).map_or_else(|_| format!("{input_count},3,1"), |mended| mended.to_string());
    fail(format!(
        "--layers {layers} does not fit --task {}, which has {input_count} inputs and 1 output; try --layers {mended}",
        spec.task
    ))
}

fn check_targets(spec: &Spec, examples: &Examples) -> Result<(), SpecError> {
    let (low, high) = examples.target_range();
    let (least, most) = spec.activation.range();
    if low < least || high > most {
        return fail(format!(
            "targets from {low} to {high} cannot be reached: {} outputs lie between {least} and {most}",
            spec.activation
        ));
    }
    match spec.solved {
        Criterion::MaxError(bound) if bound >= most - least => fail(format!(
            "--solved max-error:{bound} would call every network solved: outputs lie between {least} and {most}"
        )),
        Criterion::Sign if low == high && matches!(spec.task, Task::Csv(_)) => {
            fail("--solved sign needs two different target values to tell the sides apart".into())
        }
        _ => Ok(()),
    }
}
