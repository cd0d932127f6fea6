//! Straight-line WGSL for the network at hand: what lets a compiler keep all weights in registers, whether or not it
//! unrolls loops over arrays. Few examples are written out one by one, and then inputs of 0 and 1 cost no products and
//! share their sums; many examples become one loop.
//!
//! Weighted sums are taken in the order of the reference: bias first, then row by row. Gradients are summed over blocks of
//! examples, and what several of their parts have in common is computed once.
//!
//! Of examples that come in an order that is drawn, up to eight are written out by their positions: the order then fits
//! into a register, and inputs are chosen among literals, which costs less than reading them.

mod apply;
mod examples;
mod meeting;
mod shared;
mod team;
mod writer;

use std::fmt::Write;

use crate::spec::Problem;

use self::apply::apply_code;
use self::examples::are_few;
pub(super) use self::examples::{order_keeping, writes_out};
use self::shared::{has_powers, range_code};
use self::team::Place;
pub(super) use self::team::Team;
use self::writer::{Backward, Forward, Writer};
use super::form::Sharing;
use super::numbers::rate_name;
use super::prelude::{Sizes, draws_order, judged_after, keeps_start, order_steps, rate_row_count, state_row_count};

/// Examples that go forward side by side where there is room.
const BLOCK: usize = 4;
/// Room: weights, their gradient and the block's activations, half of what a thread of a GPU has in registers. Networks
/// just above it lose a little by blocks of any size, those below gain up to 1.6 times (measured on a software device).
const ROOM: usize = 128;

/// Types, and the functions `load` and `save`; of one invocation's share where a network is a team's.
pub(super) fn network_code(problem: &Problem, sizes: Sizes, team: Option<&Team>) -> String {
    let spec = problem.spec();
    let weight_count = team.map_or(problem, |team| &team.share).layers().weight_count();
    let memories = spec.optimizer.state_count(spec.momentum);
    let rates = rate_row_count(problem, true);
    let size = |kept: bool| if kept { weight_count } else { 1 };
    let mut text = format!(
        "alias Weights = array<f32, {weight_count}>;\n\
         struct Network {{\n    weights: Weights,\n    first: array<f32, {}>,\n    second: array<f32, {}>,\n    \
         gradient: Weights,\n    rates: array<f32, {}>,\n}}\n",
        size(memories > 0),
        size(memories > 1),
        rates
    );
    let names = ["weights", "first", "second"].into_iter().take(1 + memories);
    let places = names.flat_map(|name| (0..weight_count).map(move |k| format!("(*net).{name}[{k}]")));
    let rows = match team {
        Some(team) => team.places(problem),
        None => (0..state_row_count(problem)).map(Place::alone).collect(),
    };
    let places: Vec<(String, Place)> = places.zip(rows).collect();
    text.push_str("fn load(slot: u32, net: ptr<function, Network>) {\n");
    text.extend(places.iter().map(|(variable, place)| place.load(variable)));
    for rate in 0..rates {
        let number = if sizes.own_rates {
            format!("state[(STATE_ROW_COUNT + {rate}u) * SLOT_COUNT + slot]")
        } else if rate + 1 == rates {
            "numbers.momentum".into()
        } else {
            rate_name(rate)
        };
        let _ = writeln!(text, "    (*net).rates[{rate}] = {number};");
    }
    text.push_str("}\nfn save(slot: u32, net: ptr<function, Network>) {\n");
    text.extend(places.iter().map(|(variable, place)| place.save(variable)));
    text.push_str("}\n");
    text
}

/// `apply`, `any_out_of_bounds`, `train_examples`, `train_by_powers`, `powers_in_range` and `measure_of`: an epoch's work.
pub(super) fn training_code(problem: &Problem, sizes: Sizes, sharing: Sharing, team: Option<&Team>) -> String {
    let problem = team.map_or(problem, |team| &team.share);
    let measure = match judged_after(problem) {
        true => measure_code(problem, team),
        // Nobody asks.
        false => "fn measure_of(net: ptr<function, Network>) -> f32 {\n    return 0.0;\n}\n".into(),
    };
    apply_code(problem, sizes.own_rates)
        + &bounds_code(problem)
        + &examples_code(problem, Sharing { powers: false, ..sharing }, team)
        + &powers_code(problem, sharing)
        + &measure
}

