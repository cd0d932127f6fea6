//! Activation and loss on vectors, from one exponential.
//!
//! Errors are measured by the tests below over the whole range and held against the constants here. An exponential
//! takes its argument in units of ln 2, so e^z first rounds z log2(e): that adds |z| roundings to its relative error, as
//! many as z, a sum of weights, already has.

use crate::spec::Loss;

use super::net::Unit;
use super::vector::Vector;

/// Largest relative error of [`Vector::exp2`], in units of 2^-24. A number's ulp is one to two of them, so this is at
/// most 4.5 ulp, and below 2 on average.
#[cfg(test)]
const EXP2_ERROR: f64 = 4.5;
/// Largest absolute error of the sigmoid, in units of 2^-24: 1 ulp of 1.
#[cfg(test)]
const SIGMOID_ERROR: f64 = 2.0;
/// Largest absolute error of tanh, in units of 2^-24: 2 ulp of 1.
#[cfg(test)]
const TANH_ERROR: f64 = 4.0;

const LOG2_E: f32 = std::f32::consts::LOG2_E;

/// 1 / (1 + e^-z).
#[inline(always)]
pub(super) fn sigmoid<V: Vector>(z: V) -> V {
    (z * V::splat(-LOG2_E)).one_plus_exp2().reciprocal()
}

/// e^z.
#[inline(always)]
pub(super) fn exp<V: Vector>(z: V) -> V {
    (z * V::splat(LOG2_E)).exp2()
}

/// tanh z: near 0 by an odd polynomial (of Cephes' tanhf), else 1 - 2 / (1 + e^2z).
#[inline(always)]
pub(super) fn tanh<V: Vector>(z: V) -> V {
    let square = z * z;
    let mut sum = V::splat(-5.704_988_7e-3);
    sum = sum.mul_add(square, V::splat(2.063_909e-2));
    sum = sum.mul_add(square, V::splat(-5.373_971_6e-2));
    sum = sum.mul_add(square, V::splat(1.333_144_3e-1));
    sum = sum.mul_add(square, V::splat(-3.333_328e-1));
    let near = (sum * square).mul_add(z, z);
    let far = (z * V::splat(2.0 * LOG2_E)).one_plus_exp2().reciprocal().neg_mul_add(V::splat(2.0), V::splat(1.0));
    V::select(z.abs().le(V::splat(0.625)), near, far)
}

/// act(z).
#[inline(always)]
pub(super) fn activate<V: Vector, const E: usize>(unit: Unit, z: [V; E]) -> [V; E] {
    let mut h = z;
    match unit {
        Unit::Sigmoid => {
            for h in &mut h {
                *h = sigmoid(*h);
            }
        }
        Unit::Tanh => {
            for h in &mut h {
                *h = tanh(*h);
            }
        }
        Unit::Linear => {}
    }
    h
}

/// delta act'(z), from h = act(z).
#[inline(always)]
pub(super) fn times_slope<V: Vector>(unit: Unit, delta: V, h: V) -> V {
    match unit {
        Unit::Sigmoid => {
            let part = delta * h;
            part.neg_mul_add(h, part)
        }
        Unit::Tanh => (delta * h).neg_mul_add(h, delta),
        Unit::Linear => delta,
    }
}

/// ln(1 + e) for e in [0, 1], as 2 artanh(e / (2 + e)): relative error below 1e-6.
#[inline(always)]
fn ln_1p<V: Vector>(e: V) -> V {
    let s = e / (V::splat(2.0) + e);
    let square = s * s;
    let mut sum = V::splat(2.0 / 13.0);
    sum = sum.mul_add(square, V::splat(2.0 / 11.0));
    sum = sum.mul_add(square, V::splat(2.0 / 9.0));
    sum = sum.mul_add(square, V::splat(2.0 / 7.0));
    sum = sum.mul_add(square, V::splat(2.0 / 5.0));
    sum = sum.mul_add(square, V::splat(2.0 / 3.0));
    sum = sum.mul_add(square, V::splat(2.0));
    sum * s
}

