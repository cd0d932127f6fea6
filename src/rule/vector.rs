//! One number a lane: what the vector formulas of rules, and the CPU backend's kernels, are written in.
//!
//! Instruction sets implement it (`backend/simd/vector`). Lanes never mix, so what happens in one lane depends on that
//! lane alone, whatever the width. Methods are `#[inline(always)]` and compile to the instructions they name only inside a
//! function that has them enabled; formulas must be `#[inline(always)]` too.

use std::ops::{Add, Div, Mul, Sub};

use super::number::{Number, Real};

/// Added to a number of moderate size, it leaves the nearest integer in the low bits: of f32, and of f64.
const ROUND: f64 = 12_582_912.0;
const ROUND_WIDE: f64 = 6_755_399_441_055_744.0;

/// 2^r on [-1/2, 1/2] by powers of r, exact at 0: relative error 9.2e-8 (minimax).
#[expect(clippy::approx_constant, reason = "the best polynomial's coefficient, which is not quite ln 2")]
const EXP2: [f64; 6] = [1.0, 0.693_147, 0.240_222_42, 0.055_507_336, 0.009_671_513, 0.001_326_472_7];

/// What f64 leaves out of ln 2; of f32's constant it is less than a thirtieth of the last digit.
const LN_2_REST: f64 = 2.319_046_813_846_299_6e-17;

/// (e^r - 1 - r) / r^2 on [-ln(2)/2, ln(2)/2] by powers of r: the error that it leaves in e^r - 1 is 1.4e-8 of that (minimax).
const EXP_M1: [f64; 5] = [
    0.499_999_981_496_165_1,
    0.166_665_434_242_511_85,
    0.041_667_200_712_825_28,
    0.008_366_547_133,
    0.001_388_251_638_5,
];

/// The same in f64: the series, whose next term is 3e-19 there.
const EXP_M1_WIDE: [f64; 13] = reciprocals_of_factorials();

const fn reciprocals_of_factorials() -> [f64; 13] {
    let mut terms = [0.5; 13];
    let mut at = 1;
    while at < terms.len() {
        terms[at] = terms[at - 1] / (at + 2) as f64;
        at += 1;
    }
    terms
}

/// 2^r in f64: the series of e^(r ln 2), whose next term is 4e-18 there.
const EXP2_WIDE: [f64; 14] = powers_of_ln_2();

const fn powers_of_ln_2() -> [f64; 14] {
    let mut terms = [1.0; 14];
    let mut at = 1;
    while at < terms.len() {
        terms[at] = terms[at - 1] * std::f64::consts::LN_2 / at as f64;
        at += 1;
    }
    terms
}

/// What a lane holds: f32 or f64.
pub(crate) trait Lane: Real + Default {
    /// A number known at run time.
    fn given(value: &Given) -> Self;

    /// The table of such numbers.
    fn table(table: &Table) -> &[Self];

    /// One of two numbers: `high` where `chosen` is 1, `low` where it is 0.
    fn choose(chosen: u32, low: Self, high: Self) -> Self;
}

/// A number known at run time, in the precision of either kind of lane.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Given {
    single: f32,
    double: f64,
}

impl Given {
    /// Rounded where it must be.
    pub(crate) const fn new(value: f64) -> Self {
        Self { single: value as f32, double: value }
    }
}

/// Numbers known at run time.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    single: Vec<f32>,
    double: Vec<f64>,
}

impl Table {
    /// Rounded where they must be.
    pub(crate) fn new(double: Vec<f64>) -> Self {
        Self { single: double.iter().map(|value| *value as f32).collect(), double }
    }
}

/// A kind of lane by its bits.
macro_rules! lane {
    ($float:ident, $bits:ident, $field:ident) => {
        impl Lane for $float {
            #[inline(always)]
            fn given(value: &Given) -> Self {
                value.$field
            }

            #[inline(always)]
            fn table(table: &Table) -> &[Self] {
                &table.$field
            }

            #[inline(always)]
            fn choose(chosen: u32, low: Self, high: Self) -> Self {
                let (low, high) = (low.to_bits(), high.to_bits());
                Self::from_bits(low ^ (low ^ high) & $bits::from(chosen).wrapping_neg())
            }
        }
    };
}

lane!(f32, u32, single);
lane!(f64, u64, double);

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

/// One number a lane.
pub(crate) trait Vector:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Send + Sync + 'static
{
    /// Networks side by side.
    const LANES: usize;
    /// What a lane holds.
    type Number: Lane;
    /// Truth values of as many lanes.
    type Mask: Mask;
    /// Whether that is f64.
    const IS_DOUBLE: bool = size_of::<Self::Number>() == 8;

    /// The same number in every lane.
    fn broadcast(value: Self::Number) -> Self;