/// `evaluate`: outputs to scratch memory, and the loss.
pub(super) fn evaluation_code(problem: &Problem) -> String {
    String::from(
        "fn evaluate(slot: u32, lane: u32) -> f32 {\n    var net: Network;\n    \
         load(slot, &net);\n    var loss = 0.0;\n",
    ) + &outputs_code(problem, None, "net.", |writer, forward, targets| {
        for (unit, y) in targets.iter().enumerate() {
            let (z, h) = (forward.sum(unit), forward.output(unit));
            let _ = writeln!(
                writer.text,
                "    loss += output_loss({z}, {h}, {y});\n    \
                 scratch[(OUTPUT_ROW + example * OUTPUT_COUNT + {unit}u) * SLOT_COUNT + lane] = {h};"
            );
        }
    }) + "    return loss / f32(EXAMPLE_COUNT);\n}\n"
}

/// `record`: a team's outputs to scratch memory, and the loss.
pub(super) fn recording_code(team: &Team) -> String {
    String::from("fn record(net: ptr<function, Network>, lane: u32, writes: bool) -> f32 {\n    var loss = 0.0;\n")
        + &outputs_code(&team.share, Some(team), "(*net).", |writer, forward, targets| {
            for (unit, y) in targets.iter().enumerate() {
                let (z, h) = (forward.sum(unit), forward.output(unit));
                let _ = writeln!(
                    writer.text,
                    "    loss += output_loss({z}, {h}, {y});\n    if (writes) {{ scratch[(OUTPUT_ROW + example * OUTPUT_COUNT + \
                 {unit}u) * SLOT_COUNT + lane] = {h}; }}"
                );
            }
        })
        + "    return loss / f32(EXAMPLE_COUNT);\n}\n"
}

/// `draw` and `measure_of`: a network's starting weights, and what the criterion measures of its outputs.
pub(super) fn count_code(problem: &Problem) -> String {
    let mut text =
        String::from("fn draw(network: vec2<u32>, net: ptr<function, Network>) {\n    var words: vec4<u32>;\n");
    for k in 0..problem.layers().weight_count() {
        if k % 4 == 0 {
            let _ = writeln!(text, "    words = random_words(starting.seed, network, PURPOSE_START, {}u);", k / 4);
        }
        let _ = writeln!(text, "    (*net).weights[{k}] = drawn_weight({k}u, words[{}]);", k % 4);
    }
    text.push_str("}\n");
    text + &measure_code(problem, None)
}

/// `measure_of`: what the criterion measures of a network's outputs, examples in the given order.
fn measure_code(problem: &Problem, team: Option<&Team>) -> String {
    let few = are_few(problem);
    let examples = match few {
        true => {
            let mut writer = Writer::new(problem, Sharing::default(), team);
            writer.write_out_measure();
            writer.text
        }
        false => outputs_code(problem, team, "(*net).", |writer, forward, targets| {
            let right = writer.right_output(forward, targets);
            writer.gather(forward, targets, &right);
        }),
    };
    format!(
        "fn measure_of(net: ptr<function, Network>) -> f32 {{\n    var measure = 0.0;\n{examples}    return measure;\n}}\n"
    )
}

