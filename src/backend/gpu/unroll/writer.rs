//! Writes a network's passes on examples, each value under a name of its own.

use std::collections::HashMap;
use std::fmt::Write;

use crate::spec::{LayerShape, Problem};

use super::super::form::Sharing;
use super::super::prelude::{activation_code, literal};
use super::team::{Team, lane};

/// What feeds a row of weights.
#[derive(Clone, Debug)]
pub(super) enum Feed {
    Number(f64),
    Name(String),
}

impl Feed {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Number(_) => unreachable!("units after the inputs are computed"),
        }
    }
}

/// A writer of one function's body.
pub(super) struct Writer<'p> {
    pub(super) problem: &'p Problem,
    pub(super) sharing: Sharing,
    /// Where the problem is one invocation's share of a network.
    pub(super) team: Option<&'p Team>,
    pub(super) shapes: Vec<LayerShape>,
    pub(super) text: String,
    /// Names of partial sums by unit and the inputs summed so far.
    pub(super) sums: HashMap<(usize, Vec<u64>), String>,
    next_sum: usize,
}

/// Names of what an example sends back.
pub(super) struct Backward {
    /// `[layer][unit]`, the deltas of the layers after the inputs, as far as they are known. Of the only hidden layer in
    /// front of a single output they lack the weight to the output, which `apply` brings in.
    pub(super) deltas: Vec<Vec<String>>,
    /// In front of a single output: its delta times each unit of the last hidden layer.
    products: Vec<String>,
}

/// Names of one example's values.
pub(super) struct Forward {
    /// `[layer][unit]`, inputs first.
    pub(super) feeds: Vec<Vec<Feed>>,
    /// Weighted sums z, `[layer][unit]` after the inputs; of a layer that is normalised, what became of them.
    pub(super) sums: Vec<Vec<String>>,
}

impl<'p> Writer<'p> {
    pub(super) fn new(problem: &'p Problem, sharing: Sharing, team: Option<&'p Team>) -> Self {
        let shapes = problem.layers().shapes().collect();
        Self { problem, sharing, team, shapes, text: String::new(), sums: HashMap::new(), next_sum: 0 }
    }

    /// The code of a layer's activation.
    pub(super) fn activation(&self, layer: usize) -> usize {
        activation_code(self.problem, layer)
    }

