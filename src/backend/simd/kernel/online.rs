//! Plain gradient descent with an update after each example, for networks with one hidden layer and one output: a weight is
//! changed as soon as its gradient is known, so no gradient is kept.

use super::super::sequence::Sequence;
use super::super::shape::Shape;
use super::super::vector::Vector;
use super::judge::Measure;
use super::{Kernel, each};
use crate::rule::{Activate, with_activation};

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    /// An epoch. Returns the lanes in which the criterion holds.
    #[inline(always)]
    pub(super) fn online_epoch(&self, sequence: &Sequence) -> V::Mask {
        self.copy_weights(self.weights, self.before);
        let mut measure = Measure::new();
        for position in 0..self.net.example_count {
            self.turn_to(sequence, position);
            self.shallow_forward(position, None);
            self.judge(position, &mut measure);
            let delta = self.output_deltas(position, 0)[0];
            each!(self.shape, self.shape.units(1), unit, self.change_unit(position, unit, delta));
            let bias = self.shape.offset(1) + self.shape.units(1);
            self.weights.set(bias, delta.mul_add(self.steps.get(1), self.weights.get(bias)));
        }
        self.solved(&measure)
    }

    /// Changes the weights before and after a hidden unit.
    #[inline(always)]
    fn change_unit(&self, position: usize, unit: usize, delta: V) {
        let (inputs, after) = (self.shape.units(0), self.shape.offset(1) + unit);
        let (h, weight) = (self.activations.get(unit), self.weights.get(after));
        let product = h * delta;
        let slope = with_activation!(self.activation(1), row => row.times_slope(delta, product, h));
        let step = slope * (weight * self.steps.get(0));
        for row in 0..inputs {
            let at = self.first_weight(row, unit);
            self.weights.set(at, self.input(position, 0, row).mul_add(step, self.weights.get(at)));
        }
        let bias = self.first_weight(inputs, unit);
        self.weights.set(bias, self.weights.get(bias) + step);
        self.weights.set(after, product.mul_add(self.steps.get(1), weight));
    }
}