/// A loop over examples; `each` writes what becomes of one, by what it led to and its targets.
fn outputs_code(
    problem: &Problem,
    team: Option<&Team>,
    net: &str,
    each: impl Fn(&mut Writer<'_>, &Forward, &[String]),
) -> String {
    let mut writer = Writer::new(problem, Sharing::default(), team);
    writer.text.push_str("    for (var example = 0u; example < EXAMPLE_COUNT; example += 1u) {\n");
    let inputs = writer.read_inputs("example", "");
    let forward = writer.forward(&[String::new()], vec![inputs], net).remove(0);
    let targets = writer.read_targets("example", "");
    each(&mut writer, &forward, &targets);
    writer.text.push_str("    }\n");
    writer.text
}

fn bounds_code(problem: &Problem) -> String {
    // Divergence is looked for in the weights that are judged, or with which that began.
    let weights = if keeps_start(problem) { "(*before)" } else { "(*net).weights" };
    let look = |k: usize| format!("    largest = max(largest, magnitude_bits({weights}[{k}]));\n");
    // Weights whose powers are in range are in bounds, as long as these are the ones that are judged.
    let known = problem.layers().shapes().next().filter(|_| !judged_after(problem));
    let known = known.map_or(0, |first| first.weight_count());
    format!(
        "fn any_out_of_bounds(net: ptr<function, Network>, before: ptr<function, Weights>, by_powers: bool) -> bool {{\n    \
         var largest = 0u;\n    if (!by_powers) {{\n{}    }}\n{}    return largest > WEIGHT_BOUND_BITS;\n}}\n",
        (0..known).map(look).collect::<String>(),
        (known..problem.layers().weight_count()).map(look).collect::<String>(),
    )
}

/// Steps of all loops in an epoch, at most.
pub(super) fn loop_steps(problem: &Problem) -> u64 {
    let count = problem.examples().count() as u64;
    // A loop's last look at its condition may count as a step.
    let learning = if writes_out(problem) { 1 } else { count + 2 };
    let judging = if judged_after(problem) { count + 1 } else { 0 };
    // Where powers are shared, an epoch may be the only one of its loop: that loop, the one around, and the other's last look.
    let choosing = if has_powers(problem) { 3 } else { 0 };
    order_steps(problem) + learning + judging + choosing
}

fn examples_code(problem: &Problem, sharing: Sharing, team: Option<&Team>) -> String {
    let mut writer = Writer::new(problem, sharing, team);
    let name = if sharing.powers { "train_by_powers" } else { "train_examples" };
    let _ = writeln!(
        writer.text,
        "fn {name}(net: ptr<function, Network>, epoch: u32, network: vec2<u32>) -> f32 {{\n    var measure = 0.0;"
    );
    if writes_out(problem) {
        writer.write_powers();
        writer.write_out();
    } else {
        writer.write_loop();
    }
    writer.text.push_str("    return measure;\n}\n");
    writer.text
}

/// `SHARES_POWERS`, `train_by_powers` and `powers_in_range`; where powers are not shared, nothing keeps a network from its
/// only way.
fn powers_code(problem: &Problem, sharing: Sharing) -> String {
    let shares = sharing.powers && has_powers(problem);
    let code = match shares {
        true => examples_code(problem, sharing, None) + &range_code(problem, sharing.reciprocals),
        false => "fn train_by_powers(net: ptr<function, Network>, epoch: u32, network: vec2<u32>) -> f32 {\n    \
                  return 0.0;\n}\nfn powers_in_range(net: ptr<function, Network>) -> bool {\n    return true;\n}\n"
            .into(),
    };
    format!("const SHARES_POWERS = {shares};\n{code}")
}

impl Writer<'_> {
    /// Examples that go forward together, of so many that do before weights move.
    fn block(&self, batch: usize) -> usize {
        let layers = self.problem.layers();
        let units: usize = layers.sizes()[1..].iter().sum();
        let fits = 2 * layers.weight_count() + BLOCK * units <= ROOM;
        // A team meets once a block.
        if fits || self.team.is_some() { BLOCK.min(batch) } else { 1 }
    }

    /// What a block of examples leads to: the measure goes on, and what it sends back.
    fn learn<'f>(
        &mut self,
        suffixes: &[String],
        forward: &'f [Forward],
        targets: Vec<Vec<String>>,
    ) -> Vec<(&'f Forward, Backward)> {
        let hidden = self.shapes.len() - 1;
        let mut back = Vec::new();
        for ((targets, suffix), forward) in targets.iter().zip(suffixes).zip(forward) {
            let right = self.right_output(forward, targets);
            self.gather(forward, targets, &right);
            let mut deltas = self.output_deltas(suffix, forward, targets);
            if self.team.is_none() {
                for layer in (0..hidden).rev() {
                    self.hidden_deltas(layer, (suffix, forward), &mut deltas, None);
                }
            }
            back.push((forward, deltas));
        }
        if self.team.is_some() {
            self.hidden_deltas_together(suffixes, &mut back);
        }
        back
    }

    /// The measure of every example by itself, as they are listed.
    fn write_out_measure(&mut self) {
        let count = self.problem.examples().count();
        let size = self.block(count);
        for first in (0..count).step_by(size) {
            let block = first..count.min(first + size);
            let suffixes: Vec<String> = block.clone().map(|example| format!("_e{example}")).collect();
            let inputs = block.clone().map(|example| self.inputs(example)).collect();
            let forward = self.forward(&suffixes, inputs, "(*net).");
            for (example, forward) in block.zip(&forward) {
                let targets = self.targets(example);
                let right = self.right_output(forward, &targets);
                self.gather(forward, &targets, &right);
            }
        }
    }

    /// Every example by itself, or every position of an order that is drawn, inputs and targets as literals or chosen
    /// among such.
    fn write_out(&mut self) {
        let examples = self.problem.examples();
        let update = self.problem.spec().update;
        let batch_size = update.batch_size(examples.count());
        let drawn = draws_order(self.problem);
        if drawn {
            self.text.push_str("    let order = draw_packed_order(Whose(slice.seed, network, epoch));\n");
        }
        let mut begun = vec![false; self.problem.layers().weight_count()];
        for (batch, start) in (0..examples.count()).step_by(batch_size).enumerate() {
            let end = examples.count().min(start + batch_size);
            begun.fill(false);
            self.sums.clear();
            for first in (start..end).step_by(self.block(batch_size)) {
                let block = first..end.min(first + self.block(batch_size));
                let suffixes: Vec<String> = block.clone().map(|example| format!("_e{example}")).collect();
                let inputs = block.clone().map(|at| if drawn { self.chosen_inputs(at) } else { self.inputs(at) });
                let inputs = inputs.collect();
                let forward = self.forward(&suffixes, inputs, "(*net).");
                let targets = block.map(|at| if drawn { self.chosen_targets(at) } else { self.targets(at) }).collect();
                let back = self.learn(&suffixes, &forward, targets);
                self.add_gradient(&back, &mut begun);
            }
            self.zero_untouched(&begun);
            self.clear_absent();
            if update.moves_within() {
                self.apply(&format!("{batch}u"));
            }
        }
    }

    /// A loop over blocks of examples, their inputs and targets from the table.
    fn write_loop(&mut self) {
        const CLEAR: &str = "(*net).gradient = Weights();\n";
        let count = self.problem.examples().count();
        let update = self.problem.spec().update;
        let batch = update.batch_size(count);
        let divides = |size: &usize| count.is_multiple_of(*size) && batch.is_multiple_of(*size);
        let size = (1..=self.block(batch)).rev().find(divides).unwrap_or(1);
        // Whether a block is all that an update takes.
        let whole = update.moves_within() && size == batch;
        let drawn = draws_order(self.problem);
        if drawn {
            self.text.push_str("    var order: Order;\n    draw_order(Whose(slice.seed, network, epoch), &order);\n");
        }
        if !whole {
            let _ = write!(self.text, "    {CLEAR}");
        }
        if update.moves_within() && !whole {
            self.text.push_str("    var batch = 0u;\n    var filled = 0u;\n");
        }
        let _ = writeln!(self.text, "    for (var first = 0u; first < EXAMPLE_COUNT; first += {size}u) {{");
        let suffixes: Vec<String> = (0..size).map(|lane| format!("_e{lane}")).collect();
        let mut places: Vec<String> = (0..size).map(|lane| format!("first + {lane}u")).collect();
        if drawn {
            for (place, suffix) in places.iter_mut().zip(&suffixes) {
                let _ = writeln!(self.text, "    let example{suffix} = order[{place}];");
                *place = format!("example{suffix}");
            }
        }
        let inputs = places.iter().zip(&suffixes).map(|(place, suffix)| self.read_inputs(place, suffix)).collect();
        let forward = self.forward(&suffixes, inputs, "(*net).");
        let targets = places.iter().zip(&suffixes).map(|(place, suffix)| self.read_targets(place, suffix)).collect();
        let back = self.learn(&suffixes, &forward, targets);
        self.add_gradient(&back, &mut vec![!whole; self.problem.layers().weight_count()]);
        if whole {
            self.clear_absent();
            self.apply(&format!("first / {size}u"));
        } else if update.moves_within() {
            let _ = writeln!(
                self.text,
                "    filled += {size}u;\n    if (filled == BATCH_SIZE || first + {size}u == EXAMPLE_COUNT) {{"
            );
            self.clear_absent();
            self.apply("batch");
            let _ = writeln!(self.text, "    {CLEAR}    batch += 1u;\n    filled = 0u;\n    }}");
        }
        self.text.push_str("    }\n");
        if !update.moves_within() {
            self.clear_absent();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    /// What a problem does not need is not in its shader: a loop over examples where they are few, say.
    #[test]
    fn few_examples_are_written_out_and_many_are_looped_over() {
        let code = |task: &str, layers: &str| {
            let spec = Spec { task: task.parse().unwrap(), layers: layers.parse().unwrap(), ..Spec::default() };
            examples_code(&spec.problem().unwrap(), Sharing::default(), None)
        };
        assert!(!code("xor", "2,3,1").contains("for ("));
        assert!(code("parity:8", "8,16,1").contains("for (var first"));
    }
}
