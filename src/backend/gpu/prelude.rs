//! What a shader must know of the problem, as lines of `const`; and the table of numbers that it reads.

use std::fmt::Write;

use crate::rule::{Activate, Lose, Optimize, with_activation, with_loss, with_optimizer};
use crate::seed::{NormalTable, Purpose, Starts};
use crate::spec::{Activation, DIVERGENCE_STRIDE, InitShape, Problem, WEIGHT_BOUND};

use super::bus::WINDOW_COUNT;

/// Sizes that the host chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Networks in flight: a power of two.
    pub(super) slot_count: u32,
    /// Most networks of a window.
    pub(super) window_capacity: u32,
    /// Invocations of a workgroup.
    pub(super) workgroup_size: u32,
    /// Whether final weights go to the results.
    pub(super) keep_weights: bool,
    /// Whether each network brings its own rates.
    pub(super) own_rates: bool,
}

/// Rows of a network's outcome before its outputs: status, solved epoch, stop epoch, loss.
pub(super) const HEAD_ROW_COUNT: usize = 4;

/// Rows of a network's numbers: weights, then what the optimizer remembers of each.
pub(super) fn state_row_count(problem: &Problem) -> usize {
    let spec = problem.spec();
    problem.layers().weight_count() * (1 + spec.optimizer.state_count(spec.momentum))
}

/// Rows of a network's own rates, after its other numbers: one for each layer of weights, then the momentum.
pub(super) fn rate_row_count(problem: &Problem, own_rates: bool) -> usize {
    if own_rates { problem.layers().shapes().len() + 1 } else { 0 }
}

/// Rows of a network's outcome.
pub(super) fn result_row_count(problem: &Problem, keep_weights: bool) -> usize {
    let weights = if keep_weights { problem.layers().weight_count() } else { 0 };
    HEAD_ROW_COUNT + problem.examples().targets().len() + weights
}

/// A literal of WGSL for the nearest f32.
pub(super) fn literal(value: f64) -> String {
    format!("{:?}f", value as f32)
}

/// What the names of an activation's WGSL functions end in.
fn activation_name(activation: Activation) -> String {
    activation.name().replace('-', "_")
}

/// The number by which shaders know an activation.
pub(super) fn activation_code(activation: Activation) -> usize {
    Activation::ALL.iter().position(|known| *known == activation).unwrap_or_default()
}

/// The parts of the problem's rules: activations, loss, optimizer, criterion.
pub(super) fn rule_parts(problem: &Problem) -> String {
    let spec = problem.spec();
    let used: Vec<Activation> =
        Activation::ALL.iter().copied().filter(|known| spec.activation.values().contains(known)).collect();
    let mut text: String = used.iter().map(|activation| with_activation!(*activation, Row => Row::WGSL)).collect();
    // A kernel may know only when it runs which activation a layer has.
    for (function, row, parameters, arguments) in [
        ("activate", "act", "z: f32", "z"),
        ("activation_slope", "slope", "h: f32", "h"),
        ("times_slope", "times_slope", "delta: f32, product: f32, h: f32", "delta, product, h"),
    ] {
        let _ = writeln!(text, "fn {function}(activation: u32, {parameters}) -> f32 {{\n    switch activation {{");
        for (at, activation) in used.iter().enumerate() {
            let last = at + 1 == used.len();
            let case = if last { "default".into() } else { format!("case {}u", activation_code(*activation)) };
            let name = activation_name(*activation);
            let _ = writeln!(text, "        {case}: {{ return {row}_{name}({arguments}); }}");
        }
        text.push_str("    }\n}\n");
    }
    text.push_str(with_loss!(spec.loss, Row => Row::WGSL));
    text.push_str(include_str!("../../../shaders/part/step.wgsl"));
    text.push_str(with_optimizer!(spec.optimizer, Row => Row::WGSL));
    text.push_str(spec.solved.measured(problem.examples().targets().len()).0.wgsl());
    text
}

