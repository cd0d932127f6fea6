//! Gradients become steps.

use crate::spec::Optimizer;

use super::super::net::Rule;
use super::super::shape::Shape;
use super::super::vector::Vector;
use super::Kernel;

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
        let rule = if FAST { Rule::Plain } else { self.net.rule };
        match rule {
            Rule::Plain => self.each_weight(|at, step| {
                self.weights.set(at, self.gradient.get(at).mul_add(step, self.weights.get(at)));
            }),
            Rule::Momentum => self.each_weight(|at, step| {
                let next = self.gradient.get(at).mul_add(step, self.momentum.get(0) * self.first.get(at));
                self.first.set(at, next);
                self.weights.set(at, self.weights.get(at) + next);
            }),
            Rule::Adam => self.update_by_adam(),
        }
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

    #[inline(always)]
    fn update_by_adam(&self) {
        let share = V::splat(self.net.share as f32);
        let decays = [Optimizer::ADAM_BETA1, Optimizer::ADAM_BETA2].map(|beta| (1.0 - beta) as f32);
        let (rest1, rest2) = (V::splat(decays[0]), V::splat(decays[1]));
        // 1 - beta^n grows by (1 - beta) beta^(n - 1): no logarithm, and no cancellation in the first updates.
        let mut scales = [V::splat(1.0); 2];
        for (at, rest) in [rest1, rest2].into_iter().enumerate() {
            let before = self.corrections.get(at);
            let correction = (V::splat(1.0) - before).mul_add(rest, before);
            self.corrections.set(at, correction);
            scales[at] = V::splat(1.0) / correction;
        }
        let epsilon = V::splat(Optimizer::ADAM_EPSILON as f32);
        self.each_weight(|at, rate| {
            let (weight, mean, square) = (self.weights.get(at), self.first.get(at), self.second.get(at));
            let gradient = share * self.gradient.get(at);
            let next_mean = rest1.mul_add(gradient - mean, mean);
            let next_square = rest2.mul_add(gradient.mul_add(gradient, V::splat(0.0) - square), square);
            let denominator = (next_square * scales[1]).sqrt() + epsilon;
            let step = rate * (next_mean * scales[0]) / denominator;
            self.first.set(at, next_mean);
            self.second.set(at, next_square);
            self.weights.set(at, weight - step);
        });
    }
}
