//! Writes a network's passes on examples, each value under a name of its own.

use std::collections::HashMap;
use std::fmt::Write;

use crate::spec::{LayerShape, Optimizer, Problem};

use crate::backend::gpu::prelude::{activation_name, literal, output_activation_name};

/// What feeds a row of weights.
#[derive(Clone, Debug)]
pub(super) enum Feed {
    Number(f64),
    Name(String),
}

/// A writer of one function's body.
pub(super) struct Writer<'p> {
    pub(super) problem: &'p Problem,
    shapes: Vec<LayerShape>,
    pub(super) text: String,
    /// Names of partial sums by unit and the inputs summed so far.
    pub(super) sums: HashMap<(usize, Vec<u64>), String>,
    next_sum: usize,
}

/// Names of one example's values.
pub(super) struct Forward {
    /// `[layer][unit]`, inputs first.
    pub(super) feeds: Vec<Vec<Feed>>,
    /// Weighted sums of the output units.
    pub(super) sums: Vec<String>,
}

impl<'p> Writer<'p> {
    pub(super) fn new(problem: &'p Problem) -> Self {
        let shapes = problem.layers().shapes().collect();
        Self { problem, shapes, text: String::new(), sums: HashMap::new(), next_sum: 0 }
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

    /// Rows that feed a layer, the bias left out.
    fn rows(&self, feeds: &[Vec<Feed>], layer: usize) -> Vec<Feed> {
        let shortcut = &feeds[0][..self.shapes[layer].shortcut];
        feeds[layer].iter().chain(shortcut).cloned().collect()
    }

    /// Forward on a block of examples, layer by layer: the units of a layer wait for nothing but the layer before, so a
    /// processor has many of them at hand.
    pub(super) fn forward(&mut self, block: &[String], inputs: Vec<Vec<Feed>>, net: &str) -> Vec<Forward> {
        let mut examples: Vec<Forward> =
            inputs.into_iter().map(|inputs| Forward { feeds: vec![inputs], sums: Vec::new() }).collect();
        for layer in 0..self.shapes.len() {
            let shape = self.shapes[layer];
            let activation = if layer + 1 == self.shapes.len() {
                output_activation_name(self.problem)
            } else {
                activation_name(self.problem.spec().activation)
            };
            for example in &mut examples {
                let rows = self.rows(&example.feeds, layer);
                example.sums = (0..shape.fan_out).map(|column| self.weighted_sum(shape, column, &rows, net)).collect();
            }
            for (example, suffix) in examples.iter_mut().zip(block) {
                let mut units = Vec::new();
                for (column, z) in example.sums.iter().enumerate() {
                    let name = format!("a{layer}_{column}{suffix}");
                    let _ = writeln!(self.text, "    let {name} = activate({activation}, {z});");
                    units.push(Feed::Name(name));
                }
                example.feeds.push(units);
            }
        }
        examples
    }

    /// Names the weighted sum of a unit; sums over the same numbers are shared between examples.
    fn weighted_sum(&mut self, shape: LayerShape, column: usize, rows: &[Feed], net: &str) -> String {
        let bias = shape.position(shape.fan_in, column);
        let mut sum = format!("{net}weights[{bias}]");
        let mut key = Vec::new();
        let mut sharing = true;
        for (row, feed) in rows.iter().enumerate() {
            let weight = format!("{net}weights[{}]", shape.position(row, column));
            let term = match feed {
                Feed::Name(name) => {
                    sharing = false;
                    Some(format!("{name} * {weight}"))
                }
                Feed::Number(x) => {
                    key.push(x.to_bits());
                    match *x {
                        0.0 => None,
                        1.0 => Some(weight),
                        x => Some(format!("{} * {weight}", literal(x))),
                    }
                }
            };
            let Some(term) = term else { continue };
            if sharing && let Some(known) = self.sums.get(&(bias, key.clone())) {
                sum.clone_from(known);
                continue;
            }
            let name = format!("s{}", self.next_sum);
            self.next_sum += 1;
            let _ = writeln!(self.text, "    let {name} = {sum} + {term};");
            if sharing {
                self.sums.insert((bias, key.clone()), name.clone());
            }
            sum = name;
        }
        sum
    }

    /// Gathers the measure and names the deltas `[layer][unit]` of the layers behind the inputs.
    pub(super) fn backward(&mut self, suffix: &str, forward: &Forward, targets: &[String]) -> Vec<Vec<String>> {
        let last = self.shapes.len() - 1;
        let mut deltas = vec![Vec::new(); self.shapes.len()];
        let activation = output_activation_name(self.problem);
        for (unit, y) in targets.iter().enumerate() {
            let h = forward.output(unit);
            let name = format!("d{last}_{unit}{suffix}");
            let _ = writeln!(
                self.text,
                "    measure = gather(measure, {h}, {y});\n    \
                 let {name} = output_delta({h}, {y}, activation_slope({activation}, {h}));"
            );
            deltas[last].push(name);
        }
        let activation = activation_name(self.problem.spec().activation);
        for layer in (0..last).rev() {
            let shape = self.shapes[layer + 1];
            for row in 0..self.shapes[layer].fan_out {
                let terms: Vec<String> = deltas[layer + 1]
                    .iter()
                    .enumerate()
                    .map(|(column, delta)| format!("(*net).weights[{}] * {delta}", shape.position(row, column)))
                    .collect();
                let name = format!("d{layer}_{row}{suffix}");
                let Feed::Name(a) = &forward.feeds[layer + 1][row] else { continue };
                let sum = terms.join(" + ");
                let _ = writeln!(self.text, "    let {name} = ({sum}) * activation_slope({activation}, {a});");
                deltas[layer].push(name);
            }
        }
        deltas
    }

    /// Adds an example's gradient; weights not `begun` are set instead.
    pub(super) fn add_gradient(&mut self, forward: &Forward, deltas: &[Vec<String>], begun: &mut [bool]) {
        for (layer, deltas) in deltas.iter().enumerate() {
            let shape = self.shapes[layer];
            let mut rows = self.rows(&forward.feeds, layer);
            rows.push(Feed::Number(1.0));
            for (row, feed) in rows.iter().enumerate() {
                for (column, delta) in deltas.iter().enumerate() {
                    let k = shape.position(row, column);
                    let product = match feed {
                        Feed::Name(a) => format!("{a} * {delta}"),
                        Feed::Number(0.0) => continue,
                        Feed::Number(1.0) => delta.clone(),
                        Feed::Number(x) => format!("{} * {delta}", literal(*x)),
                    };
                    let sign = if begun[k] { "+=" } else { "=" };
                    begun[k] = true;
                    let _ = writeln!(self.text, "    (*net).gradient[{k}] {sign} {product};");
                }
            }
        }
    }

    pub(super) fn zero_untouched(&mut self, begun: &[bool]) {
        for (k, _) in begun.iter().enumerate().filter(|(_, begun)| !**begun) {
            let _ = writeln!(self.text, "    (*net).gradient[{k}] = 0.0;");
        }
    }

    /// An online update after an example.
    pub(super) fn apply(&mut self, example: &str) {
        let update = match self.problem.spec().optimizer {
            Optimizer::Gd => "1u".into(),
            Optimizer::Adam => format!("(epoch - 1u) * EXAMPLE_COUNT + {example} + 1u"),
        };
        let _ = writeln!(self.text, "    apply(net, correction({update}));");
    }
}

impl Forward {
    /// Name of an output unit's activation.
    pub(super) fn output(&self, unit: usize) -> &str {
        match &self.feeds[self.feeds.len() - 1][unit] {
            Feed::Name(name) => name,
            Feed::Number(_) => unreachable!("outputs are computed"),
        }
    }
}
