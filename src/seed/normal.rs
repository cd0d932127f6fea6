//! Normal draws that have the same bits on every device.
//!
//! The inverse of the normal distribution function is Wichura's rational approximation AS241. Shaders may contract a
//! multiplication and an addition into one rounding, and their logarithms differ, so the rational function itself would
//! not give equal bits. It is therefore evaluated once, here, in f64, at nodes that halve their distance towards the
//! tail, and a draw interpolates between two nodes: an integer picks the segment, and the slope has so few bits that
//! its product with the 12-bit fraction is exact, whence fused and separate rounding agree. Interpolation moves a draw
//! by less than 2e-6, measured in the test below. Twin: `shaders/part/init.wgsl`.

use std::sync::LazyLock;

/// Octaves of the tail probability: one for each position of the leading one in 31 bits.
pub const OCTAVE_COUNT: usize = 31;
/// Bits that pick the segment within an octave.
pub const SEGMENT_BITS: u32 = 8;
/// Bits that say how far into a segment a draw lies.
pub const FRACTION_BITS: u32 = 12;

/// Significant bits of a slope: with those of the fraction they fill the 24 of an f32.
const SLOPE_BITS: u32 = 24 - FRACTION_BITS;

static TABLE: LazyLock<NormalTable> = LazyLock::new(NormalTable::new);

/// Piecewise linear upper half of the standard normal quantile function: `[base, slope]` of each segment, octaves from
/// the centre outwards, segments within an octave towards the centre.
#[derive(Debug)]
pub struct NormalTable {
    segments: Vec<[f32; 2]>,
}

impl NormalTable {
    /// The table, made on first use.
    pub fn get() -> &'static Self {
        &TABLE
    }

    fn new() -> Self {
        let segments =
            (0..OCTAVE_COUNT).flat_map(|octave| (0..1u32 << SEGMENT_BITS).map(move |at| segment(octave, at)));
        Self { segments: segments.collect() }
    }

    /// `[base, slope]` of each segment, `OCTAVE_COUNT << SEGMENT_BITS` in all: what a device is given.
    pub fn segments(&self) -> &[[f32; 2]] {
        &self.segments
    }

    /// The standard normal value that a random word stands for: bit 31 is the sign, the rest the tail probability.
    #[inline]
    pub fn draw(&self, word: u32) -> f32 {
        let tail = (word & 0x7fff_ffff).max(1);
        let octave = tail.leading_zeros() - 1;
        // Behind the leading one, left-aligned; two shifts because one by 32 is not allowed.
        let rest = tail << (octave + 1) << 1;
        let [base, slope] = self.segments[((octave << SEGMENT_BITS) | (rest >> (32 - SEGMENT_BITS))) as usize];
        let fraction = (rest >> (32 - SEGMENT_BITS - FRACTION_BITS)) & ((1 << FRACTION_BITS) - 1);
        let magnitude = base + slope * fraction as f32;
        if word >> 31 == 1 { -magnitude } else { magnitude }
    }
}

fn segment(octave: usize, at: u32) -> [f32; 2] {
    let leading = 30 - octave as i32;
    let width = f64::from(leading - SEGMENT_BITS as i32).exp2();
    let magnitude = |step: f64| -normal_quantile((step * width + 0.5) * (-32f64).exp2());
    let start = f64::from((1 << SEGMENT_BITS) + at);
    let (near, far) = (magnitude(start), magnitude(start + 1.0));
    let steps = f64::from(1u32 << FRACTION_BITS);
    let slope = round_to_bits((far - near) / steps, SLOPE_BITS);
    // Where bits of the word are dropped, a fraction stands for the middle of what it covers.
    let dropped = leading > (SEGMENT_BITS + FRACTION_BITS) as i32;
    [(near + if dropped { 0.5 * slope } else { 0.0 }) as f32, slope as f32]
}

/// Rounds to this many significant bits.
fn round_to_bits(value: f64, bits: u32) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let scale = (f64::from(bits) - 1.0 - value.abs().log2().floor()).exp2();
    (value * scale).round() / scale
}

/// Inverse of the standard normal distribution function for p in (0, 1): algorithm AS241 (PPND16) of Wichura, "The
/// percentage points of the normal distribution", Applied Statistics 37 (1988), accurate to about 1 part in 10^16.
/// Infinite at 0 and 1, NaN outside.
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let centred = p - 0.5;
    if centred.abs() <= 0.425 {
        let r = 0.180625 - centred * centred;
        return centred * ratio(r, &CENTRAL);
    }
    let tail = if centred < 0.0 { p } else { 1.0 - p };
    if tail == 0.0 {
        return f64::INFINITY.copysign(centred);
    }
    let r = (-tail.ln()).sqrt();
    let magnitude = if r <= 5.0 { ratio(r - 1.6, &MIDDLE) } else { ratio(r - 5.0, &FAR) };
    magnitude.copysign(centred)
}

type Rational = ([f64; 8], [f64; 8]);

fn ratio(x: f64, (numerator, denominator): &Rational) -> f64 {
    let horner = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c);
    horner(numerator) / horner(denominator)
}

const CENTRAL: Rational = (
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
);

const MIDDLE: Rational = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
);

const FAR: Rational = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_is_the_quantile_of_its_word() {
        let mut largest = 0f64;
        let mut word = 1u32;
        for step in 0..200_000u32 {
            // A stride through all words, and a walk down the octaves of the tail.
            let tail = if step % 2 == 0 { word & 0x7fff_ffff } else { (word & 0x7fff_ffff) >> (step % 31) }.max(1);
            let exact = -normal_quantile((f64::from(tail) + 0.5) * (-32f64).exp2());
            largest = largest.max((f64::from(NormalTable::get().draw(tail)) - exact).abs());
            word = word.wrapping_add(0x9E37_79B1);
        }
        assert!(largest < 2e-6, "largest distance from the quantile: {largest:e}");
        assert!(largest > 1e-8, "a piecewise linear function cannot be this exact: {largest:e}");
    }

    #[test]
    fn products_with_a_fraction_are_exact() {
        for [_, slope] in NormalTable::get().segments() {
            for fraction in [1u32, 0x555, 0xfff] {
                let product = f64::from(*slope) * f64::from(fraction);
                assert_eq!(product, f64::from(product as f32), "slope {slope} has too many bits");
            }
        }
    }

    #[test]
    fn sign_bit_mirrors() {
        for word in [0, 1, 5, 0x7fff_ffff, 0x1234_5678] {
            let (upper, lower) = (NormalTable::get().draw(word), NormalTable::get().draw(word | 0x8000_0000));
            assert!(upper >= 0.0 && lower == -upper, "{word:x}: {upper} and {lower}");
        }
    }
}
