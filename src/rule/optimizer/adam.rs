//! Adam (Kingma & Ba, "Adam: a method for stochastic optimization", 2015).

use super::super::keyword::plain;
use super::{Optimize, Real, Shared, Tuning, Vector};

pub(crate) struct Adam;

impl Optimize for Adam {
    const REFUSES_MOMENTUM: Option<&'static str> = Some("adam keeps a mean of gradients of its own (beta1 = 0.9)");
    const COUNTS_UPDATES: bool = true;
    const BETAS: Option<[f64; 2]> = Some([0.9, 0.999]);
    // Added outside the square root.
    const EPSILON: Option<f64> = Some(1e-8);
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/optimizer/adam.wgsl");
    const MEMORY_COUNTS: &'static [usize] = &[2];

    fn memory_count(_momentum: f64) -> usize {
        2
    }

    fn cost(_momentum: f64) -> (u64, u64) {
        (13, 2)
    }

    fn corrections<R: Real>(betas: [f64; 2], update: u64) -> [R; 2] {
        betas.map(|beta| R::of(-(update as f64 * beta.ln()).exp_m1()))
    }

    fn step<R: Real>(shared: &Shared<R>, rate: R, gradient: R, weight: &mut R, [mean, square]: [&mut R; 2]) {
        let [beta1, beta2] = shared.betas;
        let g = shared.share * gradient;
        *mean = beta1 * *mean + (R::of(1.0) - beta1) * g;
        *square = beta2 * *square + (R::of(1.0) - beta2) * g * g;
        let [correction1, correction2] = shared.corrections;
        *weight = *weight - rate * (*mean / correction1) / ((*square / correction2).sqrt() + shared.epsilon);
    }

    /// 1 - beta^n grows by (1 - beta) beta^(n - 1): no logarithm, and no cancellation in the first updates.
    #[inline(always)]
    fn next_corrections<V: Vector>([first, second]: [V; 2], rests: [V; 2]) -> [V; 2] {
        [(V::splat(1.0) - first).mul_add(rests[0], first), (V::splat(1.0) - second).mul_add(rests[1], second)]
    }

    #[inline(always)]
    fn vector<V: Vector, const M: usize>(
        shared: &Shared<V>,
        factor: V,
        gradient: V,
        weight: V,
        [mean, square]: [V; 2],
    ) -> (V, [V; 2]) {
        let gradient = shared.share * gradient;
        let next_mean = shared.rests[0].mul_add(gradient - mean, mean);
        let next_square = shared.rests[1].mul_add(gradient.mul_add(gradient, V::splat(0.0) - square), square);
        let denominator = (next_square * shared.corrections[1]).sqrt() + shared.epsilon;
        let step = factor * (next_mean * shared.corrections[0]) / denominator;
        (weight - step, [next_mean, next_square])
    }

    fn formula(rate: &str, share: &str, tuning: &Tuning) -> String {
        let [beta1, beta2] = tuning.betas;
        format!("adam with rate {rate}{share} on G, betas {beta1} and {beta2}, epsilon {}", plain(tuning.epsilon))
    }
}
