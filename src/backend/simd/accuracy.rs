//! How far vector formulas are from exact values, on every instruction set.

use super::memory::lanes;
#[cfg(target_arch = "x86_64")]
use super::vector::{Avx2, Avx2Double, Avx512, Avx512Double};
#[cfg(target_arch = "aarch64")]
use super::vector::{Neon, NeonDouble};
use super::vector::{Portable, Vector};
use super::vectors::Vectors;
use crate::rule::{Activate, Lose, Number, activation_rows, loss_rows};

/// Largest relative error of [`Vector::exp2`], in units of 2^-24, of f64 2^-53 here and below. A number's ulp is one to
/// two of them, so this is at most 5 ulp (4.93 over every third f32 of 2^-7 to 2), and below 2 on average.
const EXP2_ERROR: f64 = 5.0;
/// Largest absolute error of the sigmoid: 1 ulp of 1.
const SIGMOID_ERROR: f64 = 2.0;
/// Largest absolute error of tanh: 2 ulp of 1.
const TANH_ERROR: f64 = 4.0;

/// Largest relative error of [`Vector::over_root`]: roundings of root, sum and quotient, and the root's second one.
const OVER_ROOT_ERROR: f64 = 4.0;

/// A divisor's, exact in either precision.
const EPSILON: f64 = 1.0 / 16_777_216.0;

/// f of a number, by way of a vector.
fn of<V: Vector>(f: fn(V) -> V, x: f64) -> f64 {
    let mut results = [f(V::splat(x))];
    let results = lanes(&mut results).iter().map(|result| result.wide()).collect::<Vec<_>>();
    assert!(results.iter().all(|result| result.to_bits() == results[0].to_bits()), "lanes differ at {x}");
    results[0]
}

/// Largest difference between two functions on [low, high], in units of the last place of `unit`: of the argument, and of
/// what is expected there.
fn worst<V: Vector>(
    low: f64,
    high: f64,
    actual: fn(V) -> V,
    expected: impl Fn(f64) -> f64,
    unit: impl Fn(f64, f64) -> f64,
) -> f64 {
    let digits: f64 = if V::IS_DOUBLE { 53.0 } else { 24.0 };
    (0..=300_000u32).fold(0.0, |worst: f64, at| {
        // As a lane has it.
        let x = V::Number::of(low + (high - low) * f64::from(at) / 300_000.0).wide();
        let expected = expected(x);
        worst.max((of(actual, x) - expected).abs() / unit(x, expected) * digits.exp2())
    })
}

/// x - tanh x, by Lambert's continued fraction.
fn shortfall(x: f64) -> f64 {
    let rest = (1..=10).rev().fold(0.0, |rest, step| x * x / (f64::from(2 * step + 1) + rest));
    x * rest / (1.0 + rest)
}

#[expect(clippy::print_stdout, reason = "tells what was measured")]
fn errors_are_as_stated<V: Vector>(vectors: Vectors) {
    if !vectors.are_available() {
        return;
    }
    let exact_sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let (sigmoid, tanh) = (|z: V| activation_rows::Sigmoid.vector(z), |z: V| activation_rows::Tanh.vector(z));
    let (low, high, last) =
        if V::IS_DOUBLE { (-1019.0, 1022.9, f64::EPSILON) } else { (-120.0, 126.9, f32::EPSILON.into()) };
    let exp2 = worst(low, high, V::exp2, f64::exp2, |_, exact| exact);
    let near = worst(-2.0, 2.0, V::exp2, f64::exp2, |_, exact| exact);
    let squashed = worst(-100.0, 100.0, sigmoid, exact_sigmoid, |_, _| 1.0);
    let tanh_far = worst(-20.0, 20.0, tanh, f64::tanh, |_, _| 1.0);
    // What is missing to x, which is subtracted without rounding: the system's own tanh is off by up to 2.6 units.
    let tanh_near = worst(1e-6, 0.6, |z: V| z - activation_rows::Tanh.vector(z), shortfall, |x, _| x.tanh());
    let logarithm = worst(1e-30, 1.0, V::ln_1p, f64::ln_1p, |_, exact| exact);
    let one_less = worst(-2.0, 2.0, V::exp2, |x| x.exp2() * (1.0 - 5.0 * last), |_, exact| exact);
    // Of the largest and the smallest normal numbers too; relative, as the others.
    let rooted = [(1.0, 4.0), (1e-12, 1e-9), (1.2e-38, 5e-38), (1e37, 3e38)].map(|(low, high)| {
        let quotient = |square: V| V::splat(3.0).over_root(square, V::splat(EPSILON));
        worst(low, high, quotient, |square| 3.0 / (square.sqrt() + EPSILON), |_, exact| exact)
    });
    let rooted = rooted.into_iter().fold(0.0, f64::max);
    println!(
        "{vectors} of {} lanes: exp2 {exp2:.2} {near:.2}, sigmoid {squashed:.2}, tanh {tanh_far:.2} {tanh_near:.2}, \
         ln_1p {logarithm:.2}, over_root {rooted:.2}",
        V::LANES
    );
    assert!(exp2 <= EXP2_ERROR && near <= EXP2_ERROR, "{vectors}: exp2 {exp2}, {near}");
    assert!(squashed <= SIGMOID_ERROR, "{vectors}: sigmoid {squashed}");
    assert!(tanh_far <= TANH_ERROR && tanh_near <= TANH_ERROR, "{vectors}: tanh {tanh_far}, {tanh_near}");
    assert!(logarithm <= 16.0, "{vectors}: ln_1p {logarithm}");
    assert!(rooted <= OVER_ROOT_ERROR, "{vectors}: over_root {rooted}");
    assert!(one_less > EXP2_ERROR, "{vectors}: an error of five times the last digit is not noticed");
}

