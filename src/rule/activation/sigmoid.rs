//! The logistic sigmoid.

use super::{Activate, Number, Vector};

pub(crate) struct Sigmoid;

impl Activate for Sigmoid {
    const RANGE: (f64, f64) = (0.0, 1.0);
    const SPECIAL_COUNT: u64 = 2;
    const IS_LOGISTIC: bool = true;
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/activation/sigmoid.wgsl");

    fn value<N: Number>(z: N) -> N {
        z.logistic()
    }

    fn slope<N: Number>(h: N) -> N {
        h * (N::of(1.0) - h)
    }

    /// g'(z) = g(z) g(-z): each factor has its digits at one end.
    fn exact<N: Number>(z: N) -> (N, N) {
        let (up, down) = (z.logistic(), (-z).logistic());
        (up, up * down)
    }

    fn error<N: Number>(z: N, target: f64) -> N {
        N::of(1.0 - target) * z.logistic() - N::of(target) * (-z).logistic()
    }

    #[inline(always)]
    fn vector<V: Vector>(z: V) -> V {
        (z * V::splat(-std::f32::consts::LOG2_E)).one_plus_exp2().reciprocal()
    }

    #[inline(always)]
    fn times_slope<V: Vector>(_delta: V, product: V, h: V) -> V {
        product.neg_mul_add(h, product)
    }

    fn formula(z: &str) -> String {
        format!("g({z}) = 1/(1 + e^-{z})")
    }

    fn slope_formula(a: &str) -> String {
        format!(" * {a} (1 - {a})")
    }
}
