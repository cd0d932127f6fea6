//! Adam (Kingma & Ba, "Adam: a method for stochastic optimization", 2015), and with weight decay as a step of its own AdamW
//! (Loshchilov & Hutter, "Decoupled weight decay regularization", 2019).

use super::super::keyword::plain;
use super::{Optimize, Real, Shared, Tuning, Vector};

/// Of either, by what becomes of weight decay.
pub(crate) struct Adaptive<const DECOUPLED: bool>;
pub(crate) type Adam = Adaptive<false>;
pub(crate) type Adamw = Adaptive<true>;

impl<const DECOUPLED: bool> Optimize for Adaptive<DECOUPLED> {
    const REFUSES_MOMENTUM: Option<&'static str> = Some(if DECOUPLED {
        "adamw keeps a mean of gradients of its own (beta1 = 0.9)"
    } else {
        "adam keeps a mean of gradients of its own (beta1 = 0.9)"
    });
    const COUNTS_UPDATES: bool = true;
    const BETAS: Option<[f64; 2]> = Some([0.9, 0.999]);
    // Added outside the square root.
    const EPSILON: Option<f64> = Some(1e-8);
    const DECOUPLES_DECAY: bool = DECOUPLED;
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/optimizer/adam.wgsl");
    const MEMORY_COUNTS: &'static [usize] = &[2];

    fn memory_count(_momentum: f64) -> usize {
        2
    }

    fn cost(_momentum: f64) -> (u64, u64) {
        (if DECOUPLED { 15 } else { 13 }, 2)
    }

    fn corrections<R: Real>(betas: [f64; 2], update: u64) -> [R; 2] {
        betas.map(|beta| R::of(-(update as f64 * beta.ln()).exp_m1()))
    }

    fn step<R: Real>(shared: &Shared<R>, rate: R, gradient: R, weight: &mut R, [mean, square]: [&mut R; 2]) {
        if DECOUPLED {
            *weight = *weight - rate * shared.decay * *weight;
        }
        let [beta1, beta2] = shared.betas;
        let g = shared.share * gradient;
        *mean = beta1 * *mean + (R::of(1.0) - beta1) * g;
        *square = beta2 * *square + (R::of(1.0) - beta2) * g * g;
        let [correction1, correction2] = shared.corrections;
        *weight = *weight - rate * (*mean / correction1) / ((*square / correction2).sqrt() + shared.epsilon);
    }

    // Lanes keep running means over 1 - beta, and both of them without shares, which a step has no use for: what is left of
    // it stands here and in epsilon. (A mean that keeps beta of itself would be off where beta is rounded: 1 - beta is small.)
    fn gain(tuning: &Tuning, _share: f64) -> f64 {
        let [beta1, beta2] = tuning.betas;
        (1.0 - beta1) / (1.0 - beta2).sqrt()
    }

    fn lane_epsilon(tuning: &Tuning, share: f64) -> f64 {
        tuning.epsilon / (share * (1.0 - tuning.betas[1]).sqrt())
    }

    #[cfg(feature = "gpu")]
    fn lane_memory(tuning: &Tuning, share: f64) -> [f64; 2] {
        [share * (1.0 - tuning.betas[0]), share * share * (1.0 - tuning.betas[1])]
    }

    /// 1 - beta^n grows by (1 - beta) beta^(n - 1): no logarithm, and no cancellation in the first updates.
    #[inline(always)]
    fn next_corrections<V: Vector>([first, second]: [V; 2], rests: [V; 2]) -> [V; 2] {
        [(V::splat(1.0) - first).mul_add(rests[0], first), (V::splat(1.0) - second).mul_add(rests[1], second)]
    }

    #[inline(always)]
    fn correct<V: Vector>(shared: &mut Shared<V>) {
        let root = shared.corrections[1].sqrt();
        shared.epsilon = shared.epsilon * root;
        shared.corrections[0] = root / shared.corrections[0];
    }

    #[inline(always)]
    fn vector<V: Vector, const M: usize>(
        shared: &Shared<V>,
        factor: V,
        gradient: V,
        mut weight: V,
        [mean, square]: [V; 2],
    ) -> (V, [V; 2]) {
        if DECOUPLED {
            weight = (factor * shared.decay).neg_mul_add(weight, weight);
        }
        let next_mean = shared.rests[0].neg_mul_add(mean, mean) + gradient;
        let next_square = gradient.mul_add(gradient, shared.rests[1].neg_mul_add(square, square));
        // The first product is the same for all weights of a layer.
        let step = (factor * shared.corrections[0] * next_mean).over_root(next_square, shared.epsilon);
        (weight - step, [next_mean, next_square])
    }

    fn formula(rate: &str, share: &str, tuning: &Tuning) -> String {
        let [beta1, beta2] = tuning.betas;
        let decayed =
            if DECOUPLED { format!("theta <- theta - {rate} · {} theta, then ", tuning.decay) } else { String::new() };
        let epsilon = plain(tuning.epsilon);
        format!("{decayed}adam with rate {rate}{share} on G, betas {beta1} and {beta2}, epsilon {epsilon}")
    }
}
