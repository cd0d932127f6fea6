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

    /// Near 0 an odd polynomial (of Cephes' tanhf), else 1 - 2 / (1 + e^2z).
    #[inline(always)]
    fn vector<V: Vector>(self, z: V) -> V {
        let square = z * z;
        let mut sum = V::splat(-5.704_988_7e-3);
        sum = sum.mul_add(square, V::splat(2.063_909e-2));
        sum = sum.mul_add(square, V::splat(-5.373_971_6e-2));
        sum = sum.mul_add(square, V::splat(1.333_144_3e-1));
        sum = sum.mul_add(square, V::splat(-3.333_328e-1));
        let near = if V::IS_DOUBLE { shortfall(square).neg_mul_add(z, z) } else { (sum * square).mul_add(z, z) };
        let far = (z * V::splat(2.0 * std::f64::consts::LOG2_E)).one_plus_exp2().reciprocal();
        let far = far.neg_mul_add(V::splat(2.0), V::splat(1.0));
        V::select(z.abs().le(V::splat(0.625)), near, far)
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

/// 1 - tanh(z) / z from z^2 for |z| up to 0.625, to the last digits of f64: Lambert's continued fraction, cut off after 9 steps.
#[inline(always)]
fn shortfall<V: Vector>(square: V) -> V {
    let over = horner(square, [44.0, 12_870.0, 810_810.0, 11_486_475.0, 0.0]);
    let under = horner(square, [45.0, 13_860.0, 945_945.0, 16_216_200.0, 34_459_425.0]);
    over / under
}

#[inline(always)]
fn horner<V: Vector>(x: V, coefficients: [f64; 5]) -> V {
    let mut sum = V::splat(coefficients[0]);
    for coefficient in &coefficients[1..] {
        sum = sum.mul_add(x, V::splat(*coefficient));
    }
    sum
}
