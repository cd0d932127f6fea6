//! AVX-512F: 16 networks a vector.

use std::arch::x86_64::*;

use super::{Mask, Vector};

vector! {
    #[repr(transparent)]
    Avx512(__m512) of 16 f32, Lanes16(__mmask16);
    broadcast(value) = _mm512_set1_ps(value);
    operators {
        Add add(a, b) = _mm512_add_ps(a, b);
        Sub sub(a, b) = _mm512_sub_ps(a, b);
        Mul mul(a, b) = _mm512_mul_ps(a, b);
        Div div(a, b) = _mm512_div_ps(a, b);
    }
    vectors {
        mul_add(a, factor, addend) = _mm512_fmadd_ps(a, factor, addend);
        neg_mul_add(a, factor, addend) = _mm512_fnmadd_ps(a, factor, addend);
        // The second operand is returned where one is NaN.
        at_most(a, bound) = _mm512_min_ps(bound, a);
        at_least(a, bound) = _mm512_max_ps(bound, a);
        abs(a) = _mm512_abs_ps(a);
        sqrt(a) = _mm512_sqrt_ps(a);
        add_exponent(a, rounded) = {
            let exponent = _mm512_slli_epi32::<23>(_mm512_castps_si512(rounded));
            _mm512_castsi512_ps(_mm512_add_epi32(exponent, _mm512_castps_si512(a)))
        };
    }
    comparisons {
        le(a, b) = _mm512_cmp_ps_mask::<_CMP_LE_OQ>(a, b);
        lt(a, b) = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b);
    }
    select(mask, yes, no) = _mm512_mask_blend_ps(mask, no, yes);
    from_bits(bits) = bits as __mmask16;
    bits(mask) = u32::from(mask);
    masks {
        and(a, b) = a & b;
        or(a, b) = a | b;
        and_not(a, b) = a & !b;
    }
    {
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
        fn one_plus_exp_neg(self) -> Self {
            let (power, quadratic) = (self * Self::splat(-std::f64::consts::LOG2_E)).exp2_parts();
            power.mul_add(quadratic, Self::splat(1.0))
        }

        /// The root by an approximation and a Newton step: with a root and a division a weight the divider is what
        /// everything else waits for.
        #[inline(always)]
        fn over_root(self, square: Self, epsilon: Self) -> Self {
            // SAFETY: as above.
            let (rough, table) = unsafe { (Self(_mm512_rsqrt14_ps(square.0)), _mm512_set1_epi32(ITSELF)) };
            let root = square * rough;
            let rest = root.neg_mul_add(rough * Self::splat(0.5), Self::splat(0.5));
            let root = rest.mul_add(root, root);
            // SAFETY: as above.
            let root = Self(unsafe { _mm512_fixupimm_ps::<0>(root.0, square.0, table) });
            self / (root + epsilon)
        }
    }
}

vector! {
    /// 8 networks in f64.
    #[repr(transparent)]
    Avx512Double(__m512d) of 8 f64, DoubleLanes8(__mmask8);
    broadcast(value) = _mm512_set1_pd(value);
    operators {
        Add add(a, b) = _mm512_add_pd(a, b);
        Sub sub(a, b) = _mm512_sub_pd(a, b);
        Mul mul(a, b) = _mm512_mul_pd(a, b);
        Div div(a, b) = _mm512_div_pd(a, b);
    }
    vectors {
        mul_add(a, factor, addend) = _mm512_fmadd_pd(a, factor, addend);
        neg_mul_add(a, factor, addend) = _mm512_fnmadd_pd(a, factor, addend);
        at_most(a, bound) = _mm512_min_pd(bound, a);
        at_least(a, bound) = _mm512_max_pd(bound, a);
        abs(a) = _mm512_abs_pd(a);
        sqrt(a) = _mm512_sqrt_pd(a);
        add_exponent(a, rounded) = {
            let exponent = _mm512_slli_epi64::<52>(_mm512_castpd_si512(rounded));
            _mm512_castsi512_pd(_mm512_add_epi64(exponent, _mm512_castpd_si512(a)))
        };
    }
    comparisons {
        le(a, b) = _mm512_cmp_pd_mask::<_CMP_LE_OQ>(a, b);
        lt(a, b) = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(a, b);
    }
    select(mask, yes, no) = _mm512_mask_blend_pd(mask, no, yes);
    from_bits(bits) = bits as __mmask8;
    bits(mask) = u32::from(mask);
    masks {
        and(a, b) = a & b;
        or(a, b) = a | b;
        and_not(a, b) = a & !b;
    }
}

/// Of `fixupimm`: where the source is 0 or infinite, the result is the source.
const ITSELF: i32 = 0x0010_0100;

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
