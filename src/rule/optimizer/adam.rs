//! Adam (Kingma & Ba, "Adam: a method for stochastic optimization", 2015).

use super::{Optimize, Real, Shared, Vector};

pub(crate) struct Adam;

/// Decay of the mean of gradients, and of the mean of their squares.
const BETAS: [f64; 2] = [0.9, 0.999];
/// Guard against division by zero, added outside the square root.
const EPSILON: f64 = 1e-8;

impl Optimize for Adam {
    const REFUSES_MOMENTUM: Option<&'static str> = Some("adam keeps a mean of gradients of its own (beta1 = 0.9)");
    const COUNTS_UPDATES: bool = true;
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/optimizer/adam.wgsl");
    const MEMORY_COUNTS: &'static [usize] = &[2];

    fn memory_count(_momentum: f64) -> usize {
        2
    }

    #[cfg(feature = "gpu")]
    fn constants() -> Vec<(&'static str, f64)> {
        let [beta1, beta2] = BETAS;
        vec![
            ("ADAM_BETA1", beta1),
            ("ADAM_BETA2", beta2),
            ("ADAM_LN_BETA1", beta1.ln()),
            ("ADAM_LN_BETA2", beta2.ln()),
            ("ADAM_EPSILON", EPSILON),
        ]
    }

    fn cost(_momentum: f64) -> (u64, u64) {
        (13, 2)
    }

    fn corrections<R: Real>(update: u64) -> [R; 2] {
        BETAS.map(|beta| R::of(-(update as f64 * beta.ln()).exp_m1()))
    }

    fn step<R: Real>(shared: &Shared<R>, rate: R, gradient: R, weight: &mut R, [mean, square]: [&mut R; 2]) {
        let [beta1, beta2] = BETAS.map(R::of);
        let g = shared.share * gradient;
        *mean = beta1 * *mean + (R::of(1.0) - beta1) * g;
        *square = beta2 * *square + (R::of(1.0) - beta2) * g * g;
        let [correction1, correction2] = shared.corrections;
        *weight = *weight - rate * (*mean / correction1) / ((*square / correction2).sqrt() + R::of(EPSILON));
    }

    fn factor(rate: f64, _share: f64) -> f64 {
        rate
    }

    /// 1 - beta^n grows by (1 - beta) beta^(n - 1): no logarithm, and no cancellation in the first updates.
    #[inline(always)]
    fn next_corrections<V: Vector>([first, second]: [V; 2]) -> [V; 2] {
        let rests = BETAS.map(|beta| (1.0 - beta) as f32);
        [
            (V::splat(1.0) - first).mul_add(V::splat(rests[0]), first),
            (V::splat(1.0) - second).mul_add(V::splat(rests[1]), second),
        ]
    }

    #[inline(always)]
    fn vector<V: Vector, const M: usize>(
        shared: &Shared<V>,
        factor: V,
        gradient: V,
        weight: V,
        [mean, square]: [V; 2],
    ) -> (V, [V; 2]) {
        let rests = BETAS.map(|beta| (1.0 - beta) as f32);
        let gradient = shared.share * gradient;
        let next_mean = V::splat(rests[0]).mul_add(gradient - mean, mean);
        let next_square = V::splat(rests[1]).mul_add(gradient.mul_add(gradient, V::splat(0.0) - square), square);
        let denominator = (next_square * shared.corrections[1]).sqrt() + V::splat(EPSILON as f32);
        let step = factor * (next_mean * shared.corrections[0]) / denominator;
        (weight - step, [next_mean, next_square])
    }

    fn formula(rate: &str, share: &str, _momentum: f64) -> String {
        format!("adam with rate {rate}{share} on G")
    }
}
