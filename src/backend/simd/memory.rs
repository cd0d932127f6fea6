//! A vector's worth of networks in memory.

use crate::rule::Number;
use crate::spec::WEIGHT_BOUND;

use super::apart::{Apart, Moved};
use super::cells::Cells;
use super::net::Net;
use super::sequence::Sequence;
use super::vector::Vector;

/// State and working memory of `V::LANES` networks. Arrays hold one vector an entry.
pub(super) struct Memory<V> {
    /// Functions that kernels call.
    pub(super) apart: Apart<V>,
    /// In flat order.
    pub(super) weights: Vec<V>,
    /// What the optimizer remembers of each weight; empty where it does not.
    pub(super) first: Vec<V>,
    pub(super) second: Vec<V>,
    /// What gradients are multiplied with, `[layer]`: see [`Net::step`].
    pub(super) steps: Vec<V>,
    pub(super) momentum: [V; 1],
    /// What rates are multiplied with in the epoch at hand.
    pub(super) schedule: [V; 1],
    /// What the optimizer makes of the number of updates: Adam's bias corrections.
    pub(super) corrections: [V; 2],
    pub(super) gradient: Vec<V>,
    /// Of updates within an epoch, the weights before it.
    pub(super) before: Vec<V>,
    /// Where each lane has examples of its own: their inputs, `[position][input]`, and targets, in the order of each lane.
    pub(super) inputs: Vec<V>,
    pub(super) targets: Vec<V>,
    /// That order.
    pub(super) sequence: Sequence,
    /// Final weights of networks that stopped within a burst.
    pub(super) kept: Vec<V>,
    /// With a truth table, the first layer's weights as they would be for inputs of 0 and 1, `[unit][input or bias]`.
    pub(super) levelled: Vec<V>,
    /// e^-w of those, likewise.
    pub(super) powers: Vec<V>,
    /// Sums of the magnitudes of their exponents, `[unit]`.
    pub(super) magnitudes: Vec<V>,
    /// Products of powers that later blocks build on, `[unit][input that blocks share, or none]`.
    pub(super) bases: Vec<V>,
    /// Sums of deltas over the examples in which an input is true, `[unit][input or bias]`.
    pub(super) parts: Vec<V>,
    /// Sums over blocks that wait for those of later blocks, `[unit][input that blocks share]`.
    pub(super) waiting: Vec<V>,
    /// `[unit][example of the block]`, units after the inputs.
    pub(super) activations: Vec<V>,
    /// dC/dz, likewise; until then act'(z) of layers that go over their sums in a loop of their own.
    pub(super) deltas: Vec<V>,
    /// Weighted sums of the outputs, `[output][example of the block]`.
    pub(super) sums: Vec<V>,
}

impl<V: Vector> Memory<V> {
    pub(super) fn new(net: &Net, apart: Apart<V>) -> Self {
        let zeros = |count: usize| vec![V::splat(0.0); count];
        let weights = |wanted: bool| zeros(if wanted { net.weight_count } else { 0 });
        let first_layer = net.shapes[0].weight_count();
        let units = net.unit_count * net.form.block();
        Self {
            apart,
            weights: weights(true),
            first: weights(net.memory_count > 0),
            second: weights(net.memory_count > 1),
            steps: zeros(net.shapes.len()),
            momentum: [V::splat(0.0)],
            schedule: [V::splat(1.0)],
            corrections: [V::splat(0.0); 2],
            gradient: weights(true),
            before: weights(net.moves),
            inputs: zeros(net.room() * net.sizes[0]),
            targets: zeros(net.room() * net.sizes[net.sizes.len() - 1]),
            sequence: Sequence::new(net, V::LANES),
            kept: weights(true),
            levelled: zeros(first_layer),
            powers: zeros(first_layer),
            magnitudes: zeros(net.sizes[1]),
            bases: zeros(first_layer),
            parts: zeros(first_layer),
            waiting: zeros(first_layer),
            activations: zeros(units),
            deltas: zeros(units),
            sums: zeros(net.sizes[net.sizes.len() - 1] * net.form.block()),
        }
    }

    /// What a step reads and changes.
    #[inline(always)]
    pub(super) fn moved(&mut self) -> Moved<V> {
        Moved {
            weights: Cells::new(&mut self.weights),
            first: Cells::new(&mut self.first),
            second: Cells::new(&mut self.second),
            gradient: Cells::new(&mut self.gradient),
            steps: Cells::new(&mut self.steps),
            schedule: Cells::new(&mut self.schedule),
            momentum: Cells::new(&mut self.momentum),
            corrections: Cells::new(&mut self.corrections),
        }
    }

    /// Puts a network with these weights into a lane, before its first update. `steps` holds one number a layer, of
    /// [`Net::step`].
    pub(super) fn load(
        &mut self,
        lane: usize,
        start: impl Iterator<Item = f64>,
        steps: impl Iterator<Item = f64>,
        momentum: f64,
    ) {
        for (vector, step) in lanes(&mut self.steps).chunks_exact_mut(V::LANES).zip(steps) {
            vector[lane] = V::Number::of(step);
        }
        lanes(&mut self.momentum)[lane] = V::Number::of(momentum);
        for (vector, weight) in lanes(&mut self.weights).chunks_exact_mut(V::LANES).zip(start) {
            vector[lane] = V::Number::of(weight);
        }
        for state in [&mut self.first, &mut self.second] {
            lanes(state).iter_mut().skip(lane).step_by(V::LANES).for_each(|value| *value = V::Number::default());
        }
        lanes(&mut self.corrections)
            .iter_mut()
            .skip(lane)
            .step_by(V::LANES)
            .for_each(|value| *value = V::Number::default());
    }

    /// Whether all weights of a lane are finite and within the bound.
    pub(super) fn is_in_bounds(&mut self, lane: usize) -> bool {
        self.weights_of(lane).all(|weight| weight.abs() <= f64::from(WEIGHT_BOUND))
    }

    /// The weights of a lane, in flat order.
    pub(super) fn weights_of(&mut self, lane: usize) -> impl Iterator<Item = f64> {
        lanes(&mut self.weights).iter().skip(lane).step_by(V::LANES).map(|weight| weight.wide())
    }
}

/// The numbers of an array of vectors, `[entry][lane]`.
pub(super) fn lanes<V: Vector>(vectors: &mut [V]) -> &mut [V::Number] {
    let count = vectors.len() * V::LANES;
    debug_assert_eq!(size_of_val(vectors), count * size_of::<V::Number>());
    // SAFETY: a vector is `LANES` numbers without padding, aligned at least as they are, and any bits are a number.
    unsafe { std::slice::from_raw_parts_mut(vectors.as_mut_ptr().cast::<V::Number>(), count) }
}
