//! The sigmoid-weighted linear unit, or swish (Elfwing, Uchibe & Doya, "Sigmoid-weighted linear units for neural network
//! function approximation in reinforcement learning", 2018).

use super::{Activate, Number, Vector};

#[derive(Clone, Copy)]
pub(crate) struct Silu;

impl Activate for Silu {
    fn special_count(self) -> u64 {
        2
    }

    #[cfg(feature = "gpu")]
    fn wgsl(self) -> &'static str {
        include_str!("../../../shaders/part/activation/silu.wgsl")
    }

    /// Its least value lies near z = -1.278.
    fn range(self) -> (f64, f64) {
        (-0.278_464_542_761_073_8, f64::INFINITY)
    }

    fn value<N: Number>(self, z: N) -> N {
        z * z.logistic()
    }

    fn slope<N: Number>(self, z: N, _h: N) -> N {
        let g = z.logistic();
        g * (N::of(1.0) + z * (-z).logistic())
    }

    #[inline(always)]
    fn vector_with_slope<V: Vector>(self, z: V) -> (V, V) {
        let g = z.one_plus_exp_neg().reciprocal();
        let h = z * g;
        (h, h.neg_mul_add(g, g + h))
    }

    fn formula(self, z: &str) -> String {
        format!("{z} g({z}), g({z}) = 1/(1 + e^-{z})")
    }

    fn slope_formula(self, _a: &str, z: &str) -> String {
        format!(" * g({z}) (1 + {z} g(-{z}))")
    }
}
