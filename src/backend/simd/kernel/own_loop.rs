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

    /// A step of all weights that this kernel does not make itself. Where it keeps weights and gradients to itself, these
    /// are handed in and out; of the weights those outside are still the same.
    #[inline(always)]
    pub(super) fn step_apart(&self) {
        let is_local = !self.weights.is(self.outside.weights);
        if is_local {
            self.copy_weights(self.gradient, self.outside.gradient);
        }
        let steps = Steps { net: self.net, weights: self.outside, is_summed: !self.is_single_block() };
        // SAFETY: as above.
        unsafe { (self.apart.step)(&steps) }
        if is_local {
            self.copy_weights(self.outside.weights, self.weights);
            if steps.is_summed {
                self.copy_weights(self.outside.gradient, self.gradient);
            }
        }
    }
}
