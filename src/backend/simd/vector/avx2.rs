//! AVX2 with FMA: 8 networks a vector. All bits of a mask's lane are set, or none.

use std::arch::x86_64::*;

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