/// The `const` lines that every kernel of the problem begins with.
pub(super) fn prelude(problem: &Problem, sizes: Sizes) -> String {
    let spec = problem.spec();
    let examples = problem.examples();
    let weight_count = problem.layers().weight_count();
    let output_row_count = examples.targets().len();
    let table = Table::layout(problem);
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "const {name} = {value};");
    };
    let unsigned = |value: usize| format!("{value}u");
    line("WORKGROUP_SIZE", format!("{}u", sizes.workgroup_size));
    line("SLOT_COUNT", format!("{}u", sizes.slot_count));
    line("WINDOW_COUNT", unsigned(WINDOW_COUNT));
    line("WINDOW_CAPACITY", format!("{}u", sizes.window_capacity));
    let result_rows = result_row_count(problem, sizes.keep_weights);
    line("WINDOW_WORDS", unsigned(result_rows * sizes.window_capacity as usize));
    line("KEEP_WEIGHTS", sizes.keep_weights.to_string());
    line("WEIGHT_COUNT", unsigned(weight_count));
    line("STATE_ROW_COUNT", unsigned(state_row_count(problem)));
    line("RATE_ROW_COUNT", unsigned(rate_row_count(problem, sizes.own_rates)));
    line("EXAMPLE_COUNT", unsigned(examples.count()));
    line("INPUT_COUNT", unsigned(examples.input_count()));
    line("OUTPUT_COUNT", unsigned(examples.output_count()));
    line("OUTPUT_ROW_COUNT", unsigned(output_row_count));
    line("TABLE_INPUTS", unsigned(table.inputs));
    line("TABLE_TARGETS", unsigned(table.targets));
    line("TABLE_SCALES", unsigned(table.scales));
    line("TABLE_RATES", unsigned(table.rates));
    line("TABLE_NORMAL", unsigned(table.normal));
    line("PURPOSE_START", format!("{}u", Purpose::Start as u32));
    line("INIT_NORMAL", (spec.init.shape() == InitShape::Normal).to_string());
    line("EPOCHS", format!("{}u", spec.epochs));
    line("ONLINE", spec.update.is_online().to_string());
    line("RETIRE", problem.retires().to_string());
    line("DIVERGENCE_STRIDE", format!("{DIVERGENCE_STRIDE}u"));
    line("WEIGHT_BOUND_BITS", format!("{}u", WEIGHT_BOUND.to_bits()));
    line("MOMENTUM", literal(spec.momentum));
    line("SHARE", literal(problem.share()));
    for (name, value) in with_optimizer!(spec.optimizer, Row => Row::constants()) {
        line(name, literal(value));
    }
    line("CRITERION_BOUND", literal(spec.solved.measured(output_row_count).1));
    line("MIDPOINT", literal(problem.midpoint()));
    text
}

/// Where each part of the table begins.
struct Table {
    inputs: usize,
    targets: usize,
    scales: usize,
    rates: usize,
    normal: usize,
}

impl Table {
    fn layout(problem: &Problem) -> Self {
        let examples = problem.examples();
        let weight_count = problem.layers().weight_count();
        let targets = examples.inputs().len();
        let scales = targets + examples.targets().len();
        let rates = scales + weight_count;
        Self { inputs: 0, targets, scales, rates, normal: rates + weight_count }
    }
}

/// The numbers that kernels read: inputs, targets, a scale and a rate for each weight, segments of the normal quantile.
pub(super) fn table(problem: &Problem) -> Vec<f32> {
    let examples = problem.examples();
    let narrow = |values: &[f64]| values.iter().map(|value| *value as f32).collect::<Vec<f32>>();
    let mut numbers = narrow(examples.inputs());
    numbers.extend(narrow(examples.targets()));
    numbers.extend(Starts::scales(problem.spec().init, problem.layers()));
    numbers.extend(narrow(&problem.weight_rates()));
    if problem.spec().init.shape() == InitShape::Normal {
        numbers.extend(NormalTable::get().segments().iter().flatten());
    }
    numbers
}
