//! What a shader must know of the problem when it is compiled, as lines of `const`; and the table of numbers that it reads.

use std::fmt::Write;

use crate::rule::{Activate, Lose, Optimize, with_activation, with_loss, with_optimizer};
use crate::seed::{NormalTable, Purpose, Starts, WeightDraw};
use crate::spec::{Activation, DIVERGENCE_STRIDE, Judge, Order, Problem, Schedule, WEIGHT_BOUND};

use super::bus::{GROUP_LIMIT, WINDOW_COUNT};
use super::numbers::rate_quad_count;

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

/// Words of a network's row before its outputs: status with the position in the window, solved epoch, stop epoch, loss.
pub(super) const HEAD_WORD_COUNT: usize = 4;

/// Rows of a network's numbers: weights, then what the optimizer remembers of each.
pub(super) fn state_row_count(problem: &Problem) -> usize {
    let spec = problem.spec();
    problem.layers().weight_count() * (1 + spec.optimizer.state_count(spec.momentum))
}

/// Rows of a network's own rates, after its other numbers: one for each layer of weights, then the momentum.
pub(super) fn rate_row_count(problem: &Problem, own_rates: bool) -> usize {
    if own_rates { problem.layers().shapes().len() + 1 } else { 0 }
}

/// Words of the row that says what became of a network.
pub(super) fn row_word_count(problem: &Problem, keep_weights: bool) -> usize {
    let weights = if keep_weights { problem.layers().weight_count() } else { 0 };
    HEAD_WORD_COUNT + problem.examples().targets().len() + weights
}

/// Words of a window of results: solving epochs of networks without a row, then rows.
pub(super) fn window_word_count(problem: &Problem, sizes: Sizes) -> usize {
    (1 + row_word_count(problem, sizes.keep_weights)) * sizes.window_capacity as usize
}

/// A literal of WGSL for the nearest f32.
pub(super) fn literal(value: f64) -> String {
    format!("{:?}f", value as f32)
}

/// The activations of a problem's layers, each once.
fn activations(problem: &Problem) -> Vec<Activation> {
    let mut used = Vec::new();
    for layer in 0..problem.layers().shapes().len() {
        let activation = problem.spec().activation.of_layer(layer);
        if !used.contains(&activation) {
            used.push(activation);
        }
    }
    used
}

/// The number by which a problem's shaders know the activation of a layer.
pub(super) fn activation_code(problem: &Problem, layer: usize) -> usize {
    let activation = problem.spec().activation.of_layer(layer);
    activations(problem).iter().position(|known| *known == activation).unwrap_or_default()
}

/// Whether the order of the examples is drawn.
pub(super) fn draws_order(problem: &Problem) -> bool {
    problem.spec().update.order() != Order::Given
}

/// Steps of all loops in which one invocation draws an order, at most; 0 where none is drawn.
pub(super) fn order_steps(problem: &Problem) -> u64 {
    let count = problem.examples().count() as u64;
    // Four words by ten rounds, and what they are used for, each loop with a last look at its condition; now and then one is
    // drawn again.
    if draws_order(problem) { count + 1 + count.div_ceil(4) * (11 + 5 + 1) + 16 } else { 0 }
}

/// Whether networks are judged by a pass over the examples that comes after an epoch's updates, not by what the epoch
/// computes.
pub(super) fn judged_after(problem: &Problem) -> bool {
    problem.spec().judge != Judge::During
}

/// Whether the weights that an epoch begins with are kept aside: judged while they move, a network that stops gets them
/// back.
pub(super) fn keeps_start(problem: &Problem) -> bool {
    problem.spec().update.moves_within() && !judged_after(problem)
}

/// `name`, which takes the code of an activation before its other parameters: a kernel may know only when it runs which
/// activation a layer has.
fn dispatcher(name: &str, row: &str, parameters: &str, arguments: &str, used: &[(usize, Activation)]) -> String {
    let mut text = format!("fn {name}(activation: u32, {parameters}) -> f32 {{\n    switch activation {{\n");
    for (at, (code, activation)) in used.iter().enumerate() {
        let case = if at + 1 == used.len() { "default".into() } else { format!("case {code}u") };
        let constant = activation.parameter().map(|value| literal(value) + ", ").unwrap_or_default();
        let ending = activation.name().replace('-', "_");
        let _ = writeln!(text, "        {case}: {{ return {row}_{ending}({constant}{arguments}); }}");
    }
    text.push_str("    }\n}\n");
    text
}

