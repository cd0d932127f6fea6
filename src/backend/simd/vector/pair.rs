//! Two vectors side by side: twice the lanes, for kernels that let the instructions of one vector fill the waiting times
//! of the other.

use super::{Mask, Vector};

#[derive(Clone, Copy)]
#[repr(C)]
pub(in super::super) struct Pair<T>(T, T);

impl<V: Vector> Pair<V> {
    /// From lower and upper lanes.
    #[inline(always)]
    pub(in super::super) fn new(lower: V, upper: V) -> Self {
        Self(lower, upper)
    }

    /// Lower and upper lanes.
    #[inline(always)]
    pub(in super::super) fn halves(self) -> [V; 2] {
        [self.0, self.1]
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident) => {
        impl<V: Vector> std::ops::$trait for Pair<V> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0), self.1.$method(other.1))
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

/// Masks of vectors whose lanes two halves of a word hold.
#[derive(Clone, Copy)]
pub(in super::super) struct PairMask<V: Vector>(V::Mask, V::Mask);

impl<V: Vector> Mask for PairMask<V> {
    #[inline(always)]
    fn from_bits(bits: u32) -> Self {
        Self(Mask::from_bits(bits & ((1 << V::LANES) - 1)), Mask::from_bits(bits >> V::LANES))
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        self.0.bits() | self.1.bits() << V::LANES
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(self.0.and(other.0), self.1.and(other.1))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0), self.1.or(other.1))
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        Self(self.0.and_not(other.0), self.1.and_not(other.1))
    }
}

impl<V: Vector> Vector for Pair<V> {
    const LANES: usize = 2 * V::LANES;
    type Mask = PairMask<V>;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self(V::splat(value), V::splat(value))
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(self.0.mul_add(factor.0, addend.0), self.1.mul_add(factor.1, addend.1))
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        Self(self.0.neg_mul_add(factor.0, addend.0), self.1.neg_mul_add(factor.1, addend.1))
    }

    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        Self(self.0.at_most(bound.0), self.1.at_most(bound.1))
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        Self(self.0.at_least(bound.0), self.1.at_least(bound.1))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(self.0.abs(), self.1.abs())
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.sqrt(), self.1.sqrt())
    }

    #[inline(always)]
    fn le(self, other: Self) -> PairMask<V> {
        PairMask(self.0.le(other.0), self.1.le(other.1))
    }

    #[inline(always)]
    fn lt(self, other: Self) -> PairMask<V> {
        PairMask(self.0.lt(other.0), self.1.lt(other.1))
    }

    #[inline(always)]
    fn select(mask: PairMask<V>, yes: Self, no: Self) -> Self {
        Self(V::select(mask.0, yes.0, no.0), V::select(mask.1, yes.1, no.1))
    }

    #[inline(always)]
    fn reciprocal(self) -> Self {
        Self(self.0.reciprocal(), self.1.reciprocal())
    }

    #[inline(always)]
    fn add_exponent(self, rounded: Self) -> Self {
        Self(self.0.add_exponent(rounded.0), self.1.add_exponent(rounded.1))
    }

    #[inline(always)]
    fn exp2(self) -> Self {
        Self(self.0.exp2(), self.1.exp2())
    }

    #[inline(always)]
    fn exp2_in_range(self) -> Self {
        Self(self.0.exp2_in_range(), self.1.exp2_in_range())
    }

    #[inline(always)]
    fn one_plus_exp2(self) -> Self {
        Self(self.0.one_plus_exp2(), self.1.one_plus_exp2())
    }
}
