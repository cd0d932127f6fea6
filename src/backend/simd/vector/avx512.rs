//! AVX-512F: 16 networks a vector.

use std::arch::x86_64::*;

use super::{Mask, Vector, operators};

#[derive(Clone, Copy)]
#[repr(transparent)]
pub(in super::super) struct Avx512(__m512);

operators!(Avx512, _mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps, _mm512_div_ps);

impl Mask for __mmask16 {
    #[inline(always)]
    fn from_bits(bits: u32) -> Self {
        bits as Self
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        u32::from(self)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self | other
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        self & !other
    }
}

/// The quadratic alpha ((r + BETA)^2 + GAMMA) is 2^r on [0, 1/32), relative error 5.3e-8 (minimax); the table holds
/// alpha 2^(j/32). With the table in registers an exponential takes one rounding, one look-up and one square.
const BETA: f32 = 1.427_101_8;
const GAMMA: f32 = 2.081_308;
const ALPHA: f64 = 0.242_840_621_806_6;

/// A float whose last bit is worth 1/32, so that adding it leaves 32 t in the low bits.
const STEPS: f32 = 393_216.0;

static POWERS: Powers = Powers(powers());

#[repr(align(64))]
struct Powers([f32; 32]);

/// alpha 2^(j/32), by products of 2^(2^-k), each correctly rounded to f64.
const fn powers() -> [f32; 32] {
    const ROOTS: [f64; 5] = [
        1.021_897_148_654_116_7,
        1.044_273_782_427_413_8,
        1.090_507_732_665_257_7,
        1.189_207_115_002_721,
        std::f64::consts::SQRT_2,
    ];
    let mut table = [0.0; 32];
    let mut at = 0;
    while at < 32 {
        let mut value = ALPHA;
        let mut bit = 0;
        while bit < 5 {
            if at >> bit & 1 == 1 {
                value *= ROOTS[bit];
            }
            bit += 1;
        }
        table[at] = value as f32;
        at += 1;
    }
    table
}

impl Avx512 {
    /// (power, quadratic) whose product is 2^self. Powers beyond f32 are 0 or infinite.
    #[inline(always)]
    fn exp2_parts(self) -> (Self, Self) {
        // SAFETY: kernels of this type run only where its instructions were found; the table holds 32 aligned floats.
        unsafe {
            let low = _mm512_load_ps(POWERS.0.as_ptr());
            let high = _mm512_load_ps(POWERS.0.as_ptr().add(16));
            let steps = _mm512_set1_ps(STEPS);
            // Down to a multiple of 1/32; its last five bits are the table's index, its floor is that of self.
            let stepped = _mm512_add_round_ps::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0, steps);
            let power = _mm512_permutex2var_ps(low, _mm512_castps_si512(stepped), high);
            let power = _mm512_scalef_ps(power, self.0);
            let rest = _mm512_sub_ps(self.0, _mm512_sub_ps(stepped, steps));
            let shifted = _mm512_add_ps(rest, _mm512_set1_ps(BETA));
            (Self(power), Self(_mm512_fmadd_ps(shifted, shifted, _mm512_set1_ps(GAMMA))))
        }
    }
}

impl Vector for Avx512 {
    const LANES: usize = 16;
    type Mask = __mmask16;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: kernels of this type run only where its instructions were found.
        Self(unsafe { _mm512_set1_ps(value) })
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_fmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_fnmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        // The second operand is returned where one is NaN.
        // SAFETY: as above.
        Self(unsafe { _mm512_min_ps(bound.0, self.0) })
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_max_ps(bound.0, self.0) })
    }

    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_abs_ps(self.0) })
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_sqrt_ps(self.0) })
    }

    #[inline(always)]
    fn le(self, other: Self) -> __mmask16 {
        // SAFETY: as above.
        unsafe { _mm512_cmp_ps_mask::<_CMP_LE_OQ>(self.0, other.0) }
    }

    #[inline(always)]
    fn lt(self, other: Self) -> __mmask16 {
        // SAFETY: as above.
        unsafe { _mm512_cmp_ps_mask::<_CMP_LT_OQ>(self.0, other.0) }
    }

    #[inline(always)]
    fn select(mask: __mmask16, yes: Self, no: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_mask_blend_ps(mask, no.0, yes.0) })
    }

    /// Correctly rounded. A division takes as much of the multipliers' time as half an approximation with one Newton
    /// step on Zen 4 (measured), and its divider works beside them.
    #[inline(always)]
    fn reciprocal(self) -> Self {
        Self::splat(1.0) / self
    }

    #[inline(always)]
    fn add_exponent(self, rounded: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe {
            let exponent = _mm512_slli_epi32::<23>(_mm512_castps_si512(rounded.0));
            _mm512_castsi512_ps(_mm512_add_epi32(exponent, _mm512_castps_si512(self.0)))
        })
    }

    #[inline(always)]
    fn exp2(self) -> Self {
        let (power, quadratic) = self.at_least(Self::splat(-120.0)).at_most(Self::splat(127.0)).exp2_parts();
        power * quadratic
    }

    #[inline(always)]
    fn exp2_in_range(self) -> Self {
        let (power, quadratic) = self.exp2_parts();
        power * quadratic
    }

    #[inline(always)]
    fn one_plus_exp2(self) -> Self {
        let (power, quadratic) = self.exp2_parts();
        power.mul_add(quadratic, Self::splat(1.0))
    }
}
