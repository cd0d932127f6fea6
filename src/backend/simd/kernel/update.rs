//! Gradients become steps.

use crate::rule::{Optimize, with_optimizer};

use super::super::apart::{Weights, may_remember};
use super::super::shape::Shape;
use super::super::vector::Vector;
use super::{FastOptimizer, Kernel};

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
