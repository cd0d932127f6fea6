//! Adam with weight decay as a step of its own (Loshchilov & Hutter, "Decoupled weight decay regularization", 2019).

use super::adam::Adam;
use super::{Optimize, Real, Shared, Tuning, Vector};

pub(crate) struct Adamw;

impl Optimize for Adamw {
    const REFUSES_MOMENTUM: Option<&'static str> = Some("adamw keeps a mean of gradients of its own (beta1 = 0.9)");
    const COUNTS_UPDATES: bool = true;
    const BETAS: Option<[f64; 2]> = Adam::BETAS;
    const EPSILON: Option<f64> = Adam::EPSILON;
    const DECOUPLES_DECAY: bool = true;
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = Adam::WGSL;
    const MEMORY_COUNTS: &'static [usize] = Adam::MEMORY_COUNTS;

    fn memory_count(momentum: f64) -> usize {
        Adam::memory_count(momentum)
    }

    fn cost(momentum: f64) -> (u64, u64) {
        let (operations, roots) = Adam::cost(momentum);
        (operations + 2, roots)
    }

    fn corrections<R: Real>(betas: [f64; 2], update: u64) -> [R; 2] {
        Adam::corrections(betas, update)
    }

    fn step<R: Real>(shared: &Shared<R>, rate: R, gradient: R, weight: &mut R, memory: [&mut R; 2]) {
        *weight = *weight - rate * shared.decay * *weight;
        Adam::step(shared, rate, gradient, weight, memory);
    }

    fn gain(tuning: &Tuning, share: f64) -> f64 {
        Adam::gain(tuning, share)
    }

    fn lane_epsilon(tuning: &Tuning, share: f64) -> f64 {
        Adam::lane_epsilon(tuning, share)
    }

    #[cfg(feature = "gpu")]
    fn lane_memory(tuning: &Tuning, share: f64) -> [f64; 2] {
        Adam::lane_memory(tuning, share)
    }

    #[inline(always)]
    fn next_corrections<V: Vector>(before: [V; 2], rests: [V; 2]) -> [V; 2] {
        Adam::next_corrections(before, rests)
    }

    #[inline(always)]
    fn correct<V: Vector>(shared: &mut Shared<V>) {
        Adam::correct(shared);
    }

    #[inline(always)]
    fn vector<V: Vector, const M: usize>(
        shared: &Shared<V>,
        factor: V,
        gradient: V,
        weight: V,
        memory: [V; 2],
    ) -> (V, [V; 2]) {
        let smaller = (factor * shared.decay).neg_mul_add(weight, weight);
        Adam::vector::<V, M>(shared, factor, gradient, smaller, memory)
    }

    fn formula(rate: &str, share: &str, tuning: &Tuning) -> String {
        format!("theta <- theta - {rate} · {} theta, then {}", tuning.decay, Adam::formula(rate, share, tuning))
    }
}
