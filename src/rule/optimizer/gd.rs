//! Gradient descent, plain or with momentum.

use super::{Optimize, Real, Shared, Tuning, Vector};

pub(crate) struct Gd;

impl Optimize for Gd {
    const REFUSES_MOMENTUM: Option<&'static str> = None;
    const IS_PLAIN: bool = true;
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/optimizer/gd.wgsl");
    const MEMORY_COUNTS: &'static [usize] = &[0, 1];

    fn memory_count(momentum: f64) -> usize {
        usize::from(momentum != 0.0)
    }

    fn cost(momentum: f64) -> (u64, u64) {
        (if momentum == 0.0 { 2 } else { 4 }, 0)
    }

    fn step<R: Real>(shared: &Shared<R>, rate: R, gradient: R, weight: &mut R, [velocity, _]: [&mut R; 2]) {
        *velocity = shared.momentum * *velocity - rate * shared.share * gradient;
        *weight += *velocity;
    }

    fn gain(_tuning: &Tuning, share: f64) -> f64 {
        -share
    }

    #[inline(always)]
    fn vector<V: Vector, const M: usize>(
        shared: &Shared<V>,
        factor: V,
        gradient: V,
        weight: V,
        memory: [V; 2],
    ) -> (V, [V; 2]) {
        if M == 0 {
            return (gradient.mul_add(factor, weight), memory);
        }
        let velocity = gradient.mul_add(factor, shared.momentum * memory[0]);
        (weight + velocity, [velocity; 2])
    }

    fn formula(rate: &str, share: &str, tuning: &Tuning) -> String {
        if tuning.momentum > 0.0 {
            format!("V <- {0} V - {rate}{share} · G, theta <- theta + V", tuning.momentum)
        } else {
            format!("theta <- theta - {rate}{share} · G")
        }
    }
}
