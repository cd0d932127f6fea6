//! What kernels leave to functions of their own, compiled once for each kind of vector instead of into every kernel:
//! activations that innermost loops do not hold, which go over a layer's weighted sums once these are all there (softmax,
//! which needs all of them at once, among them), and the steps of seldom optimizers.

use crate::rule::{Activate, Optimize, with_activation, with_optimizer};
use crate::spec::Activation;

use super::super::memory::Cells;
use super::super::net::Net;
use super::super::shape::Shape;
use super::super::vector::Vector;
use super::Kernel;
use super::update::{Weights, update_all};

/// A layer whose sums are to become activations and slopes.
pub(in super::super) struct LayerSums<V> {
    activation: Activation,
    /// Cells from `first` on: the sums at first, then the activations.
    activations: Cells<V>,
    slopes: Cells<V>,
    first: usize,
    count: usize,
    /// Of an output layer the sums once more, `[unit][example]`, with so many examples.
    sums: Cells<V>,
    example_count: usize,
}

/// Weights that are to make a step.
pub(in super::super) struct Steps<'a, V> {
    net: &'a Net,
    weights: Weights<V>,
}

/// The functions.
#[derive(Clone, Copy)]
pub(in super::super) struct Apart<V> {
    /// See [`activate_layer`].
    pub(in super::super) activate: unsafe fn(&LayerSums<V>),
    /// See [`step_weights`].
    pub(in super::super) step: unsafe fn(&Steps<'_, V>),
}

impl<V> Apart<V> {
    /// For kernels that call none.
    pub(super) fn none() -> Self {
        Self {
            activate: |_| debug_assert!(false, "no such layer"),
            step: |_| debug_assert!(false, "no such optimizer"),
        }
    }
}

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

/// Activations and slopes of a layer.
#[inline(always)]
pub(in super::super) fn activate_layer<V: Vector>(layer: &LayerSums<V>) {
    let LayerSums { activation, activations, slopes, first, count, .. } = *layer;
    if activation.normalises() {
        normalise(layer);
        for at in 0..count {
            activations.set(first + at, layer.sums.get(at));
        }
    }
    with_activation!(activation, row => {
        if !row.is_inlined() {
            for at in first..first + count {
                let (h, slope) = row.vector_with_slope(activations.get(at));
                activations.set(at, h);
                slopes.set(at, slope);
            }
        }
    });
}

/// Sums less the logarithm of the sum of their exponentials, example by example: ln(e^a + e^b) is the larger of a and b and
/// ln(1 + e^-|a - b|).
#[inline(always)]
fn normalise<V: Vector>(layer: &LayerSums<V>) {
    let (sums, examples) = (layer.sums, layer.example_count);
    for e in 0..examples {
        let mut total = sums.get(e);
        for at in (e + examples..layer.count).step_by(examples) {
            let apart = (V::splat(0.0) - (total - sums.get(at)).abs()).exp();
            total = total.at_least(sums.get(at)) + apart.ln_1p();
        }
        for at in (e..layer.count).step_by(examples) {
            sums.set(at, sums.get(at) - total);
        }
    }
}

/// A step of all weights, by optimizers that kernels do not hold.
#[inline(always)]
pub(in super::super) fn step_weights<V: Vector>(steps: &Steps<'_, V>) {
    let net = steps.net;
    with_optimizer!(net.optimizer, Row => {
        if !Row::IS_INLINED {
            match net.memory_count {
                1 if const { super::update::may_remember::<Row>(1) } => update_all::<V, Row, 1>(net, &steps.weights),
                2 if const { super::update::may_remember::<Row>(2) } => update_all::<V, Row, 2>(net, &steps.weights),
                _ => debug_assert!(false, "an optimizer remembers what it said it would not"),
            }
        }
    });
}
