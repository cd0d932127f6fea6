//! Plain arrays, for processors without a file of their own: the compiler makes of them what it can. Four lanes: more would only make
//! kernels longer. Also the plainest statement of what a [`Vector`] does. All bits of a mask's lane are set, or none.

use std::array::from_fn;

use super::{Mask, Vector};

fn word(holds: bool) -> u32 {
    if holds { u32::MAX } else { 0 }
}

vector! {
    #[repr(C, align(16))]
    Portable([f32; 4]) of 4 f32, Words([u32; 4]);
    broadcast(value) = [value; 4];
    operators {
        Add add(a, b) = from_fn(|lane| a[lane] + b[lane]);
        Sub sub(a, b) = from_fn(|lane| a[lane] - b[lane]);
        Mul mul(a, b) = from_fn(|lane| a[lane] * b[lane]);
        Div div(a, b) = from_fn(|lane| a[lane] / b[lane]);
    }
    vectors {
        mul_add(a, factor, addend) = from_fn(|lane| a[lane] * factor[lane] + addend[lane]);
        neg_mul_add(a, factor, addend) = from_fn(|lane| addend[lane] - a[lane] * factor[lane]);
        at_most(a, bound) = from_fn(|lane| if bound[lane] < a[lane] { bound[lane] } else { a[lane] });
        at_least(a, bound) = from_fn(|lane| if bound[lane] > a[lane] { bound[lane] } else { a[lane] });
        abs(a) = a.map(f32::abs);
        sqrt(a) = a.map(f32::sqrt);
        add_exponent(a, rounded) =
            from_fn(|lane| f32::from_bits(a[lane].to_bits().wrapping_add(rounded[lane].to_bits() << 23)));
    }
    comparisons {
        le(a, b) = from_fn(|lane| word(a[lane] <= b[lane]));
        lt(a, b) = from_fn(|lane| word(a[lane] < b[lane]));
    }
    select(mask, yes, no) =
        from_fn(|lane| f32::from_bits(yes[lane].to_bits() & mask[lane] | no[lane].to_bits() & !mask[lane]));
    from_bits(bits) = from_fn(|lane| word(bits >> lane & 1 == 1));
    bits(mask) = (0..4).fold(0, |bits, lane| bits | (mask[lane] & 1) << lane);
    masks {
        and(a, b) = from_fn(|lane| a[lane] & b[lane]);
        or(a, b) = from_fn(|lane| a[lane] | b[lane]);
        and_not(a, b) = from_fn(|lane| a[lane] & !b[lane]);
    }
}
