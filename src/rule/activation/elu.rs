//! The exponential linear unit (Clevert, Unterthiner & Hochreiter, "Fast and accurate deep network learning by exponential
//! linear units", 2016), with alpha = 1.

use super::{Activate, Number, Vector};

#[derive(Clone, Copy)]
pub(crate) struct Elu;

impl Activate for Elu {
    fn special_count(self) -> u64 {
        1
    }

    #[cfg(feature = "gpu")]
    fn wgsl(self) -> &'static str {
        include_str!("../../../shaders/part/activation/elu.wgsl")
    }

    fn range(self) -> (f64, f64) {
        (-1.0, f64::INFINITY)
    }

    fn value<N: Number>(self, z: N) -> N {
        if z.wide() > 0.0 { z } else { z.exp() - N::of(1.0) }
    }

    fn slope<N: Number>(self, z: N, _h: N) -> N {
        if z.wide() > 0.0 { N::of(1.0) } else { z.exp() }
    }

    #[inline(always)]
    fn vector_with_slope<V: Vector>(self, z: V) -> (V, V) {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let power = z.at_most(zero).exp();
        let rises = zero.lt(z);
        (V::select(rises, z, power - one), V::select(rises, one, power))
    }

    fn formula(self, z: &str) -> String {
        format!("{z} where {z} > 0, else e^{z} - 1")
    }

    fn slope_formula(self, a: &str, z: &str) -> String {
        format!(" where {z} > 0, else times ({a} + 1)")
    }
}
