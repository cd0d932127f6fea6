//! Scalars that a rule's formulas are evaluated in.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// What the formulas need of a number. Implemented by `f32`, by `f64`, and by `landscape`'s value with a derivative.
pub trait Number:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + 'static
{
    /// A constant, rounded to this precision.
    fn of(value: f64) -> Self;

    /// The value, widened exactly.
    fn wide(self) -> f64;

    /// e^self.
    fn exp(self) -> Self;

    /// tanh self.
    fn tanh(self) -> Self;

    /// ln(1 + self).
    fn ln_1p(self) -> Self;

    /// sin self.
    fn sin(self) -> Self;

    /// cos self.
    fn cos(self) -> Self;

    /// erf self, 2/sqrt(pi) times the integral of e^-t^2 from 0.
    fn erf(self) -> Self;

    /// 1/(1 + e^-self), without overflow and with its digits at either end.
    fn logistic(self) -> Self {
        // The exponential's argument is never positive, so it cannot overflow.
        if self.wide() >= 0.0 {
            Self::of(1.0) / (Self::of(1.0) + (-self).exp())
        } else {
            let e = self.exp();
            e / (Self::of(1.0) + e)
        }
    }
}

/// The two precisions of the reference.
pub trait Real: Number + PartialOrd + std::iter::Sum + Send + Sync {
    /// Square root.
    fn sqrt(self) -> Self;

    /// Magnitude.
    fn abs(self) -> Self;

    /// The larger of two.
    fn max(self, other: Self) -> Self;
}

macro_rules! precision {
    ($float:ident, $erf:path) => {
        impl Number for $float {
            fn of(value: f64) -> Self {
                value as Self
            }

            fn wide(self) -> f64 {
                f64::from(self)
            }

            fn exp(self) -> Self {
                self.exp()
            }

            fn tanh(self) -> Self {
                self.tanh()
            }

            fn ln_1p(self) -> Self {
                self.ln_1p()
            }

            fn sin(self) -> Self {
                self.sin()
            }

            fn cos(self) -> Self {
                self.cos()
            }

            fn erf(self) -> Self {
                $erf(self)
            }
        }

        impl Real for $float {
            fn sqrt(self) -> Self {
                self.sqrt()
            }

            fn abs(self) -> Self {
                self.abs()
            }

            fn max(self, other: Self) -> Self {
                self.max(other)
            }
        }
    };
}

precision!(f32, libm::erff);
precision!(f64, libm::erf);
