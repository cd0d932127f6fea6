//! Gradients become steps.

use crate::rule::{Optimize, Shared, with_optimizer};

use super::super::shape::Shape;
use super::super::vector::Vector;
use super::{FastOptimizer, Kernel};

impl<V: Vector, S: Shape, const E: usize, const TREE: bool, const FAST: bool> Kernel<'_, V, S, E, TREE, FAST> {
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
        // Kernels are compiled for what a rule may remember, and no more.
        with_optimizer!(self.net.optimizer, Row => match self.net.memory_count {
            0 if const { may_remember::<Row>(0) } => self.update_by::<Row, 0>(),
            1 if const { may_remember::<Row>(1) } => self.update_by::<Row, 1>(),
            _ if const { may_remember::<Row>(2) } => self.update_by::<Row, 2>(),
            _ => debug_assert!(false, "an optimizer remembers what it said it would not"),
        });
    }

    /// Does something with every weight that learns, and its layer's step.
    #[inline(always)]
    fn each_weight(&self, change: impl Fn(usize, V)) {
        for layer in 0..self.shape.depth() {
            let last = layer + 1 == self.shape.depth();
            let mut end = if last { self.shape.weight_count() } else { self.shape.offset(layer + 1) };
            if !FAST && !self.net.trains_biases {
                // The bias row is a layer's last.
                end -= self.shape.units(layer + 1);
            }
            let step = self.steps.get(layer);
            for at in self.shape.offset(layer)..end {
                change(at, step);
            }
        }
    }

    /// A step of an optimizer that remembers `M` numbers of each weight.
    #[inline(always)]
    fn update_by<O: Optimize, const M: usize>(&self) {
        let mut corrections = [V::splat(1.0); 2];
        if O::COUNTS_UPDATES {
            corrections = O::next_corrections([self.corrections.get(0), self.corrections.get(1)]);
            for (at, correction) in corrections.iter_mut().enumerate() {
                self.corrections.set(at, *correction);
                *correction = V::splat(1.0) / *correction;
            }
        }
        let momentum = if M > 0 { self.momentum.get(0) } else { V::splat(0.0) };
        let shared = Shared { share: V::splat(self.net.share as f32), momentum, corrections };
        self.each_weight(|at, factor| {
            let mut memory = [V::splat(0.0); 2];
            if M > 0 {
                memory[0] = self.first.get(at);
            }
            if M > 1 {
                memory[1] = self.second.get(at);
            }
            let (weight, memory) =
                O::vector::<V, M>(&shared, factor, self.gradient.get(at), self.weights.get(at), memory);
            self.weights.set(at, weight);
            if M > 0 {
                self.first.set(at, memory[0]);
            }
            if M > 1 {
                self.second.set(at, memory[1]);
            }
        });
    }
}

/// Whether an optimizer may remember so many numbers of each weight.
const fn may_remember<O: Optimize>(count: usize) -> bool {
    let mut at = 0;
    while at < O::MEMORY_COUNTS.len() {
        if O::MEMORY_COUNTS[at] == count {
            return true;
        }
        at += 1;
    }
    false
}
