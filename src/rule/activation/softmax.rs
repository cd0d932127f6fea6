//! The softmax: shares of classes, which add up to 1. Its sums are made logarithms of the shares first
//! ([`Activation::normalise`](super::Activation::normalise)), so that unit by unit it is the exponential.

use super::{Activate, Number, Vector};

#[derive(Clone, Copy)]
pub(crate) struct Softmax;

impl Activate for Softmax {
    fn special_count(self) -> u64 {
        3
    }

    #[inline(always)]
    fn normalises(self) -> bool {
        true
    }

    #[cfg(feature = "gpu")]
    fn wgsl(self) -> &'static str {
        include_str!("../../../shaders/part/activation/softmax.wgsl")
    }

    fn range(self) -> (f64, f64) {
        (0.0, 1.0)
    }

    fn value<N: Number>(self, z: N) -> N {
        z.exp()
    }

    /// That of one unit by its own sum. Losses that go with softmax do not ask for it.
    fn slope<N: Number>(self, _z: N, h: N) -> N {
        h * (N::of(1.0) - h)
    }

    #[inline(always)]
    fn vector_with_slope<V: Vector>(self, z: V) -> (V, V) {
        let h = z.exp();
        (h, h.neg_mul_add(h, h))
    }

    fn formula(self, z: &str) -> String {
        format!("e^{z} over its sum over the units of the row; Z here is the logarithm of that share")
    }

    fn slope_formula(self, a: &str, _z: &str) -> String {
        format!(" * {a} (1 - {a})")
    }
}
