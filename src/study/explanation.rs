//! One epoch of one network spelt out, matrix by matrix, as a teacher would write it on a blackboard.

use crate::backend::reference::{Network, Step, Training};
use crate::rule::{Activate, Lose, Optimize, with_activation, with_loss, with_optimizer};
use crate::spec::{Bias, Judge, LayerShape, Problem, Schedule};

/// A matrix with its name and how it comes about.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// Its name, as `Z1`.
    pub name: String,
    /// How it is made, as `A0 theta1`.
    pub made: String,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Numbers, row by row.
    pub values: Vec<f64>,
}

/// Matrices under one heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// What is done.
    pub heading: String,
    /// With which matrices.
    pub matrices: Vec<Matrix>,
}

/// An epoch spelt out.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Which epoch, from 1.
    pub epoch: u32,
    /// What is done, in order.
    pub sections: Vec<Section>,
    /// How the epoch ends.
    pub ending: String,
}

impl Explanation {
    /// Spells out an epoch of a network with these starting weights, whose seed and index its orders depend on; `None` where
    /// training ends before it.
    pub fn of(problem: &Problem, start: &[f64], (seed, network): (u64, u64), epoch: u32) -> Option<Self> {
        let mut training = Training::<f64>::new(problem, start).with_orders(seed, network);
        training.run(epoch.checked_sub(1)?);
        if training.finished() {
            return None;
        }
        let mut after = training.clone();
        let mut updates = Vec::new();
        let step = after.step_seen(&mut |weights| updates.push(weights.to_vec()));
        let spec = problem.spec();
        let order: Vec<usize> = after.order().iter().map(|example| *example as usize).collect();
        let mut sections = Vec::new();
        let mut state = State::new(problem, training.weights(), epoch);
        if spec.update.moves_within() {
            for (examples, new) in order.chunks(spec.update.batch_size(order.len())).zip(&updates) {
                state.examples(examples, &format!("{}: ", listed(examples)), &mut sections);
                state.update(new, examples.len(), &mut sections);
            }
        } else {
            state.examples(&order, "", &mut sections);
            if step == Step::Updated || spec.judge != Judge::During {
                state.update(after.weights(), order.len(), &mut sections);
            }
        }
        let (looked_at, kept) = match spec.judge {
            Judge::During => ("The outputs", "the weights with which the epoch began"),
            Judge::After | Judge::End => ("The outputs at the end", "these weights"),
        };
        let ending = match step {
            Step::Updated => format!("After epoch {epoch} the weights are those above."),
            Step::Retired => format!(
                "{looked_at} of epoch {epoch} meet the criterion {}: the network is solved and keeps {kept}.",
                spec.solved
            ),
            Step::Diverged => "A weight is out of bounds: the network has diverged and stops.".into(),
        };
        Some(Self { epoch, sections, ending })
    }
}

/// "example 3", or "examples 1, 4".
fn listed(examples: &[usize]) -> String {
    let numbers: Vec<String> = examples.iter().map(|example| (example + 1).to_string()).collect();
    format!("example{} {}", if numbers.len() == 1 { "" } else { "s" }, numbers.join(", "))
}

/// The weights as they are, and what the examples at hand led to.
struct State<'p> {
    problem: &'p Problem,
    shapes: Vec<LayerShape>,
    network: Network<f64>,
    weights: Vec<f64>,
    gradient: Vec<f64>,
    epoch: u32,
}

impl<'p> State<'p> {
    fn new(problem: &'p Problem, weights: &[f64], epoch: u32) -> Self {
        Self {
            problem,
            shapes: problem.layers().shapes().collect(),
            network: Network::new(problem),
            weights: weights.to_vec(),
            gradient: vec![0.0; weights.len()],
            epoch,
        }
    }

