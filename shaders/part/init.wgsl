// Starting weights from random words, the same bits on every device. Rust twins: src/seed/starts.rs, src/seed/normal.rs.

// The top 24 bits of a word as an odd integer between -2^24 and 2^24, scaled: conversion and product are exact up to the
// product's one rounding.
fn uniform_draw(word: u32, scale: f32) -> f32 {
    return f32(2 * i32(word >> 8u) + 1 - 16777216) * scale;
}

// Where the normal draw of a word lies in the table of the quantile function: segment, and 12-bit fraction within it.
fn normal_place(word: u32) -> vec2<u32> {
    let tail = max(word & 0x7fffffffu, 1u);
    let octave = countLeadingZeros(tail) - 1u;
    // Behind the leading one, left-aligned; two shifts because one by 32 is not allowed.
    let rest = (tail << (octave + 1u)) << 1u;
    return vec2<u32>((octave << 8u) | (rest >> 24u), (rest >> 12u) & 0xfffu);
}

// The product of slope and fraction is exact, so fused and separate rounding agree.
fn normal_draw(word: u32, base: f32, slope: f32, fraction: u32, scale: f32) -> f32 {
    let magnitude = base + slope * f32(fraction);
    return select(magnitude, -magnitude, (word >> 31u) == 1u) * scale;
}
