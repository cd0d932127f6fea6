//! One network on one example: forward, deltas, gradient. Ten lines of maths each, kept together.

use crate::spec::{Activation, LayerShape, Loss, OutputActivation, Problem};

use super::Real;

/// act(z).
pub fn activate<R: Real>(activation: Activation, z: R) -> R {
    match activation {
        // The exponential's argument is never positive, so it cannot overflow.
        Activation::Sigmoid if z >= R::zero() => R::one() / (R::one() + (-z).exp()),
        Activation::Sigmoid => {
            let e = z.exp();
            e / (R::one() + e)
        }
        Activation::Tanh => z.tanh(),
    }
}

/// act'(z) from the activation h = act(z).
pub fn activation_slope<R: Real>(activation: Activation, h: R) -> R {
    match activation {
        Activation::Sigmoid => h * (R::one() - h),
        Activation::Tanh => R::one() - h * h,
    }
}

/// Loss of one output unit on one example, from its weighted sum z and activation h.
pub fn example_loss<R: Real>(loss: Loss, z: R, h: R, target: R) -> R {
    match loss {
        // -y ln h - (1-y) ln(1-h) with h = sigmoid(z), which is ln(1 + e^z) - y z.
        Loss::CrossEntropy => z.max(R::zero()) + (-z.abs()).exp().ln_1p() - target * z,
        Loss::Mse => R::of(0.5) * (h - target) * (h - target),
    }
}

/// Working memory for one network: activations, weighted sums and deltas of each layer on the example at hand.
#[derive(Clone, Debug)]
pub struct Network<R> {
    activation: Activation,
    output_activation: OutputActivation,
    loss: Loss,
    shapes: Vec<LayerShape>,
    /// `[layer][unit]`; layer 0 holds the inputs.
    activations: Vec<Vec<R>>,
    /// Weighted sums z, `[layer][unit]` for the layers behind the inputs.
    sums: Vec<Vec<R>>,
    /// dC/dz of one example, `[layer][unit]` for the layers behind the inputs.
    deltas: Vec<Vec<R>>,
}

impl<R: Real> Network<R> {
    /// Memory for networks of this problem.
    pub fn new(problem: &Problem) -> Self {
        let sizes = problem.layers().sizes();
        let zeros = |sizes: &[usize]| sizes.iter().map(|size| vec![R::zero(); *size]).collect::<Vec<_>>();
        Self {
            activation: problem.spec().activation,
            output_activation: problem.spec().output_activation,
            loss: problem.spec().loss,
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

    /// Weighted sums z of every layer behind the inputs on the example at hand.
    pub fn sums(&self) -> &[Vec<R>] {
        &self.sums
    }

    /// dC/dz of every layer behind the inputs on the example at hand.
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
            let (before, behind) = self.activations.split_at_mut(layer + 1);
            let last = layer + 1 == self.shapes.len();
            for (column, activation) in behind[0].iter_mut().enumerate() {
                let mut z = weights[shape.position(shape.fan_in, column)];
                for (row, a) in Self::feeding(before, layer, *shape).enumerate() {
                    z += a * weights[shape.position(row, column)];
                }
                self.sums[layer][column] = z;
                *activation = match self.output_activation {
                    OutputActivation::Linear if last => z,
                    _ => activate(self.activation, z),
                };
            }
        }
    }

    /// The example's loss, summed over output units, after `forward`.
    pub fn loss(&self, target: &[R]) -> R {
        let units = self.sums[self.sums.len() - 1].iter().zip(self.outputs()).zip(target);
        units.map(|((z, h), y)| example_loss(self.loss, *z, *h, *y)).sum()
    }

    /// delta = (theta without its bias row, times the delta behind it) act'(z); at the output h - y or (h - y) act'(z).
    /// The rows of a shortcut come after those of the units, and nothing is done with them here.
    pub fn backward(&mut self, weights: &[R], target: &[R]) {
        let last = self.shapes.len() - 1;
        for (column, y) in target.iter().enumerate() {
            let h = self.activations[last + 1][column];
            self.deltas[last][column] = match self.loss {
                Loss::CrossEntropy => h - *y,
                Loss::Mse if self.output_activation == OutputActivation::Linear => h - *y,
                Loss::Mse => (h - *y) * activation_slope(self.activation, h),
            };
        }
        for layer in (0..last).rev() {
            let shape = self.shapes[layer + 1];
            let (before, behind) = self.deltas.split_at_mut(layer + 1);
            for (row, delta) in before[layer].iter_mut().enumerate() {
                let mut sum = R::zero();
                for (column, behind) in behind[0].iter().enumerate() {
                    sum += weights[shape.position(row, column)] * *behind;
                }
                *delta = sum * activation_slope(self.activation, self.activations[layer + 1][row]);
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
