//! Vectors of networks: lane l of every vector belongs to network l.
//!
//! [`Vector`] is what the kernels are written in; each instruction set implements it in a file of its own. Lanes never
//! mix, so what happens in one lane depends on that lane alone, whatever the width.
//!
//! Methods are `#[inline(always)]` and compile to the instructions they name only inside a function that has them
//! enabled; `entry.rs` holds those functions, and nothing else calls kernels. That is also the safety argument of every
//! implementation: a vector type's kernels run only where its instructions were found at run time.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod pair;
mod portable;

#[cfg(target_arch = "x86_64")]
pub(super) use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub(super) use avx512::Avx512;
#[cfg(target_arch = "aarch64")]
pub(super) use neon::Neon;
pub(super) use pair::Pair;
pub(super) use portable::Portable;

use std::ops::{Add, Div, Mul, Sub};

/// Added to a number of moderate size, it leaves the nearest integer in the low bits.
const ROUND: f32 = 12_582_912.0;

/// 2^r on [-1/2, 1/2] by powers of r, exact at 0: relative error 9.2e-8 (minimax).
#[expect(clippy::approx_constant, reason = "the best polynomial's coefficient, which is not quite ln 2")]
const EXP2: [f32; 6] = [1.0, 0.693_147, 0.240_222_42, 0.055_507_336, 0.009_671_513, 0.001_326_472_7];

/// One truth value a lane.
pub(super) trait Mask: Copy {
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
pub(super) trait Vector:
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

    /// 1 / self: 1 ulp at most.
    fn reciprocal(self) -> Self;

    /// self, a number near 1, times 2^n, where `rounded` is [`ROUND`] + n.
    fn add_exponent(self, rounded: Self) -> Self;

    /// 2^self, within [2^-120, 2^127]; relative error as stated and tested in `math.rs`.
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
}

/// Operators from the named intrinsics of an instruction set.
macro_rules! operators {
    ($vector:ident, $add:path, $sub:path, $mul:path, $div:path) => {
        operators!(@one $vector, Add, add, $add);
        operators!(@one $vector, Sub, sub, $sub);
        operators!(@one $vector, Mul, mul, $mul);
        operators!(@one $vector, Div, div, $div);
    };
    (@one $vector:ident, $trait:ident, $method:ident, $intrinsic:path) => {
        impl std::ops::$trait for $vector {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: kernels of this type run only where its instructions were found.
                Self(unsafe { $intrinsic(self.0, other.0) })
            }
        }
    };
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use operators;
