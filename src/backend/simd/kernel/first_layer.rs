//! The first layer of weights, whose inputs are the same numbers in every lane.
//!
//! Over all rows of a truth table, a unit's weighted sums are the sums of the subsets of its weights, and each is one
//! addition away from another. A block of `E` rows differs in the last log2(E) inputs: its sums grow from the sum for
//! the others by doubling, and its gradients shrink the same way. With sigmoids in blocks of eight even the exponential
//! is shared: e^-z is a product of powers e^-w, computed once an epoch, so an example costs one multiplication in its
//! place. Where a lane's weights are so large that a power or a product could leave the range of f32, that lane takes
//! the sums instead; the choice depends on its own weights alone.

use crate::rule::{Activate, with_activation};

use super::super::shape::Shape;
use super::super::vector::{Mask, Vector};
use super::{Kernel, activate};

/// Largest sum of magnitudes log2(e) |w| of a unit's weights whose powers are multiplied.
const LARGEST_EXPONENT: f64 = 120.0;

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    const TREE_INPUTS: usize = if TREE { E.trailing_zeros() as usize } else { 0 };

    /// Whether exponentials are shared.
    #[inline(always)]
    pub(super) fn multiplies_powers(&self) -> bool {
        TREE && E == 8 && with_activation!(self.activation(1), row => row.is_logistic())
    }

    /// Flat position of a weight of the first layer; the bias row is row `units(0)`.
    #[inline(always)]
    pub(super) fn first_weight(&self, row: usize, column: usize) -> usize {
        row * self.shape.units(1) + column
    }

    /// The same in arrays of the first layer alone, where a unit's weights lie together.
    #[inline(always)]
    pub(super) fn tree_weight(&self, row: usize, column: usize) -> usize {
        column * (self.shape.units(0) + 1) + row
    }

    /// Inputs that the examples of a block share.
    #[inline(always)]
    fn shared_inputs(&self) -> usize {
        self.shape.units(0) - Self::TREE_INPUTS
    }

    /// Prepares the weights for an epoch. The mask has the lanes in which some unit's powers must not be multiplied, if
    /// powers are multiplied at all.
    #[inline(always)]
    pub(super) fn prepare_first_layer(&self) -> Option<V::Mask> {
        if !TREE {
            return None;
        }
        if !FAST && !self.is_single_block() {
            self.prepare_levels();
        }
        if !self.multiplies_powers() {
            return None;
        }
        let mut large = V::Mask::from_bits(0);
        for column in 0..self.shape.units(1) {
            large = large.or(self.prepare_powers(column));
        }
        Some(large)
    }

    /// Keeps the weights as they would be for inputs of 0 and 1, where several blocks need them.
    #[inline(always)]
    fn prepare_levels(&self) {
        let inputs = self.shape.units(0);
        for column in 0..self.shape.units(1) {
            for row in 0..inputs {
                self.levelled.set(self.tree_weight(row, column), self.level_weight(row, column));
            }
            self.levelled.set(self.tree_weight(inputs, column), self.level_bias(column));
        }
    }

    /// What an input's weight would be if that were 0 or 1.
    #[inline(always)]
    fn level_weight(&self, row: usize, column: usize) -> V {
        V::given(&self.net.span) * self.weights.get(self.first_weight(row, column))
    }

    /// The bias to such weights.
    #[inline(always)]
    fn level_bias(&self, column: usize) -> V {
        let inputs = self.shape.units(0);
        let low = V::given(&self.net.low);
        let mut bias = self.weights.get(self.first_weight(inputs, column));
        for row in 0..inputs {
            bias = low.mul_add(self.weights.get(self.first_weight(row, column)), bias);
        }
        bias
    }

    /// A weight as it would be for inputs of 0 and 1; the bias is row `units(0)`.
    #[inline(always)]
    fn levelled_weight(&self, row: usize, column: usize) -> V {
        if FAST {
            self.weights.get(self.first_weight(row, column))
        } else if !self.is_single_block() {
            self.levelled.get(self.tree_weight(row, column))
        } else if row == self.shape.units(0) {
            self.level_bias(column)
        } else {
            self.level_weight(row, column)
        }
    }

    /// Powers of a unit's weights. Returns the lanes in which they must not be multiplied.
    #[inline(always)]
    pub(super) fn prepare_powers(&self, column: usize) -> V::Mask {
        let mut magnitude = V::splat(0.0);
        for row in 0..=self.shape.units(0) {
            let exponent = self.levelled_weight(row, column) * V::splat(-std::f64::consts::LOG2_E);
            magnitude = magnitude + exponent.abs();
            self.powers.set(self.tree_weight(row, column), exponent.exp2_in_range());
        }
        self.magnitudes.set(column, magnitude);
        self.is_large(column)
    }

    #[inline(always)]
    fn is_large(&self, column: usize) -> V::Mask {
        let small = self.magnitudes.get(column).le(V::splat(LARGEST_EXPONENT));
        V::Mask::from_bits(u32::MAX).and_not(small)
    }

    /// Whether an input outside the tree is true in a block.
    #[inline(always)]
    fn is_set(&self, block: usize, row: usize) -> bool {
        block >> (self.shared_inputs() - 1 - row) & 1 == 1
    }

    /// Weighted sums of a unit on a block's examples.
    #[inline(always)]
    pub(super) fn first_sums(&self, block: usize, column: usize) -> [V; E] {
        let inputs = self.shape.units(0);
        if !TREE {
            let mut z = [self.weights.get(self.first_weight(inputs, column)); E];
            for row in 0..inputs {
                let weight = self.weights.get(self.first_weight(row, column));
                for (e, z) in z.iter_mut().enumerate() {
                    *z = self.input(block, e, row).mul_add(weight, *z);
                }
            }
            return z;
        }
        let mut base = self.levelled_weight(inputs, column);
        for row in 0..self.shared_inputs() {
            if self.is_set(block, row) {
                base = base + self.levelled_weight(row, column);
            }
        }
        let mut z = [base; E];
        for level in 0..Self::TREE_INPUTS {
            let weight = self.levelled_weight(inputs - 1 - level, column);
            for e in 0..1 << level {
                z[e + (1 << level)] = z[e] + weight;
            }
        }
        z
    }

    /// Activations of a unit on a block's examples. `powers` is what `prepare_first_layer` gave.
    #[inline(always)]
    pub(super) fn first_activations(&self, block: usize, column: usize, powers: Option<V::Mask>) -> [V; E] {
        let Some(large) = powers else { return activate(self.activation(1), self.first_sums(block, column)) };
        let inputs = self.shape.units(0);
        let mut h = [self.base_power(block, column); E];
        for level in 0..Self::TREE_INPUTS {
            let power = self.powers.get(self.tree_weight(inputs - 1 - level, column));
            for e in 0..1 << level {
                h[e + (1 << level)] = h[e] * power;
            }
        }
        for h in &mut h {
            *h = (V::splat(1.0) + *h).reciprocal();
        }
        if large.any() {
            let large = self.is_large(column);
            let direct = activate(self.activation(1), self.first_sums(block, column));
            for (h, direct) in h.iter_mut().zip(direct) {
                *h = V::select(large, direct, *h);
            }
        }
        h
    }

    /// Product of the powers of a unit's bias and of the inputs that are true in all of a block: that of the block
    /// without the last of those inputs, which came before and is kept for it, times one power.
    #[inline(always)]
    fn base_power(&self, block: usize, column: usize) -> V {
        let shared = self.shared_inputs();
        let kept = |block: usize| {
            let slot = if block == 0 { shared } else { block.trailing_zeros() as usize };
            column * (shared + 1) + slot
        };
        let row = if block == 0 { self.shape.units(0) } else { shared - 1 - block.trailing_zeros() as usize };
        let power = self.powers.get(self.tree_weight(row, column));
        let base = if block == 0 { power } else { self.bases.get(kept(block & (block - 1))) * power };
        if block & 1 == 0 {
            self.bases.set(kept(block), base);
        }
        base
    }

    /// Adds a block's part to the gradients of a unit's weights: with a truth table the sums over its examples where
    /// the input is true, otherwise the gradients themselves.
    #[inline(always)]
    pub(super) fn add_first_gradient(&self, block: usize, column: usize, deltas: [V; E]) {
        let inputs = self.shape.units(0);
        if !TREE {
            for row in 0..inputs {
                let mut part = V::splat(0.0);
                for (e, delta) in deltas.into_iter().enumerate() {
                    part = self.input(block, e, row).mul_add(delta, part);
                }
                self.add_gradient(self.first_weight(row, column), part);
            }
            self.add_gradient(self.first_weight(inputs, column), super::sum(deltas));
            return;
        }
        let mut sums = deltas;
        for level in 0..Self::TREE_INPUTS {
            let half = E >> (level + 1);
            let mut part = sums[1];
            for e in 1..half {
                part = part + sums[2 * e + 1];
            }
            self.add_part(inputs - 1 - level, column, part);
            for e in 0..half {
                sums[e] = sums[2 * e] + sums[2 * e + 1];
            }
        }
        // The same tree over blocks: a sum waits for that of the block where one more input is true.
        let mut sum = sums[0];
        let shared = self.shared_inputs();
        let complete = (block.trailing_ones() as usize).min(shared);
        for level in 0..complete {
            self.add_part(shared - 1 - level, column, sum);
            sum = sum + self.waiting.get(column * shared + level);
        }
        if complete == shared {
            self.add_part(inputs, column, sum);
        } else {
            self.waiting.set(column * shared + complete, sum);
        }
    }

    /// Adds to a sum of the tree.
    #[inline(always)]
    fn add_part(&self, row: usize, column: usize, part: V) {
        if self.is_single_block() {
            self.parts.set(self.tree_weight(row, column), part);
        } else {
            let at = self.tree_weight(row, column);
            self.parts.set(at, self.parts.get(at) + part);
        }
    }

    /// Empties the sums of the tree.
    #[inline(always)]
    pub(super) fn clear_parts(&self) {
        if TREE && !self.is_single_block() {
            for at in 0..(self.shape.units(0) + 1) * self.shape.units(1) {
                self.parts.set(at, V::splat(0.0));
            }
        }
    }

    /// Turns what `add_first_gradient` summed for a unit into gradients, times a factor.
    #[inline(always)]
    pub(super) fn finish_first_gradient(&self, column: usize, factor: Option<V>) {
        let inputs = self.shape.units(0);
        let times = |part: V| if let Some(factor) = factor { part * factor } else { part };
        if !TREE {
            for row in 0..=inputs {
                let at = self.first_weight(row, column);
                self.gradient.set(at, times(self.gradient.get(at)));
            }
            return;
        }
        let all = times(self.parts.get(self.tree_weight(inputs, column)));
        self.gradient.set(self.first_weight(inputs, column), all);
        for row in 0..inputs {
            let part = times(self.parts.get(self.tree_weight(row, column)));
            self.gradient.set(self.first_weight(row, column), self.unlevelled(part, all));
        }
    }

    /// The gradient of an input's weight from that of what it would be for inputs of 0 and 1, and from the bias's.
    #[inline(always)]
    pub(super) fn unlevelled(&self, part: V, all: V) -> V {
        if FAST { part } else { V::given(&self.net.low).mul_add(all, V::given(&self.net.span) * part) }
    }
}
