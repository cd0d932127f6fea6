//! Real numbers by their bits: floats from half precision on, integers, truth values.

/// What bits mean in a kind of number, as `f4`; `None` for kinds that are not real numbers.
pub(super) fn real(kind: &str, bits: u64) -> Option<f64> {
    Some(match kind {
        "b1" | "u1" | "u2" | "u4" | "u8" => bits as f64,
        "i1" => f64::from(bits as i8),
        "i2" => f64::from(bits as i16),
        "i4" => f64::from(bits as i32),
        "i8" => bits as i64 as f64,
        "f2" => half(bits as u16),
        "f4" => f64::from(f32::from_bits(bits as u32)),
        "f8" => f64::from_bits(bits),
        _ => return None,
    })
}

/// A number in half precision: a sign, five bits of exponent, ten of fraction.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match bits >> 10 & 0x1f {
        0 => fraction * 2f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        exponent => (1024.0 + fraction) * 2f64.powi(i32::from(exponent) - 25),
    };
    if bits >> 15 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_is_read_to_the_bit() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_953_125),
            (0x7bff, 65504.0),
            (0x0400, 6.103_515_625e-5),
            (0x03ff, 6.097_555_160_522_461e-5),
            (0x0001, 5.960_464_477_539_063e-8),
            (0xfc00, f64::NEG_INFINITY),
        ] {
            assert_eq!(half(bits), value, "{bits:#06x}");
        }
        assert!(half(0x7e00).is_nan() && half(0x8000).is_sign_negative());
        assert_ne!(half(0x3c01), 1.0, "the last bit counts");
    }
}
