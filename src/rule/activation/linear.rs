//! No activation: a unit's value is its weighted sum.

use super::{Activate, Number, Vector};

pub(crate) struct Linear;

impl Activate for Linear {
    const RANGE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
    const SPECIAL_COUNT: u64 = 0;
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/activation/linear.wgsl");

    fn value<N: Number>(z: N) -> N {
        z
    }

    fn slope<N: Number>(_h: N) -> N {
        N::of(1.0)
    }

    #[inline(always)]
    fn vector<V: Vector>(z: V) -> V {
        z
    }

    #[inline(always)]
    fn times_slope<V: Vector>(delta: V, _product: V, _h: V) -> V {
        delta
    }

    fn formula(z: &str) -> String {
        format!("{z}, no activation")
    }

    fn slope_formula(_a: &str) -> String {
        String::new()
    }
}
