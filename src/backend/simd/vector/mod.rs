//! Vectors of networks: lane l of every vector belongs to network l.
//!
//! [`Vector`] is what the kernels are written in; each instruction set has a table of its own for it. Lanes never mix, so
//! what happens in one lane depends on that lane alone, whatever the width.
//!
//! Methods are `#[inline(always)]` and compile to the instructions they name only inside a function that has them
//! enabled; `entry.rs` holds those functions, and nothing else calls kernels. That is also the safety argument of every
//! implementation: a vector type's kernels run only where its instructions were found at run time.

#![allow(unused_unsafe, reason = "a table of instructions is unsafe, though not every line of it needs to be")]

/// A vector and its mask from a table of what they are made of: a line an operation, which names the registers that it is
/// given and says what becomes of them. Methods in braces at the end take the place of the trait's own.
macro_rules! vector {
    (
        $(#[$attribute:meta])*
        $vector:ident($register:ty) of $lanes:literal, $mask:ident($word:ty);
        splat($value:ident) = $splat:expr;
        operators { $($trait:ident $operator:ident($a:ident, $b:ident) = $operation:expr;)+ }
        vectors { $($method:ident($first:ident $(, $other:ident)*) = $result:expr;)+ }
        comparisons { $($comparison:ident($left:ident, $right:ident) = $holds:expr;)+ }
        select($condition:ident, $yes:ident, $no:ident) = $selected:expr;
        from_bits($bits:ident) = $from_bits:expr;
        bits($of:ident) = $to_bits:expr;
        masks { $($logic:ident($this:ident, $that:ident) = $combined:expr;)+ }
        $({ $($own:tt)+ })?
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy)]
        pub(in super::super) struct $vector($register);

        $(#[$attribute])*
        #[derive(Clone, Copy)]
        pub(in super::super) struct $mask($word);

        $(
            impl std::ops::$trait for $vector {
                type Output = Self;

                #[inline(always)]
                fn $operator(self, $b: Self) -> Self {
                    let ($a, $b) = (self.0, $b.0);
                    // SAFETY: kernels of this type run only where its instructions were found.
                    Self(unsafe { $operation })
                }
            }
        )+

        impl Vector for $vector {
            const LANES: usize = $lanes;
            type Mask = $mask;

            #[inline(always)]
            fn splat($value: f32) -> Self {
                // SAFETY: as above.
                Self(unsafe { $splat })
            }

            $(
                #[inline(always)]
                fn $method(self $(, $other: Self)*) -> Self {
                    let $first = self.0;
                    $(let $other = $other.0;)*
                    // SAFETY: as above.
                    Self(unsafe { $result })
                }
            )+

            $(
                #[inline(always)]
                fn $comparison(self, $right: Self) -> $mask {
                    let ($left, $right) = (self.0, $right.0);
                    // SAFETY: as above.
                    $mask(unsafe { $holds })
                }
            )+

            #[inline(always)]
            fn select($condition: $mask, $yes: Self, $no: Self) -> Self {
                let ($condition, $yes, $no) = ($condition.0, $yes.0, $no.0);
                // SAFETY: as above.
                Self(unsafe { $selected })
            }

            $($($own)+)?
        }

        impl Mask for $mask {
            #[inline(always)]
            fn from_bits($bits: u32) -> Self {
                // SAFETY: as above.
                Self(unsafe { $from_bits })
            }

            #[inline(always)]
            fn bits(self) -> u32 {
                let $of = self.0;
                // SAFETY: as above.
                unsafe { $to_bits }
            }

            $(
                #[inline(always)]
                fn $logic(self, $that: Self) -> Self {
                    let ($this, $that) = (self.0, $that.0);
                    // SAFETY: as above.
                    Self(unsafe { $combined })
                }
            )+
        }
    };
}

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

    /// 1 / self, correctly rounded: the divider works beside the multipliers. On Zen 4 a division takes as much of the
    /// multipliers' time as half an approximation with one Newton step (measured).
    #[inline(always)]
    fn reciprocal(self) -> Self {
        Self::splat(1.0) / self
    }

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
