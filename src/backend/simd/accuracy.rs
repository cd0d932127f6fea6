//! How far vector formulas are from exact values, on every instruction set.

use super::memory::lanes;
#[cfg(target_arch = "aarch64")]
use super::vector::Neon;
use super::vector::Portable;
use super::vector::Vector;
#[cfg(target_arch = "x86_64")]
use super::vector::{Avx2, Avx512};
use super::vectors::Vectors;
use crate::rule::{Activate, Lose, activation_rows, loss_rows};

/// Largest relative error of [`Vector::exp2`], in units of 2^-24. A number's ulp is one to two of them, so this is at
/// most 4.5 ulp, and below 2 on average.
const EXP2_ERROR: f64 = 4.5;
/// Largest absolute error of the sigmoid, in units of 2^-24: 1 ulp of 1.
const SIGMOID_ERROR: f64 = 2.0;
/// Largest absolute error of tanh, in units of 2^-24: 2 ulp of 1.
const TANH_ERROR: f64 = 4.0;

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
    let squashed = worst(-100.0, 100.0, |x| of(|z: V| activation_rows::Sigmoid.vector(z), x), exact_sigmoid, |_| 1.0);
    let tanh_far = worst(-20.0, 20.0, |x| of(|z: V| activation_rows::Tanh.vector(z), x), f64::tanh, |_| 1.0);
    let tanh_near = worst(1e-6, 0.6, |x| of(|z: V| activation_rows::Tanh.vector(z), x), f64::tanh, |exact| exact);
    let logarithm = worst(1e-30, 1.0, |x| of(V::ln_1p, x), f64::ln_1p, |exact| exact);
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
        assert_eq!(of(|z: V| activation_rows::Sigmoid.vector(z), z), 1.0, "{vectors}: {z}");
        assert!(of(|z: V| activation_rows::Sigmoid.vector(z), -z) < 1e-37, "{vectors}: {z}");
        assert_eq!(
            (of(|z: V| activation_rows::Tanh.vector(z), z), of(|z: V| activation_rows::Tanh.vector(z), -z)),
            (1.0, -1.0),
            "{vectors}: {z}"
        );
    }
    assert!(
        of(|z: V| activation_rows::Sigmoid.vector(z), f32::NAN).is_nan()
            && of(|z: V| activation_rows::Tanh.vector(z), f32::NAN).is_nan(),
        "{vectors}"
    );
    let loss = |z: f32| of(|z: V| loss_rows::CrossEntropy::vector(z, z, V::splat(0.0)), z);
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
