//! The two precisions of the reference.

use num_traits::{Float, FromPrimitive, NumAssign};

use crate::outcome::Values;

/// f32 or f64.
pub trait Real: Float + FromPrimitive + NumAssign + std::iter::Sum + Send + Sync + 'static {
    /// Rounds to this precision.
    fn of(value: f64) -> Self;

    /// Widens, exactly.
    fn wide(self) -> f64;

    /// Hands numbers on in this precision.
    fn into_values(numbers: Vec<Self>) -> Values;
}

impl Real for f32 {
    fn of(value: f64) -> Self {
        value as Self
    }

    fn wide(self) -> f64 {
        f64::from(self)
    }

    fn into_values(numbers: Vec<Self>) -> Values {
        Values::F32(numbers)
    }
}

impl Real for f64 {
    fn of(value: f64) -> Self {
        value
    }

    fn wide(self) -> f64 {
        self
    }

    fn into_values(numbers: Vec<Self>) -> Values {
        Values::F64(numbers)
    }
}