/// The parts of the problem's rules: activations, loss, optimizer, criterion.
pub(super) fn rule_parts(problem: &Problem) -> String {
    let spec = problem.spec();
    let used: Vec<(usize, Activation)> = activations(problem).into_iter().enumerate().collect();
    let mut text = String::new();
    for (at, (_, activation)) in used.iter().enumerate() {
        // Two of one kind differ in their parameters alone.
        if used[..at].iter().all(|(_, other)| other.name() != activation.name()) {
            text.push_str(with_activation!(*activation, row => row.wgsl()));
        }
    }
    text += &dispatcher("activate", "act", "z: f32", "z", &used);
    text += &dispatcher("activation_slope", "slope", "z: f32, h: f32", "z, h", &used);
    let inlined: Vec<_> = used.into_iter().filter(|(_, activation)| activation.is_inlined()).collect();
    if !inlined.is_empty() {
        let parameters = "delta: f32, product: f32, h: f32";
        text += &dispatcher("times_slope", "times_slope", parameters, "delta, product, h", &inlined);
    }
    text.push_str(with_loss!(problem.loss(), Row => Row::WGSL));
    text.push_str(include_str!("../../../shaders/part/step.wgsl"));
    text.push_str(with_optimizer!(spec.optimizer, Row => Row::WGSL));
    text.push_str(problem.standard().measured().0.wgsl());
    text
}

/// The `const` lines that every kernel of the problem begins with.
pub(super) fn prelude(problem: &Problem, sizes: Sizes) -> String {
    let spec = problem.spec();
    let examples = problem.examples();
    let weight_count = problem.layers().weight_count();
    let output_row_count = examples.targets().len();
    let table = Table::layout(problem);
    let (update, tuning) = (spec.update, problem.tuning());
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
    line("ROW_WORDS", unsigned(row_word_count(problem, sizes.keep_weights)));
    line("WINDOW_WORDS", unsigned(window_word_count(problem, sizes)));
    line("GROUP_LIMIT", unsigned(GROUP_LIMIT));
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
    line("TABLE_RATES", unsigned(table.rates));
    line("TABLE_NORMAL_SCALES", unsigned(table.normal_scales));
    line("TABLE_UNIFORM_SCALES", unsigned(table.uniform_scales));
    line("TABLE_SHIFTS", unsigned(table.shifts));
    line("TABLE_NORMAL", unsigned(table.normal));
    line("TABLE_SCHEDULE", unsigned(table.schedule));
    // Of parts of the table that are empty nothing is read.
    line("DRAWS_NORMAL", (table.uniform_scales > table.normal_scales).to_string());
    line("DRAWS_UNIFORM", (table.shifts > table.uniform_scales).to_string());
    line("SHIFTS_STARTS", (table.normal > table.shifts).to_string());
    line("SCHEDULED", (table.end > table.schedule).to_string());
    line("PURPOSE_START", format!("{}u", Purpose::Start as u32));
    line("PURPOSE_ORDER", format!("{}u", Purpose::Order as u32));
    line("MOVES_WITHIN", update.moves_within().to_string());
    line("HAS_SHORTCUTS", problem.spec().shortcuts.to_string());
    line("DRAWS_ORDER", draws_order(problem).to_string());
    line("SHUFFLES", (update.order() == Order::Shuffled).to_string());
    line("BATCH_SIZE", unsigned(update.batch_size(examples.count())));
    line("BATCH_COUNT", unsigned(update.per_epoch(examples.count())));
    line("LAST_WEIGHT", literal(if update.moves_within() { update.last_weight(examples.count()) } else { 1.0 }));
    line("JUDGED_AFTER", judged_after(problem).to_string());
    line("JUDGED_ONCE", (spec.judge == Judge::End).to_string());
    line("KEEPS_START", keeps_start(problem).to_string());
    line("COMPARES_CLASSES", problem.standard().compares_classes().to_string());
    line("RETIRE", problem.retires().to_string());
    line("DIVERGENCE_STRIDE", format!("{DIVERGENCE_STRIDE}u"));
    line("WEIGHT_BOUND_BITS", format!("{}u", WEIGHT_BOUND.to_bits()));
    // The number itself is in a buffer; that it is 0 changes code.
    line("HAS_MOMENTUM", (spec.momentum != 0.0).to_string());
    line("SHARE", literal(problem.share()));
    for (at, beta) in tuning.betas.into_iter().enumerate() {
        let at = at + 1;
        line(&format!("REST{at}"), literal(1.0 - beta));
        // Of a beta of 0 anything far below 0: its powers are 0.
        line(&format!("LN_BETA{at}"), literal(beta.ln().max(-1e3)));
    }
    // Kernels make steps as lanes do, see `Optimize::vector`.
    let share = problem.share();
    with_optimizer!(spec.optimizer, Row => {
        line("GAIN", literal(Row::gain(&tuning, share)));
        line("EPSILON", literal(Row::lane_epsilon(&tuning, share)));
    });
    line("DECOUPLED_DECAY", literal(if spec.optimizer.decouples_decay() { tuning.decay } else { 0.0 }));
    line("GRADIENT_DECAY", literal(problem.gradient_decay()));
    line("RATE_QUAD_COUNT", unsigned(rate_quad_count(problem)));
    line("MIDPOINT", literal(problem.midpoint()));
    text
}

