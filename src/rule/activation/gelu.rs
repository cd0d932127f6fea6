//! The Gaussian error linear unit (Hendrycks & Gimpel, "Gaussian error linear units", 2016), exact, not its approximation
//! by tanh.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use super::{Activate, Number, Vector};

#[derive(Clone, Copy)]
pub(crate) struct Gelu;

/// Abramowitz & Stegun 7.1.26: erf x = 1 - (a1 t + ... + a5 t^5) e^-x^2 with t = 1/(1 + p x) for x >= 0, within 1.5e-7.
const P: f32 = 0.327_591_1;
const A: [f64; 5] = [0.254_829_6, -0.284_496_74, 1.421_413_8, -1.453_152, 1.061_405_4];

impl Activate for Gelu {
    fn special_count(self) -> u64 {
        2
    }

    #[cfg(feature = "gpu")]
    fn wgsl(self) -> &'static str {
        include_str!("../../../shaders/part/activation/gelu.wgsl")
    }

    /// Its least value lies near z = -0.752.
    fn range(self) -> (f64, f64) {
        (-0.169_971_207_479_903_67, f64::INFINITY)
    }

    fn value<N: Number>(self, z: N) -> N {
        N::of(0.5) * z * (N::of(1.0) + (z * N::of(FRAC_1_SQRT_2)).erf())
    }

    fn slope<N: Number>(self, z: N, _h: N) -> N {
        let distribution = N::of(0.5) * (N::of(1.0) + (z * N::of(FRAC_1_SQRT_2)).erf());
        let density = N::of(0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2) * (N::of(-0.5) * z * z).exp();
        distribution + z * density
    }

    #[inline(always)]
    fn vector_with_slope<V: Vector>(self, z: V) -> (V, V) {
        if V::IS_DOUBLE {
            return self.lane_by_lane(z);
        }
        let (one, half) = (V::splat(1.0), V::splat(0.5));
        let t = (z.abs() * V::splat(f64::from(P * FRAC_1_SQRT_2 as f32)) + one).reciprocal();
        let mut sum = V::splat(A[4]);
        sum = sum.mul_add(t, V::splat(A[3]));
        sum = sum.mul_add(t, V::splat(A[2]));
        sum = sum.mul_add(t, V::splat(A[1]));
        sum = sum.mul_add(t, V::splat(A[0]));
        // exp takes bounded arguments: 1e6 squared and more are cut off there.
        let bell = (V::splat(-0.5) * z * z).exp();
        let tail = half * sum * t * bell;
        let distribution = V::select(V::splat(0.0).lt(z), one - tail, tail);
        let density = bell * V::splat(0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2);
        (z * distribution, z.mul_add(density, distribution))
    }

    fn formula(self, z: &str) -> String {
        format!("{z} Phi({z}), Phi the normal distribution's function")
    }

    fn slope_formula(self, _a: &str, z: &str) -> String {
        format!(" * (Phi({z}) + {z} phi({z}))")
    }
}
