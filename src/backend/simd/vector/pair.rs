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

/// Masks of vectors whose lanes two halves of a word hold.
#[derive(Clone, Copy)]
pub(in super::super) struct PairMask<V: Vector>(V::Mask, V::Mask);

/// Methods that do the same to either half, and give a value of this type.
macro_rules! on_halves {
    ($type:ty, $result:ident: $($method:ident($($other:ident),*))+) => {
        $(
            #[inline(always)]
            fn $method(self $(, $other: Self)*) -> $type {
                $result(self.0.$method($($other.0),*), self.1.$method($($other.1),*))
            }
        )+
    };
}

macro_rules! operators {
    ($($trait:ident $method:ident)+) => {
        $(
            impl<V: Vector> std::ops::$trait for Pair<V> {
                type Output = Self;

                on_halves!(Self, Self: $method(other));
            }
        )+
    };
}

operators!(Add add Sub sub Mul mul Div div);

impl<V: Vector> Mask for PairMask<V> {
    #[inline(always)]
    fn from_bits(bits: u32) -> Self {
        Self(Mask::from_bits(bits & ((1 << V::LANES) - 1)), Mask::from_bits(bits >> V::LANES))
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        self.0.bits() | self.1.bits() << V::LANES
    }

    on_halves!(Self, Self: and(other) or(other) and_not(other));
}

impl<V: Vector> Vector for Pair<V> {
    const LANES: usize = 2 * V::LANES;
    type Number = V::Number;
    type Mask = PairMask<V>;

    #[inline(always)]
    fn broadcast(value: V::Number) -> Self {
        Self(V::broadcast(value), V::broadcast(value))
    }

    #[inline(always)]
    fn each(self, function: impl Fn(f64) -> f64 + Copy) -> Self {
        Self(self.0.each(function), self.1.each(function))
    }

    #[inline(always)]
    fn select(mask: PairMask<V>, yes: Self, no: Self) -> Self {
        Self(V::select(mask.0, yes.0, no.0), V::select(mask.1, yes.1, no.1))
    }

    on_halves!(Self, Self: mul_add(factor, addend) neg_mul_add(factor, addend) at_most(bound) at_least(bound) abs() sqrt());
    on_halves!(Self, Self: reciprocal() over_root(square, epsilon) add_exponent(rounded));
    on_halves!(Self, Self: exp2() exp2_in_range() one_plus_exp_neg());
    on_halves!(PairMask<V>, PairMask: le(other) lt(other));
}
