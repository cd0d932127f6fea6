//! No activation: a unit's value is its weighted sum.

use super::{Activate, Number, Vector};

#[derive(Clone, Copy)]
pub(crate) struct Linear;

impl Activate for Linear {
    fn special_count(self) -> u64 {
        0
    }

    #[inline(always)]
    fn is_inlined(self) -> bool {
        true
    }

    #[cfg(feature = "gpu")]
    fn wgsl(self) -> &'static str {
        include_str!("../../../shaders/part/activation/linear.wgsl")
    }

    fn range(self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }

    fn value<N: Number>(self, z: N) -> N {
        z
    }

    fn slope<N: Number>(self, _z: N, _h: N) -> N {
        N::of(1.0)
    }

    #[inline(always)]
    fn vector<V: Vector>(self, z: V) -> V {
        z
    }

    #[inline(always)]
    fn times_slope<V: Vector>(self, delta: V, _product: V, _h: V) -> V {
        delta
    }

    fn formula(self, z: &str) -> String {
        format!("{z}, no activation")
    }

    fn slope_formula(self, _a: &str, _z: &str) -> String {
        String::new()
    }
}
