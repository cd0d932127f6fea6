//! The rectified linear unit with a slope S below zero.

use super::{Activate, Number, Vector};

#[derive(Clone, Copy)]
pub(crate) struct LeakyRelu(pub(crate) f64);

impl Activate for LeakyRelu {
    fn special_count(self) -> u64 {
        0
    }

    #[inline(always)]
    fn is_inlined(self) -> bool {
        true
    }

    #[inline(always)]
    fn has_kinks(self) -> bool {
        true
    }

    #[cfg(feature = "gpu")]
    fn wgsl(self) -> &'static str {
        include_str!("../../../shaders/part/activation/leaky_relu.wgsl")
    }

    fn range(self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    fn parameter(self) -> Option<f64> {
        Some(self.0)
    }

    fn value<N: Number>(self, z: N) -> N {
        if z.wide() > 0.0 { z } else { N::of(self.0) * z }
    }

    fn slope<N: Number>(self, z: N, _h: N) -> N {
        N::of(if z.wide() > 0.0 { 1.0 } else { self.0 })
    }

    #[inline(always)]
    fn vector<V: Vector>(self, z: V) -> V {
        V::select(V::splat(0.0).lt(z), z, z * V::splat(self.0))
    }

    /// S is above 0, so h has the sign of z.
    #[inline(always)]
    fn times_slope<V: Vector>(self, delta: V, _product: V, h: V) -> V {
        V::select(V::splat(0.0).lt(h), delta, delta * V::splat(self.0))
    }

    fn formula(self, z: &str) -> String {
        format!("{z} where {z} > 0, else {} {z}", self.0)
    }

    fn slope_formula(self, a: &str, _z: &str) -> String {
        format!(" where {a} > 0, else times {}", self.0)
    }
}
