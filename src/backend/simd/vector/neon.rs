//! NEON: 4 networks a vector.

use std::arch::aarch64::*;

use super::{Mask, Vector, operators};

#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in super::super) struct Neon(float32x4_t);

/// All bits of a lane set or none.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in super::super) struct Lanes4(uint32x4_t);

operators!(Neon, vaddq_f32, vsubq_f32, vmulq_f32, vdivq_f32);

const BITS: [u32; 4] = [1, 2, 4, 8];

impl Mask for Lanes4 {
    #[inline(always)]
    fn from_bits(bits: u32) -> Self {
        // SAFETY: every aarch64 processor has NEON; `BITS` holds four words.
        Self(unsafe {
            let bit = vld1q_u32(BITS.as_ptr());
            vceqq_u32(vandq_u32(vdupq_n_u32(bits), bit), bit)
        })
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        // SAFETY: as above.
        unsafe { vaddvq_u32(vandq_u32(self.0, vld1q_u32(BITS.as_ptr()))) }
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vandq_u32(self.0, other.0) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vorrq_u32(self.0, other.0) })
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vbicq_u32(self.0, other.0) })
    }
}

impl Vector for Neon {
    const LANES: usize = 4;
    type Mask = Lanes4;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: every aarch64 processor has NEON.
        Self(unsafe { vdupq_n_f32(value) })
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vfmaq_f32(addend.0, self.0, factor.0) })
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vfmsq_f32(addend.0, self.0, factor.0) })
    }

    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vminq_f32(self.0, bound.0) })
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vmaxq_f32(self.0, bound.0) })
    }

    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vabsq_f32(self.0) })
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vsqrtq_f32(self.0) })
    }

    #[inline(always)]
    fn le(self, other: Self) -> Lanes4 {
        // SAFETY: as above.
        Lanes4(unsafe { vcleq_f32(self.0, other.0) })
    }

    #[inline(always)]
    fn lt(self, other: Self) -> Lanes4 {
        // SAFETY: as above.
        Lanes4(unsafe { vcltq_f32(self.0, other.0) })
    }

    #[inline(always)]
    fn select(mask: Lanes4, yes: Self, no: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { vbslq_f32(mask.0, yes.0, no.0) })
    }

    #[inline(always)]
    fn reciprocal(self) -> Self {
        Self::splat(1.0) / self
    }

    #[inline(always)]
    fn add_exponent(self, rounded: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe {
            let exponent = vshlq_n_u32::<23>(vreinterpretq_u32_f32(rounded.0));
            vreinterpretq_f32_u32(vaddq_u32(exponent, vreinterpretq_u32_f32(self.0)))
        })
    }
}
