//! Whether outputs meet the criterion, and whether weights are in bounds.

use crate::spec::WEIGHT_BOUND;

use super::super::memory::Cells;
use super::super::shape::Shape;
use super::super::vector::{Mask, Vector};
use super::Kernel;

/// The judgement of an epoch, example by example.
pub(super) struct Verdict<V: Vector> {
    holds: V::Mask,
    squares: V,
}

impl<V: Vector> Verdict<V> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { holds: V::Mask::from_bits(u32::MAX), squares: V::splat(0.0) }
    }
}

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    /// Judges the outputs on a block.
    #[inline(always)]
    pub(super) fn judge(&self, block: usize, verdict: &mut Verdict<V>) {
        let depth = self.shape.depth();
        let count = self.example_count(block);
        for column in 0..self.shape.units(depth) {
            let h: [V; E] = self.activations.block(self.shape.unit_offset(depth) + column);
            for (e, h) in h.into_iter().enumerate() {
                if !TREE && e >= count {
                    break;
                }
                let target = self.target(block, e, column);
                self.net.judgement.gather(&mut verdict.holds, &mut verdict.squares, h, target);
            }
        }
    }

    /// The lanes in which the criterion holds.
    #[inline(always)]
    pub(super) fn solved(&self, verdict: &Verdict<V>) -> V::Mask {
        let count = self.net.example_count * self.shape.units(self.shape.depth());
        self.net.judgement.solved(verdict.holds, verdict.squares, count)
    }

    /// The lanes whose weights are all finite and within the bound.
    #[inline(always)]
    pub(super) fn in_bounds(&self, weights: Cells<V>) -> V::Mask {
        let mut holds = V::Mask::from_bits(u32::MAX);
        for at in 0..self.shape.weight_count() {
            holds = holds.and(weights.get(at).abs().le(V::splat(WEIGHT_BOUND)));
        }
        holds
    }
}
