//! A value with its derivative.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use crate::rule::Number;

/// A value with its derivative along one direction: forward-mode differentiation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dual {
    pub value: f64,
    pub slope: f64,
}

impl Add for Dual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, slope: self.slope + other.slope }
    }
}

impl Sub for Dual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, slope: self.slope - other.slope }
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self { value: self.value * other.value, slope: self.slope * other.value + self.value * other.slope }
    }
}

impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, slope: -self.slope }
    }
}

impl AddAssign for Dual {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Self { value, slope: (self.slope - value * other.slope) / other.value }
    }
}

impl Number for Dual {
    fn of(value: f64) -> Self {
        Self { value, slope: 0.0 }
    }

    fn wide(self) -> f64 {
        self.value
    }

    fn exp(self) -> Self {
        let value = self.value.exp();
        Self { value, slope: value * self.slope }
    }

    fn tanh(self) -> Self {
        let value = self.value.tanh();
        Self { value, slope: (1.0 - value * value) * self.slope }
    }

    fn ln_1p(self) -> Self {
        Self { value: self.value.ln_1p(), slope: self.slope / (1.0 + self.value) }
    }

    fn sin(self) -> Self {
        Self { value: self.value.sin(), slope: self.slope * self.value.cos() }
    }

    fn cos(self) -> Self {
        Self { value: self.value.cos(), slope: -self.slope * self.value.sin() }
    }

    fn erf(self) -> Self {
        let slope = std::f64::consts::FRAC_2_SQRT_PI * (-self.value * self.value).exp();
        Self { value: libm::erf(self.value), slope: slope * self.slope }
    }

    /// Its slope from both ends: g'(z) = g(z) g(-z).
    fn logistic(self) -> Self {
        let value = self.value.logistic();
        Self { value, slope: value * (-self.value).logistic() * self.slope }
    }
}