    /// The same constant in every lane, rounded where it must be.
    #[inline(always)]
    fn splat(constant: f64) -> Self {
        Self::broadcast(Self::Number::of(constant))
    }

    /// The same of a number known at run time.
    #[inline(always)]
    fn given(value: &Given) -> Self {
        Self::broadcast(Self::Number::given(value))
    }

    /// A function lane by lane: for f64, where no formula of vectors is at hand.
    fn each(self, function: impl Fn(f64) -> f64 + Copy) -> Self;

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

    /// self / (sqrt(square) + epsilon), by which optimizers measure steps; the root within two roundings, of a square not
    /// below 0.
    #[inline(always)]
    fn over_root(self, square: Self, epsilon: Self) -> Self {
        self / (square.sqrt() + epsilon)
    }

    /// self, a number near 1, times 2^n, where `rounded` is [`ROUND`] + n, of f64 [`ROUND_WIDE`] + n.
    fn add_exponent(self, rounded: Self) -> Self;

    /// 2^self, within [2^-120, 2^127], in f64 within [2^-1020, 2^1023]; relative error as stated and tested in
    /// `backend/simd/accuracy.rs`.
    #[inline(always)]
    fn exp2(self) -> Self {
        if Self::IS_DOUBLE {
            let bounded = self.at_least(Self::splat(-1020.0)).at_most(Self::splat(1023.0));
            let rounded = bounded + Self::splat(ROUND_WIDE);
            let rest = bounded - (rounded - Self::splat(ROUND_WIDE));
            return horner(rest, &EXP2_WIDE).add_exponent(rounded);
        }
        let bounded = self.at_least(Self::splat(-120.0)).at_most(Self::splat(127.0));
        let rounded = bounded + Self::splat(ROUND);
        let rest = bounded - (rounded - Self::splat(ROUND));
        horner(rest, &EXP2).add_exponent(rounded)
    }

    /// 2^self where that is within [2^-120, 2^127], else anything.
    #[inline(always)]
    fn exp2_in_range(self) -> Self {
        self.exp2()
    }

    /// 1 + e^-self, which the sigmoid divides by: 1 where e^-self is next to nothing, and large or infinite where it is large.
    #[inline(always)]
    fn one_plus_exp_neg(self) -> Self {
        Self::splat(1.0) + (self * Self::splat(-std::f64::consts::LOG2_E)).exp2()
    }

    /// e^self. Rounding self log2(e) first adds |self| roundings to the relative error of `exp2`, as many as self, a sum
    /// of weights, already has.
    #[inline(always)]
    fn exp(self) -> Self {
        (self * Self::splat(std::f64::consts::LOG2_E)).exp2()
    }

    /// e^self - 1 within [-20, 20], in f64 within [-40, 40], with all digits near 0 too: self = n ln 2 + r, and with
    /// e^r - 1 = r + r^2 s(r) it is 2^n (e^r - 1) + (2^n - 1).
    #[inline(always)]
    fn exp_m1(self) -> Self {
        let (bound, round) = if Self::IS_DOUBLE { (40.0, ROUND_WIDE) } else { (20.0, ROUND) };
        let bounded = self.at_least(Self::splat(-bound)).at_most(Self::splat(bound));
        let rounded = bounded.mul_add(Self::splat(std::f64::consts::LOG2_E), Self::splat(round));
        let whole = rounded - Self::splat(round);
        let mut rest = whole.neg_mul_add(Self::splat(std::f64::consts::LN_2), bounded);
        if Self::IS_DOUBLE {
            rest = whole.neg_mul_add(Self::splat(LN_2_REST), rest);
        }
        let sum = if Self::IS_DOUBLE { horner(rest, &EXP_M1_WIDE) } else { horner(rest, &EXP_M1) };
        let small = (rest * rest).mul_add(sum, rest);
        let power = Self::splat(1.0).add_exponent(rounded);
        power.mul_add(small, power - Self::splat(1.0))
    }

    /// ln(1 + self) for self in [0, 1], as 2 artanh(self / (2 + self)): relative error below 1e-6, in f64 below 1e-15.
    #[inline(always)]
    fn ln_1p(self) -> Self {
        let s = self / (Self::splat(2.0) + self);
        let square = s * s;
        let last = if Self::IS_DOUBLE { 35 } else { 13 };
        let mut sum = Self::splat(2.0 / f64::from(last));
        for odd in (1..last).step_by(2).rev() {
            sum = sum.mul_add(square, Self::splat(2.0 / f64::from(odd)));
        }
        sum * s
    }
}

/// A polynomial, the constant first.
#[inline(always)]
fn horner<V: Vector>(x: V, coefficients: &[f64]) -> V {
    let last = coefficients.len() - 1;
    let mut sum = V::splat(coefficients[last]);
    for at in (0..last).rev() {
        sum = sum.mul_add(x, V::splat(coefficients[at]));
    }
    sum
}
