//! NEON: 4 networks a vector. All bits of a mask's lane are set, or none.

use std::arch::aarch64::*;

use super::{Mask, Vector};

const BITS: [u32; 4] = [1, 2, 4, 8];

vector! {
    #[repr(transparent)]
    Neon(float32x4_t) of 4, Lanes4(uint32x4_t);
    splat(value) = vdupq_n_f32(value);
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
