//! How near is near enough: one named bound a kind of comparison, each with its reason.
//!
//! T0 is equality of bits and needs no number: random words, starts, layout, tallies, cuts.

/// An absolute and a relative bound, added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Name in reports.
    pub name: &'static str,
    /// Absolute part.
    pub absolute: f64,
    /// Part relative to the expected value's magnitude.
    pub relative: f64,
}

impl Tolerance {
    /// One operation of a backend in f32 against f64: a sum of at most a few hundred products of numbers near 1, each
    /// rounded to 2^-24, or one exponential of a few ulp.
    pub const T1: Self = Self { name: "T1", absolute: 2e-6, relative: 2e-5 };

    /// At most 32 epochs from the same start in f32 against f64. Rounding of 2^-24 an operation grows over 32 steps of
    /// rate 0.3 or less by well under a factor 100; measured differences lie below 2e-5.
    pub const T2: Self = Self { name: "T2", absolute: 1e-4, relative: 1e-4 };

    /// Gradient by central differences of step h in f64: truncation h^2 and cancellation 1e-16/h, at h = 1e-5.
    pub const FINITE_DIFFERENCE: Self = Self { name: "finite difference", absolute: 1e-8, relative: 1e-6 };

    /// T3: share of networks whose fate may differ between two backends in populations of a few hundred that mostly
    /// settle. Near the edge of a basin one rounding decides; measured shares lie below 1%.
    pub const T3_FATE_SHARE: f64 = 0.03;

    /// How far apart two numbers are in units of the tolerance: at most 1 is agreement. NaN agrees with nothing.
    pub fn excess(&self, actual: f64, expected: f64) -> f64 {
        let bound = self.absolute + self.relative * expected.abs();
        let difference = (actual - expected).abs();
        if difference.is_nan() { f64::INFINITY } else { difference / bound }
    }

    /// Whether the numbers agree.
    pub fn holds(&self, actual: f64, expected: f64) -> bool {
        self.excess(actual, expected) <= 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::Tolerance;

    #[test]
    fn nan_and_infinity_never_agree() {
        for wrong in [f64::NAN, f64::INFINITY, 1.0 + 3e-4] {
            assert!(!Tolerance::T2.holds(wrong, 1.0), "{wrong}");
        }
        assert!(Tolerance::T2.holds(1.0 + 1e-4, 1.0));
        assert!(!Tolerance::T2.holds(1.0, f64::NAN));
    }
}
