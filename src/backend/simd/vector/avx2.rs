//! AVX2 with FMA: 8 networks a vector.

use std::arch::x86_64::*;

use super::{Mask, Vector, operators};

#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in super::super) struct Avx2(__m256);

/// All bits of a lane set or none.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in super::super) struct Lanes8(__m256);

operators!(Avx2, _mm256_add_ps, _mm256_sub_ps, _mm256_mul_ps, _mm256_div_ps);

impl Mask for Lanes8 {
    #[inline(always)]
    fn from_bits(bits: u32) -> Self {
        // SAFETY: kernels of this type run only where its instructions were found.
        Self(unsafe {
            let bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
            let set = _mm256_and_si256(_mm256_set1_epi32(bits as i32), bit);
            _mm256_castsi256_ps(_mm256_cmpeq_epi32(set, bit))
        })
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        // SAFETY: as above.
        unsafe { _mm256_movemask_ps(self.0) as u32 }
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_and_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_or_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_andnot_ps(other.0, self.0) })
    }
}

impl Vector for Avx2 {
    const LANES: usize = 8;
    type Mask = Lanes8;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: kernels of this type run only where its instructions were found.
        Self(unsafe { _mm256_set1_ps(value) })
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_fnmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        // The second operand is returned where one is NaN.
        // SAFETY: as above.
        Self(unsafe { _mm256_min_ps(bound.0, self.0) })
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_max_ps(bound.0, self.0) })
    }

    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), self.0) })
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_sqrt_ps(self.0) })
    }

    #[inline(always)]
    fn le(self, other: Self) -> Lanes8 {
        // SAFETY: as above.
        Lanes8(unsafe { _mm256_cmp_ps::<_CMP_LE_OQ>(self.0, other.0) })
    }

    #[inline(always)]
    fn lt(self, other: Self) -> Lanes8 {
        // SAFETY: as above.
        Lanes8(unsafe { _mm256_cmp_ps::<_CMP_LT_OQ>(self.0, other.0) })
    }

    #[inline(always)]
    fn select(mask: Lanes8, yes: Self, no: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm256_blendv_ps(no.0, yes.0, mask.0) })
    }

    /// Correctly rounded: the divider works beside the multipliers.
    #[inline(always)]
    fn reciprocal(self) -> Self {
        Self::splat(1.0) / self
    }

    #[inline(always)]
    fn add_exponent(self, rounded: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe {
            let exponent = _mm256_slli_epi32::<23>(_mm256_castps_si256(rounded.0));
            _mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_castps_si256(self.0)))
        })
    }
}
