//! Gradient descent with Nesterov's look-ahead, as the frameworks write it (Sutskever, Martens, Dahl & Hinton, "On the
//! importance of initialization and momentum in deep learning", 2013).

use super::{Optimize, Real, Shared, Tuning, Vector};

pub(crate) struct Nesterov;

impl Optimize for Nesterov {
    const REFUSES_MOMENTUM: Option<&'static str> = None;
    const NEEDS_MOMENTUM: bool = true;
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/optimizer/nesterov.wgsl");
    const MEMORY_COUNTS: &'static [usize] = &[1];

    fn memory_count(_momentum: f64) -> usize {
        1
    }

    fn cost(_momentum: f64) -> (u64, u64) {
        (6, 0)
    }

    fn step<R: Real>(shared: &Shared<R>, rate: R, gradient: R, weight: &mut R, [velocity, _]: [&mut R; 2]) {
        let step = rate * shared.share * gradient;
        *velocity = shared.momentum * *velocity - step;
        *weight += shared.momentum * *velocity - step;
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
        let velocity = gradient.mul_add(factor, shared.momentum * memory[0]);
        let ahead = gradient.mul_add(factor, shared.momentum * velocity);
        (weight + ahead, [velocity; 2])
    }

    fn formula(rate: &str, share: &str, tuning: &Tuning) -> String {
        let m = tuning.momentum;
        format!("V <- {m} V - {rate}{share} · G, theta <- theta + {m} V - {rate}{share} · G")
    }
}
