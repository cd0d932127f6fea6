//! Where kernels call what they leave to functions of their own, see `apart.rs`.

use super::super::apart::{LayerSums, Steps};
use super::super::shape::Shape;
use super::super::vector::Vector;
use super::Kernel;

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    /// Turns a layer's sums, which are where its activations will be, into activations and slopes, if that is left to do.
    #[inline(always)]
    pub(super) fn own_loop(&self, layer: usize) {
        if FAST || !self.net.has_own_loop[layer - 1] {
            return;
        }
        let layer = LayerSums {
            activation: self.net.units[layer - 1],
            activations: self.activations,
            slopes: self.deltas,
            first: self.shape.unit_offset(layer) * E,
            count: self.shape.units(layer) * E,
            sums: self.sums,
            example_count: E,
        };
        // SAFETY: whoever runs this kernel has the instructions of its vectors.
        unsafe { (self.apart.activate)(&layer) }
    }

    /// A step of all weights by an optimizer that this kernel does not hold.
    #[inline(always)]
    pub(super) fn step_apart(&self) {
        let steps = Steps { net: self.net, weights: self.moved() };
        // SAFETY: as above.
        unsafe { (self.apart.step)(&steps) }
    }
}
