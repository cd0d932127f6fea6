//! The sine.

use std::f64::consts::{FRAC_PI_2, PI};

use super::{Activate, Number, Vector};

#[derive(Clone, Copy)]
pub(crate) struct Sin;

/// 2 pi as a sum: multiples of the first by whole numbers up to 2^12 are exact in f32.
const TURN: [f64; 3] = [6.281_25, 1.935_307_2e-3, 1.026_568_7e-11];
/// Added to a number of moderate size, it leaves the nearest integer.
const ROUND: f64 = 12_582_912.0;

impl Activate for Sin {
    fn special_count(self) -> u64 {
        1
    }

    #[cfg(feature = "gpu")]
    fn wgsl(self) -> &'static str {
        include_str!("../../../shaders/part/activation/sin.wgsl")
    }

    fn range(self) -> (f64, f64) {
        (-1.0, 1.0)
    }

    fn value<N: Number>(self, z: N) -> N {
        z.sin()
    }

    fn slope<N: Number>(self, z: N, _h: N) -> N {
        z.cos()
    }

    #[inline(always)]
    fn vector_with_slope<V: Vector>(self, z: V) -> (V, V) {
        if V::IS_DOUBLE {
            return self.lane_by_lane(z);
        }
        let turns = (z * V::splat(1.0 / (2.0 * PI)) + V::splat(ROUND)) - V::splat(ROUND);
        let mut rest = turns.neg_mul_add(V::splat(TURN[0]), z);
        rest = turns.neg_mul_add(V::splat(TURN[1]), rest);
        rest = turns.neg_mul_add(V::splat(TURN[2]), rest);
        // Past 2^23 there is nothing left to tell apart; the bounds keep what remains finite.
        let rest = rest.at_most(V::splat(PI)).at_least(V::splat(-PI));
        let far = V::splat(FRAC_PI_2).lt(rest.abs());
        let other_end = V::select(V::splat(0.0).lt(rest), V::splat(PI), V::splat(-PI));
        let folded = V::select(far, other_end - rest, rest);
        (small_sin(folded), small_sin(V::splat(FRAC_PI_2) - rest.abs()))
    }

    fn formula(self, z: &str) -> String {
        format!("sin({z})")
    }

    fn slope_formula(self, _a: &str, z: &str) -> String {
        format!(" * cos({z})")
    }
}

/// On [-pi/2, pi/2], by powers: absolute error below 1e-7.
#[inline(always)]
fn small_sin<V: Vector>(x: V) -> V {
    let square = x * x;
    let mut sum = V::splat(-1.0 / 39_916_800.0);
    sum = sum.mul_add(square, V::splat(1.0 / 362_880.0));
    sum = sum.mul_add(square, V::splat(-1.0 / 5_040.0));
    sum = sum.mul_add(square, V::splat(1.0 / 120.0));
    sum = sum.mul_add(square, V::splat(-1.0 / 6.0));
    (sum * square).mul_add(x, x)
}
