//! RMSprop (Tieleman & Hinton, "Neural networks for machine learning", lecture 6.5, 2012), as PyTorch writes it.

use super::super::keyword::plain;
use super::{Optimize, Real, Shared, Tuning, Vector};

pub(crate) struct Rmsprop;

impl Optimize for Rmsprop {
    const REFUSES_MOMENTUM: Option<&'static str> = Some("rmsprop here is the one without");
    // The second is what PyTorch calls alpha and Keras rho.
    const BETAS: Option<[f64; 2]> = Some([0.0, 0.99]);
    const EPSILON: Option<f64> = Some(1e-8);
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/optimizer/rmsprop.wgsl");
    const MEMORY_COUNTS: &'static [usize] = &[1];

    fn memory_count(_momentum: f64) -> usize {
        1
    }

    fn cost(_momentum: f64) -> (u64, u64) {
        (8, 2)
    }

    fn step<R: Real>(shared: &Shared<R>, rate: R, gradient: R, weight: &mut R, [square, _]: [&mut R; 2]) {
        let g = shared.share * gradient;
        *square = shared.betas[1] * *square + shared.rests[1] * g * g;
        *weight = *weight - rate * g / (square.sqrt() + shared.epsilon);
    }

    // Lanes keep the mean of squares over 1 - beta and without shares.
    fn gain(tuning: &Tuning, _share: f64) -> f64 {
        1.0 / (1.0 - tuning.betas[1]).sqrt()
    }

    fn lane_epsilon(tuning: &Tuning, share: f64) -> f64 {
        tuning.epsilon / (share * (1.0 - tuning.betas[1]).sqrt())
    }

    #[cfg(feature = "gpu")]
    fn lane_memory(tuning: &Tuning, share: f64) -> [f64; 2] {
        [share * share * (1.0 - tuning.betas[1]), 1.0]
    }

    #[inline(always)]
    fn vector<V: Vector, const M: usize>(
        shared: &Shared<V>,
        factor: V,
        gradient: V,
        weight: V,
        memory: [V; 2],
    ) -> (V, [V; 2]) {
        let square = gradient.mul_add(gradient, shared.rests[1].neg_mul_add(memory[0], memory[0]));
        (weight - (factor * gradient).over_root(square, shared.epsilon), [square; 2])
    }

    fn formula(rate: &str, share: &str, tuning: &Tuning) -> String {
        format!("rmsprop with rate {rate}{share} on G, beta {}, epsilon {}", tuning.betas[1], plain(tuning.epsilon))
    }
}
