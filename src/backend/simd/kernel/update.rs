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
            Rule::Plain => {
                for at in 0..self.shape.weight_count() {
                    let weight = self.weights.get(at);
                    let next = self.gradient.get(at).mul_add(V::splat(self.net.step(at)), weight);
                    self.weights.set(at, next);
                }
            }
            Rule::Momentum(momentum) => self.update_with_momentum(V::splat(momentum)),
            Rule::Adam => self.update_by_adam(),
        }
    }

    #[inline(always)]
    fn update_with_momentum(&self, momentum: V) {
        for at in 0..self.shape.weight_count() {
            let (weight, velocity) = (self.weights.get(at), self.first.get(at));
            let next = self.gradient.get(at).mul_add(V::splat(self.net.step(at)), momentum * velocity);
            self.first.set(at, next);
            self.weights.set(at, weight + next);
        }
    }

    #[inline(always)]
    fn update_by_adam(&self) {
        let share = V::splat(self.net.share);
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
        for at in 0..self.shape.weight_count() {
            let (weight, mean, square) = (self.weights.get(at), self.first.get(at), self.second.get(at));
            let gradient = share * self.gradient.get(at);
            let next_mean = rest1.mul_add(gradient - mean, mean);
            let next_square = rest2.mul_add(gradient.mul_add(gradient, V::splat(0.0) - square), square);
            let denominator = (next_square * scales[1]).sqrt() + epsilon;
            let step = V::splat(self.net.rate(at)) * (next_mean * scales[0]) / denominator;
            self.first.set(at, next_mean);
            self.second.set(at, next_square);
            self.weights.set(at, weight - step);
        }
    }
}
