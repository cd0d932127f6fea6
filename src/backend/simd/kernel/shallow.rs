//! Networks with one hidden layer and one output unit: each hidden unit is met once on the way forward and once on the
//! way back.
//!
//! The delta of hidden unit i on an example is w_i delta h_i' with delta the output's, so w_i is left out of the sums
//! over examples and multiplied in once an epoch, and h_i delta serves both w_i's gradient and the hidden delta.

use super::super::shape::Shape;
use super::super::vector::Vector;
use super::{Kernel, activate, each, sum};
use crate::rule::{Activate, with_activation};

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    /// Forward on a block.
    #[inline(always)]
    pub(super) fn shallow_forward(&self, block: usize, powers: Option<V::Mask>) {
        let z = self.hidden_forward(block, powers);
        self.finish_forward(z);
    }

    /// Activations of the hidden units, and the output unit's weighted sums.
    #[inline(always)]
    pub(super) fn hidden_forward(&self, block: usize, powers: Option<V::Mask>) -> [V; E] {
        let mut z = self.first_bias();
        each!(self.shape, self.shape.units(1), unit, self.forward_unit(block, unit, powers, &mut z));
        z
    }

    /// Gradient of a block.
    #[inline(always)]
    pub(super) fn shallow_backward(&self, block: usize) {
        let deltas = self.output_deltas(block, 0);
        self.add_gradient(self.shape.offset(1) + self.shape.units(1), sum(deltas));
        for unit in 0..self.shape.units(1) {
            self.backward_unit(block, unit, deltas);
        }
    }

    /// Gradient of a block and forward on the next, unit by unit: the divisions of the one fill the waiting times of
    /// the other, and a unit's new activations take the place of the old.
    #[inline(always)]
    pub(super) fn shallow_backward_forward(&self, block: usize, powers: Option<V::Mask>) {
        let deltas = self.output_deltas(block, 0);
        self.add_gradient(self.shape.offset(1) + self.shape.units(1), sum(deltas));
        let mut z = self.first_bias();
        for unit in 0..self.shape.units(1) {
            self.backward_unit(block, unit, deltas);
            self.forward_unit(block + 1, unit, powers, &mut z);
        }
        self.finish_forward(z);
    }

    /// The output unit's bias, for every example.
    #[inline(always)]
    pub(super) fn first_bias(&self) -> [V; E] {
        [self.weights.get(self.shape.offset(1) + self.shape.units(1)); E]
    }

    #[inline(always)]
    pub(super) fn forward_unit(&self, block: usize, unit: usize, powers: Option<V::Mask>, z: &mut [V; E]) {
        let h = self.first_activations(block, unit, powers);
        self.activations.set_block(unit, h);
        let weight = self.weights.get(self.shape.offset(1) + unit);
        for e in 0..E {
            z[e] = h[e].mul_add(weight, z[e]);
        }
    }

    #[inline(always)]
    pub(super) fn finish_forward(&self, z: [V; E]) {
        if !FAST {
            self.sums.set_block(0, z);
        }
        self.activations.set_block(self.shape.units(1), activate(self.activation(2), z));
    }

    #[inline(always)]
    fn backward_unit(&self, block: usize, unit: usize, deltas: [V; E]) {
        let part = self.hidden_gradient(block, unit, deltas);
        self.add_gradient(self.shape.offset(1) + unit, part);
    }

    /// Adds to the first layer's gradient, and returns the block's part of the gradient of the weight after the unit.
    #[inline(always)]
    pub(super) fn hidden_gradient(&self, block: usize, unit: usize, deltas: [V; E]) -> V {
        let h: [V; E] = self.activations.block(unit);
        let (mut products, mut hidden_deltas) = (h, h);
        for e in 0..E {
            products[e] = h[e] * deltas[e];
        }
        with_activation!(self.activation(1), row => {
            for e in 0..E {
                hidden_deltas[e] = row.times_slope(deltas[e], products[e], h[e]);
            }
        });
        self.add_first_gradient(block, unit, hidden_deltas);
        sum(products)
    }

    /// Multiplies the factors in.
    #[inline(always)]
    pub(super) fn finish_shallow_gradient(&self) {
        for unit in 0..self.shape.units(1) {
            self.finish_first_gradient(unit, Some(self.weights.get(self.shape.offset(1) + unit)));
        }
    }
}