    /// Forward, loss, deltas and gradients of some examples, one a row.
    fn examples(&mut self, examples: &[usize], before: &str, sections: &mut Vec<Section>) {
        let table = self.problem.examples();
        let layer_count = self.shapes.len();
        let mut activations: Vec<Vec<f64>> = vec![Vec::new(); layer_count + 1];
        let (mut sums, mut deltas) = (vec![Vec::new(); layer_count], vec![Vec::new(); layer_count]);
        let (mut losses, mut targets) = (Vec::new(), Vec::new());
        self.gradient.fill(0.0);
        for example in examples {
            self.network.forward(&self.weights, table.input(*example));
            self.network.backward(&self.weights, table.target(*example));
            self.network.add_gradient(&mut self.gradient);
            for (all, one) in activations.iter_mut().zip(self.network.activations()) {
                all.extend_from_slice(one);
            }
            for (all, one) in sums.iter_mut().zip(self.network.sums()) {
                all.extend_from_slice(one);
            }
            for (all, one) in deltas.iter_mut().zip(self.network.deltas()) {
                all.extend_from_slice(one);
            }
            losses.push(self.network.loss(table.target(*example)));
            targets.extend_from_slice(table.target(*example));
        }
        let rows = examples.len();
        let matrix = |name: String, made: String, values: Vec<f64>| Matrix {
            name,
            made,
            rows,
            columns: values.len() / rows,
            values,
        };
        let mut forward = vec![matrix("A0".into(), "the inputs, one example a row".into(), activations[0].clone())];
        for layer in 0..layer_count {
            forward.push(self.theta(layer));
            forward.push(matrix(
                format!("Z{}", layer + 1),
                format!("{} theta{}", self.fed(layer), layer + 1),
                std::mem::take(&mut sums[layer]),
            ));
            forward.push(matrix(format!("A{}", layer + 1), self.activation(layer), activations[layer + 1].clone()));
        }
        sections.push(Section { heading: format!("{before}forward"), matrices: forward });
        let mean = losses.iter().sum::<f64>() / rows as f64;
        let formula = with_loss!(self.problem.loss(), Row => Row::FORMULA);
        let loss = vec![
            matrix("Y".into(), "the targets".into(), targets),
            matrix("L".into(), format!("{formula} with H = A{layer_count}, summed over output units"), losses),
        ];
        sections.push(Section { heading: format!("{before}loss C = mean of L = {mean:.6}"), matrices: loss });
        let backward = (0..layer_count)
            .rev()
            .map(|layer| matrix(format!("D{}", layer + 1), self.delta(layer), std::mem::take(&mut deltas[layer])));
        sections.push(Section {
            heading: format!("{before}deltas, dL/dZ, from the last layer back"),
            matrices: backward.collect(),
        });
        let gradients = (0..layer_count).map(|layer| {
            let made = format!("{}ᵀ D{}, summed over the examples", self.fed(layer), layer + 1);
            self.layered(format!("G{}", layer + 1), made, layer, &self.gradient)
        });
        sections.push(Section { heading: format!("{before}gradients"), matrices: gradients.collect() });
    }

    fn theta(&self, layer: usize) -> Matrix {
        let shape = self.shapes[layer];
        let shortcut = if shape.shortcut > 0 { ", then the inputs by shortcut" } else { "" };
        let made = format!("weights; rows: the units that feed the layer{shortcut}, then the bias");
        self.layered(format!("theta{}", layer + 1), made, layer, &self.weights)
    }

    /// One layer's part of something that lies in flat order.
    fn layered(&self, name: String, made: String, layer: usize, flat: &[f64]) -> Matrix {
        let shape = self.shapes[layer];
        let values = flat[shape.offset..][..shape.weight_count()].to_vec();
        Matrix { name, made, rows: shape.row_count(), columns: shape.fan_out, values }
    }

    /// What feeds a layer of weights, as a block matrix.
    fn fed(&self, layer: usize) -> String {
        let shortcut = if self.shapes[layer].shortcut > 0 { " A0" } else { "" };
        format!("[A{layer}{shortcut} 1]")
    }

    fn activation(&self, layer: usize) -> String {
        let z = format!("Z{}", layer + 1);
        with_activation!(self.problem.spec().activation.of_layer(layer), row => row.formula(&z))
    }

    fn slope(&self, layer: usize) -> String {
        let (a, z) = (format!("A{}", layer + 1), format!("Z{}", layer + 1));
        with_activation!(self.problem.spec().activation.of_layer(layer), row => row.slope_formula(&a, &z))
    }

    fn delta(&self, layer: usize) -> String {
        let number = layer + 1;
        if number == self.shapes.len() {
            let (loss, a, slope) = (self.problem.loss(), format!("A{number}"), self.slope(layer));
            return with_loss!(loss, Row => Row::delta_formula(&a, &slope));
        }
        let rows = if self.shapes[number].shortcut > 0 { "shortcuts' and bias rows" } else { "bias row" };
        format!("(D{0} theta{0}ᵀ, {rows} left out){1}", number + 1, self.slope(layer))
    }

