//! Cross-entropy of independent yes/no outputs.

use super::{Lose, Real, Vector};

pub(crate) struct CrossEntropy;

impl Lose for CrossEntropy {
    const DOMAIN: (f64, f64) = (0.0, 1.0);
    const RESTS_AT_WRONG_ENDS: bool = false;
    const CANCELS_SLOPE: bool = true;
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/loss/cross_entropy.wgsl");
    const TITLE: &'static str = "Cross-entropy";
    const FORMULA: &'static str = "-(Y ln H + (1-Y) ln(1-H))";

    /// -y ln h - (1-y) ln(1-h) with h = sigmoid(z), which is ln(1 + e^z) - y z.
    fn value<R: Real>(z: R, _h: R, target: R) -> R {
        z.max(R::of(0.0)) + (-z.abs()).exp().ln_1p() - target * z
    }

    fn exact(z: f64, _error: f64, target: f64) -> f64 {
        // ln(1 + e^z) without overflow.
        let softplus = |z: f64| z.max(0.0) + (-z.abs()).exp().ln_1p();
        target * softplus(-z) + (1.0 - target) * softplus(z)
    }

    fn of_output(output: f64, target: f64) -> f64 {
        let term = |share: f64, value: f64| if share == 0.0 { 0.0 } else { -share * value.ln() };
        term(target, output) + term(1.0 - target, 1.0 - output)
    }

    #[inline(always)]
    fn vector<V: Vector>(z: V, _h: V, target: V) -> V {
        let tail = (V::splat(0.0) - z.abs()).exp().ln_1p();
        target.neg_mul_add(z, z.at_least(V::splat(0.0)) + tail)
    }
}
