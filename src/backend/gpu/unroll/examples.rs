//! Where a writer has inputs and targets from: literals, the table, or one of several literals by an order that is drawn;
//! and how that order is kept.

use std::fmt::Write;

use crate::spec::{Order, Problem};

use super::super::prelude::{draws_order, literal};
use super::writer::{Feed, Writer};

/// Products of examples and weights up to which examples are written out.
const WRITTEN_OUT_LIMIT: usize = 1024;
/// Examples up to which an order is kept in one number, four bits each.
const PACKED_LIMIT: usize = 8;

const ORDER: &str = include_str!("../../../../shaders/fused/order.wgsl");
const PACKED_ORDER: &str = include_str!("../../../../shaders/fused/packed_order.wgsl");

/// Whether examples and weights are few enough for each example to be written out.
pub(super) fn are_few(problem: &Problem) -> bool {
    problem.examples().count() * problem.layers().weight_count() <= WRITTEN_OUT_LIMIT
}

/// Whether examples are written out one by one in training.
pub(in super::super) fn writes_out(problem: &Problem) -> bool {
    are_few(problem) && (!draws_order(problem) || problem.examples().count() <= PACKED_LIMIT)
}

/// What draws an epoch's order and keeps it; nothing where none is drawn.
pub(in super::super) fn order_keeping(problem: &Problem) -> String {
    if writes_out(problem) { PACKED_ORDER.to_owned() + &packed_code(problem) } else { ORDER.to_owned() }
}

/// `draw_packed_order`.
fn packed_code(problem: &Problem) -> String {
    let count = problem.examples().count();
    let shuffles = problem.spec().update.order() == Order::Shuffled;
    let (all, decided) = if shuffles { ("0x76543210u", count.saturating_sub(1)) } else { ("0u", count) };
    let mut text = format!(
        "fn draw_packed_order(whose: Whose) -> u32 {{\n    var order = {all};\n    var words = order_words(whose, 0u);\n"
    );
    // What remains for the last position of a permutation is decided by the others.
    for position in 0..decided {
        if position == 4 {
            text.push_str("    words = order_words(whose, 1u);\n");
        }
        let _ = writeln!(text, "    order = with_position(order, whose, {position}u, words[{}]);", position % 4);
    }
    text + "    return order;\n}\n"
}

impl Writer<'_> {
    /// An example's inputs.
    pub(super) fn inputs(&self, example: usize) -> Vec<Feed> {
        self.problem.examples().input(example).iter().map(|value| Feed::Number(*value)).collect()
    }

    /// An example's targets.
    pub(super) fn targets(&self, example: usize) -> Vec<String> {
        self.problem.examples().target(example).iter().map(|y| literal(*y)).collect()
    }

    /// The inputs of the example at a position of the order at hand.
    pub(super) fn chosen_inputs(&mut self, position: usize) -> Vec<Feed> {
        let examples = self.problem.examples();
        let of_unit = |unit: usize| (0..examples.count()).map(|example| examples.input(example)[unit]).collect();
        let units: Vec<Vec<f64>> = (0..examples.input_count()).map(of_unit).collect();
        units.iter().map(|values| self.chosen(values, position)).collect()
    }

    /// Its targets.
    pub(super) fn chosen_targets(&mut self, position: usize) -> Vec<String> {
        let examples = self.problem.examples();
        let of_unit = |unit: usize| (0..examples.count()).map(|example| examples.target(example)[unit]).collect();
        let units: Vec<Vec<f64>> = (0..examples.output_count()).map(of_unit).collect();
        let chosen = units.iter().map(|values| match self.chosen(values, position) {
            Feed::Number(number) => literal(number),
            Feed::Name(name) => name,
        });
        chosen.collect()
    }

    /// The one of an example's values that is its at a position of the order at hand, by the bits of its number.
    fn chosen(&mut self, values: &[f64], position: usize) -> Feed {
        if values.iter().all(|value| value == &values[0]) {
            return Feed::Number(values[0]);
        }
        let mut texts: Vec<String> = values.iter().map(|value| literal(*value)).collect();
        let mut bit = 4 * position;
        while texts.len() > 1 {
            let halves = texts.chunks(2).map(|pair| match pair {
                [even, odd] if even != odd => format!("select({even}, {odd}, ((order >> {bit}u) & 1u) == 1u)"),
                rest => rest[0].clone(),
            });
            texts = halves.collect();
            bit += 1;
        }
        Feed::Name(self.name_sum(&texts.concat()))
    }

    /// Reads an example's inputs from the table.
    pub(super) fn read_inputs(&mut self, example: &str, suffix: &str) -> Vec<Feed> {
        (0..self.problem.layers().input_count())
            .map(|unit| {
                let name = format!("x_{unit}{suffix}");
                let _ =
                    writeln!(self.text, "    let {name} = table[TABLE_INPUTS + ({example}) * INPUT_COUNT + {unit}u];");
                Feed::Name(name)
            })
            .collect()
    }

    /// Reads an example's targets from the table.
    pub(super) fn read_targets(&mut self, example: &str, suffix: &str) -> Vec<String> {
        (0..self.problem.layers().output_count())
            .map(|unit| {
                let name = format!("y_{unit}{suffix}");
                let _ = writeln!(
                    self.text,
                    "    let {name} = table[TABLE_TARGETS + ({example}) * OUTPUT_COUNT + {unit}u];"
                );
                name
            })
            .collect()
    }
}