/// Loss of one output unit on one example, from its weighted sum z and activation h; the twin of the reference's.
#[inline(always)]
pub(super) fn example_loss<V: Vector>(loss: Loss, z: V, h: V, target: V) -> V {
    match loss {
        Loss::CrossEntropy => {
            let tail = ln_1p(exp(V::splat(0.0) - z.abs()));
            target.neg_mul_add(z, z.at_least(V::splat(0.0)) + tail)
        }
        Loss::Mse => {
            let error = h - target;
            V::splat(0.5) * error * error
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::memory::lanes;
    #[cfg(target_arch = "aarch64")]
    use super::super::vector::Neon;
    use super::super::vector::Portable;
    #[cfg(target_arch = "x86_64")]
    use super::super::vector::{Avx2, Avx512};
    use super::super::vectors::Vectors;
    use super::*;

    /// f of a number, by way of a vector.
    fn of<V: Vector>(f: fn(V) -> V, x: f32) -> f32 {
        let mut results = [f(V::splat(x))];
        let results = lanes(&mut results);
        assert!(results.iter().all(|result| result.to_bits() == results[0].to_bits()), "lanes differ at {x}");
        results[0]
    }

    /// Largest difference between two functions on [low, high], in units of 2^-24 of `unit`.
    fn worst(
        low: f32,
        high: f32,
        actual: impl Fn(f32) -> f32,
        expected: impl Fn(f64) -> f64,
        unit: impl Fn(f64) -> f64,
    ) -> f64 {
        (0..=300_000u32).fold(0.0, |worst: f64, at| {
            let x = low + (high - low) * at as f32 / 300_000.0;
            let expected = expected(f64::from(x));
            worst.max((f64::from(actual(x)) - expected).abs() / unit(expected) * 24f64.exp2())
        })
    }

    #[expect(clippy::print_stdout, reason = "tells what was measured")]
    fn errors_are_as_stated<V: Vector>(vectors: Vectors) {
        if !vectors.are_available() {
            return;
        }
        let exact_sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
        let exp2 = worst(-120.0, 126.9, |x| of(V::exp2, x), f64::exp2, |exact| exact);
        let near = worst(-2.0, 2.0, |x| of(V::exp2, x), f64::exp2, |exact| exact);
        let squashed = worst(-100.0, 100.0, |x| of(sigmoid::<V>, x), exact_sigmoid, |_| 1.0);
        let tanh_far = worst(-20.0, 20.0, |x| of(tanh::<V>, x), f64::tanh, |_| 1.0);
        let tanh_near = worst(1e-6, 0.6, |x| of(tanh::<V>, x), f64::tanh, |exact| exact);
        let logarithm = worst(1e-30, 1.0, |x| of(ln_1p::<V>, x), f64::ln_1p, |exact| exact);
        let one_less = worst(-2.0, 2.0, |x| of(V::exp2, x), |x| x.exp2() * (1.0 - 6e-7), |exact| exact);
        println!(
            "{vectors}: exp2 {exp2:.2} {near:.2}, sigmoid {squashed:.2}, tanh {tanh_far:.2} {tanh_near:.2}, \
             ln_1p {logarithm:.2}"
        );
        assert!(exp2 <= EXP2_ERROR && near <= EXP2_ERROR, "{vectors}: exp2 {exp2}, {near}");
        assert!(squashed <= SIGMOID_ERROR, "{vectors}: sigmoid {squashed}");
        assert!(tanh_far <= TANH_ERROR && tanh_near <= TANH_ERROR, "{vectors}: tanh {tanh_far}, {tanh_near}");
        assert!(logarithm <= 16.0, "{vectors}: ln_1p {logarithm}");
        assert!(one_less > EXP2_ERROR, "{vectors}: an error of 6e-7 is not noticed");
    }

    #[test]
    fn errors_of_every_width_are_as_stated() {
        errors_are_as_stated::<Portable>(Vectors::Portable);
        #[cfg(target_arch = "x86_64")]
        errors_are_as_stated::<Avx2>(Vectors::Avx2);
        #[cfg(target_arch = "x86_64")]
        errors_are_as_stated::<Avx512>(Vectors::Avx512);
        #[cfg(target_arch = "aarch64")]
        errors_are_as_stated::<Neon>(Vectors::Neon);
    }

    fn ends_are_reached<V: Vector>(vectors: Vectors) {
        if !vectors.are_available() {
            return;
        }
        for z in [200.0, 1e6, 1e20] {
            assert_eq!(of(sigmoid::<V>, z), 1.0, "{vectors}: {z}");
            assert!(of(sigmoid::<V>, -z) < 1e-37, "{vectors}: {z}");
            assert_eq!((of(tanh::<V>, z), of(tanh::<V>, -z)), (1.0, -1.0), "{vectors}: {z}");
        }
        assert!(of(sigmoid::<V>, f32::NAN).is_nan() && of(tanh::<V>, f32::NAN).is_nan(), "{vectors}");
        let loss = |z: f32| of(|z: V| example_loss(Loss::CrossEntropy, z, z, V::splat(0.0)), z);
        assert!(loss(1e5) == 1e5 && (0.0..1e-30).contains(&loss(-1e5)), "{vectors}");
    }

    #[test]
    fn large_sums_reach_the_ends() {
        ends_are_reached::<Portable>(Vectors::Portable);
        #[cfg(target_arch = "x86_64")]
        ends_are_reached::<Avx2>(Vectors::Avx2);
        #[cfg(target_arch = "x86_64")]
        ends_are_reached::<Avx512>(Vectors::Avx512);
        #[cfg(target_arch = "aarch64")]
        ends_are_reached::<Neon>(Vectors::Neon);
    }
}
