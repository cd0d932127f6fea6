//! The hyperbolic tangent.

use super::{Activate, Number, Vector};

#[derive(Clone, Copy)]
pub(crate) struct Tanh;

impl Activate for Tanh {
    fn special_count(self) -> u64 {
        2
    }

    #[inline(always)]
    fn is_inlined(self) -> bool {
        true
    }

    #[cfg(feature = "gpu")]
    fn wgsl(self) -> &'static str {
        include_str!("../../../shaders/part/activation/tanh.wgsl")
    }

    fn range(self) -> (f64, f64) {
        (-1.0, 1.0)
    }

    fn value<N: Number>(self, z: N) -> N {
        z.tanh()
    }

    fn slope<N: Number>(self, _z: N, h: N) -> N {
        N::of(1.0) - h * h
    }

    /// tanh z = g(2z) - g(-2z) and tanh'(z) = 4 g(2z) g(-2z), g being the sigmoid.
    fn exact<N: Number>(self, z: N) -> (N, N) {
        let (up, down) = ((z + z).logistic(), (-z - z).logistic());
        (up - down, N::of(4.0) * up * down)
    }

    fn error<N: Number>(self, z: N, target: f64) -> N {
        N::of(1.0 - target) * (z + z).logistic() - N::of(1.0 + target) * (-z - z).logistic()
    }

    /// With t = e^2z - 1 it is t / (t + 2), which has all digits near 0 too.
    #[inline(always)]
    fn vector<V: Vector>(self, z: V) -> V {
        let t = (z + z).exp_m1();
        t / (t + V::splat(2.0))
    }

    #[inline(always)]
    fn times_slope<V: Vector>(self, delta: V, product: V, h: V) -> V {
        product.neg_mul_add(h, delta)
    }

    fn formula(self, z: &str) -> String {
        format!("tanh({z})")
    }

    fn slope_formula(self, a: &str, _z: &str) -> String {
        format!(" * (1 - {a}^2)")
    }
}
