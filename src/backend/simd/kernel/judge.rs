//! Whether outputs meet the criterion, and whether weights are in bounds.

use crate::rule::Judgement;
use crate::spec::WEIGHT_BOUND;

use super::super::cells::Cells;
use super::super::shape::Shape;
use super::super::vector::{Mask, Vector};
use super::Kernel;

/// The judgement of an epoch, example by example.
pub(super) struct Measure<V: Vector> {
    holds: V::Mask,
    /// Of squared errors, or of losses.
    sum: V,
}

impl<V: Vector> Measure<V> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { holds: V::Mask::from_bits(u32::MAX), sum: V::splat(0.0) }
    }
}

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    /// Judges the outputs on a block.
    #[inline(always)]
    pub(super) fn judge(&self, block: usize, measure: &mut Measure<V>) {
        self.judge_by(self.net.judgement, block, measure);
    }

    /// The same by a criterion that need not be that of epochs.
    #[inline(always)]
    pub(super) fn judge_by(&self, judgement: Judgement, block: usize, measure: &mut Measure<V>) {
        if !FAST && (judgement.needs_sums() || judgement.needs_class()) {
            return self.judge_more(judgement, block, measure);
        }
        let depth = self.shape.depth();
        let count = self.example_count(block);
        for column in 0..self.shape.units(depth) {
            let h: [V; E] = self.activations.block(self.shape.unit_offset(depth) + column);
            for (e, h) in h.into_iter().enumerate() {
                if !TREE && e >= count {
                    break;
                }
                judgement.gather(&mut measure.holds, &mut measure.sum, h, self.target(block, e, column));
            }
        }
    }

    /// The same by criteria that look at sums, or at all outputs of an example together.
    #[inline(always)]
    fn judge_more(&self, judgement: Judgement, block: usize, measure: &mut Measure<V>) {
        let depth = self.shape.depth();
        let count = self.example_count(block);
        let mut right = [V::splat(0.0); E];
        for column in 0..self.shape.units(depth) {
            let h: [V; E] = self.activations.block(self.shape.unit_offset(depth) + column);
            for (e, right) in right.iter_mut().enumerate() {
                *right = judgement.right(*right, h[e], self.target(block, e, column));
            }
        }
        for column in 0..self.shape.units(depth) {
            let h: [V; E] = self.activations.block(self.shape.unit_offset(depth) + column);
            let z: [V; E] = self.sums.block(column);
            for e in 0..count.min(E) {
                let output = (z[e], h[e], self.target(block, e, column));
                judgement.gather_more(&mut measure.holds, &mut measure.sum, output, right[e]);
            }
        }
    }

    /// The lanes in which the criterion holds.
    #[inline(always)]
    pub(super) fn solved(&self, measure: &Measure<V>) -> V::Mask {
        self.solved_by(self.net.judgement, measure)
    }

    /// The same by another criterion.
    #[inline(always)]
    pub(super) fn solved_by(&self, judgement: Judgement, measure: &Measure<V>) -> V::Mask {
        let count = self.net.example_count * self.shape.units(self.shape.depth());
        judgement.solved(measure.holds, measure.sum, count)
    }

    /// The lanes whose weights are all finite and within the bound.
    #[inline(always)]
    pub(super) fn in_bounds(&self, weights: Cells<V>) -> V::Mask {
        let mut holds = V::Mask::from_bits(u32::MAX);
        for at in 0..self.shape.weight_count() {
            holds = holds.and(weights.get(at).abs().le(V::splat(f64::from(WEIGHT_BOUND))));
        }
        holds
    }
}