/// Where each part of the table begins.
struct Table {
    inputs: usize,
    targets: usize,
    rates: usize,
    normal_scales: usize,
    uniform_scales: usize,
    shifts: usize,
    normal: usize,
    schedule: usize,
    end: usize,
}

/// What is known of a part of the table that holds a number for each weight.
type OfDraw = fn(&WeightDraw) -> f32;

/// What weights start by, part by part; empty where no weight has any.
fn draw_parts(problem: &Problem) -> [Vec<f32>; 3] {
    let starts = Starts::of(problem, 0);
    let parts: [OfDraw; 3] = [|draw| draw.normal, |draw| draw.uniform, |draw| draw.shift];
    parts.map(|part| {
        let numbers: Vec<f32> = starts.draws().iter().map(part).collect();
        if numbers.iter().all(|number| *number == 0.0) { Vec::new() } else { numbers }
    })
}

impl Table {
    fn layout(problem: &Problem) -> Self {
        let examples = problem.examples();
        let targets = examples.inputs().len();
        let rates = targets + examples.targets().len();
        let normal_scales = rates + problem.layers().weight_count();
        let [normal, uniform, shift] = draw_parts(problem).map(|part| part.len());
        let (uniform_scales, shifts) = (normal_scales + normal, normal_scales + normal + uniform);
        let segments = shifts + shift;
        let schedule = segments + if normal > 0 { NormalTable::get().segments().as_flattened().len() } else { 0 };
        let spec = problem.spec();
        let end = schedule + if spec.lr_schedule == Schedule::Constant { 0 } else { spec.epochs as usize };
        Self { inputs: 0, targets, rates, normal_scales, uniform_scales, shifts, normal: segments, schedule, end }
    }
}

/// The numbers that kernels read: inputs, targets, a rate for each weight, how each starts, segments of the normal
/// quantile, and the factor of each epoch's rates.
pub(super) fn table(problem: &Problem, own_rates: bool) -> Vec<f32> {
    let (spec, examples) = (problem.spec(), problem.examples());
    let narrow = |values: &[f64]| values.iter().map(|value| *value as f32).collect::<Vec<f32>>();
    let mut numbers = narrow(examples.inputs());
    numbers.extend(narrow(examples.targets()));
    numbers.extend(narrow(&weight_rates(problem, own_rates)));
    let parts = draw_parts(problem);
    numbers.extend(parts.iter().flatten());
    if !parts[0].is_empty() {
        numbers.extend(NormalTable::get().segments().iter().flatten());
    }
    numbers.extend(spec.lr_schedule.table(spec.epochs));
    numbers
}

/// Learning rate of each weight. Where networks bring their own, only whether a weight moves at all.
pub(super) fn weight_rates(problem: &Problem, own_rates: bool) -> Vec<f64> {
    if own_rates {
        return problem.weight_rates_from(&vec![1.0; problem.layers().shapes().len()]);
    }
    problem.weight_rates()
}
