//! Gradients become steps.

use super::super::shape::Shape;
use super::super::vector::Vector;
use super::Kernel;

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    /// Whether this kernel makes the steps itself.
    #[inline(always)]
    pub(super) fn steps_here(&self) -> bool {
        FAST && self.net.is_plain
    }

    /// Changes the weights by the gradient at hand, in all lanes: those of networks that have stopped are kept apart. Where a
    /// gradient is a sum over blocks, none is left for the next.
    #[inline(always)]
    pub(super) fn update(&self) {
        if self.is_shallow() {
            self.finish_shallow_gradient();
        } else if TREE {
            for column in 0..self.shape.units(1) {
                self.finish_first_gradient(column, None);
            }
        }
        if !self.steps_here() {
            return self.step_apart();
        }
        for layer in 0..self.shape.depth() {
            let last = layer + 1 == self.shape.depth();
            let end = if last { self.shape.weight_count() } else { self.shape.offset(layer + 1) };
            let step = self.steps.get(layer);
            for at in self.shape.offset(layer)..end {
                self.weights.set(at, self.gradient.get(at).mul_add(step, self.weights.get(at)));
                if !self.is_single_block() {
                    self.gradient.set(at, V::splat(0.0));
                }
            }
        }
    }
}