#[test]
fn errors_of_every_width_are_as_stated() {
    errors_are_as_stated::<Portable>(Vectors::Portable);
    #[cfg(target_arch = "x86_64")]
    {
        errors_are_as_stated::<Avx2>(Vectors::Avx2);
        errors_are_as_stated::<Avx2Double>(Vectors::Avx2);
        errors_are_as_stated::<Avx512>(Vectors::Avx512);
        errors_are_as_stated::<Avx512Double>(Vectors::Avx512);
    }
    #[cfg(target_arch = "aarch64")]
    {
        errors_are_as_stated::<Neon>(Vectors::Neon);
        errors_are_as_stated::<NeonDouble>(Vectors::Neon);
    }
}

fn ends_are_reached<V: Vector>(vectors: Vectors) {
    if !vectors.are_available() {
        return;
    }
    for z in [200.0, 1e6, 1e20] {
        assert_eq!(of(|z: V| activation_rows::Sigmoid.vector(z), z), 1.0, "{vectors}: {z}");
        assert!(
            of(|z: V| activation_rows::Sigmoid.vector(z), -z) < if V::IS_DOUBLE { 1e-86 } else { 1e-37 },
            "{vectors}: {z}"
        );
        assert_eq!(
            (of(|z: V| activation_rows::Tanh.vector(z), z), of(|z: V| activation_rows::Tanh.vector(z), -z)),
            (1.0, -1.0),
            "{vectors}: {z}"
        );
    }
    assert!(
        of(|z: V| activation_rows::Sigmoid.vector(z), f64::NAN).is_nan()
            && of(|z: V| activation_rows::Tanh.vector(z), f64::NAN).is_nan(),
        "{vectors}"
    );
    let over_root = |square: f64| of(|square: V| V::splat(3.0).over_root(square, V::splat(EPSILON)), square);
    assert_eq!((over_root(0.0), over_root(f64::INFINITY)), (3.0 / EPSILON, 0.0), "{vectors}");
    assert!(over_root(f64::NAN).is_nan(), "{vectors}");
    let loss = |z: f64| of(|z: V| loss_rows::CrossEntropy::vector(z, z, V::splat(0.0)), z);
    assert!(loss(1e5) == 1e5 && (0.0..1e-30).contains(&loss(-1e5)), "{vectors}");
}

#[test]
fn large_sums_reach_the_ends() {
    ends_are_reached::<Portable>(Vectors::Portable);
    #[cfg(target_arch = "x86_64")]
    {
        ends_are_reached::<Avx2>(Vectors::Avx2);
        ends_are_reached::<Avx2Double>(Vectors::Avx2);
        ends_are_reached::<Avx512>(Vectors::Avx512);
        ends_are_reached::<Avx512Double>(Vectors::Avx512);
    }
    #[cfg(target_arch = "aarch64")]
    {
        ends_are_reached::<Neon>(Vectors::Neon);
        ends_are_reached::<NeonDouble>(Vectors::Neon);
    }
}
