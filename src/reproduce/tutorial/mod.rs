//! The five programs of a beginner's tutorial on gradient descent and backpropagation, with every figure it prints.
//!
//! Where its code has a slip, the program is reproduced as printed, and the corrected figure stands beside.

mod descent;
mod inverter;
mod one_weight;
mod surfaces;
mod xor;

pub(super) use descent::DESCENT;
pub(super) use inverter::INVERTER;
pub(super) use one_weight::ONE_WEIGHT;
pub(super) use surfaces::SURFACES;
pub(super) use xor::XOR;

/// Where all five programs are from.
const SOURCE: &str = "beginner's tutorial on gradient descent and backpropagation in NumPy, 2015";

/// Why every printed digit must be the same.
const PRINTED: &str = "arithmetic in f64 without chance: every printed digit counts";

/// The tutorial's sigmoid, as it computes it.
fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}
