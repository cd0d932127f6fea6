//! What the invocations of a team tell each other in the course of an epoch.

use std::fmt::Write;

use super::team::{Holders, lane, quad_of};
use super::writer::{Backward, Forward, Writer, sum_back};

impl Writer<'_> {
    fn barrier(&mut self) {
        self.text.push_str("    workgroupBarrier();\n");
    }

    /// Names the sums of values over a network's invocations, in which each has a part of each.
    fn join_parts(&mut self, parts: &[String]) -> Vec<String> {
        for (quad, parts) in parts.chunks(4).enumerate() {
            let _ = writeln!(self.text, "    parts[{quad}u * GROUP_SIZE + local] = {};", quad_of(parts));
        }
        self.barrier();
        let quads = 0..parts.len().div_ceil(4);
        let quads: Vec<String> = quads.map(|quad| self.name_sum(&format!("total({quad}u)"))).collect();
        self.barrier();
        (0..parts.len()).map(|at| lane(&quads[at / 4], at % 4)).collect()
    }

    /// Names the weighted sums of the outputs, to which each invocation of a network adds a part.
    pub(super) fn join_outputs(&mut self, examples: &mut [Forward], net: &str) {
        let (layer, shape) = (self.shapes.len() - 1, self.shapes[self.shapes.len() - 1]);
        let mut parts = Vec::new();
        for example in &*examples {
            for column in 0..shape.fan_out {
                let units = example.feeds[layer].iter().enumerate();
                let part = units.fold(String::new(), |sum, (row, feed)| {
                    let weight = format!("{net}weights[{}]", shape.position(row, column));
                    match sum.as_str() {
                        "" => format!("{} * {weight}", feed.name()),
                        _ => format!("fma({}, {weight}, {sum})", feed.name()),
                    }
                });
                parts.push(self.name_sum(&part));
            }
        }
        let mut sums = self.join_parts(&parts).into_iter();
        for example in examples {
            for (column, sum) in (0..shape.fan_out).zip(&mut sums) {
                let bias = shape.position(shape.fan_in, column);
                example.sums[layer].push(self.name_sum(&format!("{net}weights[{bias}] + {sum}")));
            }
        }
    }

    /// Names the weighted sums of a hidden layer's units behind another: each invocation tells the others its units of
    /// that one.
    pub(super) fn sum_units_of_all(&mut self, layer: usize, examples: &mut [Forward], net: &str) {
        let (before, shape) = (layer - 1, self.shapes[layer]);
        // Whoever still reads what was told of the examples before.
        self.barrier();
        for unit in 0..self.shapes[before].fan_out {
            let units: Vec<String> = examples.iter().map(|example| example.feeds[layer][unit].name().into()).collect();
            let _ = writeln!(self.text, "    units{before}[{unit}u * GROUP_SIZE + local] = {};", quad_of(&units));
        }
        self.barrier();
        for example in &mut *examples {
            let biases = (0..shape.fan_out).map(|column| shape.position(shape.fan_in, column));
            example.sums[layer] = biases.map(|k| format!("{net}weights[{k}]")).collect();
        }
        // What is read serves all units at once.
        for row in 0..shape.fan_in {
            let Some(quad) = self.fed_by_all(layer, row) else { continue };
            for column in 0..shape.fan_out {
                let weight = format!("{net}weights[{}]", shape.position(row, column));
                for (at, example) in examples.iter_mut().enumerate() {
                    let sum = format!("fma({}, {weight}, {})", lane(&quad, at), example.sums[layer][column]);
                    example.sums[layer][column] = self.name_sum(&sum);
                }
            }
        }
    }

    /// Names what feeds a row of weights between hidden layers, for the examples at hand, as its invocation told it.
    pub(super) fn fed_by_all(&mut self, layer: usize, row: usize) -> Option<String> {
        let team = self.team?;
        let is_between = layer > 0 && layer + 1 < self.shapes.len() && row < self.shapes[layer].fan_in;
        is_between.then(|| {
            let (unit, other) = (row / team.size, row % team.size);
            let place = format!("{unit}u * GROUP_SIZE + {other}u * TEAM_COUNT + team");
            self.name_sum(&format!("units{}[{place}]", layer - 1))
        })
    }

    /// Names the deltas of the hidden layers. Between two of them each invocation has a part of what comes back to any unit.
    pub(super) fn hidden_deltas_together(&mut self, suffixes: &[String], back: &mut [(&Forward, Backward)]) {
        let (last, Some(team)) = (self.shapes.len() - 1, self.team) else { return };
        for layer in (0..last).rev() {
            let sums = (layer + 1 < last).then(|| {
                let shape = self.shapes[layer + 1];
                for row in 0..shape.fan_in.next_multiple_of(team.size) {
                    let parts: Vec<String> = match row < shape.fan_in {
                        true => back.iter().map(|(_, back)| sum_back(shape, row, &back.deltas[layer + 1])).collect(),
                        false => Vec::new(),
                    };
                    let _ = writeln!(self.text, "    parts[{row}u * GROUP_SIZE + local] = {};", quad_of(&parts));
                }
                self.barrier();
                let units = 0..self.shapes[layer].fan_out;
                let quads = units.map(|unit| self.name_sum(&format!("total({}u + own)", unit * team.size)));
                let quads: Vec<String> = quads.collect();
                self.barrier();
                quads
            });
            for (at, ((forward, back), suffix)) in back.iter_mut().zip(suffixes).enumerate() {
                let sums = sums.as_ref().map(|quads| quads.iter().map(|quad| lane(quad, at)).collect::<Vec<_>>());
                self.hidden_deltas(layer, (suffix, forward), back, sums.as_deref());
            }
        }
    }

    /// Units that an invocation of a team lacks must go on adding nothing.
    pub(super) fn clear_absent(&mut self) {
        let Some(team) = self.team else { return };
        let (last, output) = (team.hidden.len() - 1, self.shapes[team.hidden.len()]);
        for unit in 0..output.fan_in {
            let Holders::Below(count) = team.holders(last, unit) else { continue };
            for k in (0..output.fan_out).map(|column| output.position(unit, column)) {
                let gradient = format!("(*net).gradient[{k}]");
                let _ = writeln!(self.text, "    {gradient} = select(0.0, {gradient}, own < {count}u);");
            }
        }
    }
}
