//! The logistic sigmoid.

use super::{Activate, Number, Vector};

#[derive(Clone, Copy)]
pub(crate) struct Sigmoid;

impl Activate for Sigmoid {
    fn special_count(self) -> u64 {
        2
    }

    #[inline(always)]
    fn is_inlined(self) -> bool {
        true
    }

    #[inline(always)]
    fn is_logistic(self) -> bool {
        true
    }

    #[cfg(feature = "gpu")]
    fn wgsl(self) -> &'static str {
        include_str!("../../../shaders/part/activation/sigmoid.wgsl")
    }

    fn range(self) -> (f64, f64) {
        (0.0, 1.0)
    }

    fn value<N: Number>(self, z: N) -> N {
        z.logistic()
    }

    fn slope<N: Number>(self, _z: N, h: N) -> N {
        h * (N::of(1.0) - h)
    }

    /// g'(z) = g(z) g(-z): each factor has its digits at one end.
    fn exact<N: Number>(self, z: N) -> (N, N) {
        let (up, down) = (z.logistic(), (-z).logistic());
        (up, up * down)
    }

    fn error<N: Number>(self, z: N, target: f64) -> N {
        N::of(1.0 - target) * z.logistic() - N::of(target) * (-z).logistic()
    }

    #[inline(always)]
    fn vector<V: Vector>(self, z: V) -> V {
        z.one_plus_exp_neg().reciprocal()
    }

    #[inline(always)]
    fn times_slope<V: Vector>(self, _delta: V, product: V, h: V) -> V {
        product.neg_mul_add(h, product)
    }

    fn formula(self, z: &str) -> String {
        format!("g({z}) = 1/(1 + e^-{z})")
    }

    fn slope_formula(self, a: &str, _z: &str) -> String {
        format!(" * {a} (1 - {a})")
    }
}
