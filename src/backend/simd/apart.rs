//! What kernels leave to functions of their own, compiled once for each kind of vector instead of into every kernel:
//! activations that innermost loops do not hold, which go over a layer's weighted sums once these are all there (softmax,
//! which needs all of them at once, among them), and the steps of all optimizers, but for plain gradient descent in the
//! settings compiled apart.

use crate::rule::{Activate, Optimize, Shared, with_activation, with_optimizer};
use crate::spec::Activation;

use super::cells::Cells;
use super::net::Net;
use super::vector::Vector;

/// A layer whose sums are to become activations and slopes.
pub(super) struct LayerSums<V> {
    pub(super) activation: Activation,
    /// Cells from `first` on: the sums at first, then the activations.
    pub(super) activations: Cells<V>,
    pub(super) slopes: Cells<V>,
    pub(super) first: usize,
    pub(super) count: usize,
    /// Of an output layer the sums once more, `[unit][example]`, with so many examples.
    pub(super) sums: Cells<V>,
    pub(super) example_count: usize,
}

/// Weights that are to make a step.
pub(super) struct Steps<'a, V> {
    pub(super) net: &'a Net,
    pub(super) weights: Moved<V>,
    /// Whether gradients are sums over blocks: then none is left for the next step.
    pub(super) is_summed: bool,
}

/// The functions.
#[derive(Clone, Copy)]
pub(super) struct Apart<V> {
    /// See [`activate_layer`].
    pub(super) activate: unsafe fn(&LayerSums<V>),
    /// See [`step_weights`].
    pub(super) step: unsafe fn(&Steps<'_, V>),
}

/// What a step reads and changes.
#[derive(Clone, Copy)]
pub(super) struct Moved<V> {
    pub(super) weights: Cells<V>,
    pub(super) first: Cells<V>,
    pub(super) second: Cells<V>,
    pub(super) gradient: Cells<V>,
    pub(super) steps: Cells<V>,
    pub(super) schedule: Cells<V>,
    pub(super) momentum: Cells<V>,
    pub(super) corrections: Cells<V>,
}

/// Activations and slopes of a layer.
#[inline(always)]
pub(super) fn activate_layer<V: Vector>(layer: &LayerSums<V>) {
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

/// A step of all weights.
#[inline(always)]
pub(super) fn step_weights<V: Vector>(steps: &Steps<'_, V>) {
    let (net, moved) = (steps.net, &steps.weights);
    // Loops are compiled for what a rule may remember, and no more.
    with_optimizer!(net.optimizer, Row => match net.memory_count {
        0 if const { may_remember::<Row>(0) } => update_all::<V, Row, 0>(net, moved, steps.is_summed),
        1 if const { may_remember::<Row>(1) } => update_all::<V, Row, 1>(net, moved, steps.is_summed),
        2 if const { may_remember::<Row>(2) } => update_all::<V, Row, 2>(net, moved, steps.is_summed),
        _ => debug_assert!(false, "an optimizer remembers what it said it would not"),
    });
}

/// The same by an optimizer that remembers `M` numbers of each weight.
#[inline(always)]
fn update_all<V: Vector, O: Optimize, const M: usize>(net: &Net, moved: &Moved<V>, is_summed: bool) {
    let (shared, decay) = (moved.shared::<O, M>(net), V::given(&net.decay));
    for (layer, shape) in net.shapes.iter().enumerate() {
        let step = moved.step(net, layer);
        let rows = if net.trains_biases { shape.row_count() } else { shape.fan_in };
        let end = shape.offset + shape.weight_count();
        let moving = shape.offset + rows * shape.fan_out;
        for at in shape.offset..moving {
            let gradient = decay.mul_add(moved.weights.get(at), moved.gradient.get(at));
            moved.change::<O, M>(at, step, gradient, &shared);
            if is_summed {
                moved.gradient.set(at, V::splat(0.0));
            }
        }
        for at in moving..end {
            moved.gradient.set(at, V::splat(0.0));
        }
    }
}

impl<V: Vector> Moved<V> {
    /// What all weights of the next update have in common.
    #[inline(always)]
    pub(super) fn shared<O: Optimize, const M: usize>(&self, net: &Net) -> Shared<V> {
        let tuning = &net.tuning;
        let rests = [V::splat(1.0 - tuning.betas[0]), V::splat(1.0 - tuning.betas[1])];
        let mut corrections = [V::splat(1.0); 2];
        if O::COUNTS_UPDATES {
            corrections = O::next_corrections([self.corrections.get(0), self.corrections.get(1)], rests);
            for (at, correction) in corrections.into_iter().enumerate() {
                self.corrections.set(at, correction);
            }
        }
        let mut shared = Shared {
            share: V::splat(net.share),
            momentum: if M > 0 { self.momentum.get(0) } else { V::splat(0.0) },
            corrections,
            betas: [V::splat(tuning.betas[0]), V::splat(tuning.betas[1])],
            rests,
            epsilon: V::splat(tuning.epsilon),
            decay: V::splat(tuning.decay),
        };
        O::correct(&mut shared);
        shared
    }

    /// What a layer's gradients are multiplied with in the epoch at hand.
    #[inline(always)]
    pub(super) fn step(&self, net: &Net, layer: usize) -> V {
        let step = self.steps.get(layer);
        if net.schedule.is_empty() { step } else { step * self.schedule.get(0) }
    }

    /// The step of one weight.
    #[inline(always)]
    pub(super) fn change<O: Optimize, const M: usize>(&self, at: usize, factor: V, gradient: V, shared: &Shared<V>) {
        let mut memory = [V::splat(0.0); 2];
        if M > 0 {
            memory[0] = self.first.get(at);
        }
        if M > 1 {
            memory[1] = self.second.get(at);
        }
        let (weight, memory) = O::vector::<V, M>(shared, factor, gradient, self.weights.get(at), memory);
        self.weights.set(at, weight);
        if M > 0 {
            self.first.set(at, memory[0]);
        }
        if M > 1 {
            self.second.set(at, memory[1]);
        }
    }
}

/// Whether an optimizer may remember so many numbers of each weight.
pub(super) const fn may_remember<O: Optimize>(count: usize) -> bool {
    let mut at = 0;
    while at < O::MEMORY_COUNTS.len() {
        if O::MEMORY_COUNTS[at] == count {
            return true;
        }
        at += 1;
    }
    false
}
