//! The sigmoid, its slope, and the line of the derivation where the chain rule loses a factor.

use crate::error::Result;
use crate::reproduce::{Accept, Figure, Lab, Reproduction};

use super::{PRINTED, SOURCE, one_weight, sigmoid};

pub(in super::super) const DERIVATION: Reproduction = Reproduction {
    name: "tutorial/derivation",
    title: "The sigmoid's slope, and the chain rule that loses its last factor",
    source: SOURCE,
    setting: "g(z) = 1 / (1 + e^-z); the cost of one weight, C = 1/(2m) sum (g(w x) - y)^2 with inputs 0.1, 0.25, 0.5, 0.75, 1 and \
              targets 0, at w = -6, -5, ... 6; its slope by central differences in f64",
    slip: Some(
        "With u = w x, the chain rule gives dC/dw = 1/m sum (g(u) - y) g'(u) u'(w), and u'(w) = x. The printed derivation ends with \
         (g(u) - y) g(u) (1 - g(u)): u' is lost on the way. The sign survives where inputs are positive, so the program still descends; \
         it does not go down the slope of its cost.",
    ),
    figures: &[
        Figure {
            quantity: "output at x = 0, for w = -6, 0 and 6",
            published: "0.5 0.5 0.5",
            accept: Accept::Digits,
            reason: PRINTED,
        },
        Figure {
            quantity: "largest difference of g(z) (1 - g(z)) from e^-z / (1 + e^-z)^2, z from -40 to 40",
            published: "two forms of one slope",
            accept: Accept::Near { value: 0.0, absolute: 3e-16, relative: 0.0 },
            reason: "the forms are the same; near 1, where g is rounded to 1.1e-16, so is 1 - g",
        },
        Figure {
            quantity: "largest difference of g(z) (1 - g(z)) from g's slope by central differences",
            published: "g'(z)",
            accept: Accept::Near { value: 0.0, absolute: 1e-10, relative: 0.0 },
            reason: "central differences with a step of 1e-5 are right to 1e-10",
        },
        Figure {
            quantity: "smallest ratio of the derivative to the slope of the cost",
            published: "the derivative",
            accept: ONE,
            reason: RATIO,
        },
        Figure {
            quantity: "largest ratio of the derivative to the slope of the cost",
            published: "the derivative",
            accept: ONE,
            reason: RATIO,
        },
    ],
    program,
};

const ONE: Accept = Accept::Near { value: 1.0, absolute: 1e-6, relative: 0.0 };
const RATIO: &str = "a derivative is the slope: their ratio is 1 at every w";

/// The slope as the product of two outputs.
fn product(z: f64) -> f64 {
    sigmoid(z) * (1.0 - sigmoid(z))
}

/// The slope as the quotient rule leaves it.
fn quotient(z: f64) -> f64 {
    (-z).exp() / (1.0 + (-z).exp()).powi(2)
}

/// Slope by central differences.
fn central(f: impl Fn(f64) -> f64, at: f64) -> f64 {
    const STEP: f64 = 1e-5;
    (f(at + STEP) - f(at - STEP)) / (2.0 * STEP)
}

/// The tutorial's half mean square; its derivative as printed, and with the factor x.
fn cost(w: f64) -> f64 {
    one_weight::cost(w) / 2.0
}

fn derivative(w: f64, last_factor: impl Fn(f64) -> f64) -> f64 {
    let terms = one_weight::INPUTS.map(|x| sigmoid(w * x) * product(w * x) * last_factor(x));
    terms.iter().sum::<f64>() / terms.len() as f64
}

fn largest(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(0.0, |most, number| most.max(number.abs()))
}

fn program(lab: &mut Lab<'_>) -> Result<()> {
    let zero = [-6.0, 0.0, 6.0].map(|w: f64| sigmoid(w * 0.0));
    lab.found("output at x = 0, for w = -6, 0 and 6", zero.to_vec());
    let points = || (-4_000..=4_000).map(|point| f64::from(point) / 100.0);
    lab.found(
        "largest difference of g(z) (1 - g(z)) from e^-z / (1 + e^-z)^2, z from -40 to 40",
        largest(points().map(|z| product(z) - quotient(z))),
    );
    lab.found(
        "largest difference of g(z) (1 - g(z)) from g's slope by central differences",
        largest(points().map(|z| product(z) - central(sigmoid, z))),
    );
    let ratios = |last_factor: fn(f64) -> f64| {
        let ratios = (-6..=6).map(f64::from).map(|w| derivative(w, last_factor) / central(cost, w));
        ratios.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), ratio| (least.min(ratio), most.max(ratio)))
    };
    let (printed, corrected) = (ratios(|_| 1.0), ratios(|x| x));
    for (quantity, printed, corrected) in [
        ("smallest ratio of the derivative to the slope of the cost", printed.0, corrected.0),
        ("largest ratio of the derivative to the slope of the cost", printed.1, corrected.1),
    ] {
        lab.found(quantity, printed);
        lab.corrected(quantity, corrected);
    }
    lab.remark(format!(
        "The two forms of g' are one in mathematics and not in f64: at z = 37 the first is {} and the second {:.3e}. Where g rounds to \
         1 a network trained by the first form stands still; g(z) g(-z) does not.",
        product(37.0),
        quotient(37.0)
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_factor_is_seen_in_the_ratio() {
        for w in [-6.0, 0.0, 3.0] {
            assert!((derivative(w, |x| x) / central(cost, w) - 1.0).abs() < 1e-6);
            assert!(derivative(w, |_| 1.0) / central(cost, w) > 1.5);
        }
    }

    #[test]
    fn both_forms_of_the_slope_are_a_quarter_in_the_middle() {
        assert_eq!((product(0.0), quotient(0.0)), (0.25, 0.25));
        assert!((product(2.0) - 0.104_993_585_403_506_5).abs() < 1e-15);
    }
}
