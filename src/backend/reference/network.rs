//! One network on one example: forward, deltas, gradient. Ten lines of maths each, kept together.

use crate::rule::Real;
use crate::spec::{Activation, LayerShape, Loss, Problem};

/// Working memory for one network: activations, weighted sums and deltas of each layer on the example at hand.
#[derive(Clone, Debug)]
pub struct Network<R> {
    loss: Loss,
    /// Of each layer after the inputs.
    units: Vec<Activation>,
    shapes: Vec<LayerShape>,
    /// `[layer][unit]`; layer 0 holds the inputs.
    activations: Vec<Vec<R>>,
    /// Weighted sums z, `[layer][unit]` for the layers after the inputs.
    sums: Vec<Vec<R>>,
    /// dC/dz of one example, `[layer][unit]` for the layers after the inputs.
    deltas: Vec<Vec<R>>,
}

impl<R: Real> Network<R> {
    /// Memory for networks of this problem.
    pub fn new(problem: &Problem) -> Self {
        let sizes = problem.layers().sizes();
        let zeros = |sizes: &[usize]| sizes.iter().map(|size| vec![R::of(0.0); *size]).collect::<Vec<_>>();
        Self {
            loss: problem.loss(),
            units: (0..sizes.len() - 1).map(|layer| problem.spec().activation.of_layer(layer)).collect(),
            shapes: problem.layers().shapes().collect(),
            activations: zeros(sizes),
            sums: zeros(&sizes[1..]),
            deltas: zeros(&sizes[1..]),
        }
    }

    /// Activations of every layer on the example at hand, inputs first.
    pub fn activations(&self) -> &[Vec<R>] {
        &self.activations
    }

    /// Weighted sums z of every layer after the inputs on the example at hand; of softmax, logarithms of shares.
    pub fn sums(&self) -> &[Vec<R>] {
        &self.sums
    }

    /// dC/dz of every layer after the inputs on the example at hand.
    pub fn deltas(&self) -> &[Vec<R>] {
        &self.deltas
    }

    /// Activations of the last layer.
    pub fn outputs(&self) -> &[R] {
        &self.activations[self.activations.len() - 1]
    }

    /// What feeds a layer of weights, row by row without the bias: the units before it, then the inputs by shortcut.
    fn feeding(activations: &[Vec<R>], layer: usize, shape: LayerShape) -> impl Iterator<Item = R> {
        activations[layer].iter().chain(&activations[0][..shape.shortcut]).copied()
    }

    /// a = act(a_prev theta + bias), layer by layer.
    pub fn forward(&mut self, weights: &[R], input: &[R]) {
        self.activations[0].copy_from_slice(input);
        for (layer, shape) in self.shapes.iter().enumerate() {
            let (before, after) = self.activations.split_at_mut(layer + 1);
            for (column, sum) in self.sums[layer].iter_mut().enumerate() {
                let mut z = weights[shape.position(shape.fan_in, column)];
                for (row, a) in Self::feeding(before, layer, *shape).enumerate() {
                    z += a * weights[shape.position(row, column)];
                }
                *sum = z;
            }
            self.units[layer].normalise(&mut self.sums[layer]);
            for (activation, z) in after[0].iter_mut().zip(&self.sums[layer]) {
                *activation = self.units[layer].value(*z);
            }
        }
    }

    /// The example's loss, summed over output units, after `forward`.
    pub fn loss(&self, target: &[R]) -> R {
        let units = self.sums[self.sums.len() - 1].iter().zip(self.outputs()).zip(target);
        units.map(|((z, h), y)| self.loss.value(*z, *h, *y)).sum()
    }

    /// delta = (theta without its bias row, times the next layer's delta) act'(z); at the output as the loss has it.
    /// The rows of a shortcut come after those of the units, and nothing is done with them here.
    pub fn backward(&mut self, weights: &[R], target: &[R]) {
        let last = self.shapes.len() - 1;
        for (column, y) in target.iter().enumerate() {
            let h = self.activations[last + 1][column];
            self.deltas[last][column] = self.loss.delta(h - *y, self.units[last].slope(self.sums[last][column], h));
        }
        for layer in (0..last).rev() {
            let shape = self.shapes[layer + 1];
            let (before, after) = self.deltas.split_at_mut(layer + 1);
            for (row, delta) in before[layer].iter_mut().enumerate() {
                let mut sum = R::of(0.0);
                for (column, next) in after[0].iter().enumerate() {
                    sum += weights[shape.position(row, column)] * *next;
                }
                *delta = sum * self.units[layer].slope(self.sums[layer][row], self.activations[layer + 1][row]);
            }
        }
    }

    /// Adds the example's gradient, the outer product of activations (and 1 for the bias) and deltas.
    pub fn add_gradient(&self, gradient: &mut [R]) {
        for (layer, shape) in self.shapes.iter().enumerate() {
            for (column, delta) in self.deltas[layer].iter().enumerate() {
                for (row, a) in Self::feeding(&self.activations, layer, *shape).enumerate() {
                    gradient[shape.position(row, column)] += a * *delta;
                }
                gradient[shape.position(shape.fan_in, column)] += *delta;
            }
        }
    }
}
