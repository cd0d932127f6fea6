//! The turn from one epoch to the next in the settings compiled apart: the way back through the last block, the update
//! and the way forward through the first block of the next epoch, hidden unit by hidden unit. Units do not wait for each
//! other, so the processor has work of several of them at hand.

use crate::rule::{Optimize, Shared};

use super::super::shape::Shape;
use super::super::vector::{Mask, Vector};
use super::{Kernel, each, sum};

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    /// Whether epochs turn into each other like this.
    #[inline(always)]
    pub(super) fn turns(&self) -> bool {
        FAST && !Self::OWN_EXAMPLES && self.is_shallow()
    }

    /// Before the first epoch: forward on the first block.
    #[inline(always)]
    pub(super) fn begin(&self) -> Option<V::Mask> {
        self.clear_parts();
        let powers = self.prepare_first_layer();
        self.shallow_forward(0, powers);
        powers
    }

    /// After the last block has been judged: updates the weights and begins the next epoch. With one rate a layer, the
    /// first layer's goes into the factor of each unit's gradients.
    #[inline(always)]
    pub(super) fn turn(&self) -> Option<V::Mask> {
        let (hidden_count, offset) = (self.shape.units(1), self.shape.offset(1));
        let block = self.block_count() - 1;
        if !self.net.is_plain {
            self.shallow_backward(block);
            self.update();
            return self.begin();
        }
        let deltas = self.output_deltas(block, 0);
        self.step(offset + hidden_count, sum(deltas));
        let mut z = self.first_bias();
        let mut powers = self.multiplies_powers().then_some(V::Mask::from_bits(0));
        each!(self.shape, hidden_count, unit, self.turn_unit(block, unit, deltas, &mut powers, &mut z));
        self.finish_forward(z);
        powers
    }

    #[inline(always)]
    fn turn_unit(&self, block: usize, unit: usize, deltas: [V; E], powers: &mut Option<V::Mask>, z: &mut [V; E]) {
        self.turn_back_unit(block, unit, deltas);
        if let Some(all) = powers {
            let large = self.prepare_powers(unit);
            *powers = Some(all.or(large));
            self.forward_unit(0, unit, Some(large), z);
        } else {
            self.forward_unit(0, unit, None, z);
        }
    }

    /// The part of the turn before the next epoch.
    #[inline(always)]
    pub(super) fn turn_back(&self) {
        let (hidden_count, offset) = (self.shape.units(1), self.shape.offset(1));
        let block = self.block_count() - 1;
        let deltas = self.output_deltas(block, 0);
        self.step(offset + hidden_count, sum(deltas));
        each!(self.shape, hidden_count, unit, self.turn_back_unit(block, unit, deltas));
    }

    #[inline(always)]
    fn turn_back_unit(&self, block: usize, unit: usize, deltas: [V; E]) {
        let weight_at = self.shape.offset(1) + unit;
        let part = self.hidden_gradient(block, unit, deltas);
        let factor = self.weights.get(weight_at) * self.steps.get(0);
        for row in 0..=self.shape.units(0) {
            let part = self.parts.get(self.tree_weight(row, unit));
            if !self.is_single_block() {
                self.parts.set(self.tree_weight(row, unit), V::splat(0.0));
            }
            let at = self.first_weight(row, unit);
            self.weights.set(at, part.mul_add(factor, self.weights.get(at)));
        }
        self.step(weight_at, part);
    }

    /// The same with steps by an optimizer that remembers `M` numbers of each weight, where there is one block of examples.
    #[inline(always)]
    pub(super) fn turn_back_by<O: Optimize, const M: usize>(&self) {
        let (hidden_count, inputs, offset) = (self.shape.units(1), self.shape.units(0), self.shape.offset(1));
        let (shared, trains_biases) = (self.outside.shared::<O, M>(self.net), self.net.trains_biases);
        let decay = V::given(&self.net.decay);
        let (first, last) = (self.outside.step(self.net, 0), self.outside.step(self.net, 1));
        let deltas = self.output_deltas(0, 0);
        if trains_biases {
            self.change::<O, M>(offset + hidden_count, last, sum(deltas), decay, &shared);
        }
        for unit in 0..hidden_count {
            let part = self.hidden_gradient(0, unit, deltas);
            let factor = self.weights.get(offset + unit);
            let all = self.parts.get(self.tree_weight(inputs, unit)) * factor;
            for row in 0..inputs {
                let gradient = self.unlevelled(self.parts.get(self.tree_weight(row, unit)) * factor, all);
                self.change::<O, M>(self.first_weight(row, unit), first, gradient, decay, &shared);
            }
            if trains_biases {
                self.change::<O, M>(self.first_weight(inputs, unit), first, all, decay, &shared);
            }
            self.change::<O, M>(offset + unit, last, part, decay, &shared);
        }
    }

    /// The step of a weight. Its decay is always added: that costs less than a look whether there is any.
    #[inline(always)]
    fn change<O: Optimize, const M: usize>(&self, at: usize, factor: V, gradient: V, decay: V, shared: &Shared<V>) {
        self.outside.change::<O, M>(at, factor, decay.mul_add(self.weights.get(at), gradient), shared);
    }

    /// Ends the gradient of a weight of the last layer and makes the step.
    #[inline(always)]
    fn step(&self, at: usize, part: V) {
        let gradient = if self.is_single_block() {
            part
        } else {
            let gradient = self.gradient.get(at) + part;
            self.gradient.set(at, V::splat(0.0));
            gradient
        };
        self.weights.set(at, gradient.mul_add(self.steps.get(1), self.weights.get(at)));
    }
}
