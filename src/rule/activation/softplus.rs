//! The softplus, a smooth rectifier.

use super::{Activate, Number, Vector};

#[derive(Clone, Copy)]
pub(crate) struct Softplus;

impl Activate for Softplus {
    fn special_count(self) -> u64 {
        3
    }

    #[cfg(feature = "gpu")]
    fn wgsl(self) -> &'static str {
        include_str!("../../../shaders/part/activation/softplus.wgsl")
    }

    fn range(self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    /// The exponential's argument is never positive.
    fn value<N: Number>(self, z: N) -> N {
        if z.wide() > 0.0 { z + (-z).exp().ln_1p() } else { z.exp().ln_1p() }
    }

    fn slope<N: Number>(self, z: N, _h: N) -> N {
        z.logistic()
    }

    #[inline(always)]
    fn vector_with_slope<V: Vector>(self, z: V) -> (V, V) {
        let tail = (V::splat(0.0) - z.abs()).exp();
        let share = (V::splat(1.0) + tail).reciprocal();
        let slope = V::select(V::splat(0.0).lt(z), share, tail * share);
        (z.at_least(V::splat(0.0)) + tail.ln_1p(), slope)
    }

    fn formula(self, z: &str) -> String {
        format!("ln(1 + e^{z})")
    }

    fn slope_formula(self, _a: &str, z: &str) -> String {
        format!(" / (1 + e^-{z})")
    }
}
