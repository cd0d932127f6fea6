//! Networks with one hidden layer and one output unit: each hidden unit is met once on the way forward and once on the
//! way back.
//!
//! The delta of hidden unit i on an example is w_i delta h_i' with delta the output's, so w_i is left out of the sums
//! over examples and multiplied in once an epoch, and h_i delta serves both w_i's gradient and the hidden delta.

use super::super::math::{activate, times_slope};
use super::super::net::Unit;
use super::super::shape::Shape;
use super::super::vector::Vector;
use super::{Kernel, sum};

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    #[inline(always)]
    pub(super) fn shallow_forward(&self, block: usize, powers: Option<V::Mask>) {
        let hidden_count = self.shape.units(1);
        let offset = self.shape.offset(1);
        let mut z = [self.weights.get(offset + hidden_count); E];
        for unit in 0..hidden_count {
            let h = self.first_activations(block, unit, powers);
            self.activations.set_block(unit, h);
            let weight = self.weights.get(offset + unit);
            for e in 0..E {
                z[e] = h[e].mul_add(weight, z[e]);
            }
        }
        if !FAST {
            self.sums.set_block(0, z);
        }
        self.activations.set_block(hidden_count, activate(self.output(), z));
    }

    #[inline(always)]
    pub(super) fn shallow_backward(&self, block: usize, begins: bool) {
        let hidden_count = self.shape.units(1);
        let offset = self.shape.offset(1);
        let deltas = self.output_deltas(block, 0);
        self.add_gradient(begins, offset + hidden_count, sum(deltas));
        for unit in 0..hidden_count {
            let h: [V; E] = self.activations.block(unit);
            let (mut products, mut hidden_deltas) = (h, h);
            for e in 0..E {
                products[e] = h[e] * deltas[e];
                hidden_deltas[e] = match self.hidden() {
                    Unit::Sigmoid => products[e].neg_mul_add(h[e], products[e]),
                    unit => times_slope(unit, deltas[e], h[e]),
                };
            }
            self.add_gradient(begins, offset + unit, sum(products));
            self.add_first_gradient(block, begins, unit, hidden_deltas);
        }
    }

    /// Multiplies the factors in.
    #[inline(always)]
    pub(super) fn finish_shallow_gradient(&self) {
        for unit in 0..self.shape.units(1) {
            self.finish_first_gradient(unit, Some(self.weights.get(self.shape.offset(1) + unit)));
        }
    }
}
