//! One number a lane: what the vector formulas of rules, and the CPU backend's kernels, are written in.
//!
//! Instruction sets implement it (`backend/simd/vector`). Lanes never mix, so what happens in one lane depends on that
//! lane alone, whatever the width. Methods are `#[inline(always)]` and compile to the instructions they name only inside a
//! function that has them enabled; formulas must be `#[inline(always)]` too.

use std::ops::{Add, Div, Mul, Sub};

/// Added to a number of moderate size, it leaves the nearest integer in the low bits.
const ROUND: f32 = 12_582_912.0;

/// 2^r on [-1/2, 1/2] by powers of r, exact at 0: relative error 9.2e-8 (minimax).
#[expect(clippy::approx_constant, reason = "the best polynomial's coefficient, which is not quite ln 2")]
const EXP2: [f32; 6] = [1.0, 0.693_147, 0.240_222_42, 0.055_507_336, 0.009_671_513, 0.001_326_472_7];

/// One truth value a lane.
pub(crate) trait Mask: Copy {
    /// From bits, lane 0 lowest.
    fn from_bits(bits: u32) -> Self;

    /// As bits, lane 0 lowest.
    fn bits(self) -> u32;

    /// Both.
    fn and(self, other: Self) -> Self;

    /// Either.
    fn or(self, other: Self) -> Self;

    /// This one and not the other.
    fn and_not(self, other: Self) -> Self;

    /// Any lane.
    #[inline(always)]
    fn any(self) -> bool {
        self.bits() != 0
    }
}

/// One f32 a lane.
pub(crate) trait Vector:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Send + Sync + 'static
{
    /// Networks side by side.
    const LANES: usize;
    /// Truth values of as many lanes.
    type Mask: Mask;

    /// The same number in every lane.
    fn splat(value: f32) -> Self;

    /// self * factor + addend, with one rounding where the instruction set has it.
    fn mul_add(self, factor: Self, addend: Self) -> Self;

    /// addend - self * factor.
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self;

    /// At most `bound`; NaN stays NaN.
    fn at_most(self, bound: Self) -> Self;

    /// At least `bound`; NaN stays NaN.
    fn at_least(self, bound: Self) -> Self;

    /// Magnitude.
    fn abs(self) -> Self;

    /// Square root, correctly rounded.
    fn sqrt(self) -> Self;

    /// self <= other; false with NaN.
    fn le(self, other: Self) -> Self::Mask;

    /// self < other; false with NaN.
    fn lt(self, other: Self) -> Self::Mask;

    /// `yes` where the mask holds, else `no`.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// 1 / self, correctly rounded: the divider works beside the multipliers. On Zen 4 a division takes as much of the
    /// multipliers' time as half an approximation with one Newton step (measured).
    #[inline(always)]
    fn reciprocal(self) -> Self {
        Self::splat(1.0) / self
    }

    /// self, a number near 1, times 2^n, where `rounded` is [`ROUND`] + n.
    fn add_exponent(self, rounded: Self) -> Self;

    /// 2^self, within [2^-120, 2^127]; relative error as stated and tested in `backend/simd/accuracy.rs`.
    #[inline(always)]
    fn exp2(self) -> Self {
        let bounded = self.at_least(Self::splat(-120.0)).at_most(Self::splat(127.0));
        let rounded = bounded + Self::splat(ROUND);
        let rest = bounded - (rounded - Self::splat(ROUND));
        let [c0, c1, c2, c3, c4, c5] = EXP2;
        let mut sum = Self::splat(c5).mul_add(rest, Self::splat(c4));
        sum = sum.mul_add(rest, Self::splat(c3));
        sum = sum.mul_add(rest, Self::splat(c2));
        sum = sum.mul_add(rest, Self::splat(c1));
        sum.mul_add(rest, Self::splat(c0)).add_exponent(rounded)
    }

    /// 2^self where that is within [2^-120, 2^127], else anything.
    #[inline(always)]
    fn exp2_in_range(self) -> Self {
        self.exp2()
    }

    /// 1 + 2^self, never infinite where the sigmoid of it would not be zero.
    #[inline(always)]
    fn one_plus_exp2(self) -> Self {
        Self::splat(1.0) + self.exp2()
    }

    /// e^self. Rounding self log2(e) first adds |self| roundings to the relative error of `exp2`, as many as self, a sum
    /// of weights, already has.
    #[inline(always)]
    fn exp(self) -> Self {
        (self * Self::splat(std::f32::consts::LOG2_E)).exp2()
    }

    /// ln(1 + self) for self in [0, 1], as 2 artanh(self / (2 + self)): relative error below 1e-6.
    #[inline(always)]
    fn ln_1p(self) -> Self {
        let s = self / (Self::splat(2.0) + self);
        let square = s * s;
        let mut sum = Self::splat(2.0 / 13.0);
        sum = sum.mul_add(square, Self::splat(2.0 / 11.0));
        sum = sum.mul_add(square, Self::splat(2.0 / 9.0));
        sum = sum.mul_add(square, Self::splat(2.0 / 7.0));
        sum = sum.mul_add(square, Self::splat(2.0 / 5.0));
        sum = sum.mul_add(square, Self::splat(2.0 / 3.0));
        sum = sum.mul_add(square, Self::splat(2.0));
        sum * s
    }
}
