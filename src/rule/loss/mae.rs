//! The absolute error.

use super::{Lose, Number, Real, Vector};

#[derive(Clone, Copy)]
pub(crate) struct Mae;

impl Lose for Mae {
    const DOMAIN: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
    const RESTS_AT_WRONG_ENDS: bool = true;
    const RESTS_AT_MEDIAN: bool = true;
    const CANCELS_SLOPE: bool = false;
    const HAS_KINKS: bool = true;
    #[cfg(feature = "gpu")]
    const WGSL: &'static str = include_str!("../../../shaders/part/loss/mae.wgsl");
    const TITLE: &'static str = "Mean absolute error";
    const FORMULA: &'static str = "|H - Y|";
    const PULL: &'static str = "sign({error})";

    fn value<R: Real>(_z: R, h: R, target: R) -> R {
        (h - target).abs()
    }

    /// 0 at the kink.
    fn pull<N: Number>(error: N) -> N {
        N::of(match error.wide() {
            error if error > 0.0 => 1.0,
            error if error < 0.0 => -1.0,
            _ => 0.0,
        })
    }

    fn exact(_z: f64, error: f64, _target: f64) -> f64 {
        error.abs()
    }

    fn of_output(output: f64, target: f64) -> f64 {
        (output - target).abs()
    }

    #[inline(always)]
    fn vector<V: Vector>(_z: V, h: V, target: V) -> V {
        (h - target).abs()
    }

    #[inline(always)]
    fn vector_pull<V: Vector>(error: V) -> V {
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        V::select(zero.lt(error), one, V::select(error.lt(zero), zero - one, zero))
    }
}
