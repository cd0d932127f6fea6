//! Cross-entropy of classes that exclude each other: the outputs of a softmax.

use super::{Lose, Real, Vector};

#[derive(Clone, Copy)]
pub(crate) struct Categorical;

impl Lose for Categorical {
    const DOMAIN: (f64, f64) = (0.0, 1.0);
    const RESTS_AT_WRONG_ENDS: bool = false;
    const CANCELS_SLOPE: bool = true;
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/loss/categorical.wgsl");
    const TITLE: &'static str = "Cross-entropy of classes";
    const FORMULA: &'static str = "-Y ln H";

    /// A unit's z is the logarithm of its share already.
    fn value<R: Real>(z: R, _h: R, target: R) -> R {
        -(target * z)
    }

    fn exact(z: f64, _error: f64, target: f64) -> f64 {
        -target * z
    }

    fn of_output(output: f64, target: f64) -> f64 {
        if target == 0.0 { 0.0 } else { -target * output.ln() }
    }

    #[inline(always)]
    fn vector<V: Vector>(z: V, _h: V, target: V) -> V {
        V::splat(0.0) - target * z
    }
}
