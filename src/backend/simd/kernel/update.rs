//! Gradients become steps.

use crate::rule::{Optimize, Shared, with_optimizer};

use super::super::memory::Cells;
use super::super::net::Net;
use super::super::shape::Shape;
use super::super::vector::Vector;
use super::{FastOptimizer, Kernel};

/// What a step reads and changes.
#[derive(Clone, Copy)]
pub(super) struct Weights<V> {
    weights: Cells<V>,
    first: Cells<V>,
    second: Cells<V>,
    gradient: Cells<V>,
    steps: Cells<V>,
    schedule: Cells<V>,
    momentum: Cells<V>,
    corrections: Cells<V>,
}

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
    /// What a step reads and changes.
    #[inline(always)]
    pub(super) fn moved(&self) -> Weights<V> {
        Weights {
            weights: self.weights,
            first: self.first,
            second: self.second,
            gradient: self.gradient,
            steps: self.steps,
            schedule: self.schedule,
            momentum: self.momentum,
            corrections: self.corrections,
        }
    }

    /// Changes the weights by the gradient at hand, in all lanes: those of networks that have stopped are kept apart.
    #[inline(always)]
    pub(super) fn update(&self) {
        if self.is_shallow() {
            self.finish_shallow_gradient();
        } else if TREE {
            for column in 0..self.shape.units(1) {
                self.finish_first_gradient(column, None);
            }
        }
        if FAST {
            return self.update_by::<FastOptimizer, 0>();
        }
        if self.net.decay != 0.0 {
            for at in 0..self.shape.weight_count() {
                let decayed = V::splat(self.net.decay).mul_add(self.weights.get(at), self.gradient.get(at));
                self.gradient.set(at, decayed);
            }
        }
        // Kernels are compiled for what a rule may remember, and no more.
        with_optimizer!(self.net.optimizer, Row => match self.net.memory_count {
            _ if !Row::IS_INLINED => self.step_apart(),
            0 if const { may_remember::<Row>(0) } => self.update_by::<Row, 0>(),
            1 if const { may_remember::<Row>(1) } => self.update_by::<Row, 1>(),
            _ if const { may_remember::<Row>(2) } => self.update_by::<Row, 2>(),
            _ => debug_assert!(false, "an optimizer remembers what it said it would not"),
        });
    }

    /// A step of an optimizer that remembers `M` numbers of each weight.
    #[inline(always)]
    fn update_by<O: Optimize, const M: usize>(&self) {
        let moved = self.moved();
        let shared = moved.shared::<O, M>(self.net);
        for layer in 0..self.shape.depth() {
            let last = layer + 1 == self.shape.depth();
            let mut end = if last { self.shape.weight_count() } else { self.shape.offset(layer + 1) };
            if !FAST && !self.net.trains_biases {
                // The bias row is a layer's last.
                end -= self.shape.units(layer + 1);
            }
            let mut step = self.steps.get(layer);
            if !FAST && !self.net.schedule.is_empty() {
                step = step * self.schedule.get(0);
            }
            for at in self.shape.offset(layer)..end {
                moved.change::<O, M>(at, step, &shared);
            }
        }
    }
}

/// The same of all weights, by sizes as the problem has them.
#[inline(always)]
pub(super) fn update_all<V: Vector, O: Optimize, const M: usize>(net: &Net, moved: &Weights<V>) {
    let shared = moved.shared::<O, M>(net);
    for (layer, shape) in net.shapes.iter().enumerate() {
        let mut step = moved.steps.get(layer);
        if !net.schedule.is_empty() {
            step = step * moved.schedule.get(0);
        }
        let rows = if net.trains_biases { shape.row_count() } else { shape.fan_in };
        for at in shape.offset..shape.offset + rows * shape.fan_out {
            moved.change::<O, M>(at, step, &shared);
        }
    }
}

impl<V: Vector> Weights<V> {
    /// What all weights of the next update have in common.
    #[inline(always)]
    fn shared<O: Optimize, const M: usize>(&self, net: &Net) -> Shared<V> {
        let tuning = &net.tuning;
        let rests = [V::splat((1.0 - tuning.betas[0]) as f32), V::splat((1.0 - tuning.betas[1]) as f32)];
        let mut corrections = [V::splat(1.0); 2];
        if O::COUNTS_UPDATES {
            corrections = O::next_corrections([self.corrections.get(0), self.corrections.get(1)], rests);
            for (at, correction) in corrections.iter_mut().enumerate() {
                self.corrections.set(at, *correction);
                *correction = V::splat(1.0) / *correction;
            }
        }
        Shared {
            share: V::splat(net.share as f32),
            momentum: if M > 0 { self.momentum.get(0) } else { V::splat(0.0) },
            corrections,
            betas: [V::splat(tuning.betas[0] as f32), V::splat(tuning.betas[1] as f32)],
            rests,
            epsilon: V::splat(tuning.epsilon as f32),
            decay: V::splat(tuning.decay as f32),
        }
    }

    /// The step of one weight.
    #[inline(always)]
    fn change<O: Optimize, const M: usize>(&self, at: usize, factor: V, shared: &Shared<V>) {
        let mut memory = [V::splat(0.0); 2];
        if M > 0 {
            memory[0] = self.first.get(at);
        }
        if M > 1 {
            memory[1] = self.second.get(at);
        }
        let (weight, memory) = O::vector::<V, M>(shared, factor, self.gradient.get(at), self.weights.get(at), memory);
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
