//! Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as
//! 1, 2, 3" (SC'11). Twin: `shaders/part/random.wgsl`.

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const KEY_STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUND_COUNT: usize = 10;

/// Four random words from a counter and a key. A bijection of the counter for each key.
#[inline]
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let (mut x, mut key) = (counter, key);
    for _ in 0..ROUND_COUNT {
        let product0 = u64::from(MULTIPLIERS[0]) * u64::from(x[0]);
        let product1 = u64::from(MULTIPLIERS[1]) * u64::from(x[2]);
        x = [
            (product1 >> 32) as u32 ^ x[1] ^ key[0],
            product1 as u32,
            (product0 >> 32) as u32 ^ x[3] ^ key[1],
            product0 as u32,
        ];
        key = [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])];
    }
    x
}

/// A word for each of several counters.
pub(crate) type Words<const LANES: usize> = [u32; LANES];

/// The same for several counters under one key, in loops that the compiler turns into vectors where it may: each does one
/// thing, and none chooses.
#[inline(always)]
pub(crate) fn philox4x32_lanes<const LANES: usize>(counters: [Words<LANES>; 4], key: [u32; 2]) -> [Words<LANES>; 4] {
    let (mut x, mut key) = (counters, key);
    for _ in 0..ROUND_COUNT {
        let (high0, low0) = wide_products(&x[0], MULTIPLIERS[0]);
        let (high1, low1) = wide_products(&x[2], MULTIPLIERS[1]);
        let [_, mut first, _, mut third] = x;
        for lane in 0..LANES {
            first[lane] ^= high1[lane] ^ key[0];
        }
        for lane in 0..LANES {
            third[lane] ^= high0[lane] ^ key[1];
        }
        x = [first, low1, third, low0];
        key = [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])];
    }
    x
}

/// High and low halves of the 64-bit products of words and a factor.
#[inline(always)]
pub(crate) fn wide_products<const LANES: usize>(words: &Words<LANES>, factor: u32) -> (Words<LANES>, Words<LANES>) {
    let (mut high, mut low) = ([0; LANES], [0; LANES]);
    for lane in 0..LANES {
        high[lane] = ((u64::from(words[lane]) * u64::from(factor)) >> 32) as u32;
    }
    for lane in 0..LANES {
        low[lane] = words[lane].wrapping_mul(factor);
    }
    (high, low)
}

#[cfg(test)]
mod tests {
    use super::{philox4x32, philox4x32_lanes};

    #[test]
    fn lanes_are_drawn_like_counters() {
        let counters = [[1, 2, u32::MAX, 9], [0, 7, 1, u32::MAX], [2, 258, 2, 0], [1, 2, 3, 70_000]];
        let drawn = philox4x32_lanes(counters, [5, 0x8000_0001]);
        for lane in 0..4 {
            let expected = philox4x32(counters.map(|words| words[lane]), [5, 0x8000_0001]);
            assert_eq!(drawn.map(|words| words[lane]), expected);
            assert_ne!(drawn.map(|words| words[(lane + 1) % 4]), expected, "a neighbour's words must not pass");
        }
    }

    /// The vectors published with Random123 1.14 (`tests/kat_vectors`, "philox4x32 10").
    #[test]
    fn known_answers() {
        let vectors = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, expected) in vectors {
            assert_eq!(philox4x32(counter, key), expected);
            assert_ne!(philox4x32(counter, [key[0] ^ 1, key[1]]), expected, "a wrong key must not pass");
        }
    }
}
