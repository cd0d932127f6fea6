//! Loss, gradient and Hessian of a network as functions of its weights.

use std::ops::Range;

use nalgebra::{DMatrix, DVector};

use crate::rule::{Activate, Activation, Lose, Number, with_activation, with_loss};
use crate::spec::{LayerShape, Problem};

use super::number::Dual;

/// The loss C of a problem over the weights that are trained; the others stay where they are and have no part in gradients.
#[derive(Clone, Debug)]
pub struct LossFunction<'p> {
    problem: &'p Problem,
    shapes: Vec<LayerShape>,
    /// Flat positions of the trained weights.
    trained: Vec<usize>,
}

/// One unit on one example: its weighted sum, the value of the activation there, and its derivative.
#[derive(Clone, Copy)]
struct Unit<N> {
    sum: N,
    activation: N,
    slope: N,
}

/// A hidden unit on all examples.
#[derive(Clone, Debug)]
pub(super) struct HiddenUnit {
    /// Its activation on each example.
    pub activations: Vec<f64>,
    /// Whether it is on the flat side of a kink on every example. A smooth function is nowhere flat: where it saturates, its
    /// slope is small, and 0 in f64 at most by rounding.
    pub is_off: bool,
}

impl<'p> LossFunction<'p> {
    /// Of a problem.
    pub fn new(problem: &'p Problem) -> Self {
        Self { problem, shapes: problem.layers().shapes().collect(), trained: problem.trained_weights() }
    }

