//! Half the squared error.

use super::{Lose, Real, Vector};

pub(crate) struct Mse;

impl Lose for Mse {
    const DOMAIN: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
    const RESTS_AT_WRONG_ENDS: bool = true;
    const CANCELS_SLOPE: bool = false;
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/loss/mse.wgsl");
    const TITLE: &'static str = "Mean squared error";
    const FORMULA: &'static str = "(H - Y)^2 / 2";

    fn value<R: Real>(_z: R, h: R, target: R) -> R {
        R::of(0.5) * (h - target) * (h - target)
    }

    fn exact(_z: f64, error: f64, _target: f64) -> f64 {
        0.5 * error.powi(2)
    }

    fn of_output(output: f64, target: f64) -> f64 {
        0.5 * (output - target).powi(2)
    }

    #[inline(always)]
    fn vector<V: Vector>(_z: V, h: V, target: V) -> V {
        let error = h - target;
        V::splat(0.5) * error * error
    }
}
