//! Plain arrays, for processors without a file of their own: the compiler makes of them what it can. Also the plainest
//! statement of what a [`Vector`] does.

use std::array::from_fn;

use super::{Mask, Vector};

const LANES: usize = 8;

#[derive(Clone, Copy)]
#[repr(C, align(32))]
pub(in super::super) struct Portable([f32; LANES]);

/// All bits of a lane set or none.
#[derive(Clone, Copy)]
pub(in super::super) struct Words([u32; LANES]);

macro_rules! operator {
    ($trait:ident, $method:ident, $symbol:tt) => {
        impl std::ops::$trait for Portable {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(from_fn(|lane| self.0[lane] $symbol other.0[lane]))
            }
        }
    };
}

operator!(Add, add, +);
operator!(Sub, sub, -);
operator!(Mul, mul, *);
operator!(Div, div, /);

fn word(holds: bool) -> u32 {
    if holds { u32::MAX } else { 0 }
}

impl Mask for Words {
    #[inline(always)]
    fn from_bits(bits: u32) -> Self {
        Self(from_fn(|lane| word(bits >> lane & 1 == 1)))
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        (0..LANES).fold(0, |bits, lane| bits | (self.0[lane] & 1) << lane)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] & other.0[lane]))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] | other.0[lane]))
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] & !other.0[lane]))
    }
}

impl Vector for Portable {
    const LANES: usize = LANES;
    type Mask = Words;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([value; LANES])
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        self * factor + addend
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        addend - self * factor
    }

    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        Self(from_fn(|lane| if bound.0[lane] < self.0[lane] { bound.0[lane] } else { self.0[lane] }))
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        Self(from_fn(|lane| if bound.0[lane] > self.0[lane] { bound.0[lane] } else { self.0[lane] }))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(from_fn(|lane| self.0[lane].abs()))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(from_fn(|lane| self.0[lane].sqrt()))
    }

    #[inline(always)]
    fn le(self, other: Self) -> Words {
        Words(from_fn(|lane| word(self.0[lane] <= other.0[lane])))
    }

    #[inline(always)]
    fn lt(self, other: Self) -> Words {
        Words(from_fn(|lane| word(self.0[lane] < other.0[lane])))
    }

    #[inline(always)]
    fn select(mask: Words, yes: Self, no: Self) -> Self {
        Self(from_fn(|lane| {
            f32::from_bits(yes.0[lane].to_bits() & mask.0[lane] | no.0[lane].to_bits() & !mask.0[lane])
        }))
    }

    #[inline(always)]
    fn reciprocal(self) -> Self {
        Self::splat(1.0) / self
    }

    #[inline(always)]
    fn add_exponent(self, rounded: Self) -> Self {
        Self(from_fn(|lane| {
            let exponent = rounded.0[lane].to_bits() << 23;
            f32::from_bits(self.0[lane].to_bits().wrapping_add(exponent))
        }))
    }
}