    /// The problem.
    pub fn problem(&self) -> &'p Problem {
        self.problem
    }

    /// How many weights are trained.
    pub fn dimension(&self) -> usize {
        self.trained.len()
    }

    /// The trained weights.
    pub fn point(&self, weights: &[f64]) -> DVector<f64> {
        DVector::from_iterator(self.trained.len(), self.trained.iter().map(|position| weights[*position]))
    }

    /// All weights in flat order, the trained ones taken from `point`, the others from `weights`.
    pub fn weights_at(&self, weights: &[f64], point: &DVector<f64>) -> Vec<f64> {
        let mut all = weights.to_vec();
        self.trained.iter().zip(point.iter()).for_each(|(position, weight)| all[*position] = *weight);
        all
    }

    /// The loss C, each example's from the logit so that a small one keeps its digits.
    pub fn loss(&self, weights: &[f64]) -> f64 {
        let examples = self.problem.examples();
        let total: f64 = (0..examples.count())
            .map(|example| {
                let (_, sums) = self.forward(weights, examples.input(example));
                sums.iter().zip(examples.target(example)).map(|(z, y)| self.unit_loss(*z, *y)).sum::<f64>()
            })
            .sum();
        total / examples.count() as f64
    }

    fn unit_loss(&self, z: f64, target: f64) -> f64 {
        with_loss!(self.problem.loss(), Row => Row::exact(z, self.error(z, target), target))
    }

    /// Outputs, `[example][unit]`.
    pub fn outputs(&self, weights: &[f64]) -> Vec<f64> {
        let examples = self.problem.examples();
        (0..examples.count())
            .flat_map(|example| {
                let (mut layers, _) = self.forward(weights, examples.input(example));
                layers.pop().unwrap_or_default().into_iter().map(|unit| unit.activation)
            })
            .collect()
    }

    /// The hidden units, `[layer][unit]`.
    pub(super) fn hidden_units(&self, weights: &[f64]) -> Vec<Vec<HiddenUnit>> {
        let examples = self.problem.examples();
        let sizes = self.problem.layers().sizes();
        let unit = |layer: usize| HiddenUnit {
            activations: Vec::with_capacity(examples.count()),
            is_off: self.problem.spec().activation.of_layer(layer).has_kinks(),
        };
        let layers = sizes[1..sizes.len() - 1].iter().enumerate();
        let mut hidden: Vec<Vec<HiddenUnit>> = layers.map(|(layer, size)| vec![unit(layer); *size]).collect();
        for example in 0..examples.count() {
            let (layers, _) = self.forward(weights, examples.input(example));
            for (unit, value) in
                hidden.iter_mut().zip(&layers[1..]).flat_map(|(units, values)| units.iter_mut().zip(values))
            {
                unit.activations.push(value.activation);
                unit.is_off &= value.slope == 0.0;
            }
        }
        hidden
    }

    /// Whether the loss, as a function of the weights, has kinks.
    pub fn has_kinks(&self) -> bool {
        self.problem.loss_has_kinks()
    }

    /// Whether some unit's function flattens out towards an end that it never reaches. Without one nothing is gained by weights
    /// that grow without bound.
    pub(super) fn saturates(&self) -> bool {
        // Far out on either side, where the slope is nearly 0 and not 0.
        let flattens = |activation: Activation| {
            [-30.0, 30.0].iter().any(|z| {
                let (_, slope) = with_activation!(activation, row => row.exact(*z));
                slope > 0.0 && slope < 1e-6
            })
        };
        (0..self.shapes.len()).any(|layer| flattens(self.problem.spec().activation.of_layer(layer)))
    }

    /// On which side of their kink the units are, and of their target the outputs, wherever there is a kink: the sign of
    /// each weighted sum and of each error, on every example. Every function here has its kink at 0.
    pub(super) fn sides(&self, weights: &[f64]) -> Vec<i8> {
        let sign = |value: f64| i8::from(value > 0.0) - i8::from(value < 0.0);
        let activation = &self.problem.spec().activation;
        let examples = self.problem.examples();
        let mut sides = Vec::new();
        for example in 0..examples.count() {
            let (layers, sums) = self.forward(weights, examples.input(example));
            let with_kinks =
                layers[1..].iter().enumerate().filter(|(layer, _)| activation.of_layer(*layer).has_kinks());
            sides.extend(with_kinks.flat_map(|(_, units)| units).map(|unit| sign(unit.sum)));
            if self.problem.loss().has_kinks() {
                sides.extend(sums.iter().zip(examples.target(example)).map(|(z, y)| sign(self.error(*z, *y))));
            }
        }
        sides
    }

    /// Weights that feed the layers up to this one, counted from 0, if the gradient of each is exactly 0.
    pub(super) fn still_weights(&self, weights: &[f64], layer: usize) -> Option<Range<usize>> {
        let shape = self.shapes.get(layer)?;
        let positions = 0..shape.offset + shape.weight_count();
        self.full_gradient(weights)[positions.clone()].iter().all(|g| *g == 0.0).then_some(positions)
    }

    /// Gradient of C over the trained weights.
    pub fn gradient(&self, weights: &[f64]) -> DVector<f64> {
        let gradient = self.full_gradient(weights);
        DVector::from_iterator(self.trained.len(), self.trained.iter().map(|position| gradient[*position]))
    }

    /// Hessian of C over the trained weights: the derivative of the gradient along each of them, exact.
    pub fn hessian(&self, weights: &[f64]) -> DMatrix<f64> {
        self.curvature(weights).0
    }

    /// The Hessian, and about how far rounding may move its eigenvalues. Of a sum over examples that cancel, as at a tie, no
    /// more is known than of its parts: the error is that of the last digit of each example's own Hessian, in the Frobenius
    /// norm, which bounds what it does to an eigenvalue (Weyl), times the number of weights (the eigenvalues' own roundings)
    /// and the largest weighted sum (whose last digit moves the exponential by as much).
    pub fn curvature(&self, weights: &[f64]) -> (DMatrix<f64>, f64) {
        let examples = self.problem.examples();
        let mut duals: Vec<Dual> = weights.iter().map(|weight| Dual::of(*weight)).collect();
        let mut hessian = DMatrix::zeros(self.trained.len(), self.trained.len());
        let mut squares = vec![0.0; examples.count()];
        let mut gradient = vec![Dual::of(0.0); weights.len()];
        for (column, position) in self.trained.iter().enumerate() {
            duals[*position].slope = 1.0;
            for (example, squares) in squares.iter_mut().enumerate() {
                gradient.fill(Dual::of(0.0));
                self.add_gradient(&duals, examples.input(example), examples.target(example), &mut gradient);
                for (row, position) in self.trained.iter().enumerate() {
                    let slope = gradient[*position].slope;
                    hessian[(row, column)] += slope;
                    *squares += slope * slope;
                }
            }
            duals[*position].slope = 0.0;
        }
        let largest_sum = (0..examples.count())
            .flat_map(|example| self.forward(weights, examples.input(example)).0.into_iter().skip(1).flatten())
            .fold(0.0, |most: f64, unit| most.max(unit.sum.abs()));
        let share = 1.0 / examples.count() as f64;
        let norms: f64 = squares.into_iter().map(f64::sqrt).sum();
        let roundings = self.trained.len() as f64 + largest_sum;
        // Symmetric but for rounding.
        ((&hessian + hessian.transpose()) * (0.5 * share), roundings * f64::EPSILON * share * norms)
    }

    fn full_gradient(&self, weights: &[f64]) -> Vec<f64> {
        let examples = self.problem.examples();
        let mut gradient = vec![0.0; weights.len()];
        for example in 0..examples.count() {
            self.add_gradient(weights, examples.input(example), examples.target(example), &mut gradient);
        }
        let share = 1.0 / examples.count() as f64;
        gradient.iter_mut().for_each(|g| *g *= share);
        gradient
    }

    fn add_gradient<N: Number>(&self, weights: &[N], input: &[f64], target: &[f64], gradient: &mut [N]) {
        let (layers, sums) = self.forward(weights, input);
        let outputs = layers.last().map_or(&[][..], Vec::as_slice);
        let mut deltas: Vec<N> = sums
            .iter()
            .zip(outputs)
            .zip(target)
            .map(|((z, unit), y)| self.problem.loss().delta(self.error(*z, *y), unit.slope))
            .collect();
        for (layer, shape) in self.shapes.iter().enumerate().rev() {
            for (column, delta) in deltas.iter().enumerate() {
                for (row, unit) in feeding(&layers, layer, *shape).enumerate() {
                    gradient[shape.position(row, column)] += unit.activation * *delta;
                }
                gradient[shape.position(shape.fan_in, column)] += *delta;
            }
            let back = |row: usize, unit: &Unit<N>| {
                let sum = deltas
                    .iter()
                    .enumerate()
                    .fold(N::of(0.0), |sum, (column, delta)| sum + weights[shape.position(row, column)] * *delta);
                sum * unit.slope
            };
            deltas = layers[layer].iter().enumerate().map(|(row, unit)| back(row, unit)).collect();
        }
    }

    /// Units of every layer, inputs first, and the weighted sums of the output units.
    fn forward<N: Number>(&self, weights: &[N], input: &[f64]) -> (Vec<Vec<Unit<N>>>, Vec<N>) {
        let constant = |value: &f64| Unit { sum: N::of(*value), activation: N::of(*value), slope: N::of(0.0) };
        let mut layers: Vec<Vec<Unit<N>>> = vec![input.iter().map(constant).collect()];
        let mut sums = Vec::new();
        for (layer, shape) in self.shapes.iter().enumerate() {
            sums = (0..shape.fan_out)
                .map(|column| {
                    let bias = weights[shape.position(shape.fan_in, column)];
                    feeding(&layers, layer, *shape)
                        .enumerate()
                        .fold(bias, |z, (row, unit)| z + unit.activation * weights[shape.position(row, column)])
                })
                .collect();
            let activation = self.problem.spec().activation.of_layer(layer);
            activation.normalise(&mut sums);
            let unit = |sum: &N| {
                let (activation, slope) = with_activation!(activation, row => row.exact(*sum));
                Unit { sum: *sum, activation, slope }
            };
            layers.push(sums.iter().map(unit).collect());
        }
        (layers, sums)
    }

    /// Output less target, from the weighted sum, without cancellation where the output has saturated at the target.
    fn error<N: Number>(&self, z: N, target: f64) -> N {
        with_activation!(self.problem.spec().activation.last(), row => row.error(z, target))
    }
}

/// What feeds a layer of weights, row by row without the bias: the units before it, then the inputs by shortcut.
fn feeding<N>(layers: &[Vec<Unit<N>>], layer: usize, shape: LayerShape) -> impl Iterator<Item = &Unit<N>> {
    layers[layer].iter().chain(&layers[0][..shape.shortcut])
}
