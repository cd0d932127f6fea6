//! The five programs of a beginner's tutorial on gradient descent and backpropagation, with every figure it prints.
//!
//! What it claims beside them stands in rows of its own: its derivation, its local minima, and descent against blind search.
//! Where its code has a slip, the program is reproduced as printed, and the corrected figure stands beside.

mod derivation;
mod descent;
mod inverter;
mod one_weight;
mod plateaus;
mod search;
mod surfaces;
mod xor;

pub(super) use derivation::DERIVATION;
pub(super) use descent::DESCENT;
pub(super) use inverter::INVERTER;
pub(super) use one_weight::ONE_WEIGHT;
pub(super) use plateaus::PLATEAUS;
pub(super) use search::SEARCH;
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
