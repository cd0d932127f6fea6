//! Adagrad (Duchi, Hazan & Singer, "Adaptive subgradient methods for online learning and stochastic optimization", 2011), as
//! PyTorch writes it: sums start at 0.

use super::super::keyword::plain;
use super::{Optimize, Real, Shared, Tuning, Vector};

pub(crate) struct Adagrad;

impl Optimize for Adagrad {
    const REFUSES_MOMENTUM: Option<&'static str> = Some("adagrad has none");
    const EPSILON: Option<f64> = Some(1e-10);
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/optimizer/adagrad.wgsl");
    const MEMORY_COUNTS: &'static [usize] = &[1];

    fn memory_count(_momentum: f64) -> usize {
        1
    }

    fn cost(_momentum: f64) -> (u64, u64) {
        (6, 2)
    }

    fn step<R: Real>(shared: &Shared<R>, rate: R, gradient: R, weight: &mut R, [sum, _]: [&mut R; 2]) {
        let g = shared.share * gradient;
        *sum += g * g;
        *weight = *weight - rate * g / (sum.sqrt() + shared.epsilon);
    }

    fn lane_epsilon(tuning: &Tuning, share: f64) -> f64 {
        tuning.epsilon / share
    }

    #[cfg(feature = "gpu")]
    fn lane_memory(_tuning: &Tuning, share: f64) -> [f64; 2] {
        [share * share, 1.0]
    }

    #[inline(always)]
    fn vector<V: Vector, const M: usize>(
        shared: &Shared<V>,
        factor: V,
        gradient: V,
        weight: V,
        memory: [V; 2],
    ) -> (V, [V; 2]) {
        let sum = gradient.mul_add(gradient, memory[0]);
        (weight - (factor * gradient).over_root(sum, shared.epsilon), [sum; 2])
    }

    fn formula(rate: &str, share: &str, tuning: &Tuning) -> String {
        format!("adagrad with rate {rate}{share} on G, epsilon {}", plain(tuning.epsilon))
    }
}
