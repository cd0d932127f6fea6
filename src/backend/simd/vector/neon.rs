//! NEON: 4 networks a vector. All bits of a mask's lane are set, or none.

use std::arch::aarch64::*;

use super::{Mask, Vector};

const BITS: [u32; 4] = [1, 2, 4, 8];

vector! {
    #[repr(transparent)]
    Neon(float32x4_t) of 4 f32, Lanes4(uint32x4_t);
    broadcast(value) = vdupq_n_f32(value);
    operators {
        Add add(a, b) = vaddq_f32(a, b);
        Sub sub(a, b) = vsubq_f32(a, b);
        Mul mul(a, b) = vmulq_f32(a, b);
        Div div(a, b) = vdivq_f32(a, b);
    }
    vectors {
        mul_add(a, factor, addend) = vfmaq_f32(addend, a, factor);
        neg_mul_add(a, factor, addend) = vfmsq_f32(addend, a, factor);
        at_most(a, bound) = vminq_f32(a, bound);
        at_least(a, bound) = vmaxq_f32(a, bound);
        abs(a) = vabsq_f32(a);
        sqrt(a) = vsqrtq_f32(a);
        add_exponent(a, rounded) = {
            let exponent = vshlq_n_u32::<23>(vreinterpretq_u32_f32(rounded));
            vreinterpretq_f32_u32(vaddq_u32(exponent, vreinterpretq_u32_f32(a)))
        };
    }
    comparisons {
        le(a, b) = vcleq_f32(a, b);
        lt(a, b) = vcltq_f32(a, b);
    }
    select(mask, yes, no) = vbslq_f32(mask, yes, no);
    from_bits(bits) = {
        let bit = vld1q_u32(BITS.as_ptr());
        vceqq_u32(vandq_u32(vdupq_n_u32(bits), bit), bit)
    };
    bits(mask) = vaddvq_u32(vandq_u32(mask, vld1q_u32(BITS.as_ptr())));
    masks {
        and(a, b) = vandq_u32(a, b);
        or(a, b) = vorrq_u32(a, b);
        and_not(a, b) = vbicq_u32(a, b);
    }
}

const WIDE_BITS: [u64; 2] = [1, 2];

vector! {
    /// 2 networks in f64.
    #[repr(transparent)]
    NeonDouble(float64x2_t) of 2 f64, DoubleLanes2(uint64x2_t);
    broadcast(value) = vdupq_n_f64(value);
    operators {
        Add add(a, b) = vaddq_f64(a, b);
        Sub sub(a, b) = vsubq_f64(a, b);
        Mul mul(a, b) = vmulq_f64(a, b);
        Div div(a, b) = vdivq_f64(a, b);
    }
    vectors {
        mul_add(a, factor, addend) = vfmaq_f64(addend, a, factor);
        neg_mul_add(a, factor, addend) = vfmsq_f64(addend, a, factor);
        at_most(a, bound) = vminq_f64(a, bound);
        at_least(a, bound) = vmaxq_f64(a, bound);
        abs(a) = vabsq_f64(a);
        sqrt(a) = vsqrtq_f64(a);
        add_exponent(a, rounded) = {
            let exponent = vshlq_n_u64::<52>(vreinterpretq_u64_f64(rounded));
            vreinterpretq_f64_u64(vaddq_u64(exponent, vreinterpretq_u64_f64(a)))
        };
    }
    comparisons {
        le(a, b) = vcleq_f64(a, b);
        lt(a, b) = vcltq_f64(a, b);
    }
    select(mask, yes, no) = vbslq_f64(mask, yes, no);
    from_bits(bits) = {
        let bit = vld1q_u64(WIDE_BITS.as_ptr());
        vceqq_u64(vandq_u64(vdupq_n_u64(u64::from(bits)), bit), bit)
    };
    bits(mask) = vaddvq_u64(vandq_u64(mask, vld1q_u64(WIDE_BITS.as_ptr()))) as u32;
    masks {
        and(a, b) = vandq_u64(a, b);
        or(a, b) = vorrq_u64(a, b);
        and_not(a, b) = vbicq_u64(a, b);
    }
}