    /// Rows that feed a layer, the bias left out.
    fn rows<'f>(&self, feeds: &'f [Vec<Feed>], layer: usize) -> impl Iterator<Item = &'f Feed> + use<'f> {
        let shortcut = &feeds[0][..self.shapes[layer].shortcut];
        feeds[layer].iter().chain(shortcut)
    }

    /// Gives a sum a name.
    pub(super) fn name_sum(&mut self, value: &str) -> String {
        let name = format!("s{}", self.next_sum);
        self.next_sum += 1;
        let _ = writeln!(self.text, "    let {name} = {value};");
        name
    }

    /// Forward on a block of examples, layer by layer: the units of a layer wait for nothing but the layer before, so a
    /// processor has many of them at hand.
    pub(super) fn forward(&mut self, block: &[String], inputs: Vec<Vec<Feed>>, net: &str) -> Vec<Forward> {
        let mut examples: Vec<Forward> =
            inputs.into_iter().map(|inputs| Forward { feeds: vec![inputs], sums: Vec::new() }).collect();
        for layer in 0..self.shapes.len() {
            let shape = self.shapes[layer];
            let normalises = self.problem.spec().activation.of_layer(layer).normalises();
            let name = |column: usize, suffix: &str| format!("a{layer}_{column}{suffix}");
            for example in &mut examples {
                example.sums.push(Vec::new());
            }
            // Sums of which a team's invocations have parts, or for which they need each other's units.
            let together = self.team.is_some() && layer > 0;
            if together && layer + 1 == self.shapes.len() {
                self.join_outputs(&mut examples, net);
            } else if together {
                self.sum_units_of_all(layer, &mut examples, net);
            }
            // A unit is done with before the next: fewer numbers wait in registers. Of one example the units of a layer go
            // side by side.
            let columns: Vec<usize> = (0..shape.fan_out).collect();
            for columns in columns.chunks(if block.len() == 1 { shape.fan_out } else { 1 }) {
                let mut units = Vec::new();
                for column in columns {
                    for (example, suffix) in examples.iter_mut().zip(block) {
                        if !together {
                            let rows: Vec<&Feed> = self.rows(&example.feeds, layer).collect();
                            let sum = self.weighted_sum(shape, *column, &rows, net);
                            example.sums[layer].push(sum);
                        }
                        units.push((name(*column, suffix), example.sums[layer][*column].clone()));
                    }
                }
                if !normalises {
                    self.activate(layer, &units);
                }
            }
            if normalises {
                let activation = self.activation(layer);
                for (example, suffix) in examples.iter_mut().zip(block) {
                    example.sums[layer] = self.normalise(activation, &example.sums[layer]);
                    let units = example.sums[layer].iter().enumerate();
                    let units: Vec<_> = units.map(|(column, z)| (name(column, suffix), z.clone())).collect();
                    self.activate(layer, &units);
                }
            }
            for (example, suffix) in examples.iter_mut().zip(block) {
                example.feeds.push((0..shape.fan_out).map(|column| Feed::Name(name(column, suffix))).collect());
            }
        }
        examples
    }

    /// Names z - ln sum e^z of each z. The activation is the exponential; the largest of its sums is made 1.
    fn normalise(&mut self, activation: usize, sums: &[String]) -> Vec<String> {
        let largest = sums[1..].iter().fold(sums[0].clone(), |largest, z| format!("max({largest}, {z})"));
        let largest = self.name_sum(&largest);
        let shifted: Vec<String> = sums.iter().map(|z| self.name_sum(&format!("{z} - {largest}"))).collect();
        let powers: Vec<String> = shifted.iter().map(|z| format!("activate({activation}u, {z})")).collect();
        let logarithm = self.name_sum(&format!("log({})", powers.join(" + ")));
        shifted.iter().map(|z| self.name_sum(&format!("{z} - {logarithm}"))).collect()
    }

    /// Names the weighted sum of a unit; sums over the same numbers are shared between examples.
    fn weighted_sum(&mut self, shape: LayerShape, column: usize, rows: &[&Feed], net: &str) -> String {
        let bias = shape.position(shape.fan_in, column);
        let powers = self.sharing.powers && shape.offset == 0;
        // The power of a sum is the product of powers.
        let plus = if powers { "*" } else { "+" };
        let place = |k: usize| if powers { format!("power{k}") } else { format!("{net}weights[{k}]") };
        let mut sum = place(bias);
        let mut key = Vec::new();
        let mut sharing = true;
        for (row, feed) in rows.iter().enumerate() {
            let weight = place(shape.position(row, column));
            let more = match feed {
                Feed::Name(name) => {
                    sharing = false;
                    Some(format!("fma({name}, {weight}, {sum})"))
                }
                Feed::Number(x) => {
                    key.push(x.to_bits());
                    match *x {
                        0.0 => None,
                        1.0 => Some(format!("{sum} {plus} {weight}")),
                        x => Some(format!("fma({}, {weight}, {sum})", literal(x))),
                    }
                }
            };
            let Some(more) = more else { continue };
            if sharing && let Some(known) = self.sums.get(&(bias, key.clone())) {
                sum.clone_from(known);
                continue;
            }
            let name = self.name_sum(&more);
            if sharing {
                self.sums.insert((bias, key.clone()), name.clone());
            }
            sum = name;
        }
        sum
    }

    /// Takes an example's outputs into the measure.
    pub(super) fn gather(&mut self, forward: &Forward, targets: &[String], right: &str) {
        for (unit, y) in targets.iter().enumerate() {
            let (z, h) = (forward.sum(unit), forward.output(unit));
            let _ = writeln!(self.text, "    measure = gather(measure, {z}, {h}, {y}, {right});");
        }
    }

    /// The output of the example's class, by targets that the table holds; 0 where nobody asks for it.
    pub(super) fn right_output(&mut self, forward: &Forward, targets: &[String]) -> String {
        if !self.problem.standard().compares_classes() {
            return "0.0".into();
        }
        let units = targets.iter().enumerate().skip(1);
        let right = units.fold(forward.output(0).to_owned(), |right, (unit, y)| {
            format!("select({right}, {}, {y} > MIDPOINT)", forward.output(unit))
        });
        self.name_sum(&right)
    }

    /// Names the deltas of the outputs.
    pub(super) fn output_deltas(&mut self, suffix: &str, forward: &Forward, targets: &[String]) -> Backward {
        let last = self.shapes.len() - 1;
        let mut deltas = vec![Vec::new(); self.shapes.len()];
        let activation = self.activation(last);
        for (unit, y) in targets.iter().enumerate() {
            let (z, h) = (forward.sum(unit), forward.output(unit));
            let name = format!("d{last}_{unit}{suffix}");
            let _ = writeln!(
                self.text,
                "    let {name} = output_delta({h}, {y}, activation_slope({activation}u, {z}, {h}));"
            );
            deltas[last].push(name);
        }
        Backward { deltas, products: Vec::new() }
    }

    /// Names the deltas of a hidden layer; `sums` are those of the next layer's deltas with the weights between, where they
    /// are known.
    pub(super) fn hidden_deltas(
        &mut self,
        layer: usize,
        (suffix, forward): (&str, &Forward),
        back: &mut Backward,
        sums: Option<&[String]>,
    ) {
        let (last, shape) = (self.shapes.len() - 1, self.shapes[layer + 1]);
        let activation = self.activation(layer);
        let inlined = self.problem.spec().activation.of_layer(layer).is_inlined();
        for row in 0..self.shapes[layer].fan_out {
            let name = format!("d{layer}_{row}{suffix}");
            let a = forward.feeds[layer + 1][row].name();
            let slope = format!("activation_slope({activation}u, {}, {a})", forward.sums[layer][row]);
            if layer + 1 == last && narrows(self.problem) {
                let (product, delta) = (format!("p{row}{suffix}"), &back.deltas[last][0]);
                let slope = match inlined {
                    true => format!("times_slope({activation}u, {delta}, {product}, {a})"),
                    false => format!("{delta} * {slope}"),
                };
                let weight = format!("(*net).weights[{}]", shape.position(row, 0));
                let value = if layer == 0 { slope } else { format!("{weight} * {slope}") };
                let _ = writeln!(self.text, "    let {product} = {a} * {delta};\n    let {name} = {value};");
                back.products.push(product);
            } else {
                let sum = sums.map_or_else(|| sum_back(shape, row, &back.deltas[layer + 1]), |sums| sums[row].clone());
                let _ = writeln!(self.text, "    let {name} = ({sum}) * {slope};");
            }
            back.deltas[layer].push(name);
        }
    }

    /// Adds the gradient of a block of examples; weights not `begun` are set instead.
    pub(super) fn add_gradient(&mut self, block: &[(&Forward, Backward)], begun: &mut [bool]) {
        // Sums of pairs, which weights of one unit have in common.
        let mut pairs = HashMap::new();
        for (layer, shape) in self.shapes.clone().into_iter().enumerate() {
            for row in 0..=shape.fan_in {
                let fed = self.fed_by_all(layer, row);
                for column in 0..shape.fan_out {
                    let k = shape.position(row, column);
                    let parts = block.iter().enumerate().filter_map(|(at, (forward, back))| match &fed {
                        Some(quad) => Some((back.deltas[layer][column].clone(), Some(lane(quad, at)))),
                        None => self.part(forward, back, layer, row, column),
                    });
                    let parts = parts.collect();
                    let Some(sum) = self.sum(parts, &mut pairs) else { continue };
                    let sign = if begun[k] { "+=" } else { "=" };
                    begun[k] = true;
                    let _ = writeln!(self.text, "    (*net).gradient[{k}] {sign} {sum};");
                }
            }
        }
    }

    /// An example's part of a weight's gradient: a number, and what it is multiplied with.
    fn part(
        &self,
        forward: &Forward,
        backward: &Backward,
        layer: usize,
        row: usize,
        column: usize,
    ) -> Option<(String, Option<String>)> {
        let delta = backward.deltas[layer][column].clone();
        match self.rows(&forward.feeds, layer).nth(row) {
            Some(Feed::Number(0.0)) => None,
            None | Some(Feed::Number(1.0)) => Some((delta, None)),
            Some(Feed::Number(x)) => Some((delta, Some(literal(*x)))),
            Some(Feed::Name(a)) => match backward.products.get(row) {
                Some(product) if layer + 1 == self.shapes.len() => Some((product.clone(), None)),
                _ => Some((delta, Some(a.clone()))),
            },
        }
    }

    /// The sum of parts, in pairs: fewer additions wait for each other, and a pair known already is not summed again.
    fn sum(
        &mut self,
        parts: Vec<(String, Option<String>)>,
        pairs: &mut HashMap<(String, String), String>,
    ) -> Option<String> {
        let mut level = Vec::new();
        for pair in parts.chunks(2) {
            let first = match &pair[0] {
                (number, None) => number.clone(),
                (number, Some(factor)) => format!("{factor} * {number}"),
            };
            level.push(match pair.get(1) {
                None => first,
                Some((number, Some(factor))) => format!("fma({factor}, {number}, {first})"),
                Some((number, None)) => self.pair(first, number.clone(), pairs),
            });
        }
        while level.len() > 1 {
            let sums = level.chunks(2).map(|pair| match pair {
                [first, second] => self.pair(first.clone(), second.clone(), pairs),
                rest => rest.concat(),
            });
            level = sums.collect();
        }
        level.pop()
    }

    /// Names the sum of two.
    fn pair(&mut self, first: String, second: String, pairs: &mut HashMap<(String, String), String>) -> String {
        let key = (first, second);
        if let Some(known) = pairs.get(&key) {
            return known.clone();
        }
        let name = self.name_sum(&format!("{} + {}", key.0, key.1));
        pairs.insert(key, name.clone());
        name
    }

    pub(super) fn zero_untouched(&mut self, begun: &[bool]) {
        for (k, _) in begun.iter().enumerate().filter(|(_, begun)| !**begun) {
            let _ = writeln!(self.text, "    (*net).gradient[{k}] = 0.0;");
        }
    }

    /// An update within the epoch, by the gradient at hand.
    pub(super) fn apply(&mut self, batch: &str) {
        let _ = writeln!(self.text, "    apply(net, update_at(epoch, {batch}));");
    }
}

/// Whether a single output is all that the last hidden layer feeds. Then h delta, with the output's delta, serves as the
/// gradient of the weight between, and through the slope of h as the hidden delta but for that weight.
pub(super) fn narrows(problem: &Problem) -> bool {
    let layers = problem.layers();
    layers.shapes().len() > 1 && layers.output_count() == 1
}

/// The sum of a layer's deltas with the weights from a unit before it.
pub(super) fn sum_back(shape: LayerShape, row: usize, deltas: &[String]) -> String {
    let columns = deltas.iter().enumerate();
    let terms = columns.map(|(column, delta)| format!("(*net).weights[{}] * {delta}", shape.position(row, column)));
    terms.collect::<Vec<_>>().join(" + ")
}

impl Forward {
    /// Name of an output unit's activation.
    pub(super) fn output(&self, unit: usize) -> &str {
        self.feeds[self.feeds.len() - 1][unit].name()
    }

    /// Name of an output unit's weighted sum.
    pub(super) fn sum(&self, unit: usize) -> &str {
        &self.sums[self.sums.len() - 1][unit]
    }
}
