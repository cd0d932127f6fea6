//! AVX2 with FMA: 8 networks a vector. All bits of a mask's lane are set, or none.

use std::arch::x86_64::*;
use std::f64::consts::{LN_2, LOG2_E};

use super::{Mask, Vector};

vector! {
    #[repr(transparent)]
    Avx2(__m256) of 8 f32, Lanes8(__m256);
    broadcast(value) = _mm256_set1_ps(value);
    operators {
        Add add(a, b) = _mm256_add_ps(a, b);
        Sub sub(a, b) = _mm256_sub_ps(a, b);
        Mul mul(a, b) = _mm256_mul_ps(a, b);
        Div div(a, b) = _mm256_div_ps(a, b);
    }
    vectors {
        mul_add(a, factor, addend) = _mm256_fmadd_ps(a, factor, addend);
        neg_mul_add(a, factor, addend) = _mm256_fnmadd_ps(a, factor, addend);
        // The second operand is returned where one is NaN.
        at_most(a, bound) = _mm256_min_ps(bound, a);
        at_least(a, bound) = _mm256_max_ps(bound, a);
        abs(a) = _mm256_andnot_ps(_mm256_set1_ps(-0.0), a);
        sqrt(a) = _mm256_sqrt_ps(a);
        add_exponent(a, rounded) = {
            let exponent = _mm256_slli_epi32::<23>(_mm256_castps_si256(rounded));
            _mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_castps_si256(a)))
        };
    }
    comparisons {
        le(a, b) = _mm256_cmp_ps::<_CMP_LE_OQ>(a, b);
        lt(a, b) = _mm256_cmp_ps::<_CMP_LT_OQ>(a, b);
    }
    select(mask, yes, no) = _mm256_blendv_ps(no, yes, mask);
    from_bits(bits) = {
        let bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
        let set = _mm256_and_si256(_mm256_set1_epi32(bits as i32), bit);
        _mm256_castsi256_ps(_mm256_cmpeq_epi32(set, bit))
    };
    bits(mask) = _mm256_movemask_ps(mask) as u32;
    masks {
        and(a, b) = _mm256_and_ps(a, b);
        or(a, b) = _mm256_or_ps(a, b);
        and_not(a, b) = _mm256_andnot_ps(b, a);
    }
    {
        #[inline(always)]
        fn exp2(self) -> Self {
            self.at_least(Self::splat(-120.0)).at_most(Self::splat(127.0)).exp2_in_range()
        }

        #[inline(always)]
        fn exp2_in_range(self) -> Self {
            let rounded = self + Self::splat(EIGHTHS);
            let rest = self - (rounded - Self::splat(EIGHTHS));
            let cubic = rest.mul_add(Self::splat(-CUBED * LN_2 * LN_2 * LN_2), Self::splat(SQUARED * LN_2 * LN_2));
            let cubic = cubic.mul_add(rest, Self::splat(LN_2)).mul_add(rest, Self::splat(1.0));
            rounded.power_of_eighths() * cubic
        }

        #[inline(always)]
        fn one_plus_exp_neg(self) -> Self {
            let bounded = self.at_least(Self::splat(-127.0 * LN_2)).at_most(Self::splat(120.0 * LN_2));
            let rounded = bounded.mul_add(Self::splat(-LOG2_E), Self::splat(EIGHTHS));
            let rest = (rounded - Self::splat(EIGHTHS)).mul_add(Self::splat(LN_2), bounded);
            let cubic = rest.mul_add(Self::splat(CUBED), Self::splat(SQUARED));
            let cubic = cubic.neg_mul_add(rest, Self::splat(1.0)).neg_mul_add(rest, Self::splat(1.0));
            rounded.power_of_eighths().mul_add(cubic, Self::splat(1.0))
        }
    }
}

/// A float whose last bit is worth 1/8, so that adding it leaves the nearest 8 t in the low bits.
const EIGHTHS: f64 = 1_572_864.0;

/// e^-r on [-ln(2)/16, ln(2)/16] is 1 - r (1 - r (SQUARED + CUBED r)), relative error 2.8e-8 (minimax).
const SQUARED: f64 = 0.500_064_969;
const CUBED: f64 = -0.166_643_098;

/// 2^(j/8), each less the exponent that j in the bits behind it would add.
static ROOTS: [u32; 8] = roots();

const fn roots() -> [u32; 8] {
    const EIGHTH: f64 = 1.090_507_732_665_257_7;
    let mut table = [0; 8];
    let (mut power, mut at) = (1.0, 0);
    while at < 8 {
        table[at] = (power as f32).to_bits() - ((at as u32) << 20);
        power *= EIGHTH;
        at += 1;
    }
    table
}

impl Avx2 {
    /// 2^t by what adding [`EIGHTHS`] to t left of it.
    #[inline(always)]
    fn power_of_eighths(self) -> Self {
        // SAFETY: kernels of this type run only where its instructions were found; the table is as long as a vector.
        unsafe {
            let roots = _mm256_loadu_si256(ROOTS.as_ptr().cast());
            let eighths = _mm256_castps_si256(self.0);
            // By the last three bits; those before them are the exponent.
            let root = _mm256_permutevar8x32_epi32(roots, eighths);
            Self(_mm256_castsi256_ps(_mm256_add_epi32(_mm256_slli_epi32::<20>(eighths), root)))
        }
    }
}

vector! {
    /// 4 networks in f64.
    #[repr(transparent)]
    Avx2Double(__m256d) of 4 f64, DoubleLanes4(__m256d);
    broadcast(value) = _mm256_set1_pd(value);
    operators {
        Add add(a, b) = _mm256_add_pd(a, b);
        Sub sub(a, b) = _mm256_sub_pd(a, b);
        Mul mul(a, b) = _mm256_mul_pd(a, b);
        Div div(a, b) = _mm256_div_pd(a, b);
    }
    vectors {
        mul_add(a, factor, addend) = _mm256_fmadd_pd(a, factor, addend);
        neg_mul_add(a, factor, addend) = _mm256_fnmadd_pd(a, factor, addend);
        at_most(a, bound) = _mm256_min_pd(bound, a);
        at_least(a, bound) = _mm256_max_pd(bound, a);
        abs(a) = _mm256_andnot_pd(_mm256_set1_pd(-0.0), a);
        sqrt(a) = _mm256_sqrt_pd(a);
        add_exponent(a, rounded) = {
            let exponent = _mm256_slli_epi64::<52>(_mm256_castpd_si256(rounded));
            _mm256_castsi256_pd(_mm256_add_epi64(exponent, _mm256_castpd_si256(a)))
        };
    }
    comparisons {
        le(a, b) = _mm256_cmp_pd::<_CMP_LE_OQ>(a, b);
        lt(a, b) = _mm256_cmp_pd::<_CMP_LT_OQ>(a, b);
    }
    select(mask, yes, no) = _mm256_blendv_pd(no, yes, mask);
    from_bits(bits) = {
        let bit = _mm256_setr_epi64x(1, 2, 4, 8);
        let set = _mm256_and_si256(_mm256_set1_epi64x(i64::from(bits)), bit);
        _mm256_castsi256_pd(_mm256_cmpeq_epi64(set, bit))
    };
    bits(mask) = _mm256_movemask_pd(mask) as u32;
    masks {
        and(a, b) = _mm256_and_pd(a, b);
        or(a, b) = _mm256_or_pd(a, b);
        and_not(a, b) = _mm256_andnot_pd(b, a);
    }
}