    /// How the update by so many examples reads, and what it leads to.
    fn update(&mut self, new: &[f64], m: usize, sections: &mut Vec<Section>) {
        let spec = self.problem.spec();
        let is_mean = spec.update.share(4) < 1.0;
        let share = if is_mean && m > 1 { format!(" · 1/{m}") } else { String::new() };
        let rate = match spec.lr_schedule {
            Schedule::Constant => spec.lr.to_string(),
            schedule => format!("{} · {:.6} ({schedule})", spec.lr, schedule.factor(self.epoch, spec.epochs)),
        };
        let decay = match spec.weight_decay {
            decay if decay > 0.0 && !spec.optimizer.decouples_decay() => format!("; to G{share} comes {decay} theta"),
            _ => String::new(),
        };
        let rule = with_optimizer!(spec.optimizer, Row => Row::formula(&rate, &share, &self.problem.tuning()));
        let bias = if spec.bias == Bias::Off { "; biases stay" } else { "" };
        let mut matrices = Vec::new();
        for layer in 0..self.shapes.len() {
            if spec.momentum > 0.0 {
                let change: Vec<f64> = new.iter().zip(&self.weights).map(|(new, old)| new - old).collect();
                matrices.push(self.layered(
                    format!("V{}", layer + 1),
                    "the change of the weights".into(),
                    layer,
                    &change,
                ));
            }
            matrices.push(self.layered(format!("theta{}", layer + 1), "the new weights".into(), layer, new));
        }
        sections.push(Section { heading: format!("update: {rule}{decay}{bias}"), matrices });
        self.weights.copy_from_slice(new);
    }
}

#[cfg(test)]
mod tests {
    use crate::seed::Starts;
    use crate::spec::{Spec, Update};

    use super::*;

    fn explanation(spec: Spec, epoch: u32) -> (Problem, Vec<f64>, Option<Explanation>) {
        let problem = spec.problem().unwrap();
        let start: Vec<f64> = Starts::of(&problem, 1).widened(0);
        let explanation = Explanation::of(&problem, &start, (1, 0), epoch);
        (problem, start, explanation)
    }

    fn find<'l>(explanation: &'l Explanation, heading: &str, name: &str) -> &'l Matrix {
        let section = explanation.sections.iter().find(|section| section.heading.contains(heading)).unwrap();
        section.matrices.iter().find(|matrix| matrix.name == name).unwrap()
    }

    #[test]
    fn the_update_follows_from_the_gradient_in_the_matrices() {
        let (problem, _, explanation) = explanation(Spec { lr: 0.5.into(), ..Spec::default() }, 3);
        let explanation = explanation.unwrap();
        for layer in ["1", "2"] {
            let (old, gradient) = (
                find(&explanation, "forward", &format!("theta{layer}")),
                find(&explanation, "gradients", &format!("G{layer}")),
            );
            let new = find(&explanation, "update", &format!("theta{layer}"));
            assert_eq!((gradient.rows, gradient.columns), (new.rows, new.columns));
            for ((old, g), new) in old.values.iter().zip(&gradient.values).zip(&new.values) {
                assert!((old - 0.5 * g / 4.0 - new).abs() < 1e-12);
            }
        }
        let (a, d, g) = (
            find(&explanation, "forward", "A1"),
            find(&explanation, "deltas", "D2"),
            find(&explanation, "gradients", "G2"),
        );
        let product: f64 = (0..4).map(|example| a.values[example * 3] * d.values[example]).sum();
        assert!((product - g.values[0]).abs() < 1e-12);
        assert_eq!(problem.examples().count(), a.rows);
    }

    #[test]
    fn online_explanations_end_with_the_epochs_weights() {
        let spec = Spec { update: Update::ONLINE, momentum: 0.5, ..Spec::default() };
        let (problem, start, explanation) = explanation(spec, 2);
        let mut training = Training::<f64>::new(&problem, &start);
        training.run(2);
        let last = &explanation.unwrap().sections;
        let last = &last[last.len() - 1].matrices;
        assert_eq!(last[last.len() - 1].values, training.weights()[9..]);
    }

    #[test]
    fn nothing_is_explained_after_the_end() {
        let (_, _, past) = explanation(Spec { epochs: 5, ..Spec::default() }, 6);
        assert_eq!(past, None);
        let (_, _, zero) = explanation(Spec::default(), 0);
        assert_eq!(zero, None);
    }
}
