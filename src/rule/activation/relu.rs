//! The rectified linear unit.

use super::{Activate, Number, Vector};

#[derive(Clone, Copy)]
pub(crate) struct Relu;

impl Activate for Relu {
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
        include_str!("../../../shaders/part/activation/relu.wgsl")
    }

    fn range(self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    /// NaN stays NaN.
    fn value<N: Number>(self, z: N) -> N {
        if z.wide() <= 0.0 { N::of(0.0) } else { z }
    }

    /// 0 at the kink: what PyTorch, Keras and JAX take.
    fn slope<N: Number>(self, z: N, _h: N) -> N {
        N::of(if z.wide() > 0.0 { 1.0 } else { 0.0 })
    }

    #[inline(always)]
    fn vector<V: Vector>(self, z: V) -> V {
        z.at_least(V::splat(0.0))
    }

    #[inline(always)]
    fn times_slope<V: Vector>(self, delta: V, _product: V, h: V) -> V {
        V::select(V::splat(0.0).lt(h), delta, V::splat(0.0))
    }

    fn formula(self, z: &str) -> String {
        format!("max(0, {z})")
    }

    fn slope_formula(self, a: &str, _z: &str) -> String {
        format!(" where {a} > 0, else 0")
    }
}
